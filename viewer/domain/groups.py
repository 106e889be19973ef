"""How the image view lays a bill out: a group for each entry, then the header's invoices."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from viewer.domain.money import total

AnyEntry = TypeVar("AnyEntry", bound=Any)
"""Whatever has a `branch_id`."""
AnyInvoice = TypeVar("AnyInvoice", bound=Any)
"""Whatever has `branch_ids` (the entries it hangs on) and `total_amount`."""


@dataclass(frozen=True, kw_only=True)
class Group(Generic[AnyEntry, AnyInvoice]):
    """The invoices under one entry (`entry` None: the bill's header).

    `shown` are listed here; `elsewhere` hang on this entry too but are listed under an earlier one, so that an invoice
    split over several entries stands on the page once.
    """

    entry: AnyEntry | None
    shown: tuple[AnyInvoice, ...]
    elsewhere: tuple[AnyInvoice, ...]

    @property
    def count(self) -> int:
        return len(self.shown) + len(self.elsewhere)

    @property
    def sum(self) -> Decimal:
        """The sum of all invoices of this entry, those listed elsewhere too."""
        return total(invoice.total_amount for invoice in (*self.shown, *self.elsewhere))


def group_by_entry(
    invoices: Sequence[AnyInvoice], entries: Sequence[AnyEntry], *, keep_empty: bool
) -> list[Group[AnyEntry, AnyInvoice]]:
    """Groups in the entries' order, the header's last; entries without an invoice only with `keep_empty`."""
    shown: defaultdict[str, list[AnyInvoice]] = defaultdict(list)
    elsewhere: defaultdict[str, list[AnyInvoice]] = defaultdict(list)
    for invoice in invoices:
        for place, branch_id in enumerate(invoice.branch_ids):
            (elsewhere if place else shown)[branch_id].append(invoice)
    groups: list[Group[AnyEntry, AnyInvoice]] = [
        Group(entry=entry, shown=tuple(shown[entry.branch_id]), elsewhere=tuple(elsewhere[entry.branch_id]))
        for entry in entries
        if keep_empty or entry.branch_id in shown or entry.branch_id in elsewhere
    ]
    header = tuple(invoice for invoice in invoices if not invoice.branch_ids)
    if header:
        groups.append(Group(entry=None, shown=header, elsewhere=()))
    return groups
