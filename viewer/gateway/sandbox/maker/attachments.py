"""What is attached to a bill besides invoices: the ride-hailing itinerary and the contract, both A4 portrait."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle
from math import ceil

from reportlab.lib.colors import Color

from viewer.gateway.sandbox.maker import money
from viewer.gateway.sandbox.maker.canvas import Sheet, wrapped
from viewer.gateway.sandbox.maker.dice import dice
from viewer.gateway.sandbox.maker.operations import BLUE, GREY
from viewer.gateway.sandbox.maker.seals import company_seal
from viewer.gateway.sandbox.papers import Contract, Itinerary, Party

_HEADING = Color(0.9, 0.93, 0.97)
_RIDES = 24
_EDGES = (15.0, 27.0, 66.0, 120.0, 172.0, 195.0)
_LEADING, _SIZE, _WIDTH = 6.6, 11.0, 166.0
_BODY_TOP, _BODY_BOTTOM, _SIGNATURES = 26.0, 276.0, 206.0
_CLAUSES = (
    "乙方按本合同附件所列的内容与期限向甲方提供服务，并对交付成果的完整性、准确性负责；甲方应提供必要的资料与现场条件。",
    "合同价款为含税固定价。甲方在收到乙方开具的合法有效的增值税发票并验收合格后十五个工作日内，以银行转账方式支付。",
    "乙方更换主要服务人员的，应提前五个工作日书面通知甲方，并保证接替人员具备同等的资历与经验。",
    "任何一方对在履行本合同过程中知悉的对方的技术资料、经营数据负有保密义务，该义务在合同终止后三年内仍然有效。",
    "交付成果经甲方书面确认后视为验收通过；甲方有异议的，应自收到之日起七日内书面提出，乙方应在约定期限内完成整改。",
    "乙方逾期交付的，每逾期一日按逾期部分价款的万分之五支付违约金；甲方逾期付款的，按同一标准承担违约责任。",
    "因不可抗力致使本合同不能履行的，受影响的一方应及时通知对方并提供证明，双方可协商延期履行或者解除合同。",
    "未经对方书面同意，任何一方不得将本合同项下的权利义务转让给第三人；经同意转让的，受让人应书面承诺受本合同约束。",
    "因履行本合同发生的争议，双方应友好协商解决；协商不成的，提交甲方所在地有管辖权的人民法院裁决。",
)


def draw_itinerary(itinerary: Itinerary) -> Sheet:
    """A table of rides with their sum; a long one goes on over further pages."""
    sheet = Sheet(210, 297, f"{itinerary.title} {itinerary.passenger}")
    pages = max(1, ceil(len(itinerary.rides) / _RIDES))
    for page in range(pages):
        if page:
            sheet.next_page()
        _itinerary_head(sheet, itinerary)
        start = page * _RIDES
        bottom = _rides(sheet, itinerary.rides[start : start + _RIDES], start)
        if page == pages - 1:
            sheet.text(195, bottom + 7, f"合计 {money.yuan(_fare(itinerary))}", 11, align="right", bold=True)
        sheet.text(105, 285, f"页码：{page + 1}/{pages}", 9, color=GREY, align="center")
    return sheet


def _fare(itinerary: Itinerary) -> Decimal:
    return sum((ride[3] for ride in itinerary.rides), Decimal("0.00"))


def _itinerary_head(sheet: Sheet, itinerary: Itinerary) -> None:
    sheet.block(0, 0, 210, 5, BLUE)
    sheet.text(105, 22, itinerary.title, 20, align="center", bold=True)
    sheet.text(105, 31, "TRAVEL ITINERARY", 9, color=GREY, align="center", spacing=2)
    sheet.text(15, 43, f"乘车人：{itinerary.passenger}", 10.5)
    if itinerary.rides:
        sheet.text(105, 43, f"行程起止：{itinerary.rides[0][0][:10]} 至 {itinerary.rides[-1][0][:10]}", 10.5, fit=90)
    sheet.text(15, 51, f"共 {len(itinerary.rides)} 笔行程，合计 {money.figures(_fare(itinerary))} 元", 10.5)


def _rides(sheet: Sheet, rides: tuple[tuple[str, str, str, Decimal], ...], start: int) -> float:
    top, step = 58.0, 8.4
    bottom = top + step * (len(rides) + 1)
    sheet.block(_EDGES[0], top, _EDGES[-1], top + step, _HEADING)
    rows = [(_EDGES[0], top + step * index, _EDGES[-1], top + step * index) for index in range(len(rides) + 2)]
    sheet.lines([*rows, *((x, top, x, bottom) for x in _EDGES)], color=GREY, width=0.2)
    for left, right, label in zip(_EDGES, _EDGES[1:], ("序号", "上车时间", "起点", "终点", "金额（元）"), strict=False):
        sheet.text((left + right) / 2, top + step / 2, label, 10, align="center")
    for index, (moment, origin, goal, fare) in enumerate(rides):
        y = top + step * (index + 1.5)
        sheet.text(21, y, str(start + index + 1), 9.5, align="center")
        for x, value, fit in ((28.5, moment, 36.0), (67.5, origin, 51.0), (121.5, goal, 49.0)):
            sheet.text(x, y, value, 9.5, fit=fit)
        sheet.text(193.5, y, money.figures(fare), 9.5, align="right")
    return bottom


def draw_contract(contract: Contract) -> Sheet:
    """As many pages as the contract says: its clauses over and over, then the two parties' signatures and seals."""
    sheet = Sheet(210, 297, contract.title)
    lines = _body(contract.clauses or _CLAUSES)
    for page in range(1, contract.pages + 1):
        if page > 1:
            sheet.next_page()
        y = _opening(sheet, contract) if page == 1 else _BODY_TOP
        last = page == contract.pages
        _fill(sheet, lines, y, _SIGNATURES - 8 if last else _BODY_BOTTOM, whole=last)
        if last:
            _signatures(sheet, contract)
        sheet.text(22, 14, contract.title, 8, color=GREY)
        sheet.lines([(22, 18, 188, 18)], color=GREY, width=0.15)
        sheet.text(105, 286, f"第 {page} 页 共 {contract.pages} 页", 9, color=GREY, align="center")
    return sheet


