"""Small files that ask for very much: each ends as pages or as a clear error, and the neighbours are served meanwhile."""

import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tests.papers import cornered, encoded, pdf, pdf_of, stream, tiff
from tests.unit.documents.taking import sizes_by
from tests.unit.documents.test_damage import ends_well
from viewer.config import Settings
from viewer.documents.pool import Decoders
from viewer.documents.sniff import sniff
from viewer.errors import UnreadableDocument

HUGE = 1_000_000
LOOSE = b"/Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]"


@pytest.fixture(scope="module")
def decoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decoders]:
    folder = tmp_path_factory.mktemp("decoders")
    pool = Decoders(Settings.load({"VIEWER_INSTANCE": str(folder), "VIEWER_DECODER_SECONDS": "2"}))
    yield pool
    pool.close()


def patched(content: bytes, what: bytes, by: bytes, offset: int = 0) -> bytes:
    """The file with other bytes so far behind the first place where `what` stands."""
    at = content.index(what) + offset
    return content[:at] + by + content[at + len(by) :]


def announcing(width: int, height: int) -> dict[str, bytes]:
    """Small pictures whose heads announce very many pixels."""
    short = struct.pack(">HH", min(height, 65_535), min(width, 65_535))
    frame = struct.pack("<HH", min(width, 65_535), min(height, 65_535))
    said = b"IHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    head = struct.pack(">I", 13) + said + struct.pack(">I", zlib.crc32(said))
    whole, bare = encoded(cornered(), "JPEG2000"), encoded(cornered(), "WEBP")
    return {
        "png": encoded(cornered(), "PNG")[:8] + head + encoded(cornered(), "PNG")[33:],
        "jpeg": patched(encoded(cornered(), "JPEG"), b"\xff\xc0", short, 5),
        "gif": patched(patched(encoded(cornered("P"), "GIF"), b"GIF8", frame, 6), b",\0\0\0\0", frame, 5),
        "bmp": patched(encoded(cornered(), "BMP"), b"BM", struct.pack("<ii", width, height), 18),
        "tiff": patched(
            patched(tiff([(64, 32)]), b"\x00\x01\x04\x00\x01\x00\x00\x00", struct.pack("<I", width), 8),
            b"\x01\x01\x04\x00\x01\x00\x00\x00",
            struct.pack("<I", height),
            8,
        ),
        "jpeg 2000": patched(
            patched(whole, b"ihdr", struct.pack(">II", height, width), 4),
            b"\xff\x51",
            struct.pack(">II", width, height),
            6,
        ),
        "webp": patched(bare, b"\x9d\x01\x2a", struct.pack("<HH", min(width, 16_383), min(height, 16_383)), 3),
        "avif": patched(encoded(cornered(), "AVIF", speed=10), b"ispe", struct.pack(">II", width, height), 8),
    }


def test_pixels_that_are_only_announced_are_never_made(decoders: Decoders) -> None:
    problems = {}
    for name, content in announcing(HUGE, HUGE).items():
        with pytest.raises(UnreadableDocument) as unreadable:
            sizes_by(decoders, content, sniff(content))
        problems[name] = unreadable.value.problem
    assert set(problems.values()) == {"too_many_pixels", "damaged"}
    assert {name for name, problem in problems.items() if problem == "damaged"} <= {"webp", "avif"}, problems


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_as_many_pixels_as_are_taken_are_a_page_or_an_error(decoders: Decoders, mode: str) -> None:
    ends_well(decoders, encoded(Image.new(mode, (10_000, 10_000)), "PNG", compress_level=1))
    assert ends_well(decoders, pdf())


def form(number: int, drawing: bytes, named: bytes) -> bytes:
    """A form XObject that may draw others by name."""
    more = b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<<%s>>>>" % named
    return stream(drawing, more)


def with_resources(named: bytes, drawing: bytes, *others: bytes) -> bytes:
    return pdf_of(b"/MediaBox[0 0 99 99]/Resources<<%s>>" % named, stream(drawing), *others)


def doubling(levels: int) -> bytes:
    """A form that draws another twice, and so on: 2^levels drawings."""
    forms = [form(5 + level, b"/F Do /F Do", b"/F %d 0 R" % (6 + level)) for level in range(levels)]
    return with_resources(b"/XObject<</F 5 0 R>>", b"/F Do", *forms, form(5 + levels, b"0 0 9 9 re f", b""))


def picture_of(width: int, height: int, coded: bytes, how: bytes) -> bytes:
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB%s"
    return with_resources(
        b"/XObject<</I 5 0 R>>", b"99 0 0 99 0 0 cm /I Do", stream(coded, head % (width, height, how))
    )


