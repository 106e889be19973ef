"""How the tests look at a page: as PDFium shows it, at four pixels a millimetre."""

from dataclasses import replace
from typing import cast

from PIL import Image

from tests.unit.documents.test_decode import LIMITS
from viewer.documents import decode
from viewer.documents.ofd.convert import converted
from viewer.documents.sniff import OFD
from viewer.domain.size import Box

PIXELS = 4
"""Of a millimetre."""
SCALED = replace(LIMITS, page_dpi=102)
"""25.4 × 4 pixels an inch, and a bit: sizes are rounded down."""

WHITE, BLACK, RED, BLUE, GREEN = (255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255), (0, 128, 0)


def drawn(content: bytes, number: int = 1) -> Image.Image:
    size = decode.page_sizes(content, OFD, SCALED)[number - 1]
    return decode.draw(content, OFD, number, Box(0, 0, size.width, size.height), size, SCALED)


def at(picture: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place in millimetres."""
    return cast("tuple[int, int, int]", picture.getpixel((round(x * 102 / 25.4), round(y * 102 / 25.4))))


def ink(picture: Image.Image) -> tuple[float, float, float, float] | None:
    """The box around all that isn't white, in millimetres: left, top, right, bottom."""
    found = picture.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    return cast("tuple[float, float, float, float]", tuple(value * 25.4 / 102 for value in found)) if found else None


def said(content: bytes, number: int = 1) -> list[str]:
    return [word.text for word in decode.words(content, OFD, number, SCALED)]


def findings(content: bytes) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in converted(content, SCALED)[1]]
