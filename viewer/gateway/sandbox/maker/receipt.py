"""Small receipts on narrow paper: a taxi's, a road toll's, and the machine-printed invoice of a shop.

Title, labels and seals are printed beforehand in the receipt's colour; the values are what the machine prints on it.
"""

from dataclasses import dataclass

from reportlab.lib.colors import Color

from viewer.gateway.sandbox import pasting
from viewer.gateway.sandbox.maker import money
from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.font import text_width
from viewer.gateway.sandbox.maker.operations import BLUE, BROWN, INK, RED
from viewer.gateway.sandbox.maker.region import region
from viewer.gateway.sandbox.maker.seals import invoice_seal, supervision_seal
from viewer.gateway.sandbox.papers import Receipt

_GREEN = Color(0.08, 0.36, 0.22)
_SIDE = 4.5
_CODES, _ROWS = 36.8, 50.4
_SEAL = 17.0
"""How far the middle of the seller's seal lies above the lower edge."""


@dataclass(frozen=True)
class _Look:
    """How one type is printed: `title` follows the place's name; `words` repeats the amount in capital words."""

    title: str
    colour: Color
    paper: Color
    seller: str
    day: str
    amount: str
    size: float
    step: float
    words: bool = False


_LOOKS = {
    "8": _Look("出租汽车专用发票", RED, Color(0.99, 0.95, 0.94), "单位", "日期", "金额", 8.5, 4.8),
    "17": _Look("车辆通行费发票", _GREEN, Color(0.93, 0.97, 0.94), "收费单位", "通行日期", "通行费", 8.5, 5.0),
    "7": _Look("通用机打发票", BROWN, Color(0.98, 0.97, 0.93), "收款单位", "开票日期", "合计金额", 9, 5.6, words=True),
}


def draw_receipt(receipt: Receipt) -> Sheet:
    """The receipt in the layout of its type."""
    look = _LOOKS[receipt.type_code]
    width, height = pasting.size(receipt)
    title = region(receipt.seller.tax_no) + look.title
    sheet = Sheet(width, height, f"{title} {receipt.code} {receipt.number}")
    sheet.block(0, 0, width, height, look.paper)
    _head(sheet, receipt, look, title)
    y = _rows(sheet, receipt, look)
    _amount(sheet, receipt, look, y)
    invoice_seal(sheet, width / 2, height - _SEAL, receipt.seller.name, receipt.seller.tax_no)
    return sheet


def _head(sheet: Sheet, receipt: Receipt, look: _Look, title: str) -> None:
    middle, right = sheet.width / 2, sheet.width - _SIDE
    sheet.text(middle, 7, title, 12.5, color=look.colour, align="center", bold=True, fit=sheet.width - 2 * _SIDE)
    supervision_seal(sheet, middle, 19, region(receipt.seller.tax_no))
    sheet.text(middle, 31.3, "发 票 联", 9, color=look.colour, align="center")
    for index, (label, value) in enumerate((("发票代码", receipt.code), ("发票号码", receipt.number))):
        y = _CODES + 5 * index
        sheet.text(_SIDE, y, label, 9, color=look.colour)
        sheet.text(_SIDE + 15.5, y, value, 10.5, color=BLUE, fit=right - _SIDE - 15.5)
    sheet.lines([(_SIDE, 46.2, right, 46.2)], color=look.colour, width=0.2, dash=(1, 0.8))


def _rows(sheet: Sheet, receipt: Receipt, look: _Look) -> float:
    """Label and value in two columns; returns where the next row would be."""
    told = [(look.seller, receipt.seller.name)]
    if receipt.buyer:
        told += [("付款单位", receipt.buyer.name), ("纳税人识别号", receipt.buyer.tax_no)]
    told += [*receipt.rows, (look.day, f"{receipt.issued:%Y-%m-%d}")]
    labels = max(text_width(label, look.size) for label, _ in told) + 2.5
    y = _ROWS
    for label, value in told:
        sheet.text(_SIDE, y, label, look.size, color=look.colour)
        sheet.text(_SIDE + labels, y, value, look.size + 0.5, fit=sheet.width - 2 * _SIDE - labels)
        y += look.step
    return y


def _amount(sheet: Sheet, receipt: Receipt, look: _Look, y: float) -> None:
    right = sheet.width - _SIDE
    sheet.lines([(_SIDE, y - 1.6, right, y - 1.6)], color=look.colour, width=0.2, dash=(1, 0.8))
    sheet.text(_SIDE, y + 2.6, look.amount, look.size + 0.5, color=look.colour)
    sheet.text(right, y + 2.6, f"{money.yuan(receipt.total)}元", 12, color=INK, align="right", bold=True)
    if look.words:
        sheet.text(_SIDE, y + 9.4, "大写", look.size + 0.5, color=look.colour)
        sheet.text(right, y + 9.4, money.in_words(receipt.total), 10.5, align="right", fit=sheet.width - 22)
