"""Hundreds of damaged files of every format: each ends as pages or as a clear error, and the decoders stay usable."""

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import PIL
import pytest
from PIL import Image

from tests.papers import HEIC, chinese_pdf, cornered, encoded, pdf, pdf_of, signed_pdf, stream, tiff, turned, zipped
from tests.unit.documents.taking import sizes_by
from viewer.config import Settings
from viewer.documents import decode
from viewer.documents.pool import Decoders
from viewer.documents.sniff import HEIC as HEIC_TYPE
from viewer.documents.sniff import sniff
from viewer.domain.codes import PROBLEMS
from viewer.domain.size import Box
from viewer.errors import UnreadableDocument

SCENE = Image.effect_noise((96, 64), 60).convert("RGB")
ORIGINALS = {
    "jpeg": encoded(SCENE, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"),
    "progressive jpeg": encoded(SCENE, "JPEG", progressive=True),
    "cmyk jpeg": encoded(SCENE.convert("CMYK"), "JPEG"),
    "png": encoded(SCENE, "PNG"),
    "png with a palette": encoded(cornered("P"), "PNG", transparency=0),
    "16-bit png": encoded(Image.new("I;16", (40, 30), 40_000), "PNG"),
    "gif": encoded(SCENE.convert("P"), "GIF", save_all=True, append_images=[cornered("P", (96, 64))]),
    "bmp": encoded(SCENE, "BMP"),
    "webp": encoded(SCENE, "WEBP"),
    "lossless webp": encoded(SCENE, "WEBP", lossless=True),
    "avif": encoded(SCENE, "AVIF", speed=10),
    "heic": HEIC[6],
    "jpeg 2000": encoded(SCENE, "JPEG2000"),
    "tiff": tiff([(64, 32), (20, 40), (8, 8)]),
    "fax": encoded(cornered("1"), "TIFF", compression="group4", save_all=True, append_images=[cornered("1")]),
    "lzw tiff": encoded(SCENE, "TIFF", compression="tiff_lzw"),
    "jpeg in tiff": encoded(SCENE, "TIFF", compression="jpeg"),
    "big tiff": encoded(SCENE, "TIFF", big_tiff=True),
    "pdf": pdf(2),
    "pdf with forms": signed_pdf(rotated=90),
    "pdf with text": chinese_pdf("发票"),
    "turned": turned(6, "WEBP"),
    "bundle": zipped({"1.png": encoded(SCENE, "PNG"), "2.pdf": chinese_pdf("发票"), "3.txt": b"text"}),
}
EACH = 60
SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".avif", ".heic", ".tif", ".tiff", ".jp2", ".pdf"}
)


@pytest.fixture(scope="module")
def decoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decoders]:
    folder = tmp_path_factory.mktemp("decoders")
    pool = Decoders(Settings.load({"VIEWER_INSTANCE": str(folder), "VIEWER_DECODER_SECONDS": "2"}))
    yield pool
    pool.close()


def spoiled(content: bytes, dice: Random) -> bytes:
    """The file cut off, with bytes changed, with a piece repeated, or with a piece gone."""
    how = dice.randrange(4)
    if how == 0:
        return content[: dice.randrange(1, len(content))]
    if how == 1:
        changed = bytearray(content)
        for _ in range(dice.choice((1, 3, 12))):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        return bytes(changed)
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.choice((1, 4, 40)))
    piece = content[start:end]
    return content[:start] + (piece * 3 if how == 2 else b"") + content[end:]


def ends_well(decoders: Decoders, content: bytes) -> bool:
    """Whether the file has pages that can be drawn; False for one that says why it hasn't. Anything else is raised."""
    media_type = sniff(content)
    try:
        pages = sizes_by(decoders, content, media_type)
        for number, page in enumerate(pages[:3], 1):
            size = page.within(edge=64)
            whole = Box(0, 0, page.width, page.height)
            picture = decoders.run(decode.draw, content, media_type, number, whole, size, decoders.limits)
            assert picture.mode in ("RGB", "L")
            assert picture.size == (size.width, size.height)
            decoders.run(decode.words, content, media_type, number, decoders.limits)
    except UnreadableDocument as error:
        if error.problem not in PROBLEMS:
            raise
        return False
    return bool(pages)


def test_every_original_has_pages(decoders: Decoders) -> None:
    assert [name for name, content in ORIGINALS.items() if not ends_well(decoders, content)] == []
    assert sniff(ORIGINALS["heic"]) == HEIC_TYPE


def test_the_pictures_that_lie_in_the_dependencies_packages_are_shown(decoders: Decoders) -> None:
    folder = Path(PIL.__file__).parents[1]
    pictures = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    assert pictures
    assert [path for path in pictures if not ends_well(decoders, path.read_bytes())] == []


def test_every_damaged_file_ends_as_pages_or_as_an_error(decoders: Decoders) -> None:
    files = [spoiled(content, Random(f"{name} {turn}")) for name, content in ORIGINALS.items() for turn in range(EACH)]
    assert len(files) >= 300
    with ThreadPoolExecutor(4) as threads:
        ended = list(threads.map(lambda content: ends_well(decoders, content), files))
    assert any(ended)
    assert not all(ended)
    assert ends_well(decoders, pdf())


def test_a_stream_that_unpacks_to_very_much_is_a_page_or_an_error(decoders: Decoders) -> None:
    packed = zlib.compress(zlib.compress(b" " * 400_000_000, 1), 9)
    content = pdf_of(b"/MediaBox[0 0 99 99]", stream(packed, b"/Filter[/FlateDecode/FlateDecode]"))
    assert len(content) < 100_000
    ends_well(decoders, content)
    assert ends_well(decoders, pdf())
