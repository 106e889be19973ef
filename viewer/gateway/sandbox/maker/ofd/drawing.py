"""Marks as OFD's graphic objects (GB/T 33190-2016, 8–11): millimetres, `y` downwards, each within its own Boundary."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from xml.etree.ElementTree import Element

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from viewer.gateway.sandbox.maker import qr
from viewer.gateway.sandbox.maker.font import BASELINE, text_width
from viewer.gateway.sandbox.maker.ofd.package import child
from viewer.gateway.sandbox.maker.ofd.resources import CODE_FACE, HALF, PLAIN_FACE, TITLE_FACE, Resources, rgb
from viewer.gateway.sandbox.maker.operations import (
    BOLD,
    Block,
    Code,
    Ellipse,
    Frame,
    Grid,
    Lines,
    Mark,
    Polygon,
    Seal,
    Text,
    Turned,
)

_ROUND = 4 / 3 * (math.sqrt(2) - 1)
"""How far a Bézier curve's handles reach to draw a quarter of a circle of radius 1."""
_TAX_NO = re.compile("[0-9A-Z]{18}")
"""Wherever it stands, on the seller's seal too."""
_DESCENT = 0.3
"""Room below the baseline, as a fraction of the size."""

Points = Sequence[tuple[str, Sequence[float]]]
"""A path: operators of AbbreviatedData (M, L, B, C), each with its coordinates on the page."""


def number(value: float) -> str:
    """To a tenth of a micrometre, without the zeros that say nothing."""
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")  # + 0.0: no minus before a zero


def numbers(*values: float) -> str:
    return " ".join(map(number, values))


def runs(values: Sequence[float]) -> str:
    """Distances as `DeltaX` and `DeltaY` state them: `g 3 3.175` stands for three times 3.175."""
    written = []
    for value, same in groupby(map(number, values)):
        count = len(list(same))
        written.append(f"g {count} {value}" if count > 1 else value)
    return " ".join(written)


