"""Money, dates, sizes and signatures: what stands on invoices, exactly."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.dates import parse_date, parse_time
from viewer.domain.money import amount_text, parse_amount, total
from viewer.domain.signing import ENC_TYPES, EncType, is_signed, sign
from viewer.domain.size import Size

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("123.45", "123.45"), ("1,234.5", "1234.50"), (12, "12.00"), (0, "0.00"), ("-3", "-3.00"), (" 7 ", "7.00")),
        *(("¥3", "3.00"), ("￥3.10", "3.10"), (Decimal("0.1"), "0.10"), (0.1, "0.10"), ("1e2", "100.00")),
    ],
)
def test_amounts_are_read_as_upstreams_write_them(value: object, text: str) -> None:
    assert amount_text(parse_amount(value)) == text


@pytest.mark.parametrize(
    "value",
    [None, True, False, "", " ", "n/a", "NaN", "sNaN", "inf", "-Infinity", "1e15", "1E99999999", [], {}, "1.2.3"],
)
def test_what_is_no_amount_is_none(value: object) -> None:
    assert parse_amount(value) is None
    assert amount_text(None) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_survives_its_text(amount: Decimal) -> None:
    assert parse_amount(str(amount)) == amount
    assert parse_amount(f"{amount:,.2f}") == amount
    assert Decimal(amount_text(amount) or "") == amount


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_nothing_that_json_can_hold_breaks_a_reader(value: object) -> None:
    parse_amount(value)
    parse_time(value)
    parse_date(value)


def test_an_amount_that_nobody_told_counts_as_nothing() -> None:
    assert total([Decimal("1.10"), None, Decimal("2.20")]) == Decimal("3.30")
    assert str(total([])) == "0.00"


@pytest.mark.parametrize(
    "value",
    [
        *("2024-01-31", "20240131", "2024/1/31", "2024/01/31 08:00:00", "2024年1月31日", "2024.01.31"),
        *(
            "2024-01-31T23:59:59",
            "2024-01-31T00:00:00.000+08:00",
            1706630400000,
            "1706630400000",
            1706716799999,
            20240131,
        ),
    ],
)
def test_dates_are_read_as_upstreams_write_them_in_chinas_zone(value: object) -> None:
    assert parse_date(value) == date(2024, 1, 31)


@pytest.mark.parametrize(
    "value", [None, "", True, "2024-13-01", "2024-02-30", "0000-00-00", "yesterday", 12, [], "99999"]
)
def test_what_is_no_date_is_none(value: object) -> None:
    assert parse_date(value) is None


def test_a_time_without_a_zone_is_chinas() -> None:
    assert parse_time("2026-09-16 09:18:12") == datetime(2026, 9, 16, 9, 18, 12, tzinfo=CHINA)
    assert parse_time(1706630400000) == datetime(2024, 1, 30, 16, tzinfo=UTC)
    assert parse_time("0001-01-01T00:00:00") is None, "the way in which some systems say that there is no time"


@pytest.mark.parametrize(
    ("enc_type", "signature"),
    [
        ("0", "f785c08ab7ce4e1c0641f82ee403dd7c"),
        ("1", "8e1cd3eb57e6f612e1e92f8c760e16a103488eef3a8fc08cbd11eebc9d1b0b2e"),
        ("2", "582848f4f1edfe72abb49b93f20623a1d343882f42cf79ae7601abccfc665d9a"),
    ],
)
def test_signatures_are_the_digests_that_are_documented(enc_type: EncType, signature: str) -> None:
    given = {"client_id": "tenant", "client_secret": "secret", "timestamp": "1700000000000"}
    assert sign(**given, enc_type=enc_type) == signature
    assert is_signed(signature, **given, enc_type=enc_type)
    assert is_signed(signature.upper(), **given, enc_type=enc_type)


@pytest.mark.parametrize("enc_type", ENC_TYPES)
@pytest.mark.parametrize("changed", ["client_id", "client_secret", "timestamp"])
def test_a_signature_fits_nothing_else(enc_type: EncType, changed: str) -> None:
    given = {"client_id": "tenant", "client_secret": "secret", "timestamp": "1700000000000"}
    signature = sign(**given, enc_type=enc_type)
    assert not is_signed(signature, **{**given, changed: "other"}, enc_type=enc_type)
    assert not is_signed("", **given, enc_type=enc_type)
    assert not is_signed("签名", **given, enc_type=enc_type)


def test_a_page_within_an_edge_keeps_its_shape_and_never_grows() -> None:
    assert Size(400, 200).within(edge=100) == Size(100, 50)
    assert Size(200, 400).within(edge=100) == Size(50, 100)
    assert Size(80, 20).within(edge=100) == Size(80, 20)
    assert Size(10_000, 1).within(edge=100) == Size(100, 1)
