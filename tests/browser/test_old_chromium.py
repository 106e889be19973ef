"""The pages in a browser as old as those inside the ERPs' clients, where the machine has one."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import Demo

SCRIPT = Path(__file__).with_name("old_chromium.py")
FAQ, PAGES, BIG = "BX-2026-09-000118", "BX-2026-10-000204", "BX-2026-11-000300"
PAINTED = "[...document.images].filter((image) => image.naturalWidth > 0).length >= %d"
LARGE = """(() => {
  const stage = document.querySelector("invoice-stage");
  if (stage.querySelector(".sheet.live")) return true;
  stage.do?.("zoom-in");
})()"""


@pytest.fixture(scope="module")
def old_python() -> str:
    """The Python whose Qt WebEngine is the old browser."""
    name = os.environ.get("OLD_CHROMIUM")
    if not name:
        pytest.skip("OLD_CHROMIUM names no Python with PyQtWebEngine 5.15 (a Chromium 83 or 87)")
    return name


@pytest.mark.parametrize(
    ("page", "condition"),
    [
        ("look-up", "document.querySelector('#userkey')"),
        ("image view", PAINTED % 2),
        ("image view of two hundred", PAINTED % 4),
        ("image view, a page shown large", LARGE),
        ("location view", PAINTED % 1),
    ],
)
def test_an_old_browser_shows_the_page_and_has_no_complaint(
    old_python: str, demo: Demo, tmp_path: Path, page: str, condition: str
) -> None:
    addresses = {
        "look-up": f"{demo.url}/",
        "image view": demo.image_view(FAQ),
        "image view of two hundred": demo.image_view(BIG),
        "image view, a page shown large": demo.image_view(PAGES),
        "location view": demo.location_view(FAQ, 0),
    }
    command = [old_python, str(SCRIPT), addresses[page], condition, str(tmp_path / "page.png")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    told = json.loads(done.stdout or "null")
    assert told, done.stderr
    assert (told["met"], told["complaints"]) == (True, []), told["browser"]
