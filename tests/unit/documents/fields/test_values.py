"""Texts become values exactly or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.documents.fields import values


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("¥4716.98", "4716.98"),
        ("￥1,234,567.5", "1234567.50"),
        ("-12", "-12.00"),
        ("¥-3.40", "-3.40"),
        ("１２.00", "12.00"),
        ("5000.0000", "5000.00"),
        ("0.125", "0.125"),
        ("12,34.00", None),
        ("***", None),
        ("1e3", None),
        ("12.00 元", "12.00"),
        ("", None),
        (None, None),
        ("9" * 16, None),
    ],
)
def test_an_amount_is_an_exact_decimal_or_nothing(written: str | None, amount: str | None) -> None:
    assert values.amount(written) == amount


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_no_amount_loses_a_cent(amount: Decimal) -> None:
    assert values.amount(f"{amount:,.2f}") == f"{amount:.2f}"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026年9月14日", "2026-09-14"),
        ("2020年 07月 23日", "2020-07-23"),
        ("2026-09-14", "2026-09-14"),
        ("2026-09-14 10:00:00", "2026-09-14"),
        ("2026-09-14T10:00:00+08:00", "2026-09-14"),
        ("20260227172851000", "2026-02-27"),
        ("2026/9/14", "2026-09-14"),
        ("2026-02-30", None),
        ("2026", None),
        ("2026-09-14 and more", None),
        ("2026年9月", None),
    ],
)
def test_a_date_is_iso_or_nothing(written: str, day: str | None) -> None:
    assert values.issued(written) == day


@pytest.mark.parametrize(
    ("written", "rate"),
    [("0.06", "6%"), ("0.130", "13%"), ("6%", "6%"), ("1", "100%"), ("0", "0%"), ("免税", "免税"), ("***", None)],
)
def test_a_rate_is_in_per_cent_or_in_words(written: str, rate: str | None) -> None:
    assert values.rate(written) == rate


def test_a_check_code_is_its_twenty_digits() -> None:
    assert values.check_code("12345 09876 12345 09876") == "12345098761234509876"
    assert values.check_code("16197 83356") is None


def test_a_text_that_is_endless_is_none() -> None:
    assert values.name("甲" * values.LONGEST) == "甲" * values.LONGEST
    assert values.name("甲" * (values.LONGEST + 1)) is None
    assert values.remark("甲" * 10_000_000) is None


def test_what_is_said_in_two_ways_is_said_in_none() -> None:
    assert values.the_one(["1.00", None, "1.00"]) == "1.00"
    assert values.the_one(["1.00", "2.00"]) is None
    assert values.the_one([]) is None
