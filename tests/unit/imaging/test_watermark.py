"""The reader's mark on pictures and PDF pages: everywhere, in one pattern, and never so dark that it hides anything."""

import io

import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers
from PIL import Image, ImageChops

from viewer.config import Settings
from viewer.documents.pool import limits_of
from viewer.documents.watermark import drawn_mark
from viewer.domain.size import Size
from viewer.domain.watermark import STRENGTH
from viewer.imaging.finish import encode, finish
from viewer.imaging.request import ImageRequest
from viewer.imaging.watermark import stamp

PAGE = Size(1240, 1754)
MARK = "李雷 lilei@example.com 2026-11-22 21:00"
LIMITS = limits_of(Settings.load({"VIEWER_INSTANCE": "/nowhere"}))


def ask(**more: str) -> ImageRequest:
    given = {"region": "full", "size": "max", "rotation": "0", "quality": "default", "suffix": "png"} | more
    return ImageRequest.parse(PAGE, **given, max_area=36_000_000)


def stamped(mark: str = MARK, **more: str) -> Image.Image:
    """A white page as asked, with the mark."""
    asked = ask(**more)
    content = finish(Image.new("RGB", (asked.size.width, asked.size.height), "white"), asked)
    return Image.open(io.BytesIO(stamp(content, asked, PAGE, mark)))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255."""
    histogram = ImageChops.difference(one.convert("L"), other.convert("L")).histogram()
    return sum(level * count for level, count in enumerate(histogram)) / sum(histogram)


WHOLE = stamped().convert("L")


def test_it_is_seen_and_hides_nothing() -> None:
    dark = Image.open(io.BytesIO(stamp(encode(Image.new("L", (1240, 1754), 0), "png"), ask(), PAGE, MARK)))
    levels = [
        [level for level, count in enumerate(picture.histogram()) if count] for picture in (WHOLE, dark.convert("L"))
    ]
    assert levels[0][-1] == 255
    assert 200 < levels[0][0] < 225, "paler than any print"
    assert levels[1][-1] <= round(255 * STRENGTH), "black stays nearly black"
    part = sum(WHOLE.histogram()[:240]) / PAGE.pixels
    assert 0.02 < part < 0.15


@settings(max_examples=60, deadline=None)
@given(integers(0, 1240 - 310), integers(0, 1754 - 220))
def test_no_crop_of_a_quarters_width_and_an_eighths_height_is_without_it(left: int, top: int) -> None:
    crop = WHOLE.crop((left, top, left + 310, top + 220))
    assert sum(crop.histogram()[:240]) > 310 * 220 * 0.01


def test_tiles_show_parts_of_one_pattern() -> None:
    joined = Image.new("L", (1240, 1754))
    for left in range(0, 1240, 512):
        for top in range(0, 1754, 512):
            width, height = min(512, 1240 - left), min(512, 1754 - top)
            joined.paste(stamped(region=f"{left},{top},{width},{height}").convert("L"), (left, top))
    assert difference(joined, WHOLE) < 0.3
    assert difference(Image.new("L", WHOLE.size, 255), WHOLE) > 1.5


def test_every_size_shows_the_same_pattern() -> None:
    half = stamped(size="620,").convert("L")
    assert difference(half, WHOLE.resize(half.size)) < 1.5


@pytest.mark.parametrize("rotation", ["90", "180", "270", "!0", "!90"])
def test_a_turned_picture_bears_it_turned(rotation: str) -> None:
    plain = ask(rotation=rotation)
    expected = Image.open(io.BytesIO(finish(WHOLE.convert("RGB"), plain)))
    assert difference(stamped(rotation=rotation), expected) < 0.01


@pytest.mark.parametrize(
    "asked",
    [
        {"suffix": "jpg"},
        {"suffix": "webp"},
        {"quality": "gray"},
        {"quality": "bitonal"},
        {"quality": "bitonal", "suffix": "jpg"},
        {"rotation": "33"},
        {"rotation": "33", "suffix": "jpg"},
        {"rotation": "33", "quality": "gray"},
        {"size": "300,"},
        {"region": "square", "size": "200,"},
        {"size": "^2000,"},
    ],
)
def test_it_is_on_every_form_of_a_picture(asked: dict[str, str]) -> None:
    picture = stamped(**asked)
    assert picture.size == (ask(**asked).canvas.width, ask(**asked).canvas.height) or asked.get("rotation") == "33"
    flat = Image.new("L", picture.size, 255)
    flat.paste(picture.convert("L"), mask=picture.convert("RGBA").getchannel("A"))
    assert sum(flat.histogram()[:240]) > flat.width * flat.height * 0.01


def test_clear_corners_of_a_turned_picture_stay_clear() -> None:
    assert stamped(rotation="45").convert("RGBA").getpixel((2, 2))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("mark", ["x", " ", "‮evil", "𠮷🧾", "a" * 80, "%d {0} \\n"])
def test_any_name_can_be_a_mark(mark: str) -> None:
    assert stamped(mark, size="400,").size[0] == 400
    assert drawn_mark(595, 842, mark).letters.endswith(b"f")


@settings(deadline=None)
@given(floats(0.1, 20_000), floats(0.1, 20_000))
def test_no_page_is_so_narrow_that_its_mark_is_too_much_to_draw(width: float, height: float) -> None:
    a4 = drawn_mark(595, 842, MARK)
    drawn = drawn_mark(width, height, MARK)
    assert drawn.letters == a4.letters
    assert len(a4.pattern) / 4 < len(drawn.pattern) < len(a4.pattern) * 4
    assert len(a4.pattern) < 100_000
