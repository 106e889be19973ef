"""How money, rates and quantities are printed on an invoice, above all the amount in capital words (价税合计大写)."""

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
_CENT = Decimal("0.01")
LIMIT = Decimal("1000000000000")
"""The first amount that has no words here: after 亿 the groups would need a name of their own."""


def in_words(amount: Decimal) -> str:
    """The amount as it is written to stop forgery: 壹佰贰拾叁圆肆角伍分; 整 closes every amount without 分."""
    cents = int(amount.quantize(_CENT, ROUND_HALF_UP) * 100)
    if cents < 0:
        return "负" + in_words(-amount)
    yuan, rest = divmod(cents, 100)
    if yuan >= LIMIT:
        raise ValueError(f"{amount} is too large to be written in words")
    jiao, fen = divmod(rest, 10)
    words = _integer(yuan) + "圆" if yuan else ""
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif fen and yuan:
        words += "零"  # 壹圆零伍分: without it 壹圆伍分 could be turned into 壹圆伍角
    if fen:
        return words + _DIGITS[fen] + "分"
    return (words or "零圆") + "整"


def _integer(value: int) -> str:
    """Whole yuan: groups of four digits, each named by its 万 or 亿."""
    words = ""
    gap = False
    for index in reversed(range(len(_GROUPS))):
        group = value // 10_000**index % 10_000
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[index]
        gap = False
    return words


def _group(value: int) -> str:
    """One to four digits; a run of zeros inside is one 零, zeros at the end are silent."""
    words = ""
    gap = False
    for place in reversed(range(len(_PLACES))):
        digit = value // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        if gap:
            words += "零"
        words += _DIGITS[digit] + _PLACES[place]
        gap = False
    return words


def figures(amount: Decimal) -> str:
    """The amount in figures, without a currency sign or thousands commas, as invoices print it."""
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):f}"


def yuan(amount: Decimal) -> str:
    """The amount in figures behind the currency sign."""
    return "¥" + figures(amount)


def percent(rate: Decimal) -> str:
    """A tax rate; a line without tax says 免税 instead of 0%."""
    return f"{(rate * 100).normalize():f}%" if rate else "免税"


def plain(value: Decimal) -> str:
    """A quantity or unit price with no more decimals than it needs, and never more than eight."""
    return f"{value.quantize(Decimal('0.00000001'), ROUND_HALF_UP).normalize():f}"
