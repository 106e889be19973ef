"""Plain pictures made smaller by libvips: it takes a fifth of Pillow's time for a PNG, half for a photo on the stage.

Only for decoder processes, which are forks of one that has imported this: libvips' threads wouldn't survive that, but they
start with the first picture.
"""

import contextlib
import itertools
import logging
import os
from collections.abc import Iterator, Sequence

from PIL import Image

from viewer.documents.image import JPEG_START
from viewer.domain.size import Box, Size

# One thread decodes while the other makes smaller: on a free machine a third less to wait for.
os.environ["VIPS_CONCURRENCY"] = "2"
os.environ["VIPS_DISC_THRESHOLD"] = "8g"  # a decoder may not write files

import pyvips

pyvips.cache_set_max(0)
logging.getLogger("pyvips").setLevel(logging.ERROR)  # what it stumbles over is the file's problem, not the operator's

MODES = {1: "L", 3: "RGB"}
BANDS = {mode: bands for bands, mode in MODES.items()}
GAP = 3.0
"""A picture is halved by averaging only down to so many times its size; from there on Lanczos keeps it sharp: 44 dB and more
from what Lanczos alone would make of it."""
LINES = 8
"""libvips reads so many of a JPEG's at a time; where one part ends among them and the next begins, they have to be kept."""
HALVED = 2.5
"""So many times smaller, a JPEG is shown that halves itself."""
EVEN_TABLES = 1
"""The number of mozjpeg's tables with one step for all, which pyvips-binary's libvips has: 16 at quality 50, 0 at 100."""


def shrunk(content: bytes, stored: Size, size: Size) -> Image.Image | None:
    """The pixels of a JPEG or PNG of one or three channels that is `stored` in this size, made smaller, not yet upright; None
    where libvips stumbles over it, which is stricter than Pillow."""
    try:
        return _as_picture(_made_smaller(_opened(content, stored, size), size))
    except pyvips.Error:
        return None


def cut_out(content: bytes, stored: Size, parts: Sequence[Box]) -> Iterator[Image.Image]:
    """Parts of a JPEG's pixels as large as they are stored, from the top down, of one pass that ends with the last of them;
    fewer where libvips stumbles, as above. (A PNG's check sums come after what they are of.)

    Only parts that lie beside each other are in memory at the same time: to fetch a page's worth of it is a tenth of the work.
    """
    with contextlib.suppress(pyvips.Error):
        pixels = _opened(content, stored, stored)
        if any(part.top % LINES for part in parts):
            pixels = pixels.linecache(tile_height=2 * LINES, access="sequential", persistent=True)
        for (top, height), row in itertools.groupby(parts, lambda part: (part.top, part.height)):
            yield from _beside_each_other(pixels, top, height, list(row))


def encoded(content: bytes, stored: Size, size: Size, *, step: int) -> bytes | None:
    """The same as a JPEG that is rounded in this step, with colours in full. Reading, shrinking and encoding go on at the same
    time, which takes a quarter less on the stage."""
    quality = round(100 - step * 50 / 16)
    try:
        small = _made_smaller(_opened(content, stored, size), size)
        jpeg: bytes = small.jpegsave_buffer(Q=quality, quant_table=EVEN_TABLES, subsample_mode="off", keep="none")
    except pyvips.Error:
        return None
    return jpeg


def resized(picture: Image.Image, size: Size) -> Image.Image:
    """A decoded L or RGB picture made smaller, in a third to two thirds of Pillow's time; of a large one the copy that this
    needs would be too much."""
    pixels = pyvips.Image.new_from_memory(picture.tobytes(), *picture.size, BANDS[picture.mode], "uchar")
    return _as_picture(_made_smaller(pixels, size))


def _beside_each_other(image: pyvips.Image, top: int, height: int, parts: list[Box]) -> Iterator[Image.Image]:
    left, right = min(part.left for part in parts), max(part.left + part.width for part in parts)
    lines = memoryview(image.crop(left, top, right - left, height).write_to_memory())
    mode, line = MODES[image.bands], image.bands * (right - left)
    for part in parts:
        start = image.bands * (part.left - left)
        yield Image.frombytes(mode, (part.width, height), lines[start:], "raw", mode, line, 1)


def _opened(content: bytes, stored: Size, size: Size) -> pyvips.Image:
    """A JPEG halves itself while it is decoded, where something is left for Lanczos: 41 dB and more from what it would be.
    A PNG's check sums are a mere warning to its reader. Raises pyvips.Error for other than 8 bits a channel, too."""
    if content.startswith(JPEG_START):
        halved = stored.width >= HALVED * size.width and stored.height >= HALVED * size.height
        image = pyvips.Image.jpegload_buffer(
            content, shrink=2 if halved else 1, access="sequential", fail_on="truncated"
        )
    else:
        image = pyvips.Image.pngload_buffer(content, access="sequential", fail_on="warning")
    if image.format != "uchar" or image.bands not in MODES:
        raise pyvips.Error(f"{image.bands} channels of {image.format}")
    return image


def _made_smaller(image: pyvips.Image, size: Size) -> pyvips.Image:
    across, down = image.width / size.width, image.height / size.height
    if image.bands == 1:
        # Line by line libvips computes one channel slower than three, for which it has the processor's vectors.
        low = image.reducev(down, gap=GAP)
        small = low.bandjoin([low, low]).reduceh(across, gap=GAP).extract_band(0)
    else:
        small = image.resize(1 / across, vscale=1 / down, gap=GAP)
    if (small.width, small.height) == (size.width, size.height):
        return small
    return small.embed(0, 0, size.width, size.height, extend="copy")  # a rounding's row or column


def _as_picture(image: pyvips.Image) -> Image.Image:
    mode = MODES[image.bands]
    return Image.frombuffer(mode, (image.width, image.height), image.write_to_memory(), "raw", mode, 0, 1)
