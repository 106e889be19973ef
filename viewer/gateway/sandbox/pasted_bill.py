"""Bill 8 of the catalogue: four small receipts of three entries, glued on one sheet and scanned as one image."""

from datetime import date
from decimal import Decimal

from viewer.gateway.sandbox import companies as of
from viewer.gateway.sandbox.papers import PastedSheet, Piece, Receipt, TrainTicket
from viewer.gateway.sandbox.parts import bill, entry, guid, pasted
from viewer.gateway.sandbox.shapes import CatalogueBill

_SCAN = "票据粘贴单_20261026.jpg"

_TRAIN = TrainTicket(
    type_code="9",
    number="K57B026413",
    departs=date(2026, 10, 21),
    departure_time="07:52",
    from_station="杭州东",
    to_station="宁波",
    train="G7573",
    seat="04车09C号 二等座",
    passenger="江予安",
    total=Decimal("71.00"),
)
_TAXI = Receipt(
    type_code="8",
    code="133022660117",
    number="04718263",
    issued=date(2026, 10, 21),
    seller=of.TAXIS,
    rows=(
        ("车号", "浙B·T3061"),
        ("上车", "09:07"),
        ("下车", "09:34"),
        ("单价", "2.40元/公里"),
        ("里程", "13.6公里"),
        ("等候", "00:03:20"),
    ),
    total=Decimal("41.00"),
)
_TOLL = Receipt(
    type_code="17",
    code="133002651142",
    number="20935586",
    issued=date(2026, 10, 23),
    seller=of.TOLL_ROAD,
    rows=(("入口", "杭州南"), ("出口", "绍兴柯岩"), ("车型", "客一")),
    total=Decimal("25.00"),
)
_MEAL = Receipt(
    type_code="7",
    code="133062670359",
    number="00631974",
    issued=date(2026, 10, 23),
    seller=of.SNACKS,
    rows=(
        ("行业分类", "餐饮业"),
        ("项目", "餐费"),
        ("机器编号", "330602017745"),
    ),
    total=Decimal("168.00"),
    buyer=of.BUYER,
)


def pasted_bill() -> CatalogueBill:
    """Train and taxi on one entry, toll and meal on one each: what lies beside an entry's receipt is another's."""
    train = Piece(paper=_TRAIN, x=60, y=56, angle=-1.6)
    taxi = Piece(paper=_TAXI, x=153, y=90, angle=1.3)
    meal = Piece(paper=_MEAL, x=57, y=184, angle=0.9)
    toll = Piece(paper=_TOLL, x=151, y=219, angle=-2.1)
    sheet = PastedSheet(name="票据粘贴单", pieces=(train, taxi, meal, toll))
    journey = entry(guid("BX-233 1"), "6602.04", "交通费", _TRAIN.total + _TAXI.total, "宁波客户现场")
    driving = entry(guid("BX-233 2"), "6602.10", "车辆使用费", _TOLL.total, "绍兴客户现场 自驾")
    guests = entry(guid("BX-233 3"), "6602.11", "业务招待费", _MEAL.total, "绍兴客户工作餐")
    hung = ((train, journey), (taxi, journey), (toll, driving), (meal, guests))
    return bill(
        guid("BX-2026-10-000233"),
        "BX-2026-10-000233",
        "外勤费用报销（四票粘贴一纸）",
        "Out of the office: four receipts pasted on one sheet",
        applicant="江予安",
        department="客户成功部",
        date=date(2026, 10, 26),
        entries=(journey, driving, guests),
        invoices=tuple(pasted(sheet, piece, on, _SCAN) for piece, on in hung),
    )
