"""Train tickets: the blue paper one (86 mm by 54 mm) and the 铁路电子客票, which is an electronic invoice."""

import math

from reportlab.lib.colors import Color

from viewer.gateway.sandbox.maker import money, qr
from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.dice import dice
from viewer.gateway.sandbox.maker.operations import BLUE, BROWN, GREY, INK, RED
from viewer.gateway.sandbox.maker.region import region
from viewer.gateway.sandbox.maker.seals import supervision_seal
from viewer.gateway.sandbox.papers import TrainTicket

_PAPER = Color(0.86, 0.93, 0.97)
_STRIP = Color(0.56, 0.76, 0.88)
_WAVE = Color(0.72, 0.85, 0.93)
_ROSE = Color(0.95, 0.83, 0.88)
_WISH = "买票请到12306 发货请到95306"


def draw_ticket(ticket: TrainTicket) -> Sheet:
    """The ticket in the layout of its type."""
    return _electronic(ticket) if ticket.type_code == "29" else _paper(ticket)


def _paper(ticket: TrainTicket) -> Sheet:
    sheet = Sheet(86, 54, f"火车票 {ticket.number}")
    _pattern(sheet)
    sheet.text(5, 5.5, ticket.code + ticket.number, 11, color=RED, fit=40)
    sheet.text(81, 5.5, "检票口 " + dice(ticket, "gate").choice(("2A", "5B", "8A", "12B")), 8, align="right")
    _route(sheet, ticket, left=17, middle=43, right=69, y=13, size=14)
    sheet.text(6, 22, f"{ticket.departs:%Y年%m月%d日} {ticket.departure_time}开", 9)
    sheet.text(80, 22, ticket.seat, 9, align="right", fit=34)
    sheet.text(6, 27.5, money.yuan(ticket.total) + "元", 9.5)
    sheet.text(80, 27.5, "网", 8, align="right")
    sheet.text(6, 33, "限乘当日当次车", 8)
    sheet.text(6, 38, _identity(ticket) + "  " + ticket.passenger, 9, fit=54)
    sheet.lines([(8, 41, 58, 41), (8, 49, 58, 49), (8, 41, 8, 49), (58, 41, 58, 49)], color=INK, width=0.2, dash=(1, 1))
    sheet.text(33, 43.4, "报销凭证 遗失不补", 7, align="center", fit=46)
    sheet.text(33, 46.8, _WISH, 7, align="center", fit=46)
    sheet.qr(63, 33, 16.5, qr.content(ticket))
    sheet.block(0, 50.3, 86, 54, _STRIP)
    serial = "".join(dice(ticket, "serial").choices("0123456789", k=14))
    sheet.text(5, 52.2, f"{serial}{ticket.number}", 7, fit=40)
    sheet.text(81, 52.2, f"{_place(ticket.from_station)}售", 7, align="right")
    return sheet


def _pattern(sheet: Sheet) -> None:
    """The pale security print: bands of waves, and a rose tint behind the route."""
    sheet.block(0, 0, 86, 54, _PAPER)
    for band in range(34):
        color = _ROSE if band % 3 == 1 else _WAVE
        shift = band * 0.55
        wave = [(x / 2, 1.6 * band + 1.5 * math.sin(x / 9 + shift)) for x in range(0, 175, 3)]
        sheet.polygon(wave, color, width=0.22)


def _electronic(ticket: TrainTicket) -> Sheet:
    title = "电子发票（铁路电子客票）"
    sheet = Sheet(210, 100, f"{title} {ticket.number}")
    sheet.text(105, 10.2, title, 18, color=BROWN, align="center", bold=True, spacing=1)
    sheet.lines([(62, 18.4, 148, 18.4), (62, 19.3, 148, 19.3)], width=0.25)
    supervision_seal(sheet, 105, 15, region(ticket.buyer.tax_no) if ticket.buyer else "北京市")
    sheet.text(12, 24, "发票号码：", 10, color=BROWN)
    sheet.text(30, 24, ticket.number, 10)
    sheet.text(150, 24, "开票日期：", 10, color=BROWN)
    sheet.text(168, 24, f"{ticket.issued:%Y年%m月%d日}", 10)
    sheet.lines([(10, 29, 200, 29)], width=0.3)
    _route(sheet, ticket, left=55, middle=105, right=155, y=38, size=19)
    sheet.text(12, 50, f"{ticket.departs:%Y年%m月%d日} {ticket.departure_time}开", 11)
    sheet.text(105, 50, ticket.seat, 11, align="center", fit=60)
    sheet.text(12, 58.5, "票价：", 11, color=BROWN)
    sheet.text(25, 58.5, money.yuan(ticket.total), 12)
    sheet.text(12, 67, f"{_identity(ticket)}  {ticket.passenger}", 11)
    serial = "".join(dice(ticket, "serial").choices("0123456789", k=16))
    sheet.text(12, 75.5, "电子客票号：", 10, color=BROWN)
    sheet.text(33, 75.5, serial, 10)
    if ticket.buyer:
        sheet.text(12, 84, "购买方名称：", 10, color=BROWN)
        sheet.text(33, 84, ticket.buyer.name, 10, fit=68)
        sheet.text(104, 84, "统一社会信用代码：", 10, color=BROWN)
        sheet.text(136, 84, ticket.buyer.tax_no, 10, fit=40)
    sheet.qr(172, 52, 26, qr.content(ticket))
    sheet.lines([(10, 89, 200, 89)], width=0.3)
    sheet.text(105, 93.5, f"{_WISH} 中国铁路祝您旅途愉快", 9, color=GREY, align="center")
    return sheet


def _route(
    sheet: Sheet, ticket: TrainTicket, *, left: float, middle: float, right: float, y: float, size: float
) -> None:
    """From, to, and the train's number over the arrow between them."""
    for x, station in ((left, ticket.from_station), (right, ticket.to_station)):
        sheet.text(x, y, _place(station) + "站", size, align="center", bold=True, fit=(middle - left) * 1.15)
    reach = (middle - left) * 0.33
    tip = middle + reach
    sheet.text(
        middle, y - size * 0.18, ticket.train.removesuffix("次") + "次", size * 0.75, align="center", fit=2 * reach
    )
    arrow = y + size * 0.14
    sheet.lines([(middle - reach, arrow, tip - 1, arrow)], color=BLUE, width=0.35)
    sheet.polygon([(tip, arrow), (tip - 2.4, arrow - 0.9), (tip - 2.4, arrow + 0.9)], BLUE)


def _place(station: str) -> str:
    return station.removesuffix("站")


def _identity(ticket: TrainTicket) -> str:
    """The passenger's identity number, its birthday hidden as on the real ticket; invented, so that it is nobody's."""
    digits = dice(ticket, "identity").choices("0123456789", k=4)
    return "4403051990****" + "".join(digits)
