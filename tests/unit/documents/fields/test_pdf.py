"""What PDFs say of their invoice: attached XML, the information dictionary, and labels with the values behind them."""

import io
from collections.abc import Iterable

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.invoices import DEMO_INVOICES, expected, pdf_with, said, sources
from tests.papers import pdf_of, stream
from tests.unit.documents.fields.test_invoice_xml import RAILWAY
from tests.unit.documents.test_decode import LIMITS
from tests.unit.gateway.sandbox.test_maker import CLASSIC, SPECIAL, with_lines
from viewer.documents.fields import invoice_fields
from viewer.documents.fields.labels import Page, said_by
from viewer.documents.shapes import Unreadable, Word
from viewer.documents.sniff import PDF, sniff
from viewer.domain.invoice_fields import InvoiceFields, Item
from viewer.gateway.sandbox import companies as of
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.maker import make, money
from viewer.gateway.sandbox.papers import Contract, Form, Invoice, Itinerary, Line, TrainTicket
from viewer.gateway.sandbox.xml_invoice import xml_invoice

DIGITAL = next(paper for paper in DEMO_INVOICES.values() if paper.type_code == "27")
ELECTRONIC = next(
    each.paper
    for bill in demo_bills()
    for each in bill.invoices
    if isinstance(each.paper, TrainTicket) and each.paper.buyer
)
EM = 12
"""Height and width of a character in the pages made of words."""


def fields_of(content: bytes) -> InvoiceFields:
    return invoice_fields(content, PDF, LIMITS)


@pytest.mark.parametrize("number", DEMO_INVOICES)
def test_the_text_of_every_demo_invoice_says_exactly_the_invoice(number: str) -> None:
    paper = DEMO_INVOICES[number]
    fields = fields_of(make(paper, "pdf"))
    silent = {"remark"} if paper.check_code else set()  # the seller's seal lies on it
    assert said(fields) == {name: value for name, value in expected(paper).items() if name not in silent}
    assert set(sources(fields).values()) == {"text"}
    few = len(paper.lines) < 50
    assert rows_in(fields) == (tuple(map(row_of, paper.lines)) if few else ())


def rows_in(fields: InvoiceFields) -> tuple[Item, ...]:
    return fields.items.value if fields.items else ()


def row_of(line: Line) -> Item:
    """What a row shows of a line."""
    return Item(
        name=line.name,
        spec=line.spec or None,
        unit=line.unit or None,
        quantity=money.plain(line.quantity) if line.quantity else None,
        price=money.plain(line.amount / line.quantity) if line.quantity else None,
        amount=f"{line.amount:.2f}",
        tax_rate=money.percent(line.rate),
        tax=f"{line.tax:.2f}" if line.rate else None,
    )


@pytest.mark.parametrize("form", ["pdf", "ofd"])
@pytest.mark.parametrize("paper", [SPECIAL, CLASSIC])
def test_rows_go_on_in_the_list_behind(paper: Invoice, form: Form) -> None:
    paper = with_lines(paper, 40)
    content = make(paper, form)
    fields = invoice_fields(content, sniff(content), LIMITS)
    assert rows_in(fields) == tuple(map(row_of, paper.lines))


def test_a_railway_ticket_says_its_buyer_and_fare() -> None:
    assert ELECTRONIC.buyer
    assert said(fields_of(make(ELECTRONIC, "pdf"))) == {
        "invoice_type": "29",
        "invoice_no": ELECTRONIC.number,
        "invoice_date": ELECTRONIC.issued.isoformat(),
        "total_amount": "73.00",
        "buyer_name": ELECTRONIC.buyer.name,
        "buyer_tax_no": ELECTRONIC.buyer.tax_no,
    }


def test_papers_that_are_no_invoice_say_nothing() -> None:
    contract = Contract(title="发票号码与开票日期的约定", parties=(of.BUYER, of.CLOUD), pages=3)
    itinerary = Itinerary(title="行程单", passenger="顾晓岚", rides=())
    assert not fields_of(make(contract, "pdf"))
    assert not fields_of(make(itinerary, "pdf"))
    assert not fields_of(pdf_with({}))


