"""A ZIP as a bundle of attachments: the papers in it are its pages, and nothing that lies beside them matters."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.papers import (
    HEIC,
    archive,
    bomb,
    chinese_pdf,
    cornered,
    encoded,
    encrypted_zip,
    overlapping_zip,
    pdf,
    tiff,
    turned,
    zipped,
)
from tests.unit.documents.test_decode import LIMITS, problem_of, shows_the_corner, sizes_of
from viewer.documents import bundle
from viewer.documents.decode import draw, page_sizes, words
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.sniff import ZIP, sniff
from viewer.documents.unzip import Unpacking, listed
from viewer.domain.size import Box, Size


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """Each test starts as a new decoder process does."""
    bundle._counts.clear()
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


def picture(width: int, height: int = 16, form: str = "PNG") -> bytes:
    """A picture that is known by its size."""
    return encoded(cornered(size=(width, height)), form)


def widths(content: bytes, limits: Limits = LIMITS) -> list[int]:
    return [size.width for size in sizes_of(content, limits)]


def drawn(content: bytes, number: int, page: Size) -> Image.Image:
    return draw(content, ZIP, number, Box(0, 0, page.width, page.height), page, LIMITS)


# What is shown


def test_the_pages_of_every_paper_are_the_bundles_pages() -> None:
    papers = {
        "1.tif": tiff([(30, 20), (20, 30)]),
        "2.pdf": pdf(2, size=(72, 36)),
        "3.jpg": turned(6),
        "4.heic": HEIC[1],
    }
    content = zipped(papers)
    expected = [Size(30, 20), Size(20, 30), Size(300, 150), Size(300, 150), Size(64, 32), Size(64, 32)]
    assert sizes_of(content) == expected
    for number, page in enumerate(expected, 1):
        assert shows_the_corner(drawn(content, number, page))


def test_a_page_is_found_by_a_process_that_did_not_measure_the_bundle() -> None:
    content = zipped({"1.pdf": pdf(3), "2.png": picture(40), "3.txt": b"?", "4.png": picture(50)})
    sizes = sizes_of(content)
    for number in (5, 1, 4):
        bundle._counts.clear()
        assert shows_the_corner(drawn(content, number, sizes[number - 1]))


def test_of_a_bundle_that_was_measured_only_the_pages_paper_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({f"{number}.png": picture(number) for number in range(10, 30)})
    sizes = sizes_of(content)
    unpacked: list[bytes] = []
    whole = Unpacking.whole
    monkeypatch.setattr(
        Unpacking,
        "whole",
        lambda self, entry: unpacked.append(entry.name) or whole(self, entry),  # type: ignore[func-returns-value]
    )
    drawn(content, 15, sizes[14])
    assert unpacked == [b"24.png"]


def test_what_is_remembered_of_bundles_does_not_grow_for_ever() -> None:
    for width in range(1, bundle.REMEMBERED + 20):
        sizes_of(zipped({"a.png": picture(width)}))
    assert len(bundle._counts) == bundle.REMEMBERED


def test_papers_come_in_the_natural_order_of_their_names() -> None:
    names = [
        "2.png",
        "10.png",
        "a/1.png",
        "a/b.png",
        "a/b2.png",
        "a/b10.png",
        "a/b10 (1).png",
        "发票1.png",
        "发票002.png",
        "发票10.png",
    ]
    content = zipped({name: picture(10 + names.index(name)) for name in sorted(names, reverse=True)})
    assert widths(content) == [10 + place for place in range(len(names))]


def test_names_in_chinese_windows_encoding_are_ordered_too() -> None:
    names = ["2.png", "乙10.png", "乙2.png"]  # as long in GBK as these stand-ins
    content = zipped({"2.png": picture(10), "##10.png": picture(12), "##2.png": picture(11)})
    assert widths(content.replace(b"##", "乙".encode("gbk"))) == [10, 11, 12]
    (*found,) = listed(content.replace(b"##", "乙".encode("gbk")))
    assert [entry.shown_name for entry in found] == names


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20), max_size=6, unique=True
    )
)
def test_any_names_have_an_order(names: list[str]) -> None:
    content = zipped(dict.fromkeys(names, b""))
    assert page_sizes(content, ZIP, LIMITS) == []


def test_a_paper_is_known_by_its_content_and_not_by_its_name() -> None:
    content = zipped({"1": picture(10), "2.docx": pdf(size=(72, 72)), "3.pdf": b"no such thing", "4.png": b"<svg/>"})
    assert widths(content) == [10, 300]


def test_what_cannot_be_shown_does_not_matter() -> None:
    papers = {
        "0/": b"",
        "0/notes.txt": b"some text",
        "1.png": picture(10),
        "2.zip": zipped({"inside.png": picture(99)}),
        "3.ofd": archive("OFD.xml"),
        "4.docx": archive("[Content_Types].xml", "word/document.xml"),
        "5.pdf": pdf()[:200],
        "6.pdf": pdf(password="geheim"),
        "7.png": bomb(9_000, 9_000),
        "8.jpg": encoded(Image.effect_noise((200, 200), 90), "JPEG")[:2000],
        "9.png": picture(20),
        "__MACOSX/._9.png": b"\0\5\x16\7" + b"\0" * 100,
    }
    content = zipped(papers)
    assert widths(content) == [10, 20]
    assert shows_the_corner(drawn(content, 2, Size(20, 16)))


@pytest.mark.parametrize(
    "content",
    [
        archive(),
        archive("a.txt", "b.xml"),
        zipped({"inside.zip": zipped({"a.png": picture(10)})}),
        zipped({"a.pdf": pdf()})[:-30],
        b"PK\3\4 not really",
    ],
)
def test_an_archive_without_papers_has_no_pages(content: bytes) -> None:
    assert (sniff(content), sizes_of(content)) == (ZIP, [])


@pytest.mark.parametrize(
    "names",
    [
        ["[Content_Types].xml", "word/document.xml", "word/media/image1.png"],
        ["mimetype", "content.xml", "Thumbnails/thumbnail.png"],
        ["META-INF/MANIFEST.MF", "icon.png"],
        ["WEB-INF/web.xml", "logo.png"],
        ["AndroidManifest.xml", "res/icon.png"],
        ["Index/Document.iwa", "preview.jpg"],
        ["doc.kml", "files/photo.jpg"],
    ],
)
def test_a_package_of_another_format_is_no_bundle(names: list[str]) -> None:
    content = zipped({name: picture(10) for name in names})
    assert (sniff(content), sizes_of(content)) == (ZIP, [])
    assert widths(zipped({f"papers/{name}": picture(10) for name in names})) == [10] * len(names)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_however_a_common_tool_packs_them(packing: int) -> None:
    papers = {"1.png": picture(10), "2.pdf": pdf(2, size=(72, 72))}
    assert widths(zipped(papers, packing)) == [10, 300, 300]
    assert widths(b"".join(streamed(papers, packing))) == [10, 300, 300]


def streamed(papers: dict[str, bytes], packing: int) -> Iterator[bytes]:
    """A ZIP written without going back: sizes and checksums come behind each file, and in ZIP64's fields."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, piece: object) -> int:
            self.pieces.append(bytes(piece))  # type: ignore[call-overload]
            return len(self.pieces[-1])

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", packing) as packed:
        for name, paper in papers.items():
            with packed.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(paper)
    yield from pipe.pieces


