"""The IIIF project's own validator (PyPI iiif-validator) finds nothing wrong with the image service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.installations import installed, pages_of

EDGE, SQUARE = 1000, 100
MISSING = "the IIIF validator needs libmagic (Debian: apt install libmagic1)"


def colour_squares() -> Image.Image:
    """The validator's picture: ten by ten squares whose colours it knows."""
    from iiif_validator.validator import ValidationInfo

    picture = Image.new("RGB", (EDGE, EDGE))
    for column, colours in enumerate(ValidationInfo().colorInfo):
        for row, colour in enumerate(colours):
            picture.paste(colour, (column * SQUARE, row * SQUARE, (column + 1) * SQUARE, (row + 1) * SQUARE))
    return picture


def test_the_iiif_validator_passes_the_image_service_at_level_2(tmp_path: Path) -> None:
    try:
        squares = colour_squares()
    except ImportError as error:
        if "magic" not in str(error) or os.environ.get("CI") == "true":
            raise
        pytest.skip(MISSING)
    entry = tmp_path / "bills" / "BILL" / "1"
    entry.mkdir(parents=True)
    squares.save(entry / "squares.png")
    with installed(tmp_path / "instance") as site:
        (bill,) = site.archive.imports.run(tmp_path / "bills", lambda *_: None)
        (page_id,) = pages_of(site.whole(bill.userkey))
        validator = Path(sys.executable).with_name("iiif-validate.py")
        where = ["-s", site.url.removeprefix("http://"), "-p", f"bills/{bill.userkey}/iiif", "-i", page_id]
        done = subprocess.run(
            [sys.executable, validator, *where, "--version=3.0", "--level=2"],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert said.count(" PASS") >= 30, said
