"""The pages in a browser as old as those inside the ERPs' clients, where the machine has one."""

import json
import os
import re
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


SEVERAL = "BX-2026-09-000121"
KEY = "document.dispatchEvent(new KeyboardEvent('keydown', { key: '%s', bubbles: true }))"
WITH_TOOLS = 86
"""What the viewer's tools need; an older one shows the pages."""


def once(first: str, then: str) -> str:
    """Does the first thing once, then waits for the other."""
    return f"(() => {{ if (!window.done) {{ window.done = true; {first}; }} return {then}; }})()"


def pressed(tool: str) -> str:
    return f"document.querySelector('.tools [data-do={tool}]').click()"


TYPED = """const box = document.querySelector("#search");
  box.value = "%s";
  box.dispatchEvent(new InputEvent("input", { bubbles: true }))"""
TOOLS = {
    "compare": once(KEY % "c", "document.querySelectorAll('invoice-stage .sheet.live').length === 2"),
    "search": once(TYPED % "杭州", "document.querySelectorAll('.sheet.live .marks .hit').length > 1"),
    "mirror": once(pressed("mirror"), "document.querySelector('invoice-stage').viewer?.viewport?.getFlip()"),
    "words": once(KEY % "+", "document.querySelectorAll('.sheet.live .words span').length > 10"),
    "keys": once(KEY % "?", "document.querySelector('#help').open"),
    "next": once(KEY % "ArrowRight", "document.querySelectorAll('.card')[1].matches('[aria-current]')"),
    "grid": once(
        "document.querySelector('[data-layout-to=grid]').click()", "document.documentElement.dataset.layout === 'grid'"
    ),
    "location view": once(KEY % "g", "document.querySelector('main[data-view=location] .sheet img')?.naturalWidth"),
}


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


@pytest.mark.parametrize("tool", TOOLS)
def test_an_old_browsers_tools_work(old_python: str, demo: Demo, tmp_path: Path, tool: str) -> None:
    command = [old_python, str(SCRIPT), demo.image_view(SEVERAL), TOOLS[tool], str(tmp_path / "page.png")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    told = json.loads(done.stdout or "null")
    assert told, done.stderr
    version = re.search(r"Chrome/(\d+)", told["browser"])
    assert version
    if int(version[1]) < WITH_TOOLS:
        pytest.skip(f"{told['browser']} is older than what the tools need")
    assert (told["met"], told["complaints"]) == (True, []), told["browser"]
