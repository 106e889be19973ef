"""Characters as shapes, for what must not be read as text: a nested seal's, and those that cut something out."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO

from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from viewer.documents.ofd.faces import Face
from viewer.documents.ofd.glyf import Drawn
from viewer.documents.ofd.paths import Segment, drawn
from viewer.documents.ofd.text import Letters, Run, drawn_of
from viewer.documents.ofd.values import Matrix, exact

MOST_KEPT = 500
"""Glyphs whose paths a process keeps."""


class _Pen(BasePen):  # type: ignore[misc]
    """Collects what a glyph draws."""

    def __init__(self, glyphs: object) -> None:
        super().__init__(glyphs)
        self.found: list[Segment] = []

    def _moveTo(self, point: tuple[float, float]) -> None:
        self.found.append(("m", (point,)))

    def _lineTo(self, point: tuple[float, float]) -> None:
        self.found.append(("l", (point,)))

    def _curveToOne(self, first: tuple[float, float], second: tuple[float, float], end: tuple[float, float]) -> None:
        self.found.append(("c", (first, second, end)))

    def _closePath(self) -> None:
        self.found.append(("h", ()))


def written(runs: Iterable[Run], letters: Letters, operator: str, line: float) -> str:
    """The runs' characters, each painted by `operator` with lines of this width."""
    parts = []
    for face, shape, matrix in _placed(runs, letters):
        width = line * face.units / letters.size
        parts.append(f"q {exact(matrix)} cm {exact([width])} w {_unplaced(face, shape)} {operator} Q")
    return " ".join(parts)


def path(runs: Iterable[Run], letters: Letters, space: Matrix) -> str:
    """All of the runs' characters as one path in a space."""
    return " ".join(drawn(outline(face, shape), space.after(matrix)) for face, shape, matrix in _placed(runs, letters))


def _placed(runs: Iterable[Run], letters: Letters) -> Iterator[tuple[Face, Drawn, Matrix]]:
    """Each character, with the matrix from its font's units to the object's space."""
    for run in runs:
        for glyph, shape, _ in drawn_of(run, letters):
            face = glyph.chosen.face
            scale = letters.size / face.units
            yield face, shape, letters.matrix(glyph.x, glyph.y).after(Matrix(scale, 0, 0, scale, 0, 0))


@lru_cache(maxsize=MOST_KEPT)
def _unplaced(face: Face, shape: Drawn) -> str:
    """A glyph in font units; seals mostly say the same."""
    return drawn(outline(face, shape))


def outline(face: Face, shape: Drawn) -> list[Segment]:
    """The path of a glyph in font units."""
    program = face.program([shape])
    if face.kind == "FontFile2":
        font = TTFont(BytesIO(program), lazy=True)
        glyphs = font.getGlyphSet()
        names = font.getGlyphOrder()
    else:
        fonts = CFFFontSet()
        fonts.decompile(BytesIO(program), None)
        glyphs = fonts[0].CharStrings
        names = fonts[0].getGlyphOrder()
    pen = _Pen(glyphs)
    glyphs[names[1]].draw(pen)
    return pen.found
