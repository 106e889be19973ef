"""Amounts in capital words (大写), as invoices write them to stop forgery (支付结算办法, 附一 正确填写票据和结算凭证的基本规定)."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
LIMIT = Decimal(10) ** 12
"""The first amount without words here: after 亿 the groups would need a name of their own."""


def in_capitals(amount: Decimal) -> str | None:
    """None for an amount that has no words: from a million million on, or with parts of a cent.

    >>> in_capitals(Decimal("10203.05"))
    '壹万零贰佰零叁圆零伍分'
    """
    if amount < 0:
        words = in_capitals(-amount)
        return f"负{words}" if words else None
    if amount >= LIMIT or amount != amount.quantize(Decimal("0.01")):
        return None
    yuan, cents = divmod(int(amount * 100), 100)
    jiao, fen = divmod(cents, 10)
    words = f"{_whole(yuan)}圆" if yuan else ""
    if jiao:
        words += f"{DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    return f"{words}{DIGITS[fen]}分" if fen else f"{words or '零圆'}整"


def _whole(yuan: int) -> str:
    """Groups of four digits, each named by its 万 or 亿; zeros between two digits are one 零, at a group's end none."""
    words, zero = "", False
    for place in reversed(range(4 * len(GROUPS))):
        digit = yuan // 10**place % 10
        if digit:
            words += ("零" if zero and words else "") + DIGITS[digit] + PLACES[place % 4]
            zero = False
        else:
            zero = True
        if place % 4 == 0 and yuan // 10**place % 10_000:
            words += GROUPS[place // 4]
            zero = False
    return words