def test_an_attached_xml_counts_before_the_text() -> None:
    other = xml_invoice(DIGITAL).replace(DIGITAL.seller.name.encode(), "别的公司".encode())
    fields = fields_of(pdf_with({"readme.txt": b"hello", "data.xml": other}, make(DIGITAL, "pdf")))
    assert said(fields)["seller_name"] == "别的公司"
    assert set(sources(fields).values()) == {"attachment"}
    assert fields.items
    ticket = fields_of(pdf_with({"rai_issuer.xml": RAILWAY.encode()}, make(ELECTRONIC, "pdf")))
    assert (said(ticket)["amount"], sources(ticket)["amount"]) == ("66.97", "attachment")
    assert sources(ticket)["invoice_type"] == "text"


def test_attachments_that_are_no_invoice_say_nothing() -> None:
    for attached in (b"", b"<", b"<html/>", b"\0" * 100, b"<!DOCTYPE a []><EInvoice/>"):
        assert not fields_of(pdf_with({"some.xml": attached}))


def test_the_information_dictionary_counts_before_the_text() -> None:
    info = b"<</InvoiceNumber(26322000000020417733)/IssueTime(2026-10-12)/TotalAmWithoutTax(100.00)/SellerIdNum(no number)>>"
    content = pdf_of(b"/MediaBox[0 0 100 100]", stream(b""), info)
    content = content.replace(b"/Root 1 0 R", b"/Root 1 0 R/Info 5 0 R")
    fields = fields_of(content)
    assert said(fields) == {"invoice_no": "26322000000020417733", "invoice_date": "2026-10-12", "amount": "100.00"}
    assert set(sources(fields).values()) == {"metadata"}


def test_a_file_of_several_invoices_says_nothing() -> None:
    one, other = (paper for paper in list(DEMO_INVOICES.values())[:2])
    merged = pypdfium2.PdfDocument.new()
    for paper in (one, other):
        merged.import_pages(pypdfium2.PdfDocument(make(paper, "pdf")))
    content = io.BytesIO()
    merged.save(content)
    assert not fields_of(content.getvalue())


def test_a_pdf_that_cannot_be_opened_is_told() -> None:
    with pytest.raises(Unreadable):
        fields_of(b"%PDF-1.7\nnothing")


