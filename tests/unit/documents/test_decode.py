"""Pages of documents: counted, measured and drawn as a reader should see them."""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.papers import RED, WHITE, bomb, cornered, encoded, pdf, tiff, turned
from viewer.documents.decode import draw, page_sizes
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.sniff import GIF, JPEG, PDF, PNG, TIFF, WEBP, XML, ZIP, sniff
from viewer.domain.size import Size

LIMITS = Limits(max_pixels=4_000_000, max_pages=20, page_dpi=300, page_edge=6000, decoder_pixels=36_000_000)


@pytest.fixture(autouse=True, scope="module")
def pillows_own_limit() -> Iterator[None]:
    """A decoder lowers Pillow's limit for its whole process, which here is everybody's."""
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


def sizes_of(content: bytes, limits: Limits = LIMITS) -> list[Size]:
    return page_sizes(content, sniff(content[:1024]), limits)


def drawn(content: bytes, number: int = 1, size: Size | None = None, suffix: str = "png") -> Image.Image:
    size = size or sizes_of(content)[number - 1]
    picture = Image.open(io.BytesIO(draw(content, sniff(content[:1024]), number, size, suffix, LIMITS)))
    assert picture.size == (size.width, size.height)
    return picture


def problem_of(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unreadable) as unreadable:
        sizes_of(content, limits)
    return unreadable.value.problem


