"""Flowing colours (GB/T 33190 clause 8.3.4): axial and radial shadings, and meshes of triangles."""

import math
import struct
from collections.abc import Iterator
from itertools import pairwise

import pikepdf
from pikepdf import Array, Dictionary, Name

from viewer.documents.ofd.colours import Colour, colour_of
from viewer.documents.ofd.resources import Resources
from viewer.documents.ofd.values import IDENTITY, Matrix, Rect, number, numbers, size
from viewer.documents.ofd.writer import Writer
from viewer.documents.ofd.xml import Element, attribute, child

KINDS = ("AxialShd", "RadialShd", "GouraudShd", "LaGourandShd", "LaGouraudShd")
MOST_REPEATS = 100
MOST_STOPS = 256
FAR = 0xFFFFFFFF
Stop = tuple[float, Colour]


def shading_of(
    element: Element, resources: Resources, writer: Writer, matrix: Matrix, extent: Rect
) -> tuple[str, float] | None:
    """The pattern's name and its opacity for a shading in the space of `matrix` that fills `extent`; None for none."""
    if element.tag == "AxialShd":
        stops = _stops(element, resources)
        return (writer.shading(_axial(element, stops, extent), matrix), _alpha(stops)) if stops else None
    if element.tag == "RadialShd":
        stops = _stops(element, resources)
        return (writer.shading(*_radial(element, stops, matrix)), _alpha(stops)) if stops else None
    mesh = _mesh(element, resources, writer.pdf)
    return (writer.shading(mesh, matrix), 1.0) if mesh is not None else None


def _stops(element: Element, resources: Resources) -> list[Stop]:
    """Colours by their places from 0 to 1; those without a place lie evenly."""
    found: list[Stop] = []
    parts = element.findall("Segment")[:MOST_STOPS]
    for place, part in enumerate(parts):
        colour = child(part, "Color")
        if colour is None:
            continue
        even = place / (len(parts) - 1) if len(parts) > 1 else 0.0
        at = min(1.0, max(0.0, number(attribute(part, "Position"), even)))
        found.append((max(at, found[-1][0]) if found else at, colour_of(colour, resources)))
    return found


def _alpha(stops: list[Stop]) -> float:
    """PDF's shadings have one opacity: the mean."""
    return sum(colour.alpha for _, colour in stops) / len(stops)


def _function(stops: list[Stop], start: int = 0, end: int = 1, *, mirrored: bool = False) -> pikepdf.Object:
    """The colour at each place of [start, end]; each whole unit shows all stops again."""
    places: list[Stop] = []
    for unit in range(start, end):
        turned = mirrored and unit % 2 == 1
        unit_stops = [(1 - at, colour) for at, colour in reversed(stops)] if turned else stops
        places += [
            (float(unit), unit_stops[0][1]),
            *((unit + at, colour) for at, colour in unit_stops),
            (float(unit + 1), unit_stops[-1][1]),
        ]
    pieces, bounds = [], []
    for (at, colour), (after, next_colour) in pairwise(places):
        if after <= at:
            continue
        pieces.append(
            Dictionary(
                FunctionType=2, Domain=Array([0, 1]), C0=Array(list(colour.rgb)), C1=Array(list(next_colour.rgb)), N=1
            )
        )
        bounds.append(after)
    return Dictionary(
        FunctionType=3,
        Domain=Array([start, end]),
        Functions=Array(pieces),
        Bounds=Array(bounds[:-1]),
        Encode=Array([0, 1] * len(pieces)),
    )


def _axial(element: Element, stops: list[Stop], extent: Rect) -> pikepdf.Object:
    x, y = _point(element, "StartPoint")
    end_x, end_y = _point(element, "EndPoint")
    kind = (attribute(element, "MapType") or "Direct").lower()
    length = math.hypot(end_x - x, end_y - y)
    start, end = 0, 1
    if kind in ("repeat", "reflect") and length:
        unit = size(element, "MapUnit", length) or length
        end_x, end_y = x + (end_x - x) * unit / length, y + (end_y - y) * unit / length
        start, end = _reached((x, y), (end_x, end_y), extent)
    extended = int(size(element, "Extend", 0))
    return Dictionary(
        ShadingType=2,
        ColorSpace=Name.DeviceRGB,
        Coords=Array(
            [
                x + (end_x - x) * start,
                y + (end_y - y) * start,
                x + (end_x - x) * end,
                y + (end_y - y) * end,
            ]
        ),
        Domain=Array([start, end]),
        Function=_function(stops, start, end, mirrored=kind == "reflect"),
        Extend=Array([bool(extended & 1), bool(extended & 2)]),
    )


