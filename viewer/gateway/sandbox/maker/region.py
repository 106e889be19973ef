"""Which tax office watches over a seller: read from the place in its 18-character unified social credit code."""

_PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
    "21": "辽宁省", "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省",
    "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
    "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区",
    "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省",
    "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区",
}  # fmt: skip
_OWN_OFFICE = {"2102": "大连市", "3302": "宁波市", "3502": "厦门市", "3702": "青岛市", "4403": "深圳市"}
"""The five cities that are budgeted apart from their province and have a tax office of its rank."""


def region(tax_no: str) -> str:
    """The place whose name stands in the seal; 深圳市 for a number that names no place."""
    place = tax_no[2:6]
    return _OWN_OFFICE.get(place) or _PROVINCES.get(place[:2], "深圳市")


def short_name(place: str) -> str:
    """The place without its rank, as in the title of an older invoice: 湖北, 内蒙古."""
    return place[:3] if place.startswith(("内蒙古", "黑龙江")) else place[:2]