def test_an_archive_in_the_form_for_huge_files_is_read() -> None:
    """Written small by hand: all numbers of the one entry stand in its ZIP64 field, and the directory's in their record."""
    plain = zipped({"a.png": picture(10)})
    directory, end = plain.index(b"PK\1\2"), plain.index(b"PK\5\6")
    line = bytearray(plain[directory:end])
    packed, unpacked = line[20:24], line[24:28]
    line[20:28] = b"\xff" * 8
    line[42:46] = b"\xff" * 4
    field = unpacked + b"\0" * 4 + packed + b"\0" * 4 + b"\0" * 8
    line[30:32] = (len(field) + 4).to_bytes(2, "little")
    line += b"\1\0" + len(field).to_bytes(2, "little") + field
    numbers = (1).to_bytes(8, "little") * 2 + len(line).to_bytes(8, "little") + directory.to_bytes(8, "little")
    record = b"PK\6\6" + (44).to_bytes(8, "little") + b"\x2d\0\x2d\0" + b"\0" * 8 + numbers
    locator = b"PK\6\7" + b"\0" * 4 + (directory + len(line)).to_bytes(8, "little") + b"\1\0\0\0"
    content = plain[:directory] + line + record + locator + b"PK\5\6" + b"\0" * 4 + b"\xff" * 12 + b"\0\0"
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["a.png"]
    assert widths(content) == [10]


def test_what_stands_before_an_archives_own_beginning_does_not_hide_its_papers() -> None:
    inner = zipped({"a.png": picture(10)})
    assert widths(b"PK\3\4 a stub" + inner) == [10]


# What can't be shown


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_packed_in_a_rare_way_is_left_out(packing: int) -> None:
    assert sizes_of(zipped({"a.png": picture(10)}, packing)) == []


def test_a_member_whose_checksum_is_wrong_is_left_out_and_its_neighbours_are_shown() -> None:
    papers = {"1.bmp": picture(10, form="BMP"), "2.png": picture(20)}
    content = bytearray(zipped(papers, zipfile.ZIP_STORED))
    content[content.index(b"1.bmp") + 100] ^= 1
    assert widths(bytes(content)) == [20]
    alone = bytearray(zipped({"1.bmp": papers["1.bmp"]}, zipfile.ZIP_STORED))
    alone[alone.index(b"1.bmp") + 100] ^= 1
    assert problem_of(bytes(alone)) == "damaged"


def test_a_member_that_breaks_off_is_left_out() -> None:
    content = zipped({"1.png": picture(10), "2.png": picture(20)})
    place = content.index(b"PK\1\2") + 20
    packed = int.from_bytes(content[place : place + 4], "little")
    assert widths(content[:place] + (packed - 9).to_bytes(4, "little") + content[place + 4 :]) == [20]


