"""A tile's colours: in full where they are as fine as red print, else at half the resolution."""

import io
import itertools
from collections.abc import Callable
from random import Random

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from PIL.JpegImagePlugin import get_sampling

from tests.likeness import psnr
from viewer.fonts import SERIF_SC
from viewer.imaging.finish import SAVED_AS, encode

IN_FULL, AT_HALF = 0, 2
TILE = (512, 512)


def tile() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    paper = Image.new("RGB", TILE, "white")
    return paper, ImageDraw.Draw(paper)


def sampling(picture: Image.Image, kind: str = "jpg") -> int:
    with Image.open(io.BytesIO(encode(picture, kind))) as shown:
        found: int = get_sampling(shown)
        return found


def photographed() -> Image.Image:
    """Soft colours and a camera's grain."""
    dice = Random("grain")
    soft = [
        Image.frombytes("L", (32, 32), dice.randbytes(1024)).resize(TILE, Image.Resampling.BICUBIC) for _ in range(3)
    ]
    grain = Image.frombytes("L", TILE, dice.randbytes(512 * 512)).point([112 + level // 8 for level in range(256)])
    return ImageChops.add(Image.merge("RGB", soft), Image.merge("RGB", [grain] * 3), 1, -128).filter(
        ImageFilter.GaussianBlur(0.6)
    )


INKS = {"seal": (230, 60, 60), "dark": (110, 20, 20), "pale": (245, 180, 180), "pen": (60, 80, 170)}


@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize(("text", "size"), [("12.50", 10), ("作废", 14), ("3", 14), ("作废", 30)])
def test_one_coloured_word_is_enough_wherever_it_stands(text: str, size: int, ink: str) -> None:
    font = ImageFont.truetype(SERIF_SC, size)
    for left, upper in [(0, 0), (449, 470), *((200 + step, 300 + 3 * step) for step in range(8))]:
        paper, draw = tile()
        draw.text((left, upper), text, INKS[ink], font)
        assert sampling(paper) == IN_FULL, (left, upper)


def stripes(draw: ImageDraw.ImageDraw) -> None:
    for place in range(0, 512, 2):
        draw.line((place, 0, place, 511), (250, 220, 220))


def dots(draw: ImageDraw.ImageDraw) -> None:
    for left, upper in itertools.product(range(3, 512, 8), repeat=2):
        draw.rectangle((left, upper, left + 2, upper + 2), (200, 20, 20))


def lattice(draw: ImageDraw.ImageDraw) -> None:
    for place in range(-512, 512, 6):
        draw.line((place, 0, place + 511, 511), (250, 200, 200))
        draw.line((place + 511, 0, place, 511), (250, 200, 200))


@pytest.mark.parametrize("pattern", [stripes, dots, lattice])
def test_the_pale_pattern_of_a_form_is_seen(pattern: Callable[[ImageDraw.ImageDraw], None]) -> None:
    paper, draw = tile()
    pattern(draw)
    assert sampling(paper) == IN_FULL


@pytest.mark.parametrize("offset", range(9))
@pytest.mark.parametrize("upright", [True, False])
def test_a_red_rule_is_seen_wherever_it_lies(offset: int, upright: bool) -> None:
    paper, draw = tile()
    draw.line((offset, 0, offset, 511) if upright else (0, offset, 511, offset), (200, 20, 20))
    assert sampling(paper) == IN_FULL


def test_a_seal_has_its_colour_in_full() -> None:
    paper, draw = tile()
    draw.ellipse((100, 100, 300, 260), outline=(210, 30, 30), width=4)
    assert sampling(paper) == IN_FULL


def test_black_print_and_a_photo_lose_nothing_at_half() -> None:
    paper, draw = tile()
    for row in range(16):
        draw.text(
            (5, row * 32), f"{row} Invoice 2544110000001, total 1,132.00", (20, 20, 30), ImageFont.load_default(22)
        )
    for picture in (paper, photographed()):
        half, full = io.BytesIO(encode(picture, "jpg")), io.BytesIO()
        picture.save(full, **SAVED_AS["jpg"])
        assert sampling(picture) == AT_HALF
        assert psnr(Image.open(half), picture) > psnr(Image.open(full), picture) - 1
        assert len(half.getvalue()) < len(full.getvalue())


def test_larger_pictures_and_levels_have_all_colours_in_full() -> None:
    assert sampling(photographed(), "fine jpg") == IN_FULL
    assert sampling(photographed().resize((1024, 1024))) == IN_FULL


@pytest.mark.parametrize("size", [(1, 1), (1, 512), (512, 1), (3, 3)])
def test_the_narrowest_part_can_be_encoded(size: tuple[int, int]) -> None:
    assert Image.open(io.BytesIO(encode(Image.new("RGB", size, "red"), "jpg"))).size == size
