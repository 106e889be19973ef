"""What a colour element means for the PDF (GB/T 33190 clause 8.3): a plain colour, a shading, or a pattern of tiles."""

from collections.abc import Callable
from dataclasses import dataclass

from viewer.documents.ofd.colours import BLACK, colour_of, opacity
from viewer.documents.ofd.resources import Resources
from viewer.documents.ofd.shadings import KINDS, shading_of
from viewer.documents.ofd.values import Matrix, Rect, matrix, moved, size
from viewer.documents.ofd.writer import Writer
from viewer.documents.ofd.xml import Element, attribute, child

Content = Callable[[Element, Matrix], str]
"""Draws the objects within an element in a space of their own."""
SMALLEST_STEP = 0.05
"""Millimetres: tiles don't follow closer than that."""


@dataclass(frozen=True)
class Paint:
    """The operator that chooses it, and its opacity."""

    operator: str
    alpha: float


@dataclass(frozen=True)
class Surface:
    """What is painted: its own space's matrix to the content's, and its extent in its own space."""

    matrix: Matrix
    extent: Rect


def paint_of(
    element: Element | None, resources: Resources, writer: Writer, surface: Surface, content: Content, *, stroke: bool
) -> Paint:
    """The paint of a FillColor or StrokeColor; black for none."""
    if element is None:
        return Paint(BLACK.operator(stroke=stroke), 1.0)
    space, operator = ("/Pattern CS", "SCN") if stroke else ("/Pattern cs", "scn")
    alpha = opacity(attribute(element, "Alpha"))
    for each in element:
        if each.tag in KINDS:
            found = shading_of(each, resources, writer, surface.matrix, surface.extent)
            if found:
                return Paint(f"{space} {found[0]} {operator} ", alpha * found[1])
        elif each.tag == "Pattern":
            name = _tiles(each, writer, surface, content)
            if name:
                return Paint(f"{space} {name} {operator} ", alpha)
    colour = colour_of(element, resources)
    return Paint(colour.operator(stroke=stroke), colour.alpha)


def _tiles(element: Element, writer: Writer, surface: Surface, content: Content) -> str | None:
    """A pattern's name (clause 8.3.3). Tiles that are mirrored every other time become one tile of two or four."""
    cell = child(element, "CellContent")
    width, height = size(element, "Width", 0), size(element, "Height", 0)
    if cell is None or width <= 0 or height <= 0:
        return None
    across = max(SMALLEST_STEP, abs(size(element, "XStep", width)) or width)
    down = max(SMALLEST_STEP, abs(size(element, "YStep", height)) or height)
    whole = surface.matrix.after(matrix(attribute(element, "CTM")))
    drawn = content(cell, whole)
    kind = (attribute(element, "ReflectMethod") or "Normal").lower()
    columns, rows = 1 + (kind in ("column", "rowandcolumn")), 1 + (kind in ("row", "rowandcolumn"))
    if columns * rows == 1:
        return writer.tile(drawn, width, height, (across, down), whole)
    name = writer.form(drawn, Rect(0, 0, width, height))
    parts = []
    for row in range(rows):
        for column in range(columns):
            turned = Matrix(-1 if column else 1, 0, 0, -1 if row else 1, width * column, height * row)
            place = moved(across * column, down * row).after(turned)
            parts.append(f"q {' '.join(map(str, place))} cm {name} Do Q")
    extent = across * (columns - 1) + width, down * (rows - 1) + height
    return writer.tile(" ".join(parts), *extent, (across * columns, down * rows), whole)
