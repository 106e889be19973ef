"""The VAT invoice as it was before 数电票: a code and an 8-digit number, a cipher area, and the seller's own seal."""

from viewer.gateway.sandbox.maker import issue, money, qr
from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.itemlist import FIRST_PAGE, LISTED, Column, item_list, item_row, page_count
from viewer.gateway.sandbox.maker.operations import BLUE, BROWN
from viewer.gateway.sandbox.maker.region import region, short_name
from viewer.gateway.sandbox.maker.seals import invoice_seal, supervision_seal
from viewer.gateway.sandbox.papers import Invoice, Party

TITLES = {"1": "增值税电子普通发票", "3": "增值税普通发票", "4": "增值税专用发票"}
_LEFT, _RIGHT, _LABEL = 6.0, 202.0, 6.0
_TOP, _ITEMS, _TOTAL, _WORDS, _SELLER, _BOTTOM = 30.0, 52.0, 88.5, 94.0, 101.0, 123.0
_EDGES = (55.0, 78.0, 90.0, 108.0, 132.0, 160.0, 173.0)
_COLUMNS = (
    Column("货物或应税劳务、服务名称", 7, "left", 47),
    Column("规格型号", 56, "left", 21),
    Column("单位", 84, "center", 11),
    Column("数 量", 107, "right", 16),
    Column("单 价", 131, "right", 22),
    Column("金 额", 159, "right", 26),
    Column("税率", 166.5, "center", 12),
    Column("税 额", 201, "right", 27),
)


def draw_classic(invoice: Invoice) -> Sheet:
    """The invoice, and pages of its item list when it has more rows than the first page holds."""
    place = region(invoice.seller.tax_no)
    title = short_name(place) + TITLES[invoice.type_code]
    sheet = Sheet(210, 140, f"{title} {invoice.code} {invoice.number}")
    _head(sheet, invoice, title, place)
    _rules(sheet)
    _party(sheet, "购买方", "Buyer", _TOP, invoice.buyer)
    _party(sheet, "销售方", "Seller", _SELLER, invoice.seller)
    _cipher(sheet, invoice)
    _items(sheet, invoice)
    _foot(sheet, invoice)
    item_list(sheet, invoice)
    return sheet


def _head(sheet: Sheet, invoice: Invoice, title: str, place: str) -> None:
    sheet.text(104, 10.2, title, 18, color=BROWN, align="center", bold=True, spacing=1.5)
    sheet.lines([(62, 18.8, 146, 18.8), (62, 19.7, 146, 19.7)], width=0.25)
    supervision_seal(sheet, 104, 15.4, place)
    sheet.qr(8, 4.5, 20, qr.content(invoice))
    if invoice.type_code == "1":
        _labelled(sheet, 6, 27, "机器编号：", issue.machine_no(invoice), "MachineNo")
    else:
        sheet.text(33, 11.5, invoice.code, 13, color=BLUE)
        sheet.text(33, 18.5, "发票联", 11, color=BROWN)
        sheet.column(206, 34, 118, "第三联：发票联 购买方记账凭证", 7, color=BROWN)
    _labelled(sheet, 153, 7, "发票代码：", invoice.code, "InvoiceCode")
    _labelled(sheet, 153, 12.2, "发票号码：", invoice.number, "InvoiceNo")
    _labelled(sheet, 153, 17.4, "开票日期：", f"{invoice.issued:%Y年%m月%d日}", "IssueDate")
    groups = (invoice.check_code[index : index + 5] for index in range(0, len(invoice.check_code), 5))
    _labelled(sheet, 153, 22.6, "校 验 码：", " ".join(groups), "InvoiceCheckCode")
    if (pages := page_count(invoice)) > 1:
        sheet.text(_RIGHT, 27, f"共 {pages} 页 第 1 页", 7.5, color=BROWN, align="right")


def _labelled(sheet: Sheet, x: float, y: float, label: str, value: str, tag: str) -> None:
    sheet.text(x, y, label, 8.5, color=BROWN)
    sheet.text(x + 15.5, y, value, 8.5, fit=36, tag=tag)


