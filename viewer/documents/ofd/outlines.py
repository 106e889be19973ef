"""Characters as shapes, for what must not be read as text: a nested seal's."""

from io import BytesIO

from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from viewer.documents.ofd.faces import Face
from viewer.documents.ofd.glyf import Drawn
from viewer.documents.ofd.paths import Segment, drawn
from viewer.documents.ofd.text import Letters, Run, drawn_of
from viewer.documents.ofd.values import Matrix


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


def written(runs: list[Run], letters: Letters) -> str:
    """The paths of the runs' characters, to be filled."""
    used: dict[int, tuple[Face, dict[Drawn, list[Segment]]]] = {}
    placed: list[tuple[Face, Drawn, float, float]] = []
    for run in runs:
        for glyph, shape, _ in drawn_of(run, letters):
            used.setdefault(id(glyph.chosen.face), (glyph.chosen.face, {}))[1][shape] = []
            placed.append((glyph.chosen.face, shape, glyph.x, glyph.y))
    for face, shapes in used.values():
        for shape, found in zip(shapes, _outlines(face, list(shapes)), strict=True):
            shapes[shape] = found
    parts = []
    for face, shape, x, y in placed:
        scale = letters.size / face.units
        matrix = letters.matrix(x, y).after(Matrix(scale, 0, 0, scale, 0, 0))
        parts.append(drawn(used[id(face)][1][shape], matrix))
    return " ".join(parts)


def _outlines(face: Face, shapes: list[Drawn]) -> list[list[Segment]]:
    program = face.program(shapes)
    if face.kind == "FontFile2":
        font = TTFont(BytesIO(program), lazy=True)
        glyphs = font.getGlyphSet()
        names = font.getGlyphOrder()
    else:
        fonts = CFFFontSet()
        fonts.decompile(BytesIO(program), None)
        glyphs = fonts[0].CharStrings
        names = fonts[0].getGlyphOrder()
    found = []
    for number in range(1, len(shapes) + 1):
        pen = _Pen(glyphs)
        glyphs[names[number]].draw(pen)
        found.append(pen.found)
    return found
