"""Pictures through Pillow: EXIF orientation applied, alpha on white, palettes and CMYK as RGB."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.size import Box, Size

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → how to turn the stored pixels upright."""
TURNED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF")


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The size of every page as shown. Only TIFF has pages here; an animation shows its first frame."""
    with _opened(content) as picture:
        count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        if count > limits.max_pages:
            raise Unreadable("too_many_pages")
        sizes = []
        for number in range(count):
            picture.seek(number)
            if picture.width * picture.height > limits.max_pixels:
                raise Unreadable("too_many_pixels")
            sizes.append(_shown(picture))
        picture.seek(0)
        picture.load()  # a truncated picture is told now, not when somebody looks at it
        return sizes


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """A part of page `number` (from 1) in exactly `size`; decoded no larger than that needs, turned when it is small."""
    with _opened(content) as picture:
        picture.seek(number - 1)
        whole, orientation = _shown(picture), _orientation(picture)
        needed = Size(round(whole.width * size.width / box.width), round(whole.height * size.height / box.height))
        picture.draft("RGB", (needed.height, needed.width) if orientation in TURNED else (needed.width, needed.height))
        flat = _on_white(picture)
        if orientation in UPRIGHT:
            flat = flat.transpose(UPRIGHT[orientation])
        across, down = flat.width / whole.width, flat.height / whole.height
        part = (box.left * across, box.top * down, (box.left + box.width) * across, (box.top + box.height) * down)
        return flat.resize((size.width, size.height), Image.Resampling.LANCZOS, box=part, reducing_gap=2.0)


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            yield picture


def _shown(picture: Image.Image) -> Size:
    turned = _orientation(picture) in TURNED
    return Size(picture.height, picture.width) if turned else Size(picture.width, picture.height)


def _orientation(picture: Image.Image) -> int:
    """How the stored pixels have to be turned; a TIFF's are upright already, since Pillow turns them when it reads."""
    found = 1 if picture.format == "TIFF" else picture.getexif().get(ORIENTATION, 1)
    return found if isinstance(found, int) else 1


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # Pillow clips at 255 where it should divide
        return picture.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return picture.convert("RGB")
