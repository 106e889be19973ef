"""What the image view's list offers to narrow by, and the bill's own total."""

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.installations import Installation
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.store.models import Bill, Invoice
from viewer.web.listing import Stated, levels, stated


def invoice_of(amount: str | None, currency: str | None = None, *found: str) -> Invoice:
    findings = [{"code": "1", "level": level, "message": "", "source": "1"} for level in found]
    return Invoice(total_amount=amount and Decimal(amount), currency=currency, findings=findings, position=0)


def bill_of(total: str | None, *invoices: Invoice, currency: str | None = None) -> Bill:
    return Bill(total_amount=total and Decimal(total), currency=currency, all_invoices=list(invoices))


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        (bill_of(None, invoice_of("5.00")), None),
        (bill_of("5.00", invoice_of("5.00")), Stated(Decimal("5.00"), None)),
        (bill_of("7.00", invoice_of("5.00"), invoice_of(None)), Stated(Decimal("7.00"), Decimal("-2.00"))),
        (bill_of("7.00", invoice_of("9.00", "CNY")), Stated(Decimal("7.00"), Decimal("2.00"))),
        (bill_of("7.00", invoice_of("9.00", "USD")), Stated(Decimal("7.00"), None)),
        (bill_of("7.00", invoice_of("9.00"), currency="USD"), Stated(Decimal("7.00"), Decimal("2.00"))),
        (bill_of("7.00"), Stated(Decimal("7.00"), None)),
    ],
)
def test_the_bills_total_is_set_against_invoices_of_its_own_currency(bill: Bill, said: Stated | None) -> None:
    assert stated(bill) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((), []),
        (("none",), []),
        (("red", "none", "red"), ["any", "red"]),
        (("yellow", "block"), ["any", "block", "yellow"]),
    ],
)
def test_an_invoice_tells_how_grave_its_findings_are(found: Any, said: list[str]) -> None:
    assert levels(invoice_of("1.00", None, *found)) == said


def test_the_list_offers_what_occurs_on_the_bill_with_its_count(site: Installation) -> None:
    page = site.page(f"/bills/{demo_bills()[0].userkey}")
    for name, value in (("type", "26"), ("type", "27"), ("check", "1")):
        select = page.partition(f'<select name="{name}">')[2].partition("</select>")[0]
        count = re.findall(rf'value="{value}">[^<]* \((\d)\)', select)
        assert count == [str(page.count(f'data-{name}="{value}"'))]
