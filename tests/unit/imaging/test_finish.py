"""From a drawn part to bytes: mirrored, then turned, then recoloured, in each format."""

import io
import random
from typing import Any

import pytest
from PIL import Image

from tests.likeness import psnr
from tests.papers import RED, WHITE, cornered
from viewer.domain.size import Size
from viewer.imaging.finish import SAVED_AS, STEPS, encode, finish, threshold
from viewer.imaging.request import ImageRequest

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
BLACK = (0, 0, 0)


def finished(picture: Image.Image, **parts: str) -> Image.Image:
    whole = {"region": "full", "size": "max", "rotation": "0", "quality": "default", "suffix": "png"}
    page = Size(picture.width, picture.height)
    return Image.open(io.BytesIO(finish(picture, ImageRequest.parse(page, **{**whole, **parts}, max_area=10**6))))


def corners(picture: Image.Image) -> list[Any]:
    """Clockwise from the upper left."""
    right, low = picture.width - 3, picture.height - 3
    return [picture.convert("RGB").getpixel(place) for place in ((2, 2), (right, 2), (right, low), (2, low))]


def test_small_pictures_are_encoded_finer_than_large_ones_and_levels_finest() -> None:
    scene = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    small, level, large = (Image.open(io.BytesIO(encode(scene, kind))) for kind in ("small jpg", "fine jpg", "jpg"))
    steps = [picture.quantization[0][0] for picture in (level, small, large)]  # type: ignore[attr-defined]
    assert steps == sorted(set(steps))
    ask = {"region": "full", "size": "max", "rotation": "0", "quality": "default", "suffix": "jpg"}
    asked = ImageRequest.parse(Size(*scene.size), **ask, max_area=10**6)
    assert finish(scene, asked) == encode(scene, "small jpg")


@pytest.mark.parametrize("kind", STEPS)
def test_fine_structure_is_rounded_no_coarser_than_any_other(kind: str) -> None:
    picture = Image.open(io.BytesIO(encode(Image.linear_gradient("L").convert("RGB"), kind)))
    assert {step for table in picture.quantization.values() for step in table} == {STEPS[kind]}  # type: ignore[attr-defined]


def test_a_picture_that_is_all_noise_is_nearer_in_fewer_bytes_than_with_the_usual_tables() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((200, 150), 40) for _ in range(3)])
    usual = io.BytesIO()
    noise.save(usual, "JPEG", quality=94, subsampling="4:4:4", optimize=True)
    ours = encode(noise, "small jpg")
    assert len(ours) < len(usual.getvalue())
    assert psnr(Image.open(io.BytesIO(ours)), noise) > psnr(Image.open(usual), noise) + 2


def test_a_small_picture_has_tables_of_its_own_unless_it_is_all_noise_where_pillow_fails() -> None:
    def usual(picture: Image.Image) -> bytes:
        content = io.BytesIO()
        picture.save(content, **SAVED_AS["small jpg"])
        return content.getvalue()

    scene = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    assert len(encode(scene, "small jpg")) < len(usual(scene))
    assert (
        Image.open(io.BytesIO(encode(scene, "small jpg"))).tobytes() == Image.open(io.BytesIO(usual(scene))).tobytes()
    )
    noise = Image.frombytes("RGB", (500, 500), random.Random(1).randbytes(750_000))
    assert encode(noise, "small jpg") == usual(noise)


@pytest.mark.parametrize(
    ("rotation", "size", "red"),
    [
        ("0", (64, 32), 0),
        ("90", (32, 64), 1),
        ("180", (64, 32), 2),
        ("270", (32, 64), 3),
        ("!0", (64, 32), 1),
        ("!90", (32, 64), 2),
        ("!180", (64, 32), 3),
        ("!270", (32, 64), 0),
    ],
)
def test_a_picture_is_mirrored_first_and_then_turned_clockwise(rotation: str, size: tuple[int, int], red: int) -> None:
    found = finished(cornered(), rotation=rotation)
    assert found.size == size
    assert corners(found) == [RED if place == red else WHITE for place in range(4)]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("quality", ["default", "gray", "bitonal"])
@pytest.mark.parametrize("rotation", ["0", "!30.5"])
def test_every_quality_comes_in_every_format_at_any_angle(suffix: str, quality: str, rotation: str) -> None:
    found = finished(cornered(), suffix=suffix, quality=quality, rotation=rotation)
    assert found.format == FORMATS[suffix]
    if rotation == "0":
        assert found.size == (64, 32)
    else:
        assert found.width > 64
        assert found.height > 32
    if quality != "default":
        seen = found.convert("RGB").getcolors(100_000)
        assert seen
        assert all(max(colour) - min(colour) <= 4 for _, colour in seen if isinstance(colour, tuple))


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_new_corners_are_clear_where_the_format_can_say_so_and_white_else(suffix: str) -> None:
    found = finished(Image.new("RGB", (60, 60), RED), rotation="45", suffix=suffix)
    assert found.size == pytest.approx((85, 85), abs=2)
    if suffix == "jpg":
        assert all(min(colour) > 240 for colour in corners(found))
    else:
        assert found.mode == "RGBA"
        alpha = found.getchannel("A")
        assert [alpha.getpixel(place) for place in ((1, 1), (42, 42))] == [0, 255]


def test_a_bitonal_png_has_one_bit_and_gray_one_band() -> None:
    assert finished(cornered(), quality="bitonal").mode == "1"
    assert finished(cornered(), quality="gray").mode == "L"
    assert finished(cornered(), quality="gray", suffix="jpg").mode == "L"


def test_pale_print_on_gray_paper_stays_readable_in_black_and_white() -> None:
    paper = Image.new("RGB", (60, 40), (205, 205, 200))
    paper.paste((150, 150, 155), (10, 10, 50, 14))
    found = finished(paper, quality="bitonal").convert("RGB")
    assert (found.getpixel((20, 12)), found.getpixel((20, 30))) == (BLACK, WHITE)


@pytest.mark.parametrize(("level", "shown"), [(235, WHITE), (40, BLACK)])
def test_a_part_that_is_all_paper_or_all_ink_has_no_speckles(level: int, shown: tuple[int, int, int]) -> None:
    noise = Image.effect_noise((64, 64), 8).point(lambda value: max(0, min(255, value - 128 + level)))
    assert finished(noise.convert("RGB"), quality="bitonal").convert("RGB").getcolors() == [(64 * 64, shown)]


def test_the_threshold_lies_between_two_heaps() -> None:
    histogram = [0] * 256
    histogram[110], histogram[180] = 40, 400
    assert 110 < threshold(histogram) <= 180
