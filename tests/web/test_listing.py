"""What the image view's list offers to narrow by, and the bill's own total."""

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.installations import Installation
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.store.models import Bill, Entry, Invoice
from viewer.web.listing import Stated, levels, stated


def invoice_of(amount: str | None, currency: str | None = None, *found: str) -> Invoice:
    findings = [{"code": "1", "level": level, "message": "", "source": "1"} for level in found]
    return Invoice(total_amount=amount and Decimal(amount), currency=currency, findings=findings, position=0)


def bill_of(
    total: str | None, *invoices: Invoice, currency: str | None = None, entries: tuple[str | None, ...] = ()
) -> Bill:
    """A bill whose invoices hang on its first entry, if it has one."""
    rows = [Entry(branch_id=f"E-{seq}", seq=seq, amount=said and Decimal(said)) for seq, said in enumerate(entries, 1)]
    for invoice in invoices:
        invoice.entries = rows[:1]
    return Bill(total_amount=total and Decimal(total), currency=currency, all_invoices=list(invoices), entries=rows)


def told(total: str | None, entries: str | None, difference: str | None) -> Stated:
    return Stated(*(said and Decimal(said) for said in (total, entries, difference)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        (bill_of("5.00", invoice_of("5.00")), told("5.00", None, None)),
        (bill_of("7.00", invoice_of("5.00"), invoice_of(None)), told("7.00", None, "-2.00")),
        (bill_of("7.00", invoice_of("9.00", "CNY")), told("7.00", None, "2.00")),
        (bill_of("7.00", invoice_of("9.00", "USD")), told("7.00", None, None)),
        (bill_of("7.00", invoice_of("9.00"), currency="USD"), told("7.00", None, "2.00")),
        (bill_of("7.00"), told("7.00", None, None)),
        (bill_of("7.00", invoice_of("9.00"), entries=("8.00",)), told("7.00", "8.00", "2.00")),
    ],
)
def test_the_bills_total_is_set_against_invoices_of_its_own_currency(bill: Bill, said: Stated) -> None:
    assert stated(bill) == said


@pytest.mark.parametrize(
    ("bill", "said"),
    [
        (bill_of(None, invoice_of("5.00")), told(None, None, None)),
        (bill_of(None, invoice_of("5.00"), entries=("3.00", "2.00")), told(None, "5.00", None)),
        (bill_of(None, invoice_of("5.00"), entries=("3.00", "1.00")), told(None, "4.00", "1.00")),
        (bill_of(None, invoice_of("5.00"), entries=("3.00", None)), told(None, None, None)),
        (bill_of(None, invoice_of("5.00", "USD"), entries=("3.00",)), told(None, "3.00", None)),
        (bill_of(None, entries=("3.00",)), told(None, "3.00", None)),
    ],
)
def test_where_no_total_is_told_the_entries_amounts_stand_for_it(bill: Bill, said: Stated) -> None:
    assert stated(bill) == said


def test_invoices_on_the_header_cant_be_set_against_the_entries() -> None:
    bill = bill_of(None, invoice_of("5.00"), entries=("3.00",))
    bill.all_invoices.append(invoice_of("1.00"))
    assert stated(bill) == told(None, "3.00", None)


def test_a_bill_whose_total_nobody_told_says_so(site: Installation) -> None:
    page = site.page(f"/bills/{demo_bills()[0].userkey}", lang="en")
    head = page.partition('<dl class="sums against">')[2].partition("</dl>")[0]
    assert re.search(r"Bill's total</dt>\s*<dd class=\"untold\"[^>]*>\s*not stated", head)
    total = sum((entry.amount for entry in demo_bills()[0].entries), Decimal(0))
    assert f"{total:,.2f}" in head


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
