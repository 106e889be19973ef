"""A reader's mark burned into a finished picture of a page: see `viewer.domain.watermark` for the pattern."""

import io
import math
from collections.abc import Iterator

from PIL import Image, ImageChops, ImageDraw, ImageFont

from viewer.domain.size import Size
from viewer.domain.watermark import ANGLE, INK, STRENGTH, pattern_of, places
from viewer.fonts import SANS_SC
from viewer.imaging.finish import encode, kind_of, mirror, rotate
from viewer.imaging.request import ImageRequest

LEAST = 3
"""Pixels of a letter below which nothing would be seen of it."""
GRAIN = 3
"""In black and white each third pixel of the letters stands for their paleness."""


def stamp(content: bytes, ask: ImageRequest, page: Size, mark: str) -> bytes:
    """The finished picture that `ask` is of, with the mark."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGBA" if "A" in opened.getbands() else "RGB" if opened.mode == "RGB" else "L")
    letters = _turned(_letters(ask, page, mark), ask, picture.size)
    if ask.quality == "bitonal":
        grained = ImageChops.multiply(letters.point(lambda level: 255 if level > 127 else 0), _grain(letters.size))
        picture.paste(0, mask=grained)
        picture = picture.convert("1") if ask.suffix == "png" else picture
    else:
        ink: tuple[int, ...] | int = (
            INK if picture.mode == "L" else (INK,) * 3 + ((255,) if picture.mode == "RGBA" else ())
        )
        if picture.mode == "RGBA":  # corners that a turn left clear stay so
            letters = ImageChops.multiply(letters, picture.getchannel("A"))
        picture.paste(ink, mask=letters.point(lambda level: round(level * STRENGTH)))
    return encode(picture, kind_of(ask))


def _letters(ask: ImageRequest, page: Size, mark: str) -> Image.Image:
    """The pattern over the asked part in the asked size, before that is turned: how much of each pixel is letter."""
    pattern = pattern_of(page.width, page.height, _font(100).getlength(mark) / 100)
    over = Image.new("L", (ask.size.width, ask.size.height))
    right, down = ask.size.width / ask.box.width, ask.size.height / ask.box.height
    height = pattern.letter * min(right, down)
    if height < LEAST:
        return over
    text = _text(mark, round(height))
    reach = max(text.width / right, text.height / down) / 2
    part = (ask.box.left, ask.box.top, ask.box.width, ask.box.height)
    for x, y in places(pattern, part, reach=reach):
        place = (round((x - ask.box.left) * right - text.width / 2), round((y - ask.box.top) * down - text.height / 2))
        over.paste(255, place, text)
    return over


def _text(mark: str, height: int) -> Image.Image:
    """The mark, rising, in letters of this height."""
    font = _font(height)
    left, top, right, bottom = (math.ceil(each) for each in font.getbbox(mark))
    flat = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(flat).text((-left, -top), mark, fill=255, font=font)
    return flat.rotate(ANGLE, Image.Resampling.BICUBIC, expand=True)


def _turned(letters: Image.Image, ask: ImageRequest, size: tuple[int, int]) -> Image.Image:
    """Mirrored and turned as the picture was; its letters then run as the page's do."""
    turned = mirror(letters, ask)
    if ask.rotation % 90 == 0:
        turned = rotate(turned, ask)
    else:
        turned = turned.rotate(-float(ask.rotation), Image.Resampling.BICUBIC, expand=True)
    return turned if turned.size == size else turned.resize(size)


def _grain(size: tuple[int, int]) -> Image.Image:
    cell = Image.new("L", (GRAIN, GRAIN))
    for step in range(GRAIN):
        cell.putpixel((step, step), 255)
    grain = Image.new("L", size)
    for top in range(0, size[1], GRAIN):
        grain.paste(cell, (0, top))
    for wide in iter(_doubling(GRAIN, size[0])):
        grain.paste(grain.crop((0, 0, wide, size[1])), (wide, 0))
    return grain


def _doubling(start: int, end: int) -> Iterator[int]:
    while start < end:
        yield start
        start *= 2


def _font(height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(SANS_SC, height)
