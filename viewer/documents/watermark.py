"""The reader's mark over the pages of a PDF, for prints and bundles: outlines of letters, so that it needs no font and there is no
text to take away, in the same pattern as on pictures."""

import io
import math
from functools import lru_cache
from typing import Any

import pikepdf
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from viewer.domain.watermark import ANGLE, INK, STRENGTH, pattern_of, places
from viewer.fonts import SANS_SC

STATE = "ViewerMark"
"""Name of the graphics state that `overlay` needs: /ExtGState << /ViewerMark << /ca STRENGTH >> >>."""


def stamp_pdf(content: bytes, mark: str) -> bytes:
    """The PDF with the mark over each of its pages. Raises what pikepdf raises for a file that is no PDF."""
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            left, bottom, right, top = (float(edge) for edge in page.cropbox)
            form = pikepdf.Stream(document, overlay(right - left, top - bottom, mark))
            form.update(
                {
                    "/Type": Name.XObject,
                    "/Subtype": Name.Form,
                    "/BBox": Array([0, 0, right - left, top - bottom]),
                    "/Matrix": Array([1, 0, 0, 1, left, bottom]),
                    "/Resources": Dictionary({"/ExtGState": Dictionary({f"/{STATE}": Dictionary(ca=STRENGTH)})}),
                }
            )
            name = page.add_resource(document.make_indirect(form), Name.XObject)
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ\n%b Do\n" % str(name).encode())
        found = io.BytesIO()
        document.save(found)
        return found.getvalue()


def overlay(width: float, height: float, mark: str) -> bytes:
    """The operators that draw the mark over a page of this size in points, whose graphics state STATE is to be known."""
    pattern = pattern_of(width, height, _width(mark))
    cosine, sine = math.cos(math.radians(ANGLE)), math.sin(math.radians(ANGLE))
    unit = pattern.letter / _units()
    half = _width(mark) * pattern.letter / 2
    text = _outline(mark)
    parts = [f"/{STATE} gs {INK / 255:.3f} g"]
    for x, y in places(pattern, (0, 0, width, height), reach=half + pattern.letter):
        start = (x - half * cosine, height - y - half * sine)
        turned = (unit * cosine, unit * sine, -unit * sine, unit * cosine, *start)
        parts.append(f"q {' '.join(f'{each:.5f}' for each in turned)} cm {text} Q")
    return "\n".join(parts).encode()


@lru_cache(maxsize=64)
def _outline(mark: str) -> str:
    """The mark's letters in the font's units, as filled paths from the origin on."""
    font, parts, at = _font(), [], 0
    names, glyphs = font.getBestCmap(), font.getGlyphSet()
    for char in mark:
        glyph = glyphs[names.get(ord(char), ".notdef")]
        pen = _PdfPen(glyphs, at)
        glyph.draw(pen)
        parts += pen.parts
        at += glyph.width
    return " ".join([*parts, "f"])


@lru_cache(maxsize=64)
def _width(mark: str) -> float:
    """Of the mark, in letters."""
    font = _font()
    names, glyphs = font.getBestCmap(), font.getGlyphSet()
    return float(sum(glyphs[names.get(ord(char), ".notdef")].width for char in mark)) / _units()


def _units() -> int:
    return int(_font()["head"].unitsPerEm)


@lru_cache(maxsize=1)
def _font() -> Any:
    return TTFont(SANS_SC, lazy=True)


class _PdfPen(BasePen):  # type: ignore[misc]
    """Outlines as a PDF's path operators, moved to the right."""

    def __init__(self, glyphs: Any, at: int) -> None:
        super().__init__(glyphs)
        self.parts: list[str] = []
        self._at = at

    def _moveTo(self, point: tuple[float, float]) -> None:
        self.parts.append(f"{self._place(point)} m")

    def _lineTo(self, point: tuple[float, float]) -> None:
        self.parts.append(f"{self._place(point)} l")

    def _curveToOne(self, *points: tuple[float, float]) -> None:
        self.parts.append(f"{' '.join(map(self._place, points))} c")

    def _closePath(self) -> None:
        self.parts.append("h")

    def _place(self, point: tuple[float, float]) -> str:
        return f"{point[0] + self._at:.0f} {point[1]:.0f}"