def _body(clauses: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """The endless numbered text, line by line; a line that opens a clause tells how many lines the clause has."""
    for number, clause in enumerate(cycle(clauses), 1):
        first, *others = wrapped(f"第{number}条　{clause}", _SIZE, _WIDTH)
        yield first, 1 + len(others)
        yield from ((line, 0) for line in others)


def _opening(sheet: Sheet, contract: Contract) -> float:
    sheet.text(105, 36, contract.title, 20, align="center", bold=True, fit=160)
    serial = "".join(dice(contract, "serial").choices("0123456789", k=10))
    sheet.text(188, 47, f"合同编号：HT-{serial}", 10, align="right")
    y = 58.0
    for role, party in zip(("甲方", "乙方"), contract.parties, strict=True):
        sheet.text(22, y, f"{role}：{party.name}", 11.5, bold=True, fit=_WIDTH)
        sheet.text(22, y + 7, f"统一社会信用代码：{party.tax_no}", _SIZE)
        y += 16
    opening = "　　甲乙双方在平等、自愿的基础上，就下列事项经协商一致，订立本合同，共同遵守。"
    return sheet.paragraph(22, y, opening, _SIZE, _WIDTH) + 3


def _fill(sheet: Sheet, lines: Iterator[tuple[str, int]], y: float, bottom: float, *, whole: bool) -> None:
    """Writes lines down to `bottom`; on the last page (`whole`) no clause is begun that would be cut off."""
    for line, clause in lines:
        if y > bottom or (whole and y + _LEADING * (clause - 1) > bottom):
            return
        sheet.text(22, y, line, _SIZE)
        y += _LEADING


def _signatures(sheet: Sheet, contract: Contract) -> None:
    pen = dice(contract, "pen")
    day = f"2025年{pen.randint(1, 12):02}月{pen.randint(1, 28):02}日"
    for x, role, party in zip((22, 112), ("甲方", "乙方"), contract.parties, strict=True):
        _signature(sheet, x, role, party, day)
        tilt = pen.uniform(-2, 2)
        company_seal(sheet, x + 44 + tilt, _SIGNATURES + 22 - tilt, party.name, "合同专用章")


def _signature(sheet: Sheet, x: float, role: str, party: Party, day: str) -> None:
    rows = (
        f"{role}（盖章）：{party.name}",
        "法定代表人或授权代表（签字）：",
        f"开户行及账号：{party.bank_account}",
        f"签订日期：{day}",
    )
    for index, row in enumerate(rows):
        sheet.text(x, _SIGNATURES + 4 + 12 * index, row, 10, fit=78)
