"""数电票: the fully digital invoice that the tax bureau's platform issues, 210 mm by 140 mm."""

from viewer.gateway.sandbox.maker import money, qr
from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.itemlist import FIRST_PAGE, LISTED, Column, item_list, item_row, page_count
from viewer.gateway.sandbox.maker.operations import BROWN
from viewer.gateway.sandbox.maker.region import region
from viewer.gateway.sandbox.maker.seals import supervision_seal
from viewer.gateway.sandbox.papers import Invoice, Party

TITLES = {"26": "电子发票（普通发票）", "27": "电子发票（增值税专用发票）"}
_LEFT, _RIGHT, _MIDDLE, _LABEL = 5.0, 205.0, 105.0, 6.5
_TOP, _ITEMS, _WORDS, _REMARK, _BOTTOM = 27.0, 46.0, 93.0, 101.0, 126.0
_STEP = 4.0
_COLUMNS = (
    Column("项目名称", 7, "left", 42),
    Column("规格型号", 51, "left", 22),
    Column("单 位", 80, "center", 10),
    Column("数 量", 105, "right", 17),
    Column("单 价", 130, "right", 22),
    Column("金 额", 158, "right", 25),
    Column("税率/征收率", 171, "center", 16),
    Column("税 额", 203, "right", 22),
)


def draw_digital(invoice: Invoice) -> Sheet:
    """The invoice, and pages of its item list when it has more rows than the first page holds."""
    title = TITLES[invoice.type_code]
    sheet = Sheet(210, 140, f"{title} {invoice.number}")
    _head(sheet, invoice, title)
    _rules(sheet)
    _parties(sheet, invoice)
    _items(sheet, invoice)
    _foot(sheet, invoice)
    item_list(sheet, invoice)
    return sheet


def _head(sheet: Sheet, invoice: Invoice, title: str) -> None:
    sheet.text(105, 10.2, title, 19, color=BROWN, align="center", bold=True, spacing=1.2)
    sheet.lines([(63, 18.4, 147, 18.4), (63, 19.3, 147, 19.3)], width=0.25)
    supervision_seal(sheet, 105, 15, region(invoice.seller.tax_no))
    sheet.qr(8, 4.5, 19.5, qr.content(invoice))
    sheet.text(152, 11, "发票号码：", 9, color=BROWN)
    sheet.text(168, 11, invoice.number, 9, tag="InvoiceNo")
    sheet.text(152, 17, "开票日期：", 9, color=BROWN)
    sheet.text(168, 17, f"{invoice.issued:%Y年%m月%d日}", 9, tag="IssueDate")
    pages = page_count(invoice)
    if pages > 1:
        sheet.text(204, 23, f"共 {pages} 页 第 1 页", 7.5, color=BROWN, align="right")


def _rules(sheet: Sheet) -> None:
    sheet.frame(_LEFT, _TOP, _RIGHT, _BOTTOM)
    across = [(_LEFT, y, _RIGHT, y) for y in (_ITEMS, _WORDS, _REMARK)]
    down = [(x, _TOP, x, _ITEMS) for x in (_LEFT + _LABEL, _MIDDLE, _MIDDLE + _LABEL)]
    sheet.lines([*across, *down, (50, _WORDS, 50, _REMARK), (_LEFT + _LABEL, _REMARK, _LEFT + _LABEL, _BOTTOM)])


def _parties(sheet: Sheet, invoice: Invoice) -> None:
    sides = ((_LEFT, "购买方信息", "Buyer", invoice.buyer), (_MIDDLE, "销售方信息", "Seller", invoice.seller))
    for left, label, role, party in sides:
        sheet.column(left + _LABEL / 2, _TOP + 0.8, _ITEMS - 0.8, label, 8.5, color=BROWN)
        _party(sheet, left + _LABEL + 1.5, role, party)


def _party(sheet: Sheet, x: float, role: str, party: Party) -> None:
    sheet.text(x, _TOP + 5.5, "名称：", 9, color=BROWN)
    sheet.text(x + 10, _TOP + 5.5, party.name, 9, fit=80, tag=f"{role}/{role}Name")
    sheet.text(x, _TOP + 14, "统一社会信用代码/纳税人识别号：", 9, color=BROWN)
    sheet.text(x + 50, _TOP + 14, party.tax_no, 9, fit=40, tag=f"{role}/{role}TaxID")


def _items(sheet: Sheet, invoice: Invoice) -> None:
    for column in _COLUMNS:
        sheet.text(column.x, _ITEMS + 3, column.label, 8.5, color=BROWN, align=column.align)
    for index, line in enumerate(invoice.lines[:FIRST_PAGE]):
        item_row(sheet, _COLUMNS, _ITEMS + 7.4 + _STEP * index, line, 8)
    if len(invoice.lines) > FIRST_PAGE:
        sheet.text(7, _ITEMS + 7.4 + _STEP * FIRST_PAGE, LISTED, 8)
    total_y = _WORDS - 2.8
    sheet.text(20, total_y, "合", 9, color=BROWN)
    sheet.text(38, total_y, "计", 9, color=BROWN)
    sheet.text(158, total_y, money.yuan(invoice.amount), 9, align="right", tag="TaxExclusiveTotalAmount")
    sheet.text(203, total_y, money.yuan(invoice.tax), 9, align="right", tag="TaxTotalAmount")


def _foot(sheet: Sheet, invoice: Invoice) -> None:
    middle = (_WORDS + _REMARK) / 2
    sheet.text(27.5, middle, "价税合计（大写）", 9, color=BROWN, align="center")
    sheet.text(54, middle, "⊗", 10)
    sheet.text(59, middle, money.in_words(invoice.total), 10, fit=84)
    sheet.text(146, middle, "（小写）", 9, color=BROWN)
    sheet.text(160, middle, money.yuan(invoice.total), 10, tag="TaxInclusiveTotalAmount")
    sheet.column(_LEFT + _LABEL / 2, _REMARK + 3, _BOTTOM - 3, "备注", 9, color=BROWN)
    sheet.paragraph(_LEFT + _LABEL + 2, _REMARK + 4, invoice.remark, 8.5, 188, height=22, tag="Note")
    sheet.text(20, 131.5, "开票人：", 9, color=BROWN)
    sheet.text(33, 131.5, invoice.drawer, 9, tag="InvoiceClerk")