def _reached(start: tuple[float, float], end: tuple[float, float], extent: Rect) -> tuple[int, int]:
    """Between which whole units of the axis the extent lies."""
    x, y = end[0] - start[0], end[1] - start[1]
    units = [
        ((corner_x - start[0]) * x + (corner_y - start[1]) * y) / (x * x + y * y)
        for corner_x in (extent.x, extent.x + extent.w)
        for corner_y in (extent.y, extent.y + extent.h)
    ]
    first = max(-MOST_REPEATS, math.floor(min(units)))
    return first, max(first + 1, min(MOST_REPEATS, math.ceil(max(units))))


def _radial(element: Element, stops: list[Stop], matrix: Matrix) -> tuple[pikepdf.Object, Matrix]:
    """Between two circles; with an eccentricity they are ellipses around the first one's centre."""
    x, y = _point(element, "StartPoint")
    end_x, end_y = _point(element, "EndPoint")
    eccentricity = min(0.999, max(0.0, size(element, "Eccentricity", 0)))
    squeezed = IDENTITY
    if eccentricity:
        turn = math.radians(size(element, "Angle", 0))
        cos, sin = math.cos(turn), math.sin(turn)
        flat = Matrix(1, 0, 0, math.sqrt(1 - eccentricity**2), 0, 0)
        squeezed = Matrix(cos, sin, -sin, cos, x, y).after(flat).after(Matrix(1, 0, 0, 1, -x, -y))
    extended = int(size(element, "Extend", 0))
    shading = Dictionary(
        ShadingType=3,
        ColorSpace=Name.DeviceRGB,
        Coords=Array([x, y, abs(size(element, "StartRadius", 0)), end_x, end_y, abs(size(element, "EndRadius", 0))]),
        Function=_function(stops),
        Extend=Array([bool(extended & 1), bool(extended & 2)]),
    )
    return shading, matrix.after(squeezed)


def _mesh(element: Element, resources: Resources, pdf: pikepdf.Pdf) -> pikepdf.Object | None:
    """Triangles whose corners have colours: in any order with an edge flag each, or in rows."""
    points = list(_corners(element, resources))
    if len(points) < 3:
        return None
    left, right = min(x for _, x, _, _ in points), max(x for _, x, _, _ in points)
    top, bottom = min(y for _, _, y, _ in points), max(y for _, _, y, _ in points)
    in_rows = element.tag != "GouraudShd"
    rows = max(2, int(size(element, "VerticesPerRow", 2)))
    data = b"".join(
        (b"" if in_rows else bytes([flag]))
        + struct.pack(">II", _fraction(x, left, right), _fraction(y, top, bottom))
        + bytes(round(255 * part) for part in colour.rgb)
        for flag, x, y, colour in points
    )
    mesh = pdf.make_stream(
        data,
        ShadingType=5 if in_rows else 4,
        ColorSpace=Name.DeviceRGB,
        BitsPerCoordinate=32,
        BitsPerComponent=8,
        Decode=Array([left, max(right, left + 1e-3), top, max(bottom, top + 1e-3), 0, 1, 0, 1, 0, 1]),
    )
    if in_rows:
        mesh["/VerticesPerRow"] = rows
    else:
        mesh["/BitsPerFlag"] = 8
    return mesh


def _corners(element: Element, resources: Resources) -> Iterator[tuple[int, float, float, Colour]]:
    for point in element.findall("Point")[:10_000]:
        colour = child(point, "Color")
        if colour is not None:
            flag = int(size(point, "EdgeFlag", 0)) % 3
            yield flag, size(point, "X", 0), size(point, "Y", 0), colour_of(colour, resources)


def _fraction(value: float, low: float, high: float) -> int:
    return round((value - low) / max(high - low, 1e-3) * FAR)


def _point(element: Element, name: str) -> tuple[float, float]:
    found = numbers(attribute(element, name))
    return (found[0], found[1]) if len(found) >= 2 else (0.0, 0.0)
