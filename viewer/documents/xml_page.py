"""How a 数电票 looks that came as data only: the standard layout, 210 mm by 140 mm, as a PDF with a text layer.

It has what the data say and nothing else: no supervision seal, no code to scan; a line at its foot says that it was drawn
from the data. An invoice with more rows than a page holds has further pages with the same head and foot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from reportlab.lib.colors import Color

from viewer.documents.shapes import Unreadable
from viewer.documents.typeset import GREY, Align, Sheet, wrapped
from viewer.domain.capitals import in_capitals
from viewer.domain.invoice_fields import InvoiceFields, Item, Told

WIDTH, HEIGHT = 210.0, 140.0
LEFT, MIDDLE, RIGHT, LABEL = 5.0, 105.0, 205.0, 6.5
TOP, ITEMS, SUMS, WORDS, REMARK, BOTTOM = 27.0, 46.0, 88.0, 93.0, 101.0, 126.0
ROWS, STEP = 53.0, 4.0
ROWS_EACH = int((SUMS - ROWS) / STEP) + 1
"""Lines of the table on one page."""
LINES_OF_A_CELL = 4
BROWN = Color(0.52, 0.22, 0.1)
TITLES = {"26": "电子发票（普通发票）", "27": "电子发票（增值税专用发票）"}
DRAWN = "本页由查看器按 XML 数据绘制，供阅读之用"


@dataclass(frozen=True)
class Column:
    """A column of the table: its heading, the field in it, where its text is anchored and how wide it may be."""

    heading: str
    field: str
    x: float
    align: Align
    width: float


COLUMNS = (
    Column("项目名称", "name", 6.5, "left", 43),
    Column("规格型号", "spec", 51, "left", 22),
    Column("单 位", "unit", 80, "center", 11),
    Column("数 量", "quantity", 105, "right", 18),
    Column("单 价", "price", 130, "right", 24),
    Column("金 额", "amount", 158, "right", 26),
    Column("税率/征收率", "tax_rate", 171, "center", 18),
    Column("税 额", "tax", 203, "right", 22),
)


@dataclass(frozen=True)
class Row:
    """A row as lines of text, column by column."""

    cells: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> int:
        return max(map(len, self.cells))


def invoice_page(fields: InvoiceFields, most_pages: int) -> bytes:
    """The invoice as a PDF, the same bytes every time. Raises Unreadable: more pages than may be."""
    pages = list(_paged(map(_row, fields.items.value if fields.items else ())))
    if len(pages) > most_pages:
        raise Unreadable("too_many_pages")
    sheet = Sheet(WIDTH, HEIGHT, line=BROWN)
    for number, rows in enumerate(pages, 1):
        _head(sheet, fields, number, len(pages))
        _parties(sheet, fields)
        _table(sheet, fields, rows)
        _foot(sheet, fields)
        sheet.next_page()
    return sheet.finish()


def _paged(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows of each page; one page where there are none."""
    page: list[Row] = []
    for row in rows:
        if sum(each.height for each in page) + row.height > ROWS_EACH:
            yield page
            page = []
        page.append(row)
    yield page


def _row(item: Item) -> Row:
    """Names and models go on in further lines; figures are made narrower instead."""
    cells = []
    for column in COLUMNS:
        text = getattr(item, column.field) or ""
        cells.append(tuple(wrapped(text, 8, column.width, LINES_OF_A_CELL)) if column.align == "left" else (text,))
    return Row(tuple(cells))


def _head(sheet: Sheet, fields: InvoiceFields, number: int, pages: int) -> None:
    title = TITLES.get(_said(fields.invoice_type), "电子发票")
    sheet.text(MIDDLE, 10.2, title, 19, color=BROWN, align="center")
    sheet.lines((63, 18.4, 147, 18.4), (63, 19.3, 147, 19.3))
    issued = _said(fields.invoice_date)
    day = f"{issued[:4]}年{issued[5:7]}月{issued[8:]}日" if issued else ""
    for y, label, value in ((11, "发票号码：", _said(fields.invoice_no)), (17, "开票日期：", day)):
        sheet.text(152, y, label, color=BROWN)
        sheet.text(168, y, value, fit=37)
    if pages > 1:
        sheet.text(204, 23, f"共{pages}页 第{number}页", 7.5, color=BROWN, align="right")


