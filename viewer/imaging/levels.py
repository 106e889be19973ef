"""A page's sizes and tiles that info.json speaks of, and that are made ahead: whole pages in halves, and a grid on each.

Names are those of `ImageRequest.stored_as`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from viewer.domain.size import Box, Size
from viewer.imaging.request import LONGEST

TILE = 512
"""Edge of a tile in pixels."""
THUMBNAIL = 320
"""Pixels that a page has across in a list, on dense screens too."""
ENOUGH = 1.5
"""So many times larger a picture is at least from which another size is made."""
SMALLEST = 64
"""The longer edge of the smallest size that is worth a name."""
LARGE = 16_000_000
"""Pixels of a page above which its tiles are made ahead, not at the first need."""
WORTH_PARTING = 4_000_000
"""Pixels from which on encoding the tiles takes longer than decoding the page twice."""
WORTH_KEEPING = 1_000_000
"""Pixels of a page from which on a smaller picture of it is decoded clearly faster."""
AS_DRAWN = "0/default.jpg"


@dataclass(frozen=True)
class Tile:
    """A tile of the grid: which part of the page, and in which size."""

    box: Box
    size: Size
    name: str


@dataclass(frozen=True)
class Band:
    """Rows of a scaled page, from `top` on; whole tiles but for the page's lower edge."""

    top: int
    rows: int


def sizes(page: Size, max_area: int) -> list[Size]:
    """The whole page in halves of itself, smallest first; each is also the answer to `w,`."""
    steps = max(0, math.floor(math.log2(max(page.width, page.height) / SMALLEST)))
    widths = sorted({math.ceil(page.width / 2**step) for step in range(steps + 1)})
    found = (Size(width, max(1, (2 * page.height * width + page.width) // (2 * page.width))) for width in widths)
    return [size for size in found if size.pixels <= max_area and max(size.width, size.height) <= LONGEST["jpg"]]


@lru_cache(maxsize=512)
def stored_sizes(page: Size, max_area: int) -> list[Size]:
    """Those of them that are stored as the page's ladder: its own size would take as long to decode as the page does."""
    return [size for size in sizes(page, max_area) if size.width < page.width]


def thumbnails_from(page: Size, max_area: int) -> Size | None:
    """The size of a page's first picture, which is enough for thumbnails; None where the page itself is hardly larger."""
    if page.pixels < WORTH_KEEPING:
        return None
    return next((size for size in stored_sizes(page, max_area) if size.width >= ENOUGH * THUMBNAIL), None)


def is_enough(level: Size, size: Size) -> bool:
    """Whether a picture of the page in this size may come from that level: at least half as large again it takes 1 dB and
    less from a photo, 2 from print; a level hardly larger takes 6."""
    return level == size or (level.width >= ENOUGH * size.width and level.height >= ENOUGH * size.height)


def name_of_level(size: Size) -> str:
    return f"full/{size.width},{size.height}/{AS_DRAWN}"


def scale_factors(page: Size) -> list[int]:
    """Powers of two up to the one at which the whole page is a single tile."""
    return [2**step for step in range(max(0, math.ceil(math.log2(max(page.width, page.height) / TILE))) + 1)]


def scaled(page: Size, factor: int) -> Size:
    return Size(math.ceil(page.width / factor), math.ceil(page.height / factor))


def tiles(page: Size, factor: int, *, top: int, rows: int) -> Iterator[Tile]:
    """The grid's tiles of one scale factor whose upper edges lie in `rows` of the scaled page from `top` on."""
    step = TILE * factor
    for upper in range(-(-top // TILE) * step, min((top + rows) * factor, page.height), step):
        for left in range(0, page.width, step):
            box = Box(left, upper, min(step, page.width - left), min(step, page.height - upper))
            size = scaled(Size(box.width, box.height), factor)
            region = "full" if size == scaled(page, factor) else f"{left},{upper},{box.width},{box.height}"
            yield Tile(box, size, f"{region}/{size.width},{size.height}/{AS_DRAWN}")


def bands(page: Size, factor: int, count: int) -> list[Band]:
    """The page scaled down in so many bands, or fewer, that can be cut at the same time; a small one in one."""
    level = scaled(page, factor)
    rows = math.ceil(level.height / TILE)
    step = (math.ceil(rows / count) if level.pixels > WORTH_PARTING else rows) * TILE
    return [Band(top, min(step, level.height - top)) for top in range(0, level.height, step)]


@lru_cache(maxsize=512)
def tile_factors(page: Size) -> Mapping[str, int]:
    """The name of every tile of a page that has several at its scale → the scale factor."""
    return {
        tile.name: factor
        for factor in scale_factors(page)[:-1]
        for tile in tiles(page, factor, top=0, rows=scaled(page, factor).height)
    }
