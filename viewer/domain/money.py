"""Amounts: exact decimals with two places, as invoices print them."""

from collections.abc import Iterable
from decimal import Decimal

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 15


def parse_amount(value: object) -> Decimal | None:
    """An amount from JSON or text ("1,234.5", 12, "¥3"); None where there is none or it is no number.

    >>> parse_amount("1,234.5")
    Decimal('1234.50')
    """
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value).strip().lstrip("¥￥").replace(",", ""))
        return amount.quantize(CENT) if amount.is_finite() and abs(amount) < LIMIT else None
    except ArithmeticError:
        return None


def amount_text(amount: Decimal | None) -> str | None:
    """The API's form of an amount: "123.45"."""
    return None if amount is None else f"{amount:.2f}"


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The sum; an amount that nobody told counts as nothing."""
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))
