"""Pages of documents: counted, measured and drawn as a reader should see them."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.papers import HEIC, RED, WHITE, bomb, cornered, encoded, pdf, pdf_of, signed_pdf, stream, tiff, turned
from viewer.documents.decode import draw, page_sizes
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.sniff import AVIF, GIF, JP2, JPEG, PDF, PNG, TIFF, WEBP, XML, ZIP, sniff
from viewer.documents.sniff import HEIC as HEIC_TYPE
from viewer.domain.size import Box, Size
from viewer.gateway.sandbox.companies import BUYER, CLOUD
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Contract

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


@pytest.fixture(autouse=True, scope="module")
def pillows_own_limit() -> Iterator[None]:
    """A decoder lowers Pillow's limit for its whole process, which here is everybody's."""
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


def sizes_of(content: bytes, limits: Limits = LIMITS) -> list[Size]:
    return page_sizes(content, sniff(content), limits)


def drawn(content: bytes, number: int = 1, size: Size | None = None, box: Box | None = None) -> Image.Image:
    page = sizes_of(content)[number - 1]
    size = size or (Size(box.width, box.height) if box else page)
    picture = draw(content, sniff(content), number, box or Box(0, 0, page.width, page.height), size, LIMITS)
    assert picture.size == (size.width, size.height)
    assert picture.mode in ("RGB", "L")
    return picture.convert("RGB")


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


def in_parts(content: bytes, page: Size, edge: int, shrunk: int = 1) -> Image.Image:
    """The page put together from squares of `edge` pixels, drawn one by one."""
    whole = Image.new("RGB", (page.width // shrunk, page.height // shrunk))
    for left in range(0, page.width, edge):
        for top in range(0, page.height, edge):
            box = Box(left, top, min(edge, page.width - left), min(edge, page.height - top))
            part = drawn(content, size=Size(box.width // shrunk, box.height // shrunk), box=box)
            whole.paste(part, (left // shrunk, top // shrunk))
    return whole


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures' channels, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


# Pictures


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_however_the_camera_was_held(orientation: int, form: str) -> None:
    content = turned(orientation, form)
    assert sizes_of(content) == [Size(64, 32)]
    assert shows_the_corner(drawn(content))
    assert shows_the_corner(drawn(content, size=Size(32, 16)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_part_of_a_turned_picture_is_where_the_reader_sees_it(orientation: int, form: str) -> None:
    content = turned(orientation, form)
    assert is_near(drawn(content, box=Box(1, 1, 10, 5)).getpixel((5, 2)), RED)
    assert is_near(drawn(content, box=Box(24, 1, 40, 31)).getpixel((1, 1)), WHITE)
    assert is_near(drawn(content, box=Box(1, 14, 60, 18), size=Size(30, 9)).getpixel((1, 1)), WHITE)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_phones_picture_stands_upright(orientation: int) -> None:
    assert sizes_of(HEIC[orientation]) == [Size(64, 32)]
    assert shows_the_corner(drawn(HEIC[orientation]))
    assert is_near(drawn(HEIC[orientation], box=Box(0, 0, 8, 4)).getpixel((4, 2)), RED)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_the_parts_of_a_picture_put_together_are_the_whole(form: str) -> None:
    noise = Image.effect_noise((256, 192), 90).convert("RGB").resize((512, 384), Image.Resampling.BICUBIC)
    content = encoded(noise, form)
    assert difference(drawn(content), in_parts(content, Size(512, 384), 128)) <= 2


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
    content, whole = encoded(Image.new(mode, (8, 8)), "PNG"), Box(0, 0, 8, 8)
    assert draw(content, PNG, 1, whole, Size(4, 4), LIMITS).mode == "L"


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


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0rubbish"])
def test_damaged_notes_of_a_camera_do_not_spoil_the_picture(exif: bytes, form: str) -> None:
    assert shows_the_corner(drawn(encoded(cornered(), form, exif=exif)))


def with_chunk(png: bytes, name: bytes, content: bytes) -> bytes:
    """The PNG with one more chunk right after its first."""
    chunk = struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return png[:33] + chunk + png[33:]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20_000_000))),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 9\n" + b"00" * 900_000)),
        (b"iTXt", b""),
        (b"sRGB", b""),
        (b"cHRM", b"short"),
        (b"iCCP", b""),
        (b"eXIf", b""),
        (b"acTL", bytes(8)),
        (b"acTL", struct.pack(">II", 7, 0)),
    ],
)
def test_what_a_png_notes_beside_its_pixels_does_not_spoil_them(name: bytes, content: bytes) -> None:
    assert shows_the_corner(drawn(with_chunk(encoded(cornered(), "PNG"), name, content)))


def test_an_orientation_in_a_pngs_texts_counts() -> None:
    note = b'XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    stored = encoded(cornered().transpose(Image.Transpose.ROTATE_90), "PNG")
    assert shows_the_corner(drawn(with_chunk(stored, b"iTXt", note)))


def test_an_animation_is_its_first_picture() -> None:
    frames = [cornered("P"), Image.new("P", (64, 32)), Image.new("P", (64, 32), 1)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert sizes_of(content) == [Size(64, 32)]
    assert shows_the_corner(drawn(content))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "AVIF", "JPEG2000"])
def test_a_truncated_picture_is_damaged(form: str) -> None:
    content = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), form)
    assert problem_of(content[: len(content) // 2]) == "damaged"


def test_a_png_whose_pixels_do_not_unpack_is_damaged() -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    content = bytearray(encoded(noise, "PNG"))
    start = content.index(b"IDAT") + 4
    end = start + int.from_bytes(content[start - 8 : start - 4], "big")
    content[start + 200 : end] = bytes(end - start - 200)
    content[end : end + 4] = struct.pack(">I", zlib.crc32(content[start - 4 : end]))
    assert problem_of(bytes(content)) == "damaged"


@pytest.mark.parametrize("media_type", [JPEG, PNG, GIF, WEBP, TIFF, PDF, JP2, AVIF, HEIC_TYPE])
def test_rubbish_with_the_right_beginning_is_damaged(media_type: str) -> None:
    heads = {
        JPEG: b"\xff\xd8\xff",
        PNG: b"\x89PNG\r\n\x1a\n",
        GIF: b"GIF89a",
        WEBP: b"RIFF\0\0\0\0WEBP",
        TIFF: b"II*\0",
        PDF: b"%PDF-1.7\n",
        JP2: b"\xff\x4f\xff\x51",
        AVIF: b"\0\0\0\x10ftypavif\0\0\0\0",
        HEIC_TYPE: b"\0\0\0\x10ftypheic\0\0\0\0",
    }
    content = heads[media_type] + b"rubbish" * 99
    assert sniff(content) == media_type
    assert problem_of(content) == "damaged"


@pytest.mark.parametrize(("width", "height"), [(2001, 2000), (4_000_001, 1), (9_000, 9_000)])
def test_more_pixels_than_the_limit_are_refused_before_they_are_unpacked(width: int, height: int) -> None:
    assert problem_of(bomb(width, height)) == "too_many_pixels"


def test_pixels_up_to_the_limit_are_taken() -> None:
    assert sizes_of(bomb(2000, 2000)) == [Size(2000, 2000)]


def test_a_long_or_circular_chain_of_pages_is_not_followed_to_its_end() -> None:
    content = bytearray(tiff([(8, 8)] * 3))
    assert problem_of(tiff([(8, 8)] * 300)) == "too_many_pages"
    first = int.from_bytes(content[4:8], "little")
    entries = int.from_bytes(content[first : first + 2], "little")
    next_at = first + 2 + 12 * entries
    content[next_at : next_at + 4] = first.to_bytes(4, "little")
    assert len(sizes_of(bytes(content))) == 1


def test_one_page_with_too_many_pixels_spoils_a_tiff() -> None:
    assert problem_of(tiff([(8, 8), (2100, 2000)])) == "too_many_pixels"


def test_more_pages_than_the_limit_are_refused() -> None:
    assert problem_of(tiff([(8, 8)] * 21)) == "too_many_pages"
    assert problem_of(pdf(21)) == "too_many_pages"
    assert len(sizes_of(pdf(20))) == len(sizes_of(tiff([(8, 8)] * 20))) == 20


def test_a_picture_larger_than_the_server_makes_is_never_made() -> None:
    with pytest.raises(Unreadable) as unreadable:
        draw(pdf(), PDF, 1, Box(0, 0, 833, 416), Size(6001, 6000), LIMITS)
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


def test_a_damaged_pdf_after_one_with_a_password_has_none() -> None:
    assert problem_of(pdf(password="geheim")) == "password"
    damaged = pdf_of(b"/MediaBox[0 0 72 72]", stream(b"")).replace(b"/Pages 2 0 R", b"/Pages 9 0 R")
    assert problem_of(damaged) == "damaged"


def test_a_pdf_for_the_holders_of_a_certificate_is_protected_and_not_damaged() -> None:
    lock = b"/Encrypt<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s4/V 2/Length 128/Recipients[(x)]>>/ID[(a)(a)]"
    locked = pdf_of(b"/MediaBox[0 0 72 72]", stream(b"")).replace(b"/Root 1 0 R", b"/Root 1 0 R" + lock)
    assert problem_of(locked) == "password"


def test_a_pdf_that_only_its_owner_may_change_opens() -> None:
    assert shows_the_corner(drawn(pdf(owner="chef")))


@pytest.mark.parametrize("part", [0.05, 0.2, 0.5])
def test_a_truncated_pdf_is_damaged(part: float) -> None:
    content = pdf()
    assert problem_of(content[: int(len(content) * part)]) == "damaged"


@pytest.mark.parametrize("media_type", [XML, ZIP, "application/octet-stream"])
def test_what_cannot_be_shown_has_no_pages(media_type: str) -> None:
    assert page_sizes(b"anything", media_type, LIMITS) == []


def colors_in(picture: Image.Image) -> dict[object, int]:
    return {color: count for count, color in picture.getcolors(1 << 24) or [] if count > 300}


def test_annotations_form_fields_and_seals_are_drawn_within_the_cropped_page() -> None:
    assert sizes_of(signed_pdf()) == [Size(833, 416)]
    found = colors_in(drawn(signed_pdf()))
    assert found.keys() == {(255, 0, 0), (0, 153, 0), (255, 128, 0), (0, 0, 255), WHITE}
    assert 160**2 < found[(255, 0, 0)] < 170**2


@pytest.mark.parametrize(("rotated", "corner"), [(0, (20, 390)), (90, (20, 20)), (180, (810, 20)), (270, (390, 810))])
def test_a_pages_own_rotation_is_applied(rotated: int, corner: tuple[int, int]) -> None:
    content = signed_pdf(rotated=rotated)
    assert sizes_of(content) == [Size(416, 833) if rotated % 180 else Size(833, 416)]
    picture = drawn(content)
    assert picture.getpixel(corner) == (0, 0, 255)
    assert (255, 0, 0) in colors_in(picture)


@pytest.mark.parametrize("shrunk", [1, 2, 4])
def test_the_parts_of_a_pdf_page_put_together_are_the_whole(shrunk: int) -> None:
    content = make(Contract(title="服务合同", parties=(BUYER, CLOUD), pages=1), "pdf")
    (page,) = sizes_of(content)
    page = Size(page.width // 4 * 4, page.height // 4 * 4)
    whole = drawn(content, size=page.scaled(1 / shrunk), box=Box(0, 0, page.width, page.height))
    assert difference(whole, in_parts(content, page, 1024, shrunk)) <= 0.2


def test_a_small_part_is_drawn_large() -> None:
    picture = drawn(signed_pdf(), box=Box(208, 290, 2, 2), size=Size(2000, 2000))
    assert picture.getpixel((1000, 1000)) == (255, 0, 0)


def test_a_pdf_that_announces_more_pages_than_it_has_shows_those_it_has() -> None:
    announced = pdf_of(b"/MediaBox[0 0 72 72]", stream(b""), pages=b"7")
    assert sizes_of(announced) == [Size(300, 300)]
    assert problem_of(pdf_of(b"/MediaBox[0 0 72 72]", stream(b""), pages=b"70000")) == "too_many_pages"