def _rules(sheet: Sheet) -> None:
    sheet.frame(_LEFT, _TOP, _RIGHT, _BOTTOM)
    across = [(_LEFT, y, _RIGHT, y) for y in (_ITEMS, _WORDS, _SELLER)]
    columns = [(x, _ITEMS, x, _WORDS) for x in _EDGES]
    upper = [(x, _TOP, x, _ITEMS) for x in (_LEFT + _LABEL, 116, 116 + _LABEL)]
    lower = [(x, _SELLER, x, _BOTTOM) for x in (_LEFT + _LABEL, 116, 116 + _LABEL)]
    sheet.lines([*across, *columns, *upper, *lower, (_EDGES[0], _WORDS, _EDGES[0], _SELLER)], width=0.25)


def _party(sheet: Sheet, label: str, role: str, top: float, party: Party) -> None:
    sheet.column(_LEFT + _LABEL / 2, top + 2, top + 20, label, 9, color=BROWN)
    rows = (
        ("名        称：", "Name", party.name),
        ("纳税人识别号：", "TaxID", party.tax_no),
        ("地 址、电 话：", "AddrTel", party.address_phone),
        ("开户行及账号：", "FinancialAccount", party.bank_account),
    )
    for index, (name, told, value) in enumerate(rows):
        y = top + 3.2 + 5.2 * index
        sheet.text(_LEFT + _LABEL + 1, y, name, 8.5, color=BROWN, fit=22)
        sheet.text(_LEFT + _LABEL + 22.5, y, value, 8.5, fit=80, tag=f"{role}/{role}{told}")


def _cipher(sheet: Sheet, invoice: Invoice) -> None:
    sheet.column(116 + _LABEL / 2, _TOP + 2, _ITEMS - 2, "密码区", 9, color=BROWN)
    sheet.grid(125, _TOP + 3.4, issue.cipher(invoice), 10, across=2.75, down=5, tag="TaxControlCode")


def _items(sheet: Sheet, invoice: Invoice) -> None:
    edges = (_LEFT, *_EDGES, _RIGHT)
    for column, left, right in zip(_COLUMNS, edges, edges[1:], strict=False):
        sheet.text((left + right) / 2, _ITEMS + 2.6, column.label, 8.5, color=BROWN, align="center")
    for index, line in enumerate(invoice.lines[:FIRST_PAGE]):
        item_row(sheet, _COLUMNS, _ITEMS + 6.6 + 3.7 * index, line, 7.5)
    if len(invoice.lines) > FIRST_PAGE:
        sheet.text(7, _ITEMS + 6.6 + 3.7 * FIRST_PAGE - 0.3, LISTED, 7.5)
    y = (_TOTAL + _WORDS) / 2
    sheet.text(30, y, "合        计", 9, color=BROWN, align="center")
    sheet.text(159, y, money.yuan(invoice.amount), 8.5, align="right", fit=26, tag="TaxExclusiveTotalAmount")
    sheet.text(201, y, money.yuan(invoice.tax), 8.5, align="right", fit=27, tag="TaxTotalAmount")


def _foot(sheet: Sheet, invoice: Invoice) -> None:
    middle = (_WORDS + _SELLER) / 2
    sheet.text((_LEFT + _EDGES[0]) / 2, middle, "价税合计（大写）", 9, color=BROWN, align="center")
    sheet.text(58, middle, "⊗", 10)
    sheet.text(63, middle, money.in_words(invoice.total), 10, fit=80)
    sheet.text(146, middle, "（小写）", 9, color=BROWN)
    sheet.text(160, middle, money.yuan(invoice.total), 10, tag="TaxInclusiveTotalAmount")
    sheet.column(116 + _LABEL / 2, _SELLER + 3, _BOTTOM - 3, "备注", 9, color=BROWN)
    sheet.paragraph(116 + _LABEL + 1.5, _SELLER + 4, invoice.remark, 8, 76, height=19, tag="Note")
    payee, checker = issue.staff(invoice)
    for x, label, name, tag in (
        (10, "收款人：", payee, "Payee"),
        (58, "复核：", checker, "Checker"),
        (100, "开票人：", invoice.drawer, "InvoiceClerk"),
    ):
        sheet.text(x, 128.5, label, 9, color=BROWN)
        sheet.text(x + 3.2 * len(label), 128.5, name, 9, tag=tag)
    sheet.text(148, 128.5, "销售方：（章）", 9, color=BROWN)
    invoice_seal(sheet, 176, 119.5, invoice.seller.name, invoice.seller.tax_no)
