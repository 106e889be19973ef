"""Invented companies. Their 18-character tax numbers carry right check characters (GB 32100, with GB 11714 inside)."""

from viewer.gateway.sandbox.papers import Party

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def tax_no(region: str, organisation: str) -> str:
    """The number of a company registered in `region` (6 digits) with an organisation code of 8 digits and capitals."""
    values = [int(character, 36) for character in organisation]
    remainder = -sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    start = f"91{region}{organisation}{'X' if remainder == 10 else remainder}"
    weighted = sum(_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(start))
    return start + _ALPHABET[-weighted % 31]


def _company(name: str, region: str, organisation: str, address_phone: str = "", bank_account: str = "") -> Party:
    number = tax_no(region, organisation)
    return Party(name=name, tax_no=number, address_phone=address_phone, bank_account=bank_account)


BUYER = _company(
    "杭州栖云数据技术有限公司",
    "330106",
    "MA7QY2X8",
    "杭州市西湖区文澜路618号栖云大厦9层 0571-86530918",
    "杭州联桥银行西湖支行 571906128810502",
)
"""Whose bills these are."""

HOTEL = _company("上海澄溪酒店管理有限公司", "310115", "MA1KW7D3")
AIRY_OFFICE = _company("杭州简木办公用品有限公司", "330108", "MA2CE5H9")
CLOUD = _company("宁波潮声云计算有限公司", "330203", "MA29N4T6")
TRAINING = _company("北京远拓企业管理咨询有限公司", "110105", "MA04R8F2")
MACHINES = _company("苏州恒砺精密机械有限公司", "320507", "MA21P6K5")
RESTAURANT = _company("杭州荷风餐饮管理有限公司", "330102", "MA7BT3L1")
LOGISTICS = _company("嘉兴顺禾物流有限公司", "330402", "MA2JU9G7")
PRINTING = _company("杭州墨启印务有限公司", "330110", "MA28X1R4")
TELECOM = _company("浙江信澜通信服务有限公司", "330000", "72910A58")
PROPERTY = _company(
    "杭州栖云大厦物业服务有限公司",
    "330106",
    "58026C71",
    "杭州市西湖区文澜路618号负一层 0571-86530101",
    "杭州联桥银行西湖支行 571906128810117",
)
LAB = _company("南京谱元检测技术有限公司", "320106", "MA20Q5U8")
RIDES = _company("广州捷途出行科技有限公司", "440106", "MA5CK2N3")
BOOKS = _company("成都知行书屋文化传播有限公司", "510104", "MA6DF8W0")
ELECTRONICS = _company("深圳市砺芯电子有限公司", "440305", "MA5FT7Y6")
TAXIS = _company("宁波海晏出租汽车有限公司", "330203", "MA28KD5T")
TOLL_ROAD = _company("浙江越江高速公路有限公司", "330000", "71095E26")
SNACKS = _company("绍兴柯岩小馆餐饮有限公司", "330602", "MA2BGR40")
