"""Where the papers on a pasted sheet lie in its scan: what the maker draws by and the cloud tells as `region`."""

import math

from viewer.gateway.sandbox.papers import Piece, SmallPaper

A4_MM = (210, 297)
DPI = 300
SCAN = (2480, 3508)
"""The scan of an A4 sheet in pixels."""
SCALE = DPI / 25.4
"""Pixels per millimetre."""

SIZES = {"7": (76.0, 136.0), "8": (57.0, 126.5), "9": (86.0, 54.0), "17": (62.0, 113.5)}
"""Upstream's `invoiceType` → width and height in millimetres."""
MARGIN = 1.8
"""Millimetres around the paper that the cloud leaves when it finds an invoice on a sheet."""

Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""


def size(paper: SmallPaper) -> tuple[float, float]:
    """The paper's width and height in millimetres."""
    return SIZES[paper.type_code]


def corners(piece: Piece) -> list[tuple[float, float]]:
    """Where the paper's corners lie in the scan, in pixels, beginning with its upper left one."""
    width, height = size(piece.paper)
    cos, sin = math.cos(math.radians(piece.angle)), math.sin(math.radians(piece.angle))
    around = ((-width, -height), (width, -height), (width, height), (-width, height))
    return [
        ((piece.x + (cos * x - sin * y) / 2) * SCALE, (piece.y + (sin * x + cos * y) / 2) * SCALE) for x, y in around
    ]


def box(piece: Piece) -> Box:
    """The upright part of the scan that holds the whole piece, with a margin."""
    points = corners(piece)
    margin = MARGIN * SCALE
    left, top = (math.floor(min(point[axis] for point in points) - margin) for axis in (0, 1))
    right, bottom = (math.ceil(max(point[axis] for point in points) + margin) for axis in (0, 1))
    return left, top, right - left, bottom - top


def region(piece: Piece) -> str:
    """The same as the cloud writes it."""
    return f"[{','.join(map(str, box(piece)))}]"


def pixel() -> str:
    """The scan's size as the cloud writes it."""
    return f"{SCAN[0]},{SCAN[1]}"