class Drawing:
    """Adds objects to one layer. `colour` is the layer's own, so that objects of this colour needn't state it; `origin` is the
    page's upper left corner on the sheet."""

    def __init__(
        self,
        layer: Element,
        resources: Resources,
        ids: Iterator[str],
        *,
        colour: Color | None = None,
        origin: tuple[float, float] = (0, 0),
    ) -> None:
        self._layer, self._resources, self._ids = layer, resources, ids
        self._colour, self._origin = colour, origin

    def draw(self, mark: Mark) -> list[str]:
        """Returns the ids of the objects that the mark became. A seal is no object of a page."""
        match mark:
            case Text():
                return self._text(mark)
            case Grid():
                return [self._grid(mark)]
            case Turned():
                return [self._turned(mark)]
            case Lines():
                points = [point for x1, y1, x2, y2 in mark.segments for point in (("M", (x1, y1)), ("L", (x2, y2)))]
                return [self._path(points, mark.color, mark.width, dash=mark.dash)]
            case Frame():
                return [self._path(_rectangle(mark), mark.color, mark.width)]
            case Block():
                return [self._path(_rectangle(mark), mark.color)]
            case Polygon():
                first, *others = mark.points
                points = [("M", first), *(("L", point) for point in others)]
                return [self._path(points, mark.color, mark.width)]
            case Ellipse():
                return [self._path(_ellipse(mark), mark.color, mark.width)]
            case Code():
                return [self._code(mark)]
            case Seal():
                return []

    def _text(self, mark: Text) -> list[str]:
        """A currency sign is an object of its own, as issuers write it."""
        if mark.text.startswith("¥"):
            width = mark.advances[0]
            sign = self._line(mark, "¥", CODE_FACE, mark.x, [width])
            return [sign, self._line(mark, mark.text[1:], PLAIN_FACE, mark.x + width, mark.advances[1:])]
        if _TAX_NO.fullmatch(mark.text):  # in even steps too, over the same length as in the PDF
            even = sum(mark.advances) / len(mark.text)
            return [self._line(mark, mark.text, CODE_FACE, mark.x, [even] * len(mark.text))]
        face = TITLE_FACE if mark.bold else PLAIN_FACE
        return [self._line(mark, mark.text, face, mark.x, mark.advances)]

    def _line(self, mark: Text, text: str, face: str, left: float, advances: Sequence[float]) -> str:
        size = mark.size / mm
        box = (left, mark.y + size * BASELINE - size, sum(advances), size * (1 + _DESCENT))
        more = {} if mark.squeeze == 1.0 else {"HScale": number(mark.squeeze)}
        if mark.bold:
            more |= {"Stroke": "true", "LineWidth": number(size * BOLD)}
        line = self._object("TextObject", box, mark.color, Font=self._resources.font(face), Size=number(size), **more)
        self._paint(line, mark.color, filled=True, stroked=mark.bold)
        self._glyphs(line, face, text)
        delta = {"DeltaX": runs(advances[:-1])} if len(text) > 1 else {}
        child(line, "TextCode", text, X="0", Y=number(size), **delta)
        return line.attrib["ID"]

    def _grid(self, mark: Grid) -> str:
        """One text whose distances lead from row to row; a column of single characters only steps down."""
        size = mark.size / mm
        characters, lefts, middles = zip(*mark.places(), strict=True)
        face = TITLE_FACE
        if mark.across:  # signs, which stand in even steps because all are as wide
            face = PLAIN_FACE
            lefts = tuple(x + (text_width(each, mark.size) - size * HALF) / 2 for each, x, _ in mark.places())
        left, top = min(lefts), middles[0] + size * BASELINE - size
        right = max(lefts) + size
        box = (left, top, right - left, middles[-1] - middles[0] + size * (1 + _DESCENT))
        text = self._object("TextObject", box, mark.color, Font=self._resources.font(face), Size=number(size))
        self._paint(text, mark.color, filled=True)
        self._glyphs(text, face, "".join(characters))
        deltas = {}
        for name, places in (("DeltaX", lefts), ("DeltaY", middles)):
            steps = [after - before for before, after in pairwise(places)]
            if any(number(step) != "0" for step in steps):
                deltas[name] = runs(steps)
        child(text, "TextCode", "".join(characters), X=number(lefts[0] - left), Y=number(size), **deltas)
        return text.attrib["ID"]

    def _turned(self, mark: Turned) -> str:
        """The character stands upright around the middle of its Boundary, and CTM turns it there."""
        size = mark.size / mm
        cos, sin = math.cos(math.radians(mark.angle)), math.sin(math.radians(mark.angle))
        box = (mark.x - size, mark.y - size, 2 * size, 2 * size)
        turn = numbers(cos, -sin, sin, cos, size, size)
        font = self._resources.font(PLAIN_FACE)
        text = self._object("TextObject", box, mark.color, Font=font, Size=number(size), CTM=turn)
        self._paint(text, mark.color, filled=True)
        self._glyphs(text, PLAIN_FACE, mark.character)
        half = text_width(mark.character, mark.size) / 2
        child(text, "TextCode", mark.character, X=number(-half), Y=number(size * BASELINE))
        return text.attrib["ID"]

    def _glyphs(self, text: Element, face: str, characters: str) -> None:
        """An embedded font is told the glyph of every character."""
        cut = self._resources.cut
        if cut is None or not self._resources.is_embedded(face):
            return
        count = str(len(characters))
        told = child(text, "CGTransform", CodePosition="0", CodeCount=count, GlyphCount=count)
        child(told, "Glyphs", " ".join(str(cut.glyph(character)) for character in characters))

    def _path(self, points: Points, color: Color, width: float = 0, *, dash: tuple[float, float] | None = None) -> str:
        """An outline of `width` millimetres, or without one a filled shape."""
        xs = [x for _, place in points for x in place[::2]]
        ys = [y for _, place in points for y in place[1::2]]
        left, top = min(xs) - width / 2, min(ys) - width / 2
        box = (left, top, max(xs) + width / 2 - left, max(ys) + width / 2 - top)
        how = {"LineWidth": number(width)} if width else {"Stroke": "false", "Fill": "true"}
        if dash:
            how["DashPattern"] = numbers(*dash)
        path = self._object("PathObject", box, color, **how)
        self._paint(path, color, filled=not width, stroked=bool(width))
        steps = []
        for operator, place in points:
            inside = [value - (left, top)[index % 2] for index, value in enumerate(place)]
            steps.append(f"{operator} {numbers(*inside)}".strip())
        child(path, "AbbreviatedData", " ".join(steps))
        return path.attrib["ID"]

    def _code(self, mark: Code) -> str:
        picture = self._resources.image(qr.picture(mark.text))
        box = (mark.x, mark.y, mark.side, mark.side)
        scaled = numbers(mark.side, 0, 0, mark.side, 0, 0)
        return self._object("ImageObject", box, None, CTM=scaled, ResourceID=picture).attrib["ID"]

    def _object(self, name: str, box: Sequence[float], color: Color | None, **more: str) -> Element:
        x, y, width, height = box
        boundary = numbers(x - self._origin[0], y - self._origin[1], width, height)
        alpha = {"Alpha": str(round(color.alpha * 255))} if color and color.alpha < 1 else {}
        return child(self._layer, name, ID=next(self._ids), Boundary=boundary, **more, **alpha)

    def _paint(self, element: Element, color: Color, *, filled: bool = False, stroked: bool = False) -> None:
        if color == self._colour:
            return
        for name, wanted in (("FillColor", filled), ("StrokeColor", stroked)):
            if wanted:
                child(element, name, Value=rgb(color), ColorSpace=self._resources.colour_space)


def _rectangle(mark: Frame | Block) -> Points:
    corners = ((mark.left, mark.top), (mark.right, mark.top), (mark.right, mark.bottom), (mark.left, mark.bottom))
    return [*zip("MLLL", corners, strict=True), ("C", ())]


def _ellipse(mark: Ellipse) -> Points:
    """From the right end over the bottom: four quarters."""
    quarters = (((1, 0), (0, 1)), ((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0)))
    points: list[tuple[str, Sequence[float]]] = [("M", (mark.x + mark.rx, mark.y))]
    for (x1, y1), (x2, y2) in quarters:
        handles = ((x1 + x2 * _ROUND, y1 + y2 * _ROUND), (x2 + x1 * _ROUND, y2 + y1 * _ROUND), (x2, y2))
        points.append(("B", [part for x, y in handles for part in (mark.x + x * mark.rx, mark.y + y * mark.ry)]))
    return [*points, ("C", ())]