def is_near(color: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(color, tuple)
    return all(abs(one - other) < 40 for one, other in zip(color, expected, strict=True))


def shows_the_corner(picture: Image.Image) -> bool:
    """Red at the top left and nowhere else."""
    width, height = picture.size
    at = {(x, y): picture.getpixel((x, y)) for x in (2, width - 3) for y in (2, height - 3)}
    return all(is_near(color, RED if place == (2, 2) else WHITE) for place, color in at.items())


# Pictures


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_however_the_camera_was_held(orientation: int, form: str) -> None:
    content = turned(orientation, form)
    assert sizes_of(content) == [Size(64, 32)]
    assert shows_the_corner(drawn(content))
    assert shows_the_corner(drawn(content, size=Size(32, 16)))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(cornered(), "JPEG", exif=exif)
    assert sizes_of(content) == [Size(64, 32)]
    assert shows_the_corner(drawn(content))


@pytest.mark.parametrize(
    ("mode", "form"),
    [("RGB", "JPEG"), ("CMYK", "JPEG"), ("RGB", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("P", "GIF"), ("CMYK", "TIFF")],
)
def test_colours_come_out_as_they_are(mode: str, form: str) -> None:
    assert shows_the_corner(drawn(encoded(cornered(mode), form)))


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey_stays_grey(mode: str) -> None:
    picture = drawn(encoded(Image.new(mode, (8, 8)), "PNG"))
    assert picture.mode == "RGB"


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize(("value", "shown"), [(0, 0), (32_896, 128), (65_535, 255)])
def test_sixteen_bits_are_shown_in_eight(form: str, value: int, shown: int) -> None:
    color = drawn(encoded(Image.new("I;16", (8, 8), value), form)).getpixel((4, 4))
    assert isinstance(color, tuple)
    assert abs(color[0] - shown) <= 1


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    half = Image.new("RGBA", (8, 8), (255, 0, 0, 128))
    palette = Image.new("P", (8, 8))
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert drawn(encoded(clear, "PNG")).getpixel((4, 4)) == WHITE
    assert drawn(encoded(clear, "WEBP", lossless=True)).getpixel((4, 4)) == WHITE
    assert drawn(encoded(palette, "PNG", transparency=0)).getpixel((4, 4)) == WHITE
    assert drawn(encoded(Image.new("LA", (8, 8), (0, 0)), "PNG")).getpixel((4, 4)) == WHITE
    assert is_near(drawn(encoded(half, "PNG")).getpixel((4, 4)), (255, 127, 127))


def test_a_tiff_has_pages_each_with_its_own_size() -> None:
    content = tiff([(64, 32), (20, 40), (8, 8)])
    assert sizes_of(content) == [Size(64, 32), Size(20, 40), Size(8, 8)]
    assert shows_the_corner(drawn(content, 2))


def test_an_animation_is_its_first_picture() -> None:
    frames = [cornered("P"), Image.new("P", (64, 32)), Image.new("P", (64, 32), 1)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert sizes_of(content) == [Size(64, 32)]
    assert shows_the_corner(drawn(content))


@pytest.mark.parametrize(("suffix", "form"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_a_page_comes_in_the_format_that_was_asked_for(suffix: str, form: str) -> None:
    for content in (turned(6), pdf()):
        assert drawn(content, suffix=suffix).format == form


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP"])
def test_a_truncated_picture_is_damaged(form: str) -> None:
    content = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), form)
    assert problem_of(content[: len(content) // 2]) == "damaged"


@pytest.mark.parametrize("media_type", [JPEG, PNG, GIF, WEBP, TIFF, PDF])
def test_rubbish_with_the_right_beginning_is_damaged(media_type: str) -> None:
    heads = {JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n", GIF: b"GIF89a", TIFF: b"II*\0", PDF: b"%PDF-1.7\n"}
    content = heads.get(media_type, b"RIFF\0\0\0\0WEBP") + b"rubbish" * 99
    assert sniff(content) == media_type
    assert problem_of(content) == "damaged"


@pytest.mark.parametrize(("width", "height"), [(2001, 2000), (4_000_001, 1), (9_000, 9_000)])
def test_more_pixels_than_the_limit_are_refused_before_they_are_unpacked(width: int, height: int) -> None:
    assert problem_of(bomb(width, height)) == "too_many_pixels"


def test_pixels_up_to_the_limit_are_taken() -> None:
    assert sizes_of(bomb(2000, 2000)) == [Size(2000, 2000)]


def test_one_page_with_too_many_pixels_spoils_a_tiff() -> None:
    assert problem_of(tiff([(8, 8), (2100, 2000)])) == "too_many_pixels"


def test_more_pages_than_the_limit_are_refused() -> None:
    assert problem_of(tiff([(8, 8)] * 21)) == "too_many_pages"
    assert problem_of(pdf(21)) == "too_many_pages"
    assert len(sizes_of(pdf(20))) == len(sizes_of(tiff([(8, 8)] * 20))) == 20


def test_a_picture_larger_than_the_server_makes_is_never_made() -> None:
    with pytest.raises(Unreadable) as unreadable:
        draw(pdf(), PDF, 1, Size(6001, 6000), "jpg", LIMITS)
    assert unreadable.value.problem == "too_many_pixels"


# PDF


def test_a_pdf_page_counts_its_pixels_at_300_dpi() -> None:
    assert sizes_of(pdf(size=(72, 36))) == [Size(300, 150)]
    assert sizes_of(pdf(size=(72, 36)), replace(LIMITS, page_dpi=150)) == [Size(150, 75)]
    assert shows_the_corner(drawn(pdf(3), 3))


@pytest.mark.parametrize(("size", "expected"), [((14_400, 14_400), (6000, 6000)), ((14_400, 7_200), (6000, 3000))])
def test_a_huge_pdf_page_is_capped(size: tuple[float, float], expected: tuple[int, int]) -> None:
    assert sizes_of(pdf(size=size)) == [Size(*expected)]


def test_a_huge_page_stays_within_what_the_server_makes() -> None:
    (found,) = sizes_of(pdf(size=(14_400, 14_400)), replace(LIMITS, decoder_pixels=1_000_000))
    assert found.pixels <= 1_000_000


def test_a_ridiculously_thin_page_has_at_least_a_pixel() -> None:
    (found,) = sizes_of(pdf(size=(14_400, 1)))
    assert (found.width, found.height >= 1) == (6000, True)


def test_a_pdf_with_a_password_says_so() -> None:
    assert problem_of(pdf(password="geheim")) == "password"


def test_a_pdf_that_only_its_owner_may_change_opens() -> None:
    assert shows_the_corner(drawn(pdf(owner="chef")))


@pytest.mark.parametrize("part", [0.05, 0.2, 0.5])
def test_a_truncated_pdf_is_damaged(part: float) -> None:
    content = pdf()
    assert problem_of(content[: int(len(content) * part)]) == "damaged"


@pytest.mark.parametrize("media_type", [XML, ZIP, "application/octet-stream"])
def test_what_cannot_be_shown_has_no_pages(media_type: str) -> None:
    assert page_sizes(b"anything", media_type, LIMITS) == []


@settings(max_examples=60)
@given(st.sampled_from([turned(6), turned(6, "PNG"), tiff([(9, 9), (8, 8)]), pdf()]), st.data())
def test_a_file_with_changed_bytes_is_readable_or_unreadable_and_nothing_else(
    content: bytes, data: st.DataObject
) -> None:
    changed = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))
    spoiled = bytes(changed)
    media_type = sniff(content[:1024])
    with contextlib.suppress(Unreadable):
        for number, size in enumerate(page_sizes(spoiled, media_type, LIMITS), 1):
            draw(spoiled, media_type, number, size.within(edge=64), "jpg", LIMITS)
