"""Plain pictures made smaller by libvips: it takes a third of Pillow's time for a PNG, two thirds for a photo on the stage.

Only for decoder processes, which are forks of one that has imported this: libvips' threads wouldn't survive that, but they
start with the first picture.
"""

import os

from PIL import Image

from viewer.domain.size import Size

# One thread decodes while the other makes smaller: on a free machine a third less to wait for.
os.environ["VIPS_CONCURRENCY"] = "2"
os.environ["VIPS_DISC_THRESHOLD"] = "8g"  # a decoder may not write files

import pyvips

pyvips.cache_set_max(0)

JPEG = b"\xff\xd8"

MODES = {1: "L", 3: "RGB"}
GAP = 4.0
"""A picture is halved by averaging only down to so many times its size; from there on Lanczos keeps it sharp."""


def shrunk(content: bytes, stored: Size, size: Size) -> Image.Image:
    """The pixels of a JPEG or PNG of one or three channels that is `stored` in this size, made smaller, not yet upright.

    A JPEG halves itself while it is decoded, 41 dB and more from what it would be; from a quarter on it would be 38.
    Raises pyvips.Error for a damaged one.
    """
    if content.startswith(JPEG):
        halved = stored.width >= 2 * size.width and stored.height >= 2 * size.height
        image = pyvips.Image.jpegload_buffer(
            content, shrink=2 if halved else 1, access="sequential", fail_on="truncated"
        )
    else:
        image = pyvips.Image.pngload_buffer(content, access="sequential", fail_on="truncated")
    small = image.resize(size.width / image.width, vscale=size.height / image.height, gap=GAP)
    if (small.width, small.height) != (size.width, size.height):
        small = small.embed(0, 0, size.width, size.height, extend="copy")  # a rounding's row or column
    mode = MODES[small.bands]
    return Image.frombuffer(mode, (size.width, size.height), small.write_to_memory(), "raw", mode, 0, 1)