def tree(kids: bytes, *others: bytes, count: bytes = b"1") -> bytes:
    """A PDF whose page tree's root has these kids; `others` are the objects from 5 on."""
    return pdf_of(b"/MediaBox[0 0 99 99]", stream(b""), *others, pages=count).replace(
        b"/Kids[3 0 R]", b"/Kids[%s]" % kids
    )


def deep(levels: int) -> bytes:
    """Page tree nodes one within the other, a page in the last."""
    nodes = [b"<</Type/Pages/Count 1/Parent %d 0 R/Kids[%d 0 R]>>" % (n - 1, n + 1) for n in range(5, 5 + levels)]
    return tree(b"5 0 R", *nodes, b"<<%s>>" % LOOSE)


ZEROS = zlib.compress(bytes(60_000_000), 9)
DOCUMENTS = {
    "a page without end": pdf_of(b"/MediaBox[0 0 1e30 1e30]", stream(b"0 0 9 9 re f")),
    "a page beyond all numbers": pdf_of(b"/MediaBox[-1e38 -1e38 1e38 1e38]/UserUnit 1e38", stream(b"0 0 9 9 re f")),
    "a page tree that is its own child": tree(b"2 0 R 3 0 R", count=b"9"),
    "a deep page tree": deep(20_000),
    "one page many times": tree(b"3 0 R " * 900, count=b"900"),
    "more pages than are taken": tree(b"3 0 R " * 50_000, count=b"50000"),
    "a form that draws itself": with_resources(b"/XObject<</F 5 0 R>>", b"/F Do", form(5, b"/F Do", b"/F 5 0 R")),
    "a form that draws twice what draws twice": doubling(40),
    "a pattern that fills itself": with_resources(
        b"/Pattern<</P 5 0 R>>",
        b"/Pattern cs /P scn 0 0 99 99 re f",
        stream(
            b"/Pattern cs /P scn 0 0 9 9 re f",
            b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep .0001/YStep .0001"
            b"/Resources<</Pattern<</P 5 0 R>>>>",
        ),
    ),
    "a picture of a million edges": picture_of(HUGE, HUGE, ZEROS, b"/Filter/FlateDecode"),
    "a picture of many pixels": picture_of(20_000, 20_000, ZEROS, b"/Filter/FlateDecode"),
    "a picture that is a huge jpeg": picture_of(65_535, 65_535, announcing(HUGE, HUGE)["jpeg"], b"/Filter/DCTDecode"),
    "a picture that is a huge jpeg 2000": picture_of(
        HUGE, HUGE, announcing(HUGE, HUGE)["jpeg 2000"], b"/Filter/JPXDecode"
    ),
    "a huge fax": picture_of(
        60_000, 60_000, b"\x00" * 99, b"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>"
    ),
    "dashes finer than anything": with_resources(b"", b"[1e-9 1e-9] 0 d 0 0 m 1e9 1e9 l S"),
    "brackets without end": with_resources(b"", b"[" * 200_000 + b"]" * 200_000 + b" TJ"),
    "dictionaries without end": pdf_of(
        b"/MediaBox[0 0 99 99]/X" + b"<</X" * 20_000 + b" 1 " + b">>" * 20_000, stream(b"")
    ),
    "states saved without end": with_resources(b"", b"q " * 500_000),
    "a contents array of the same": pdf_of(b"/MediaBox[0 0 99 99]", b"[" + b"4 0 R " * 9 + b"]"),
    "a table that points to itself": pdf().replace(b"trailer\n<<", b"trailer\n<</Prev 9 "),
    "a filter over a filter": pdf_of(
        b"/MediaBox[0 0 99 99]", stream(ZEROS, b"/Filter[/FlateDecode%s]" % (b"/FlateDecode" * 999))
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_asks_for_very_much_is_a_page_or_an_error(decoders: Decoders, name: str) -> None:
    with ThreadPoolExecutor(1) as thread:
        ended = thread.submit(ends_well, decoders, DOCUMENTS[name])
        assert ends_well(decoders, pdf())
        ended.result()
    assert ends_well(decoders, pdf())


def test_a_frame_larger_than_its_picture_is_counted_too(decoders: Decoders) -> None:
    content = encoded(cornered("P"), "GIF")
    large = patched(content, b",\0\0\0\0", struct.pack("<HH", 65_535, 65_535), 5)
    with pytest.raises(UnreadableDocument) as unreadable:
        sizes_by(decoders, large, sniff(large))
    assert unreadable.value.problem in ("too_many_pixels", "damaged")
