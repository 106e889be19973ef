"""Colours as they should look, whatever a picture's file keeps them in."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageCms

from tests.papers import WHITE, encoded
from viewer.documents.decode import draw
from viewer.documents.shapes import Limits
from viewer.documents.sniff import sniff
from viewer.domain.size import Box, Size

LIMITS = Limits(
    max_pixels=4_000_000,
    max_pages=20,
    page_dpi=300,
    page_edge=6000,
    decoder_pixels=36_000_000,
    archive_entries=50,
    archive_bytes=8_000_000,
    archive_ratio=200,
)
EDGE = 16
Color = tuple[int, int, int]


@pytest.fixture(autouse=True, scope="module")
def pillows_own_limit() -> Iterator[None]:
    """A decoder lifts Pillow's limit, since it counts pixels itself; here that is everybody's."""
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


def shown(content: bytes, edge: int = EDGE) -> Color:
    """The colour in the middle, in the file's own size or a smaller one."""
    picture = draw(content, sniff(content), 1, Box(0, 0, EDGE, EDGE), Size(edge, edge), LIMITS)
    color = picture.convert("RGB").getpixel((edge // 2, edge // 2))
    assert isinstance(color, tuple)
    return color[0], color[1], color[2]


def is_near(color: Color, expected: Color, most: int = 6) -> bool:
    return all(abs(one - other) <= most for one, other in zip(color, expected, strict=True))


def plain(mode: str, color: Any) -> Image.Image:
    return Image.new(mode, (EDGE, EDGE), color)


def profile(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]


def swapped_profile() -> bytes:
    """sRGB with the primaries of red and blue exchanged: applied, it turns red into blue."""
    content = bytearray(profile("sRGB"))
    entries = {
        bytes(content[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(content[128:132], "big"), 12)
    }
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    content[red : red + 4], content[blue : blue + 4] = b"bXYZ", b"rXYZ"
    text = content.find("sRGB".encode("utf-16-be"))
    content[text : text + 8] = "ABCD".encode("utf-16-be")
    return bytes(content)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_a_profile_is_applied(form: str) -> None:
    how = {"lossless": True} if form == "WEBP" else {"quality": 95} if form in ("JPEG", "AVIF") else {}
    content = encoded(plain("RGB", (230, 20, 20)), form, icc_profile=swapped_profile(), **how)
    assert is_near(shown(content), (20, 20, 230), 12)
    assert is_near(shown(content, 4), (20, 20, 230), 12)


@pytest.mark.parametrize("broken", [b"rubbish", profile("sRGB")[:200], profile("LAB")])
def test_a_broken_profile_or_one_for_other_channels_is_ignored(broken: bytes) -> None:
    assert shown(encoded(plain("RGB", (230, 20, 20)), "PNG", icc_profile=broken)) == (230, 20, 20)
    assert shown(encoded(plain("L", 99), "PNG", icc_profile=broken)) == (99, 99, 99)
    assert shown(encoded(plain("RGBA", (230, 20, 20, 255)), "PNG", icc_profile=broken)) == (230, 20, 20)


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ((0, 0, 0, 0), WHITE),
        ((0, 255, 255, 0), (255, 0, 0)),
        ((255, 0, 0, 0), (0, 255, 255)),
        ((0, 0, 0, 255), (0, 0, 0)),
    ],
)
def test_inks_come_out_as_on_paper(form: str, ink: tuple[int, ...], expected: Color) -> None:
    """A JPEG by Pillow, as by Photoshop, holds the inks inverted and says so in Adobe's marker."""
    content = encoded(plain("CMYK", ink), form)
    assert (b"Adobe" in content) == (form == "JPEG")
    assert is_near(shown(content), expected)
    assert is_near(shown(content, 5), expected)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "YCbCr"])
def test_every_common_compression_of_a_tiff_is_read(compression: str, mode: str) -> None:
    if mode == "YCbCr" and compression != "raw":
        picture = Image.new("RGB", (EDGE, EDGE), (60, 120, 180)).convert("RGB")
    else:
        picture = Image.new("RGB", (EDGE, EDGE), (60, 120, 180)).convert(mode)
    expected: Color = (110, 110, 110) if mode == "L" else (60, 120, 180)
    assert is_near(shown(encoded(picture, "TIFF", compression=compression)), expected, 10)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "raw"])
@pytest.mark.parametrize(("value", "expected"), [(0, (0, 0, 0)), (1, WHITE)])
def test_a_fax_is_black_on_white(compression: str, value: int, expected: Color) -> None:
    assert shown(encoded(plain("1", value), "TIFF", compression=compression)) == expected


