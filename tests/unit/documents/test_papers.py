"""Files as parts of PDFs to come: what is copied is the same, what is hostile does no harm."""

import io

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.papers import bomb, chinese_pdf, encoded, endless_pdf, pdf, pdf_of, signed_pdf, stream
from tests.prints import LIMITS, images, opened, shown, texts
from viewer.archive.pdf_writer import PdfWriter
from viewer.documents import papers
from viewer.documents.papers.pages import (
    Column,
    Cover,
    Footer,
    Notice,
    Row,
    cover_pages,
    cover_paper,
    footer_paper,
    notice_paper,
)
from viewer.documents.papers.paper import Paper
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import sniff


def made(content: bytes) -> Paper:
    return Paper(io.BytesIO(papers.paper(content, sniff(content), LIMITS)))


def put_together(paper: Paper, original: bytes = b"") -> bytes:
    """A PDF of the paper's pages, as simple as can be."""
    pdf_ = PdfWriter()
    content = pdf_.start()
    root, tree, info = (pdf_.reserve() for _ in range(3))
    first = pdf_.reserve(len(paper.bodies))
    numbers = {own: first + own for own in range(len(paper.bodies))}
    content += b"".join(pdf_.put_paper(paper, numbers, lambda: iter([original]), len(original)))
    kids = []
    for page in paper.pages:
        drawing, number = pdf_.reserve(), pdf_.reserve()
        matrix = " ".join(f"{each:f}" for each in page.matrix)
        content += pdf_.put(drawing, "<<>>", f"{matrix} cm /P Do".encode())
        content += pdf_.put(
            number,
            f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {page.width} {page.height}]/Contents {drawing} 0 R"
            f"/Resources<</XObject<</P {numbers[page.drawn_by]} 0 R>>>>>>",
        )
        kids.append(f"{number} 0 R")
    content += pdf_.put(tree, f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>")
    content += pdf_.put(root, f"<</Type/Catalog/Pages {tree} 0 R>>")
    content += pdf_.put(info, "<<>>")
    return content + pdf_.end(root, info, ["it"])


@settings(deadline=None)
@given(said=st.binary(max_size=60), more=st.sampled_from([b"5 0 R", b"(5 0 R)", b"\\(1 0 R", b"<5 0 R>", b")"]))
def test_what_looks_like_a_reference_in_a_string_stays_as_it_is(said: bytes, more: bytes) -> None:
    text = said + more
    source = pdf_of(
        b"/MediaBox[0 0 200 100]/Resources<</Font<</F 5 0 R>>>>",
        stream(b"BT /F 12 Tf 20 20 Td (words) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Said<%s>/Again[6 0 R<%s>6 0 R]>>"
        % (text.hex().encode(), text.hex().encode()),
        b" 42",
    )
    with opened(put_together(made(source))) as document:
        (font,) = (
            each
            for each in document.objects
            if isinstance(each, pikepdf.Dictionary) and str(each.get("/Type")) == "/Font"
        )
        assert bytes(font.Said) == text
        assert [int(font.Again[0]), bytes(font.Again[1]), int(font.Again[2])] == [42, text, 42]


def test_an_object_that_several_pages_need_is_copied_once() -> None:
    shared = pikepdf.open(io.BytesIO(chinese_pdf("发票")))
    for _ in range(4):
        shared.pages.append(shared.pages[0])
    written = io.BytesIO()
    shared.save(written)
    paper = made(written.getvalue())
    assert len(paper.pages) == 5
    assert (
        sum(
            "/FontDescriptor" in "".join(map(str, body)) and "/DescendantFonts" not in str(body)
            for body in paper.bodies
        )
        <= 2
    )
    assert paper.needed_by(paper.pages[0].drawn_by) <= set(range(len(paper.bodies)))


def test_a_document_that_announces_more_pages_than_it_has_has_those_that_it_has() -> None:
    page = pdf_of(b"/MediaBox[0 0 200 100]", stream(b"1 0 0 rg 0 0 9 9 re f"), pages=b"3")
    assert len(made(page).pages) == 1


def test_an_endless_drawing_is_copied_and_not_drawn() -> None:
    assert len(made(endless_pdf()).pages) == 1


@pytest.mark.parametrize("place", range(0, 4000, 173))
def test_a_damaged_pdf_gives_a_sound_paper_or_its_problem(place: int) -> None:
    content = bytearray(signed_pdf(rotated=90) + b" " * 3000)
    content[place % 1200 : place % 1200 + 9] = b"\x00<<[(5 0 R"
    try:
        paper = made(bytes(content))
    except Unreadable:
        return
    opened(put_together(paper)).close()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", pdf(password="x"), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_what_cant_be_read_tells_its_problem(content: bytes) -> None:
    with pytest.raises(Unreadable):
        papers.paper(content, sniff(content) if content else "application/pdf", LIMITS)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unreadable):
        made(bomb(20_000, 20_000))


def test_a_jpeg_that_a_pdf_may_not_have_doesnt_come_by_its_bytes() -> None:
    """Its frame says twelve bits, or another way of coding than baseline and progressive."""
    photo = encoded(Image.new("RGB", (32, 16), (200, 30, 30)), "JPEG", quality=95)
    place = photo.index(b"\xff\xc0")
    assert made(photo).sizes == [-2]
    odd = photo[:place] + b"\xff\xc9" + photo[place + 2 :]
    assert -2 not in made(odd).sizes


def test_a_photos_colour_profile_comes_along() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.new("RGB", (32, 16), (200, 30, 30))
    own = encoded(picture, "JPEG", icc_profile=srgb)
    assert "/ICCBased" in "".join(map(str, made(own).bodies[-1]))
    other = encoded(picture, "JPEG", icc_profile=profile.tobytes())
    assert "/ICCBased" not in "".join(map(str, made(other).bodies[-1])), "a profile of other colours"


@pytest.mark.parametrize(
    ("dots", "millimetres"), [(300, (85, 54)), (72, (297, 189)), (200, (128, 81)), (10_000, (297, 189))]
)
def test_a_pictures_paper_is_what_its_scanner_says_or_an_a4(dots: int, millimetres: tuple[int, int]) -> None:
    photo = encoded(Image.new("RGB", (1004, 638)), "JPEG", dpi=(dots, dots))
    (page,) = made(photo).pages
    assert (round(page.width / 72 * 25.4), round(page.height / 72 * 25.4)) == millimetres


@given(st.integers(0, 120))
def test_a_cover_has_as_many_pages_as_its_list_needs(count: int) -> None:
    assert cover_pages(count) == 1 + max(0, -(-(count - 34) // 39))


@pytest.mark.parametrize("count", [0, 1, 34, 35, 73, 74, 300])
def test_the_cover_that_is_drawn_has_so_many_pages_and_every_line(count: int) -> None:
    columns = (Column("序号", 10), Column("销售方", 120), Column("金额", 50, figures=True))
    rows = tuple(Row((str(number), f"公司{number}有限", "¥1.00"), strong=not number % 10) for number in range(count))
    content = put_together(Paper(io.BytesIO(cover_paper(Cover("单据 一", (("发票", "3"),), columns, rows), LIMITS))))
    said = texts(content)
    assert len(said) == cover_pages(count)
    assert all(f"公司{number}有限" in "".join(said) for number in range(count))


def test_our_own_pages_embed_their_fonts_and_use_no_other() -> None:
    drawn = [
        notice_paper(Notice("单据", "文件受密码保护 " * 40, "一" * 300), LIMITS),
        footer_paper([Footer("单据", "1 / 2", 400.0), Footer("二", "2 / 2", 100.0)], LIMITS),
    ]
    for each in drawn:
        content = put_together(Paper(io.BytesIO(each)))
        assert not images(content)
        with opened(content) as document:
            fonts = [it for it in document.objects if isinstance(it, pikepdf.Dictionary) and "/BaseFont" in it]
            assert fonts
            assert all("/FontFile2" in font.FontDescriptor for font in fonts)
    assert shown(content, 2, width=300).size[0] == 300
