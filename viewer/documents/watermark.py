"""The reader's mark over the pages of a PDF, for prints and bundles: outlines of letters, so that it needs no font and there is no
text to take away, in the same pattern as on pictures."""

import math
from functools import lru_cache
from typing import Any, NamedTuple

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from viewer.domain.watermark import ANGLE, INK, pattern_of, places
from viewer.fonts import SANS_SC

STATE, LETTERS = "ViewerMark", "ViewerLetters"
"""Names that the pattern's resources need: /ExtGState << /ViewerMark << /ca STRENGTH >> >>, and the letters as an XObject."""


class Mark(NamedTuple):
    """Two form XObjects: `letters` draws the mark once, in the font's units within `box`; `pattern` draws LETTERS all over a page,
    in the graphics state STATE, and so is short however long the mark is."""

    letters: bytes
    box: str
    pattern: bytes


def drawn_mark(width: float, height: float, mark: str) -> Mark:
    """What draws the mark over a page of this size in points."""
    pattern = pattern_of(width, height, _width(mark))
    cosine, sine = math.cos(math.radians(ANGLE)), math.sin(math.radians(ANGLE))
    unit = pattern.letter / _units()
    half = _width(mark) * pattern.letter / 2
    parts = [f"/{STATE} gs {INK / 255:.3f} g"]
    for x, y in places(pattern, (0, 0, width, height), reach=half + pattern.letter):
        start = (x - half * cosine, height - y - half * sine)
        turned = (unit * cosine, unit * sine, -unit * sine, unit * cosine, *start)
        parts.append(f"q {' '.join(f'{each:.5f}' for each in turned)} cm /{LETTERS} Do Q")
    head = _font()["head"]
    box = (min(0, head.xMin), head.yMin, round(_width(mark) * _units()) + max(0, head.xMax), head.yMax)
    return Mark(_outline(mark).encode(), " ".join(map(str, box)), "\n".join(parts).encode())


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
