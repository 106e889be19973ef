"""What files say: kept and read again, put together from several sources, compared with what was recorded."""

from datetime import date
from decimal import Decimal

import pytest

from viewer.domain.invoice_fields import NAMES, InvoiceFields, Item, Told, differs

TOLD = InvoiceFields.of(
    "xml",
    {"invoice_no": "26322000000020417733", "total_amount": "110.00", "seller_name": "甲（中国）公司", "remark": None},
    (Item(name="*服务*检测", amount="100.00"), Item(name="折扣", amount="-1.00")),
)


def test_fields_are_the_same_after_they_were_kept() -> None:
    assert InvoiceFields.read(TOLD.stored()) == TOLD
    assert InvoiceFields.read(InvoiceFields().stored()) == InvoiceFields()


def test_what_is_kept_names_every_field_and_each_values_source() -> None:
    stored = TOLD.stored()
    assert tuple(stored) == NAMES
    assert stored["total_amount"] == {"value": "110.00", "source": "xml"}
    assert (stored["items"]["source"], len(stored["items"]["value"])) == ("xml", 2)
    assert stored["remark"] is None


def test_a_file_that_says_nothing_is_false() -> None:
    assert not InvoiceFields()
    assert InvoiceFields(remark=Told("x", "text"))
    assert InvoiceFields.of("xml", {}, (Item(name="x"),))


def test_a_better_source_stands_and_a_lesser_one_fills_what_it_lacks() -> None:
    lesser = InvoiceFields.of("text", {"total_amount": "999.00", "drawer": "林嘉禾"})
    both = TOLD.or_else(lesser)
    assert both.total_amount == Told("110.00", "xml")
    assert both.drawer == Told("林嘉禾", "text")
    assert both.items == TOLD.items


@pytest.mark.parametrize(
    ("name", "recorded", "told", "differ"),
    [
        ("total_amount", Decimal("110"), "110.00", False),
        ("total_amount", Decimal("100.00"), "110.00", True),
        ("total_amount", Decimal("0.00"), "0.01", True),
        ("total_amount", None, "110.00", False),
        ("invoice_date", date(2026, 9, 14), "2026-09-14", False),
        ("invoice_date", date(2026, 9, 15), "2026-09-14", True),
        ("seller_name", "甲(中国)公司", "甲（中国） 公司", False),
        ("seller_name", "乙公司", "甲公司", True),
        ("seller_name", "", "甲公司", False),
        ("buyer_tax_no", "91330106ma7qy2x8xr", "91330106MA7QY2X8XR", False),
    ],
)
def test_two_values_differ_where_they_mean_two_things(name: str, recorded: object, told: str, differ: bool) -> None:
    assert differs(name, recorded, told) is differ
