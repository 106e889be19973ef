"""Amounts in capital words, as invoices write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.capitals import in_capitals
from viewer.gateway.sandbox.maker.money import in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零圆整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾圆整"),
        ("1.05", "壹圆零伍分"),
        ("4449.00", "肆仟肆佰肆拾玖圆整"),
        ("1680.32", "壹仟陆佰捌拾圆叁角贰分"),
        ("107000.53", "壹拾万柒仟圆伍角叁分"),
        ("100000001", "壹亿零壹圆整"),
        ("20050000", "贰仟零伍万圆整"),
        ("-12.30", "负壹拾贰圆叁角整"),
    ],
)
def test_an_amount_has_its_words(amount: str, words: str) -> None:
    assert in_capitals(Decimal(amount)) == words


@given(st.decimals(min_value=Decimal("-999999999999.99"), max_value=Decimal("999999999999.99"), places=2))
def test_our_page_and_the_sandboxs_paper_write_the_same_words(amount: Decimal) -> None:
    assert in_capitals(amount) == in_words(amount)


@pytest.mark.parametrize("amount", ["1000000000000", "0.001"])
def test_an_amount_without_words_has_none(amount: str) -> None:
    assert in_capitals(Decimal(amount)) is None
