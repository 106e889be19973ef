"""What a file itself says of its invoice, each value with where in the file it was read.

Nothing here is guessed: a field that a file doesn't tell, or tells in two ways, is None. What a source of bills recorded
of the same invoice is another matter (`viewer.domain.listing`); `differs` compares the two.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any, Literal

Source = Literal["xml", "original_invoice.xml", "OFD.xml", "CustomTag.xml", "attachment", "metadata", "text"]
"""Where a value was read: the file itself, being XML; an OFD's `original_invoice.xml`, the custom data of its `OFD.xml`, the
text that its `CustomTag.xml` points to; another XML attached to a PDF or OFD; a PDF's information dictionary; the text
that the pages of a PDF or OFD show."""


@dataclass(frozen=True)
class Told:
    """A value as text: amounts are exact decimals ("123.45"), dates ISO, numbers and codes as they are printed."""

    value: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class Item:
    """A row of the invoice's table, as far as it is told; `amount` is without tax, `tax_rate` "6%" or 免税."""

    name: str | None = None
    spec: str | None = None
    unit: str | None = None
    quantity: str | None = None
    price: str | None = None
    amount: str | None = None
    tax_rate: str | None = None
    tax: str | None = None


@dataclass(frozen=True)
class ToldItems:
    value: tuple[Item, ...]
    source: Source


@dataclass(frozen=True, kw_only=True)
class InvoiceFields:
    """`invoice_type` is a code of `viewer.domain.codes.INVOICE_TYPES`, `total_amount` includes the tax, `amount` doesn't."""

    invoice_type: Told | None = None
    invoice_code: Told | None = None
    invoice_no: Told | None = None
    invoice_date: Told | None = None
    total_amount: Told | None = None
    amount: Told | None = None
    tax_amount: Told | None = None
    buyer_name: Told | None = None
    buyer_tax_no: Told | None = None
    seller_name: Told | None = None
    seller_tax_no: Told | None = None
    check_code: Told | None = None
    drawer: Told | None = None
    remark: Told | None = None
    items: ToldItems | None = None

    @classmethod
    def of(cls, source: Source, told: Mapping[str, str | None], items: tuple[Item, ...] = ()) -> "InvoiceFields":
        """What one source tells, by the fields' names."""
        given: dict[str, Any] = {name: Told(value, source) for name, value in told.items() if value}
        return cls(items=ToldItems(items, source) if items else None, **given)

    def __bool__(self) -> bool:
        """Whether the file says anything."""
        return any(getattr(self, name) is not None for name in NAMES)

    def or_else(self, other: "InvoiceFields") -> "InvoiceFields":
        """These fields, and from a source that is less to be relied on those that are missing."""
        missing = {name: getattr(other, name) for name in NAMES if getattr(self, name) is None}
        return replace(self, **missing)

    def stored(self) -> dict[str, Any]:
        """As JSON: every name, with null where the file says nothing."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "InvoiceFields":
        """Fields that were kept as `stored()`."""
        told = {name: Told(**stored[name]) for name in TEXTS if stored.get(name)}
        items = stored.get("items")
        rows = ToldItems(tuple(Item(**row) for row in items["value"]), items["source"]) if items else None
        return cls(items=rows, **told)


NAMES = tuple(field.name for field in fields(InvoiceFields))
TEXTS = tuple(name for name in NAMES if name != "items")
COMPARED = (
    "invoice_code",
    "invoice_no",
    "invoice_date",
    "total_amount",
    "amount",
    "tax_amount",
    "buyer_name",
    "buyer_tax_no",
    "seller_name",
    "seller_tax_no",
)
"""Fields that a record has too. Not the type: a special invoice for a motor vehicle is both, and files say only one."""
AMOUNTS = frozenset({"total_amount", "amount", "tax_amount"})


def differs(name: str, recorded: object, told: str) -> bool:
    """Whether a recorded value and what a file says are two different things. What nobody recorded differs from nothing.

    Amounts are compared as numbers, texts without regard to width, case and spaces: 杭州（中国） and 杭州(中国) are one name.
    """
    if recorded is None or recorded == "":
        return False
    if name in AMOUNTS:
        return Decimal(str(recorded)) != Decimal(told)
    return _plain(str(recorded)) != _plain(told)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
