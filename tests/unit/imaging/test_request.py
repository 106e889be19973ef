"""Image requests in IIIF's syntax: understood, or refused with the request in the words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.size import Size
from viewer.errors import BadImageRequest
from viewer.imaging.request import ImageRequest

PAGE = Size(1000, 500)
MAX_AREA = 1_000_000
WHOLE = {"region": "full", "size": "max", "rotation": "0", "quality": "default", "suffix": "jpg"}


def ask(page: Size = PAGE, /, **parts: str) -> ImageRequest:
    return ImageRequest.parse(page, **{**WHOLE, **parts}, max_area=MAX_AREA)


def test_max_is_the_page_itself() -> None:
    assert ask().size == PAGE


def test_max_honours_the_largest_area() -> None:
    found = ask(Size(4000, 1000))
    assert found.size.pixels <= MAX_AREA
    assert found.size == Size(2000, 500)


@pytest.mark.parametrize(("size", "expected"), [("1000,", PAGE), ("500,", Size(500, 250)), ("1,", Size(1, 1))])
def test_a_width_keeps_the_shape(size: str, expected: Size) -> None:
    assert ask(size=size).size == expected


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")]
)
def test_formats_have_their_media_types(suffix: str, media_type: str) -> None:
    assert ask(suffix=suffix).media_type == media_type


def test_two_spellings_of_one_picture_are_one() -> None:
    assert ask(size="max").canonical == ask(size="1000,", quality="color").canonical != ask(size="999,").canonical


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            {"size": size}
            for size in ("", "0,", "1001,", "-1,", "5", ",", "a,", "1.5,", "1e3,", "٣,", "9999999,", " 5,", "05,")
        ),
        *({"region": region} for region in ("", "FULL", "0,0,0,0", "full ", "9999,0,1,1")),
        *({"rotation": rotation} for rotation in ("", "361", "x", "-90", "00", "nan")),
        *({"quality": quality} for quality in ("", "native", "Default")),
        *({"suffix": suffix} for suffix in ("", "tif", "JPG", "jpeg", "exe")),
    ],
)
def test_anything_else_is_refused_and_named(wrong: dict[str, str]) -> None:
    with pytest.raises(BadImageRequest) as refused:
        ask(PAGE, **wrong)
    (value,) = wrong.values()
    assert value in str(refused.value)


@given(st.fixed_dictionaries(dict.fromkeys(WHOLE, st.text(max_size=8) | st.sampled_from(list(WHOLE.values())))))
def test_any_request_is_understood_or_refused(parts: dict[str, str]) -> None:
    try:
        found = ask(PAGE, **parts)
    except BadImageRequest:
        return
    assert 1 <= found.size.pixels <= MAX_AREA


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 20_000))
def test_every_size_stays_within_the_page_and_the_area(width: int, height: int, asked: int) -> None:
    try:
        found = ask(Size(width, height), size=f"{asked},")
    except BadImageRequest:
        assert asked > width or round(height * asked / width) * asked > MAX_AREA
        return
    assert found.size.width == asked
    assert 1 <= found.size.height <= height
