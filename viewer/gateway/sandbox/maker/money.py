"""How money, rates and quantities are printed on an invoice, above all the amount in capital words (价税合计大写)."""

from decimal import ROUND_HALF_UP, Decimal

from viewer.domain.capitals import in_capitals

_CENT = Decimal("0.01")


def in_words(amount: Decimal) -> str:
    """The amount as it is written to stop forgery: 壹佰贰拾叁圆肆角伍分. Raises ValueError for one without words."""
    words = in_capitals(amount.quantize(_CENT, ROUND_HALF_UP))
    if words is None:
        raise ValueError(f"{amount} is too large to be written in words")
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
