"""The rows of an invoice, and the item list (清单) that carries the rows which the invoice itself has no room for."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from viewer.gateway.sandbox.maker import money
from viewer.gateway.sandbox.maker.canvas import Align, Sheet
from viewer.gateway.sandbox.maker.operations import BROWN
from viewer.gateway.sandbox.papers import Invoice, Line

FIRST_PAGE = 8
"""Rows on the invoice itself."""
PER_PAGE = 20
"""Rows on each page of the list."""
LISTED = "（详见清单）"
_TAGS = ("Item", "Specification", "MeasurementDimension", "Quantity", "Price", "Amount", "TaxScheme", "TaxAmount")
_TITLE = "销售货物或者提供应税劳务清单"
_TOP, _ROWS, _BOTTOM, _STEP = 27.0, 32.5, 120.5, 4.4
_EDGES = (5.0, 15.0, 61.0, 83.0, 93.0, 112.0, 138.0, 166.0, 182.0, 205.0)


@dataclass(frozen=True)
class Column:
    """One column: its heading, where its text is anchored, and how wide that text may be."""

    label: str
    x: float
    align: Align
    width: float


_COLUMNS = (
    Column("货物（劳务）名称", 16, "left", 44),
    Column("规格型号", 62, "left", 20),
    Column("单位", 88, "center", 9),
    Column("数量", 111, "right", 17),
    Column("单价", 137, "right", 24),
    Column("金额", 165, "right", 26),
    Column("税率", 174, "center", 14),
    Column("税额", 204, "right", 21),
)


def page_count(invoice: Invoice) -> int:
    """How many pages the invoice has together with its list."""
    return 1 + ceil(max(len(invoice.lines) - FIRST_PAGE, 0) / PER_PAGE)


def item_row(sheet: Sheet, columns: tuple[Column, ...], y: float, line: Line, size: float) -> None:
    """One row, in the order that every layout shares: name, spec, unit, quantity, price, amount, rate, tax."""
    price = money.plain(line.amount / line.quantity) if line.quantity else ""
    cells = (
        line.name,
        line.spec,
        line.unit,
        "" if line.quantity is None else money.plain(line.quantity),
        price,
        money.figures(line.amount),
        money.percent(line.rate),
        money.figures(line.tax) if line.rate else "***",
    )
    for column, cell, name in zip(columns, cells, _TAGS, strict=True):
        tag = f"GoodsInfos/GoodsInfo/{name}"
        sheet.text(column.x, y, cell, size, align=column.align, fit=column.width, tag=tag)


def item_list(sheet: Sheet, invoice: Invoice) -> None:
    """Adds the list's pages after the invoice's own; none when every row is already shown."""
    pages = page_count(invoice)
    for page in range(2, pages + 1):
        start = FIRST_PAGE + PER_PAGE * (page - 2)
        sheet.next_page()
        _head(sheet, invoice, page, pages)
        _table(sheet, invoice.lines[start : start + PER_PAGE], start)
        _sums(sheet, invoice, invoice.lines[start : start + PER_PAGE])


def _head(sheet: Sheet, invoice: Invoice, page: int, pages: int) -> None:
    sheet.text(105, 8, _TITLE, 15, color=BROWN, align="center", bold=True)
    sheet.text(5, 16, "购买方名称：", 8.5, color=BROWN)
    sheet.text(24, 16, invoice.buyer.name, 8.5, fit=100)
    sheet.text(5, 22, "销售方名称：", 8.5, color=BROWN)
    sheet.text(24, 22, invoice.seller.name, 8.5, fit=100)
    sheet.text(132, 16, "所属发票代码：" if invoice.code else "所属发票号码：", 8.5, color=BROWN)
    sheet.text(154, 16, invoice.code or invoice.number, 8.5)
    if invoice.code:
        sheet.text(132, 22, "号码：", 8.5, color=BROWN)
        sheet.text(142, 22, invoice.number, 8.5)
    sheet.text(205, 22, f"第 {page} 页 共 {pages} 页", 8.5, color=BROWN, align="right")


def _table(sheet: Sheet, lines: tuple[Line, ...], start: int) -> None:
    bottom = _BOTTOM + 2 * _STEP
    sheet.frame(_EDGES[0], _TOP, _EDGES[-1], bottom)
    down = [(x, _TOP, x, bottom) for x in _EDGES[1:-1]]
    across = [(_EDGES[0], y, _EDGES[-1], y) for y in (_ROWS, _BOTTOM, _BOTTOM + _STEP)]
    sheet.lines([*down, *across], width=0.2)
    middle = (_TOP + _ROWS) / 2
    sheet.text(10, middle, "序号", 8, color=BROWN, align="center")
    for column, left, right in zip(_COLUMNS, _EDGES[1:], _EDGES[2:], strict=False):
        sheet.text((left + right) / 2, middle, column.label, 8, color=BROWN, align="center")
    for index, line in enumerate(lines):
        y = _ROWS + _STEP * (index + 0.5)
        sheet.text(10, y, str(start + index + 1), 7.5, align="center")
        item_row(sheet, _COLUMNS, y, line, 7.5)


def _sums(sheet: Sheet, invoice: Invoice, lines: tuple[Line, ...]) -> None:
    """小计 of this page, 总计 of the whole invoice, and the line that the seller signs."""
    amount = sum((line.amount for line in lines), Decimal("0.00"))
    tax = sum((line.tax for line in lines), Decimal("0.00"))
    rows = (("小计", amount, tax), ("总计", invoice.amount, invoice.tax))
    for index, (label, without_tax, tax_only) in enumerate(rows):
        y = _BOTTOM + _STEP * (index + 0.5)
        sheet.text(10, y, label, 8, color=BROWN, align="center")
        sheet.text(165, y, money.yuan(without_tax), 7.5, align="right", fit=26)
        sheet.text(204, y, money.yuan(tax_only), 7.5, align="right", fit=21)
    sheet.text(5, 134.5, "销售方（章）：", 8.5, color=BROWN)
    sheet.text(150, 134.5, "填开日期：", 8.5, color=BROWN)
    sheet.text(166, 134.5, f"{invoice.issued:%Y年%m月%d日}", 8.5)