def test_locked_members_matter_only_where_nothing_else_can_be_shown() -> None:
    locked = encrypted_zip({"1.png": picture(10), "2.txt": b"text"})
    assert problem_of(locked) == "password"
    mixed = bytearray(zipped({"1.png": picture(10), "2.png": picture(20)}))
    mixed[mixed.index(b"PK\1\2") + 8] |= 1
    assert widths(bytes(mixed)) == [20]
    assert problem_of(zipped({"1.pdf": pdf(password="geheim")})) == "password"


def test_more_pages_than_the_limit_are_refused_over_all_papers() -> None:
    assert len(sizes_of(zipped({"1.pdf": pdf(10), "2.pdf": pdf(10)}))) == LIMITS.max_pages
    assert problem_of(zipped({"1.pdf": pdf(10), "2.pdf": pdf(10), "3.png": picture(10)})) == "too_many_pages"
    assert problem_of(zipped({"1.png": picture(10), "2.pdf": pdf(21)})) == "too_many_pages"


def test_a_page_that_the_bundle_does_not_have_is_not_drawn() -> None:
    with pytest.raises(Unreadable):
        drawn(zipped({"1.png": picture(10)}), 2, Size(10, 16))


# Limits of archives


def test_more_entries_than_the_limit_are_refused() -> None:
    papers = {f"{number:03}.txt": b"" for number in range(LIMITS.archive_entries - 1)} | {"a.png": picture(10)}
    assert widths(zipped(papers)) == [10]
    assert problem_of(zipped(papers | {"one more": b""})) == "archive_too_large"


def blank(megabytes: int) -> bytes:
    """A PDF with so many MB of blanks behind it, which packs a thousand times smaller."""
    return pdf() + b" " * megabytes * 1_000_000


def test_more_than_the_limit_is_never_unpacked() -> None:
    limits = replace(LIMITS, archive_ratio=10**6)
    within, beyond = zipped({"1.pdf": blank(3), "2.pdf": blank(3)}), zipped({"1.pdf": blank(5), "2.pdf": blank(5)})
    assert len(sizes_of(within, limits)) == 2
    assert problem_of(beyond, limits) == "archive_too_large"
    assert len(sizes_of(beyond, replace(limits, archive_bytes=11_000_000))) == 2


def test_an_archive_that_unpacks_to_many_times_its_size_is_refused() -> None:
    content = zipped({"1.pdf": blank(3)})
    assert len(content) * LIMITS.archive_ratio < 3_000_000
    assert problem_of(content) == "archive_too_large"
    assert len(sizes_of(content, replace(LIMITS, archive_ratio=2000))) == 1
    assert len(sizes_of(zipped({"1.pdf": blank(3), "2.png": noise()}))) == 2


def noise() -> bytes:
    return encoded(Image.effect_noise((300, 300), 90), "PNG")


def test_a_blank_picture_is_shown_though_it_packs_very_small() -> None:
    blank_picture = encoded(Image.new("RGB", (500, 500), "white"), "BMP")
    content = zipped({"blank.bmp": blank_picture})
    assert len(content) * LIMITS.archive_ratio < len(blank_picture)
    assert widths(content) == [500]


def test_sizes_that_an_archive_declares_are_not_believed() -> None:
    """Zeros for both of a member's unpacked sizes: it is as large as it turns out to be."""
    content = bytearray(zipped({"1.pdf": blank(3)}))
    content[22:26] = bytes(4)
    place = content.index(b"PK\1\2") + 24
    content[place : place + 4] = bytes(4)
    assert problem_of(bytes(content)) == "archive_too_large"
    content = bytearray(zipped({"1.png": picture(10)}))
    place = content.index(b"PK\1\2") + 24
    content[place : place + 4] = b"\xfe\xff\xff\xff"
    assert widths(bytes(content)) == [10]


def test_entries_over_the_same_bytes_count_each_time() -> None:
    paper = pdf() + encoded(Image.effect_noise((700, 700), 90), "PNG")
    content = overlapping_zip(paper, 40)
    assert len(list(listed(content))) == 40
    assert problem_of(content, replace(LIMITS, max_pages=1000)) == "archive_too_large"
    assert len(sizes_of(overlapping_zip(paper, 5))) == 5


def test_a_bomb_that_is_no_paper_is_not_even_unpacked() -> None:
    content = zipped({"1.png": picture(10), "zeros.bin": bytes(20_000_000)})
    assert widths(content) == [10]


# Its text


def test_the_words_of_a_bundles_page_are_its_papers() -> None:
    content = zipped({"1.png": picture(10), "2.pdf": chinese_pdf("发票"), "3.pdf": chinese_pdf("合同")})
    assert [[word.text for word in words(content, ZIP, number, LIMITS)] for number in (1, 2, 3)] == [
        [],
        ["发票"],
        ["合同"],
    ]