def _parties(sheet: Sheet, fields: InvoiceFields) -> None:
    sheet.lines((LEFT, TOP, RIGHT, TOP), (LEFT, BOTTOM, RIGHT, BOTTOM), width=0.35)
    sheet.lines((LEFT, TOP, LEFT, BOTTOM), (RIGHT, TOP, RIGHT, BOTTOM), width=0.35)
    sheet.lines(*((x, TOP, x, ITEMS) for x in (LEFT + LABEL, MIDDLE, MIDDLE + LABEL)), (LEFT, ITEMS, RIGHT, ITEMS))
    for left, label, name, tax_no in (
        (LEFT, "购买方信息", fields.buyer_name, fields.buyer_tax_no),
        (MIDDLE, "销售方信息", fields.seller_name, fields.seller_tax_no),
    ):
        sheet.down(left + LABEL / 2, TOP + 1, ITEMS - 1, label)
        x = left + LABEL + 1.5
        sheet.text(x, TOP + 5.5, "名称：", color=BROWN)
        sheet.text(x + 10, TOP + 5.5, _said(name), fit=80)
        sheet.text(x, TOP + 14, "统一社会信用代码/纳税人识别号：", color=BROWN)
        sheet.text(x + 50, TOP + 14, _said(tax_no), fit=40)


def _table(sheet: Sheet, fields: InvoiceFields, rows: list[Row]) -> None:
    for column in COLUMNS:
        sheet.text(column.x, ITEMS + 3, column.heading, 8.5, color=BROWN, align=column.align)
    y = ROWS
    for row in rows:
        for column, cell in zip(COLUMNS, row.cells, strict=True):
            for number, line in enumerate(cell):
                sheet.text(column.x, y + STEP * number, line, 8, align=column.align, fit=column.width)
        y += STEP * row.height
    sheet.text(20, (SUMS + WORDS) / 2, "合", color=BROWN)
    sheet.text(38, (SUMS + WORDS) / 2, "计", color=BROWN)
    sheet.text(158, (SUMS + WORDS) / 2, _yuan(fields.amount), align="right", fit=26)
    sheet.text(203, (SUMS + WORDS) / 2, _yuan(fields.tax_amount), align="right", fit=24)


def _foot(sheet: Sheet, fields: InvoiceFields) -> None:
    sheet.lines(*((LEFT, y, RIGHT, y) for y in (WORDS, REMARK)), (50, WORDS, 50, REMARK))
    sheet.lines((LEFT + LABEL, REMARK, LEFT + LABEL, BOTTOM))
    y = (WORDS + REMARK) / 2
    sheet.text(27.5, y, "价税合计（大写）", color=BROWN, align="center")
    total = fields.total_amount
    sheet.text(54, y, (total and in_capitals(Decimal(total.value))) or "", 10, fit=88)
    sheet.text(146, y, "（小写）", color=BROWN)
    sheet.text(160, y, _yuan(total), 10, fit=43)
    sheet.down(LEFT + LABEL / 2, REMARK + 5, BOTTOM - 5, "备注")
    for number, line in enumerate(_remark_lines(_said(fields.remark))):
        sheet.text(LEFT + LABEL + 2, REMARK + 4 + 4 * number, line, 8.5)
    sheet.text(20, 131.5, "开票人：", color=BROWN)
    sheet.text(33, 131.5, _said(fields.drawer), fit=60)
    sheet.text(RIGHT, 136, DRAWN, 6.5, color=GREY, align="right")


def _remark_lines(text: str) -> list[str]:
    return wrapped(text, 8.5, RIGHT - LEFT - LABEL - 4, 6)


def _said(told: Told | None) -> str:
    return told.value if told else ""


def _yuan(told: Told | None) -> str:
    return f"¥{told.value}" if told else ""
