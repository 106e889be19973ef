"""Amounts in capital words, as invoices write them."""

from decimal import Decimal

import pytest

from viewer.domain.capitals import in_capitals


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零圆整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾圆整"),
        ("1.05", "壹圆零伍分"),
        ("4321.00", "肆仟叁佰贰拾壹圆整"),
        ("1680.32", "壹仟陆佰捌拾圆叁角贰分"),
        ("107000.53", "壹拾万柒仟圆伍角叁分"),
        ("100000001", "壹亿零壹圆整"),
        ("20050000", "贰仟零伍万圆整"),
        ("-12.30", "负壹拾贰圆叁角整"),
    ],
)
def test_an_amount_has_its_words(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["1000000000000", "0.001"])
def test_an_amount_without_words_has_none(amount: str) -> None:
    assert in_capitals(Decimal(amount)) is None
