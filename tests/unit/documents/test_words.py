"""A page's text: what a reader would copy is one word, and its box lies on its ink."""

import io
from datetime import date
from decimal import Decimal

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.papers import chinese_pdf, pdf_of, signed_pdf, stream, turned
from viewer.documents.decode import draw, page_sizes, words
from viewer.documents.shapes import Limits, Unreadable, Word
from viewer.documents.sniff import JPEG, PDF
from viewer.documents.spaced import put_together
from viewer.documents.words import MOST_CHARACTERS
from viewer.domain.size import Box
from viewer.gateway.sandbox.companies import BUYER, CLOUD
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Contract, Invoice, Line

LIMITS = Limits(
    max_pixels=4_000_000,
    max_pages=50,
    page_dpi=300,
    page_edge=6000,
    decoder_pixels=36_000_000,
    archive_entries=50,
    archive_bytes=8_000_000,
    archive_ratio=200,
)
DIGITAL = Invoice(
    type_code="27",
    number="26442000000104236718",
    issued=date(2026, 9, 14),
    buyer=BUYER,
    seller=CLOUD,
    lines=(
        Line(name="*信息技术服务*云服务器租赁", amount=Decimal("4716.98"), rate=Decimal("0.06"), quantity=Decimal(1)),
        Line(name="*信息技术服务*数据存储", amount=Decimal("1231.13"), rate=Decimal("0.06"), quantity=Decimal(7)),
    ),
    drawer="周雨桐",
)
CLASSIC = Invoice(
    type_code="1",
    number="47120836",
    code="033002600211",
    check_code="68412093751182640917",
    issued=date(2026, 8, 31),
    buyer=BUYER,
    seller=CLOUD,
    lines=DIGITAL.lines,
)


def words_of(content: bytes, number: int = 1) -> list[Word]:
    return words(content, PDF, number, LIMITS)


def texts_of(content: bytes) -> list[str]:
    return [word.text for word in words_of(content)]


def facts_of(paper: Invoice) -> list[str]:
    parties = [fact for party in (paper.buyer, paper.seller) for fact in (party.name, party.tax_no)]
    amounts = [paper.amount, paper.tax, paper.total, *(line.amount for line in paper.lines)]
    return [paper.number, *parties, *map(str, amounts), f"{paper.issued:%Y年%m月%d日}", paper.code or paper.number]


@pytest.mark.parametrize("paper", [DIGITAL, CLASSIC], ids=["digital", "classic"])
def test_every_fact_on_an_invoice_is_one_word_whose_box_lies_on_its_ink(paper: Invoice) -> None:
    content = make(paper, "pdf")
    (page,) = page_sizes(content, PDF, LIMITS)
    found = words_of(content)
    picture = draw(content, PDF, 1, Box(0, 0, page.width, page.height), page, LIMITS).convert("L")
    for fact in facts_of(paper):
        places = [word for word in found if word.text == fact]
        assert places, fact
        for word in places:
            ink = picture.crop((word.x, word.y, word.x + word.w, word.y + word.h)).point(
                lambda value: 255 * (value < 160)
            )
            left, top, right, bottom = ink.getbbox() or (0, 0, 0, 0)
            assert (right - left) > 0.9 * word.w, fact
            assert (bottom - top) > 0.35 * word.h, fact


def test_boxes_lie_within_the_page() -> None:
    content = make(DIGITAL, "pdf")
    (page,) = page_sizes(content, PDF, LIMITS)
    for word in words_of(content):
        assert 0 <= word.x < word.x + word.w <= page.width
        assert 0 <= word.y < word.y + word.h <= page.height


def test_words_come_in_the_order_in_which_they_are_read() -> None:
    found = texts_of(make(Contract(title="服务合同", parties=(BUYER, CLOUD), pages=2), "pdf"))
    order = [found.index(text) for text in ("甲方：", BUYER.name, BUYER.tax_no, "乙方：", CLOUD.name, CLOUD.tax_no)]
    assert order == sorted(order)


def test_each_page_has_its_own_words() -> None:
    content = make(Contract(title="服务合同", parties=(BUYER, CLOUD), pages=2), "pdf")
    assert BUYER.tax_no in {word.text for word in words_of(content, 1)}
    assert BUYER.tax_no not in {word.text for word in words_of(content, 2)}


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_are_where_the_turned_page_shows_them(rotation: int) -> None:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=(300, 200))
    canvas.setPageRotation(rotation)
    canvas.drawString(20, 150, "INV-2544 1,234.56")
    canvas.translate(200, 30)
    canvas.rotate(90)
    canvas.drawString(0, 0, "Turned 77.10")
    canvas.save()
    (page,) = page_sizes(content.getvalue(), PDF, LIMITS)
    found = {word.text: word for word in words_of(content.getvalue())}
    assert found.keys() == {"INV-2544", "1,234.56", "Turned", "77.10"}
    picture = draw(content.getvalue(), PDF, 1, Box(0, 0, page.width, page.height), page, LIMITS).convert("L")
    for word in found.values():
        assert picture.crop((word.x, word.y, word.x + word.w, word.y + word.h)).getextrema()[0] == 0
        picture.paste(255, (word.x, word.y, word.x + word.w, word.y + word.h))
    assert picture.point(lambda value: 255 * (value > 200)).getextrema() == (255, 255)


