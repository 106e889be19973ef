"""What the image view's list can be narrowed by, and the bill's own total beside the sum of its invoices."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext

from viewer.domain import codes
from viewer.domain.money import total
from viewer.store.models import Bill, Invoice
from viewer.web.present import code_name
from viewer.web.words import sum_of


@dataclass(frozen=True)
class Choice:
    """One value that invoices of this view have, in words, and how many have it."""

    value: str
    words: str
    count: int


@dataclass(frozen=True)
class Facet:
    """Something that the list can be narrowed by; on a card its values stand in `data-{name}`, separated by spaces."""

    name: str
    words: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Stated:
    """What the bill says its invoices should come to: its own total (None where nobody told one: the invoice cloud doesn't)
    and the sum of its entries' amounts (None where one of them isn't known). `difference`: by how much the invoices miss
    the first of the two that is known; None where they don't, or where nobody can tell.
    """

    total: Decimal | None
    entries: Decimal | None
    difference: Decimal | None


def facets(invoices: Sequence[Invoice]) -> list[Facet]:
    """Type, status, verification and findings, each with what occurs among these invoices."""
    return [
        _facet("type", gettext("Type"), codes.INVOICE_TYPES, (invoice.invoice_type for invoice in invoices)),
        _facet("status", gettext("Status"), codes.INVOICE_STATUSES, (invoice.invoice_status for invoice in invoices)),
        _facet("check", gettext("Verification"), codes.CHECK_STATUSES, (invoice.check_status for invoice in invoices)),
        _findings(invoices),
    ]


def levels(invoice: Invoice) -> list[str]:
    """How grave an invoice's findings are, each level once: "any" and what there is of block, red and yellow."""
    found = {finding["level"] for finding in invoice.findings} - {"none"}
    return ["any", *sorted(found)] if found else []


def stated(bill: Bill) -> Stated:
    """Amounts in another currency than the bill's can't be set against it, nor the header's invoices against its entries."""
    amounts = [entry.amount for entry in bill.entries]
    entries = None if not amounts or None in amounts else total(amounts)
    expected = entries if bill.total_amount is None else bill.total_amount
    own = bill.currency or "CNY"
    comparable = bill.invoices and all((invoice.currency or own) == own for invoice in bill.invoices)
    if bill.total_amount is None and not all(invoice.branch_ids for invoice in bill.invoices):
        comparable = False
    difference = sum_of(bill.invoices) - expected if comparable and expected is not None else None
    return Stated(bill.total_amount, entries, difference or None)


def _facet(name: str, words: str, names: dict[str, str], values: Iterable[str | None]) -> Facet:
    return Facet(name, words, _choices(values, lambda value: code_name(names, value) or value))


def _findings(invoices: Sequence[Invoice]) -> Facet:
    names = {
        "any": gettext("Any finding"),
        "block": gettext("Blocking"),
        "red": gettext("Red"),
        "yellow": gettext("Yellow"),
    }
    found = _choices(
        (level for invoice in invoices for level in levels(invoice)), lambda level: names.get(level, level)
    )
    order = list(names)
    return Facet("finding", gettext("Findings"), tuple(sorted(found, key=lambda choice: order.index(choice.value))))


def _choices(values: Iterable[str | None], words: Callable[[str], str]) -> tuple[Choice, ...]:
    counts = Counter(value for value in values if value)
    return tuple(Choice(value, words(value), count) for value, count in counts.most_common())