def test_a_fax_made_smaller_is_grey_where_lines_are_fine() -> None:
    lines = Image.new("1", (EDGE, EDGE), 1)
    for row in range(0, EDGE, 2):
        lines.paste(0, (0, row, EDGE, row + 1))
    assert is_near(shown(encoded(lines, "TIFF", compression="group4"), 4), (127, 127, 127), 12)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize(("value", "grey"), [(0, 0), (32_896, 128), (65_535, 255)])
def test_sixteen_bits_are_shown_in_eight(form: str, value: int, grey: int) -> None:
    content = encoded(plain("I;16", value), form)
    assert is_near(shown(content), (grey,) * 3, 1)
    assert is_near(shown(content, 3), (grey,) * 3, 1)


def test_sixteen_bits_with_white_as_zero_are_turned_around() -> None:
    content = bytearray(encoded(plain("I;16", 65_535), "TIFF"))
    at = content.find(b"\x06\x01\x03\x00\x01\x00\x00\x00\x01\x00")
    content[at + 8] = 0
    assert shown(bytes(content)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("mode", "value", "grey"), [("I", 200, 200), ("I", 32_896, 128), ("F", 0.5, 127), ("F", 77.0, 77)]
)
def test_whole_numbers_and_fractions_are_grey_too(mode: str, value: float, grey: int) -> None:
    assert is_near(shown(encoded(plain(mode, value), "TIFF")), (grey,) * 3, 1)


def test_any_other_range_of_values_is_stretched() -> None:
    picture = plain("I", -3000)
    picture.paste(90_000, (4, 4, EDGE, EDGE))
    assert is_near(shown(encoded(picture, "TIFF")), WHITE, 1)


@pytest.mark.parametrize("form", ["PNG", "GIF", "TIFF", "BMP"])
def test_a_palette_is_looked_up_before_the_picture_is_made_smaller(form: str) -> None:
    picture = Image.new("P", (EDGE, EDGE))
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(1, (0, 0, EDGE, EDGE // 2))
    small = draw(encoded(picture, form), sniff(encoded(picture, form)), 1, Box(0, 0, EDGE, EDGE), Size(1, 1), LIMITS)
    assert is_near(small.getpixel((0, 0)), (127, 0, 127), 8)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "AVIF", "JPEG2000"])
def test_what_is_transparent_is_white(form: str) -> None:
    how: dict[str, Any] = {"lossless": True} if form == "WEBP" else {}
    assert is_near(shown(encoded(plain("RGBA", (0, 0, 0, 0)), form, **how)), WHITE)
    assert is_near(shown(encoded(plain("RGBA", (255, 0, 0, 128)), form, **how)), (255, 127, 127), 12)
    assert is_near(shown(encoded(plain("RGBA", (255, 0, 0, 128)), form, **how), 4), (255, 127, 127), 12)


@pytest.mark.parametrize(
    ("mode", "color", "expected"), [("LA", (51, 128), (178,) * 3), ("RGBA", (128, 0, 0, 128), (255, 127, 127))]
)
def test_a_tiff_whose_colours_are_multiplied_already_is_laid_on_white_once(
    mode: str, color: tuple[int, ...], expected: Color
) -> None:
    content = bytearray(encoded(plain(mode, color), "TIFF"))
    at = content.find(b"\x52\x01\x03\x00\x01\x00\x00\x00")
    content[at + 8] = 1
    assert is_near(shown(bytes(content)), expected)
    assert is_near(shown(bytes(content), 4), expected)


def test_one_colour_may_stand_for_clear() -> None:
    palette = Image.new("P", (EDGE, EDGE))
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert shown(encoded(palette, "PNG", transparency=0)) == WHITE
    assert shown(encoded(palette, "GIF", transparency=0)) == WHITE
    assert shown(encoded(plain("RGB", (9, 9, 9)), "PNG", transparency=(9, 9, 9))) == WHITE
    assert shown(encoded(plain("L", 9), "PNG", transparency=9)) == WHITE
    assert shown(encoded(plain("LA", (9, 0)), "PNG")) == WHITE


def test_the_inks_of_a_profile_come_out_by_it() -> None:
    """A profile for three channels can't be meant for four inks."""
    content = encoded(plain("CMYK", (0, 255, 255, 0)), "TIFF", icc_profile=profile("sRGB"))
    assert is_near(shown(content), (255, 0, 0))


def test_lab_is_understood() -> None:
    lab = ImageCms.profileToProfile(
        plain("RGB", (60, 120, 180)), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    content = io.BytesIO()
    lab.save(content, "TIFF")
    assert is_near(shown(content.getvalue()), (60, 120, 180), 8)