def test_words_count_from_the_corner_of_the_cropped_page() -> None:
    content = pdf_of(
        b"/MediaBox[0 0 300 300]/CropBox[50 50 250 150]/Resources<</Font<</F 5 0 R>>>>",
        stream(b"BT /F 20 Tf 60 120 Td (inside) Tj 0 100 Td (outside) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    (word,) = words_of(content)
    assert (word.text, word.x // 10) == ("inside", 4)
    assert word.y < 125 < word.y + word.h


def test_text_without_an_embedded_font_is_text_too() -> None:
    assert texts_of(chinese_pdf("发票")) == ["发票"]


def test_a_radical_is_read_as_the_character_that_it_looks_like() -> None:
    said = b"begincmap 1 beginbfchar <61> <2F64> endbfchar endcmap"
    content = pdf_of(
        b"/MediaBox[0 0 99 99]/Resources<</Font<</F 5 0 R>>>>",
        stream(b"BT /F 20 Tf 5 5 Td (a) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        stream(said),
    )
    assert texts_of(content) == ["用"]


def test_a_page_without_text_and_a_picture_have_no_words() -> None:
    assert words_of(signed_pdf()) == []
    assert words(turned(6), JPEG, 1, LIMITS) == []


def test_more_characters_than_the_limit_are_left_out() -> None:
    drawing = b"BT /F 1 Tf 5 5 Td " + b"(a) Tj " * (MOST_CHARACTERS + 500) + b"ET"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 97/LastChar 97/Widths[0]>>"
    found = words_of(pdf_of(b"/MediaBox[0 0 99 99]/Resources<</Font<</F 5 0 R>>>>", stream(drawing), font))
    assert sum(len(word.text) for word in found) <= MOST_CHARACTERS


def test_a_damaged_document_says_so() -> None:
    with pytest.raises(Unreadable):
        words_of(b"%PDF-1.7 rubbish")
    with pytest.raises(Unreadable):
        words_of(signed_pdf(), 2)


def at(text: str, x: int, y: int, size: int = 10) -> Word:
    return Word(text, x, y, size * len(text), size)


@pytest.mark.parametrize("step", [11, 25, 45])
def test_a_label_of_single_characters_down_the_page_is_one_word(step: int) -> None:
    column = [at(char, 5, 10 + number * step) for number, char in enumerate("购买方")]
    values = [at("某某公司", 60, 10 + number * step) for number in range(3)]
    assert put_together([*column, *values]) == [Word("购买方", 5, 10, 10, 2 * step + 10), *values]


def test_the_longer_label_counts_and_each_box_has_its_own() -> None:
    columns = [at(char, x, 10 + number * 12) for x in (5, 200) for number, char in enumerate("购买方信息")]
    assert [word.text for word in put_together(columns)] == ["购买方信息"] * 2


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        (["名", "称："], ["名称："]),
        (["合", "计", "¥", "5.00"], ["合计", "¥", "5.00"]),
        (["地", "址", "、", "电", "话", "："], ["地址、电话："]),
        (["单", "价", "金", "额"], ["单价", "金额"]),
        (["12.00", "34.00"], ["12.00", "34.00"]),
        (["项", "次", "台"], ["项", "次", "台"]),
        (["合同"], ["合同"]),
    ],
)
def test_labels_whose_characters_stand_apart_are_words_and_nothing_else_is_joined(
    parts: list[str], joined: list[str]
) -> None:
    assert [
        word.text for word in put_together([at(part, 50 * number, 10) for number, part in enumerate(parts)])
    ] == joined


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (at("合", 0, 0), at("计", 0, 40)),
        (at("合", 0, 0), at("计", 90, 0)),
        (at("合", 0, 0), at("计", 20, 0, size=20)),
        (at("备", 0, 0), at("注", 20, 30)),
        (at("备", 0, 0), at("注", 0, 70)),
    ],
    ids=["another line", "too far", "another size", "another column", "too far down"],
)
def test_what_is_not_evidently_one_label_stays_apart(first: Word, second: Word) -> None:
    assert put_together([first, second]) == [first, second]
