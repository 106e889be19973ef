"""Paths (GB/T 33190 clause 9): abbreviated data as PDF's operators."""

import math
import re
from collections.abc import Iterator

from viewer.documents.ofd.values import IDENTITY, LARGEST, Matrix, Rect, around, shown_all

TOKEN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[A-Za-z]")
COUNTS = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
"""Operator → how many numbers it takes."""
MOST_SEGMENTS = 200_000

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
"""PDF's operator (m, l, c, h) and its points."""


def segments(data: str) -> list[Segment]:
    """What the data draws; it ends at the first thing that is no such data."""
    found: list[Segment] = []
    here, start = (0.0, 0.0), (0.0, 0.0)
    for operator, given in _operations(data):
        if len(found) >= MOST_SEGMENTS:
            break
        if operator == "C":
            if found:
                found.append(("h", ()))
            here = start
            continue
        end = given[-2], given[-1]
        if operator in "MS":
            found.append(("m", (end,)))
            start = end
        else:
            if not found or found[-1][0] == "h":
                found.append(("m", (here,)))
            if operator == "L":
                found.append(("l", (end,)))
            elif operator == "Q":
                found.append(("c", (*_raised(here, (given[0], given[1]), end), end)))
            elif operator == "B":
                found.append(("c", ((given[0], given[1]), (given[2], given[3]), end)))
            else:
                found.extend(("c", curve) for curve in _arc(here, given, end))
        here = end
    return found


def drawn(found: list[Segment], matrix: Matrix = IDENTITY) -> str:
    """PDF's operators for them."""
    if matrix == IDENTITY:
        return " ".join(f"{shown_all(n for point in points for n in point)} {op}" for op, points in found)
    return " ".join(f"{shown_all(n for point in points for n in matrix.place(*point))} {op}" for op, points in found)


def extent(found: list[Segment]) -> Rect | None:
    """A box that holds them all; their control points too."""
    points = [point for _, each in found for point in each]
    return around(points) if points else None


def _operations(data: str) -> Iterator[tuple[str, list[float]]]:
    operator, given = "", list[float]()
    for token in TOKEN.findall(data):
        if token[0].isalpha():
            operator, given = token.upper(), []
            if operator not in COUNTS:
                return
            if operator == "C":
                yield operator, []
            continue
        value = float(token)
        given.append(value if abs(value) <= LARGEST else 0.0)
        if operator and len(given) == COUNTS[operator]:
            yield operator, given
            given = []


def _raised(start: Point, control: Point, end: Point) -> tuple[Point, Point]:
    """The two control points of the cubic curve that a quadratic one is."""
    return (
        (start[0] + 2 / 3 * (control[0] - start[0]), start[1] + 2 / 3 * (control[1] - start[1])),
        (end[0] + 2 / 3 * (control[0] - end[0]), end[1] + 2 / 3 * (control[1] - end[1])),
    )


def _arc(start: Point, given: list[float], end: Point) -> Iterator[tuple[Point, Point, Point]]:
    """An elliptic arc from `start` as cubic curves: rx ry, rotation in degrees, large, clockwise (clause 9.3.5; it is SVG's)."""
    across, down, turn, large, sweep = (
        abs(given[0]),
        abs(given[1]),
        math.radians(given[2]),
        given[3] != 0,
        given[4] != 0,
    )
    if start == end:
        return
    if across == 0 or down == 0:
        yield start, end, end
        return
    cos, sin = math.cos(turn), math.sin(turn)
    half_x, half_y = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = cos * half_x + sin * half_y, -sin * half_x + cos * half_y
    grown = (x / across) ** 2 + (y / down) ** 2
    if grown > 1:
        across, down = across * math.sqrt(grown), down * math.sqrt(grown)
    below = (across * y) ** 2 + (down * x) ** 2
    factor = math.sqrt(max(0.0, (across * down) ** 2 / below - 1)) * (-1 if large == sweep else 1) if below else 0.0
    middle_x, middle_y = factor * across * y / down, -factor * down * x / across
    first = math.atan2((y - middle_y) / down, (x - middle_x) / across)
    span = math.atan2((-y - middle_y) / down, (-x - middle_x) / across) - first
    if sweep and span < 0:
        span += 2 * math.pi
    elif not sweep and span > 0:
        span -= 2 * math.pi
    placed = Matrix(cos, sin, -sin, cos, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2).after(
        Matrix(across, 0, 0, down, middle_x, middle_y)
    )
    count = max(1, math.ceil(abs(span) / (math.pi / 2) - 1e-9))
    step = span / count
    reach = 4 / 3 * math.tan(step / 4)
    for number in range(count):
        a, b = first + number * step, first + (number + 1) * step
        yield (
            placed.place(math.cos(a) - reach * math.sin(a), math.sin(a) + reach * math.cos(a)),
            placed.place(math.cos(b) + reach * math.sin(b), math.sin(b) - reach * math.cos(b)),
            placed.place(math.cos(b), math.sin(b)),
        )
