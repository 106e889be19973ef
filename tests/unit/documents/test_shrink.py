"""Plain pictures made smaller by libvips, and into a JPEG in one pass."""

import io
import itertools
import math
import struct
import zlib
from random import Random

import pytest
from PIL import Image, ImageOps

from tests.likeness import psnr
from tests.papers import turned
from viewer import drawing
from viewer.config import Settings
from viewer.documents import aside, decode, shrink
from viewer.documents.image import TURNED
from viewer.documents.image import _stored_part as stored_part
from viewer.documents.pool import limits_of
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import sniff
from viewer.domain.size import Box, Size
from viewer.domain.source import PageSource
from viewer.imaging import levels
from viewer.imaging.finish import STEPS, encode

LIMITS = limits_of(Settings.load({}))
PAGE = Size(1500, 1200)
WHOLE = Box(0, 0, PAGE.width, PAGE.height)


def page(form: str, mode: str = "RGB") -> bytes:
    """A large picture of soft noise."""
    size = (PAGE.width // 10, PAGE.height // 10)
    noise = Image.frombytes("L", size, Random(20261123).randbytes(size[0] * size[1])).resize((PAGE.width, PAGE.height))
    content = io.BytesIO()
    noise.convert(mode).save(content, form)
    return content.getvalue()


def one_pass(content: bytes, size: Size, kind: str, box: Box = WHOLE) -> bytes | None:
    return decode.encoded(content, sniff(content), 1, box, size, LIMITS, step=STEPS[kind])


def pixels(jpeg: bytes | None) -> tuple[str, tuple[int, int], bytes]:
    assert jpeg
    picture = Image.open(io.BytesIO(jpeg))
    return picture.mode, picture.size, picture.tobytes()


@pytest.mark.parametrize("size", [Size(1400, 1120), Size(700, 560), Size(401, 333)])
@pytest.mark.parametrize("kind", ["jpg", "fine jpg"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_jpeg_made_in_one_pass_is_the_one_that_drawing_and_encoding_make(
    form: str, mode: str, kind: str, size: Size
) -> None:
    content = page(form, mode)
    drawn = decode.draw(content, sniff(content), 1, WHOLE, size, LIMITS)
    assert pixels(one_pass(content, size, kind)) == pixels(encode(drawn, kind))


def test_what_has_to_be_turned_or_cut_or_is_small_is_not_made_in_one_pass() -> None:
    content = page("PNG")
    assert one_pass(content, Size(500, 500), "jpg", Box(0, 0, 1000, 1000)) is None
    assert one_pass(turned(6), Size(60, 40), "jpg") is None
    assert one_pass(page("JPEG"), Size(200, 160), "jpg") is None, "Pillow decodes it at an eighth"


def test_a_png_whose_bytes_changed_since_it_came_is_never_shown_wrong() -> None:
    content = page("PNG")
    flips = Random(20261123)
    for _ in range(60):
        changed = bytearray(content)
        changed[flips.randrange(60, len(content) - 20)] ^= 1 << flips.randrange(8)
        assert one_pass(bytes(changed), Size(700, 560), "jpg") is None
        with pytest.raises(Unreadable):
            decode.draw(bytes(changed), "image/png", 1, WHOLE, Size(700, 560), LIMITS)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    "size", [Size(200, 160), Size(320, 256), Size(900, 900), Size(1499, 1199), Size(1600, 1200), Size(1800, 1440)]
)
def test_a_reader_gets_the_picture_that_is_made_behind_readers(form: str, mode: str, size: Size) -> None:
    content = page(form, mode)
    ahead = aside.run(decode.draw, content, sniff(content), 1, WHOLE, size, LIMITS)
    assert psnr(decode.draw(content, sniff(content), 1, WHOLE, size, LIMITS), ahead) > 40


def edges(box: Box) -> tuple[int, int, int, int]:
    return (box.left, box.top, box.left + box.width, box.top + box.height)


def photo(orientation: int, mode: str) -> tuple[bytes, Image.Image]:
    """A JPEG, and as it has to be shown."""
    exif, stored = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.open(io.BytesIO(page("PNG", mode))).save(stored, "JPEG", quality=95, exif=exif)
    return stored.getvalue(), ImageOps.exif_transpose(Image.open(stored))


PARTS = [Box(0, 0, 512, 512), Box(512, 688, 512, 512), Box(1, 3, 100, 77), Box(100, 0, 700, 1100)]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_part_of_a_photo_is_cut_from_where_it_lies(orientation: int, mode: str, part: Box) -> None:
    content, upright = photo(orientation, mode)
    size = Size(part.width, part.height)
    drawn = decode.draw(content, "image/jpeg", 1, part, size, LIMITS)
    assert psnr(drawn, upright.crop(edges(part))) == math.inf
    assert psnr(aside.run(decode.draw, content, "image/jpeg", 1, part, size, LIMITS), drawn) == math.inf


def grid(part: Box) -> list[Box]:
    """The part in squares, those at its right and lower edges with what is left."""
    right, bottom = part.left + part.width, part.top + part.height
    return [
        Box(left, top, min(256, right - left), min(256, bottom - top))
        for top in range(part.top, bottom, 256)
        for left in range(part.left, right, 256)
    ]


@pytest.mark.parametrize("part", [Box(0, 0, 1200, 1200), Box(0, 512, 1200, 512), Box(3, 5, 1100, 700)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_many_parts_of_a_photo_are_cut_in_one_pass_from_where_they_lie(orientation: int, mode: str, part: Box) -> None:
    content, upright = photo(orientation, mode)
    found = list(decode.cut_out(content, "image/jpeg", grid(part), LIMITS))
    assert sorted(map(edges, dict(found))) == sorted(map(edges, grid(part)))
    for box, drawn in found:
        assert psnr(drawn, upright.crop(edges(box))) == math.inf


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_of_a_photo_that_breaks_off_no_tiles_are_made(orientation: int) -> None:
    content, upright = photo(orientation, "RGB")
    source = PageSource("", "image/jpeg", 1, Size(*upright.size))
    with pytest.raises(Unreadable):
        drawing.cut_tiles(content[: len(content) // 2], source, 1, levels.Band(0, upright.height), LIMITS)


def test_where_libvips_stumbles_on_its_way_the_other_tiles_are_drawn_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    content, upright = photo(1, "RGB")
    source = PageSource("", "image/jpeg", 1, Size(*upright.size))
    asked = (content, source, 1, levels.Band(0, upright.height), LIMITS)
    entire = drawing.cut_tiles(*asked)
    cut_out = shrink.cut_out
    monkeypatch.setattr(shrink, "cut_out", lambda *given: itertools.islice(cut_out(*given), 4))
    assert drawing.cut_tiles(*asked) == entire


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(4000, 3000), (4032, 3024), (1654, 2339), (2480, 3508)])
def test_a_turned_photos_tiles_are_cut_from_whole_pixels(size: tuple[int, int], orientation: int) -> None:
    stored = Size(*size)
    page = Size(*size[::-1]) if orientation in TURNED else stored
    for tile in levels.tiles(page, 1, top=0, rows=page.height):
        assert all(edge.is_integer() for edge in stored_part(tile.box, page, orientation, stored))


def test_a_part_of_a_png_is_shown_only_where_all_of_its_check_sums_are_right() -> None:
    content, part = bytearray(page("PNG")), Box(0, 0, 512, 512)
    content[len(content) // 3] ^= 1
    with pytest.raises(Unreadable):
        decode.draw(bytes(content), "image/png", 1, part, Size(part.width, part.height), LIMITS)


@pytest.mark.parametrize("less", [2, 12, 20])
def test_a_png_without_its_last_bytes_is_shown(less: int) -> None:
    entire = page("PNG")
    content = entire[:-less]
    assert decode.page_sizes(content, "image/png", LIMITS) == [PAGE]
    for size in (PAGE, Size(700, 560)):
        whole = decode.draw(entire, "image/png", 1, WHOLE, size, LIMITS)
        assert psnr(decode.draw(content, "image/png", 1, WHOLE, size, LIMITS), whole) > 40


def test_a_png_of_sixteen_bits_a_channel_has_its_colours() -> None:
    row = b"\0" + struct.pack(">3H", 200 << 8, 30 << 8, 90 << 8) * PAGE.width
    content = png(16, 2, row * PAGE.height)
    for size in (Size(300, 240), Size(700, 560), PAGE):
        drawn = decode.draw(content, "image/png", 1, WHOLE, size, LIMITS)
        assert drawn.getpixel((100, 100)) == (200, 30, 90)
        assert one_pass(content, size, "jpg") is None


def png(depth: int, colour: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", PAGE.width, PAGE.height, depth, colour, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_part_that_is_nearly_the_whole_page_is_that_part() -> None:
    content = page("JPEG")
    box, size = Box(1, 1, 1498, 1198), Size(374, 299)
    drawn = decode.draw(content, "image/jpeg", 1, box, size, LIMITS)
    ahead = aside.run(decode.draw, content, "image/jpeg", 1, box, size, LIMITS)
    assert psnr(drawn, ahead) == math.inf, "both by Pillow, which takes parts of pixels"


@pytest.mark.parametrize("width", [400, 300, 200, 120])
def test_thumbnails_from_a_first_picture_are_as_faithful_as_any(width: int) -> None:
    """Within 1.5 dB of what they were if the photo itself was made smaller."""
    content = page("JPEG")
    _, first = drawing.take_in(content, "image/jpeg", LIMITS)
    assert first
    size, level = PAGE.scaled(width / PAGE.width), Image.open(io.BytesIO(first)).size
    expected = Image.open(io.BytesIO(content)).resize((size.width, size.height), Image.Resampling.LANCZOS)
    from_first = decode.draw(first, "image/jpeg", 1, Box(0, 0, *level), size, LIMITS)
    assert psnr(encoded_and_read(from_first), expected) > psnr(encoded_and_read(expected), expected) - 1.5


def encoded_and_read(picture: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(encode(picture, "small jpg")))