def words(*lines: tuple[int, Iterable[tuple[int, str]]]) -> list[Word]:
    """Words at these heights and places, in characters; Chinese ones are a character wide, the others half of it."""
    return [
        Word(text, x * EM, int(y * EM * 2), sum(EM if ord(char) > 255 else EM // 2 for char in text), EM)
        for y, line in lines
        for x, text in line
    ]


HEAD = (0, ((60, "发票号码："), (65, "26322000000020417733"))), (1, ((60, "开票日期："), (65, "2026年10月12日")))
COLUMN = tuple((2 + step / 2, ((0, char),)) for step, char in enumerate("购买方信息"))
FURTHER = tuple((2 + step / 2, ((40, char),)) for step, char in enumerate("销售方信息"))


def told_by(*lines: tuple[float, Iterable[tuple[int, str]]]) -> dict[str, str]:
    return said(said_by([Page(words(*lines))]))  # type: ignore[arg-type]


def test_an_empty_value_is_not_taken_from_the_next_box() -> None:
    names = (2, ((2, "名称："), (5, "甲公司"), (42, "名称："), (45, "乙公司")))
    numbers = (4, ((2, "纳税人识别号："), (42, "纳税人识别号："), (49, "91330106MA7QY2X8XR")))
    told = told_by(*HEAD, *COLUMN, *FURTHER, names, numbers)
    assert (told["buyer_name"], told["seller_name"]) == ("甲公司", "乙公司")
    assert "buyer_tax_no" not in told
    assert told["seller_tax_no"] == "91330106MA7QY2X8XR"


def test_a_name_that_nothing_gives_to_a_party_is_nobodys() -> None:
    told = told_by(*HEAD, (3, ((2, "名称："), (5, "甲公司"))))
    assert told == {"invoice_no": "26322000000020417733", "invoice_date": "2026-10-12"}


def test_a_name_that_goes_on_in_another_line_is_null() -> None:
    name, rest = (3, ((2, "名称："), (5, "很长很长的公司"))), (3.5, ((5, "杭州分公司"),))
    assert told_by(*HEAD, *COLUMN, name)["buyer_name"] == "很长很长的公司"
    assert "buyer_name" not in told_by(*HEAD, *COLUMN, name, rest)


def test_a_number_without_its_label_is_no_number() -> None:
    assert told_by((0, ((60, "26322000000020417733"),)), HEAD[1]) == {}
    assert told_by((0, ((60, "号码："), (65, "26322000000020417733"))), HEAD[1]) == {}


def test_a_page_without_a_date_is_no_invoice() -> None:
    assert told_by(HEAD[0]) == {}


def test_two_numbers_on_one_page_are_none() -> None:
    other = (2, ((60, "发票号码："), (65, "26322000000020417734")))
    assert told_by(*HEAD, other) == {}


def test_labels_with_spaces_in_them_are_labels() -> None:
    code = (2, ((60, "校"), (62, "验"), (64, "码："), (66, "68412"), (69, "09375"), (72, "11826"), (75, "40917")))
    assert told_by(*HEAD, code)["check_code"] == "68412093751182640917"


def test_a_narrow_colon_may_stand_close_to_the_value() -> None:
    told = told_by(
        (0, ((60, "发票号码"), (64, ":47120836"))),
        (1, ((60, "开票日期"), (64, ":2026年8月31日"))),
        (2, ((60, "(小写"), (63, ")100.00"))),
    )
    assert told == {"invoice_no": "47120836", "invoice_date": "2026-08-31", "total_amount": "100.00"}


def test_a_tax_number_that_nothing_gives_to_a_party_is_nobodys() -> None:
    told = told_by(*HEAD, (30, ((2, "纳税人识别号："), (9, "91330106MA7QY2X8XR"))))
    assert told == {"invoice_no": "26322000000020417733", "invoice_date": "2026-10-12"}


def test_the_type_is_the_headings_and_not_a_remarks() -> None:
    page = words(*HEAD, (9, ((2, "增值税专用发票"),)))
    assert "invoice_type" not in said(said_by([Page(page)]))
    heading = [Word("电子发票（普通发票）", 300, 0, 200, 2 * EM)]
    assert said(said_by([Page(page + heading)]))["invoice_type"] == "26"


HEADINGS = (3, ((50, "金"), (52, "额"), (60, "税率"), (70, "税"), (72, "额")))


@pytest.mark.parametrize(
    ("sums", "told"),
    [
        (((50, "¥"), (51, "100.00"), (70, "¥"), (71, "6.00")), ("100.00", "6.00")),
        (((50, "¥"), (51, "100.00"), (71, "***")), ("100.00", None)),
        (((70, "¥"), (71, "6.00")), (None, "6.00")),
        (((50, "¥"), (51, "100.00"), (55, "x"), (71, "6.00")), (None, None)),
        ((), (None, None)),
    ],
)
def test_sums_are_told_apart_by_the_headings_above_them(
    sums: tuple[tuple[int, str], ...], told: tuple[str | None, str | None]
) -> None:
    found = told_by(*HEAD, HEADINGS, (5, ((5, "合"), (8, "计"), *sums)))
    assert (found.get("amount"), found.get("tax_amount")) == told


def test_without_headings_two_sums_are_amount_and_tax_and_one_is_neither() -> None:
    both = told_by(*HEAD, (5, ((5, "合"), (8, "计"), (50, "¥"), (51, "100.00"), (70, "¥"), (71, "6.00"))))
    assert (both["amount"], both["tax_amount"]) == ("100.00", "6.00")
    assert "amount" not in told_by(*HEAD, (5, ((5, "合"), (8, "计"), (50, "¥"), (51, "100.00"))))


TABLE = (
    3,
    (
        (2, "项目名称"),
        (20, "规格型号"),
        (30, "单位"),
        (36, "数量"),
        (42, "单价"),
        (50, "金额"),
        (58, "税率"),
        (66, "税额"),
    ),
)
SUMS = (9, ((5, "合"), (8, "计"), (50, "300.00"), (66, "18.00")))
FIRST = (4, ((2, "*服务*检测"), (30, "项"), (36, "2"), (42, "50"), (50, "100.00"), (58, "6%"), (66, "6.00")))
SECOND = (6, ((2, "*服务*运输"), (20, "A-1"), (50, "200.00"), (58, "6%"), (66, "12.00")))


def rows_told(*lines: tuple[float, Iterable[tuple[int, str]]]) -> list[tuple[str | None, ...]]:
    found = said_by([Page(words(*HEAD, TABLE, *lines))])  # type: ignore[arg-type]
    return [(row.name, row.spec, row.quantity, row.amount, row.tax) for row in rows_in(found)]


def test_each_cell_of_a_row_is_told_by_the_heading_above() -> None:
    assert rows_told(FIRST, SECOND, SUMS) == [
        ("*服务*检测", None, "2", "100.00", "6.00"),
        ("*服务*运输", "A-1", None, "200.00", "12.00"),
    ]


def test_a_name_that_goes_on_in_the_next_line_is_one() -> None:
    found = rows_told(FIRST, (5, ((2, "与校准"), (20, "B-"))), SECOND, (7, ((20, "2"),)), SUMS)
    assert [row[:2] for row in found] == [("*服务*检测与校准", "B-"), ("*服务*运输", "A-12")]


def test_rows_free_of_tax_have_none() -> None:
    free = (4, ((2, "*谷物*稻谷"), (50, "300.00"), (58, "免税"), (66, "***")))
    assert rows_told(free, (9, ((5, "合计"), (50, "300.00"), (66, "***")))) == [
        ("*谷物*稻谷", None, None, "300.00", None)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (FIRST, SUMS),
        (FIRST, SECOND),
        ((3.5, ((2, "前文"),)), FIRST, SECOND, SUMS),
        (FIRST, (5, ((36, "1"),)), SECOND, SUMS),
        (FIRST, (6, (*SECOND[1], (70, "5"))), SUMS),
        (FIRST, (6, ((2, "*服务*运输"), (36, "两次"), *SECOND[1][2:])), SUMS),
    ],
    ids=["one is missing", "no end", "text before the first", "a stray number", "two in a column", "no number"],
)
def test_rows_count_only_where_all_of_them_fit(lines: tuple[tuple[float, tuple[tuple[int, str], ...]], ...]) -> None:
    assert rows_told(*lines) == []


BOX = (10, ((40, "（小写）"), (45, "¥"), (46, "100.00"))), (15, ((0, "备"),)), (16, ((0, "注"),))
ISSUED = (20, ((2, "开票人："), (7, "顾晓岚")))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (((12, ((2, "合同号"), (6, "A-7"))), (13, ((2, "二期"),))), "合同号 A-7二期"),
        ((), None),
        (((12, ((2, "合同号"), (30, "91330106MA7QY2X8XR"))),), None),
        (((12, ((9, "发票专用章"),)),), None),
    ],
    ids=["two lines", "empty", "something far behind", "something in the middle"],
)
def test_a_remark_is_what_stands_beside_its_label_and_nothing_else(
    lines: tuple[tuple[int, tuple[tuple[int, str], ...]], ...], told: str | None
) -> None:
    assert told_by(*HEAD, *BOX, *lines, ISSUED).get("remark") == told


def test_the_total_in_words_is_not_the_sum() -> None:
    told = told_by(
        *HEAD, (5, ((5, "价税合计"), (10, "（大写）"), (20, "壹佰圆整"), (40, "（小写）"), (45, "¥"), (46, "100.00")))
    )
    assert told["total_amount"] == "100.00"
    assert "amount" not in told


def test_a_page_with_more_words_than_any_invoice_says_nothing() -> None:
    assert told_by(*HEAD, *((step, ((2, "购"), (5, "名称："))) for step in range(2, 1000)))
    assert told_by(*HEAD, *((step, ((2, "购"), (5, "名称："))) for step in range(2, 4000))) == {}


def test_text_in_heaps_says_nothing() -> None:
    content = io.BytesIO()
    canvas = Canvas(content)
    for _ in range(3000):
        canvas.drawString(10, 10, "00000000")
    canvas.save()
    assert not fields_of(content.getvalue())
