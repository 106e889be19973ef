"""Plain pictures made smaller by libvips: it takes a third of Pillow's time for a PNG, half of it for a scan's page.

Only for decoder processes, and imported there at the first need: its threads don't survive a fork.
"""

import os

from PIL import Image

os.environ["VIPS_CONCURRENCY"] = "1"  # a decoder process has its own core
os.environ["VIPS_DISC_THRESHOLD"] = "8g"  # a decoder may not write files

import pyvips

pyvips.cache_set_max(0)

MODES = {1: "L", 3: "RGB"}


def shrunk(content: bytes, width: int, height: int) -> Image.Image:
    """The stored pixels of a picture of one or three channels, in exactly this size. Raises pyvips.Error."""
    small = pyvips.Image.thumbnail_buffer(
        content, width, height=height, size="force", no_rotate=True, fail_on="truncated"
    )
    mode = MODES[small.bands]
    return Image.frombuffer(mode, (width, height), small.write_to_memory(), "raw", mode, 0, 1)
