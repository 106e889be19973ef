"""What a source of bills says about one bill: upstream's list, an ERP's registration or an imported folder.

The gateway and the importer produce these values, the store records them. Nothing here knows either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One compliance finding (`verifyResult`): upstream's code, `level` block|none|red|yellow, its own words if any."""

    code: str
    level: str
    message: str
    source: str = "upstream"


CROP = "#region"
"""What the identity of an invoice's crop adds to that of its sheet."""


@dataclass(frozen=True, kw_only=True)
class ListedFile:
    """One file of an invoice or attachment.

    `identity` tells it from its siblings across two listings; `version` (upstream's hash, or what else stands for the
    content) changes when the content does; `extension` is as declared, lower case without dot. Either `url` says where
    to fetch it, or `sha256` that its bytes are already stored.
    """

    identity: str
    version: str
    name: str
    extension: str
    original: bool
    resource: str | None = None
    snapshot: bool = False
    url: str | None = None
    sha256: str | None = None
    size: int | None = None
    rotation: int = 0
    """Clockwise degrees by which it is shown, until a reader says otherwise."""
    sheet: bool = False
    """A pasted sheet: it holds other invoices too, so that only the whole bill may show it."""
    region: str | None = None
    """Of a crop: its part of the sheet that has the same identity but for `CROP`, as `str(Region)`."""
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ListedInvoice:
    """One invoice with every entry it hangs on, in upstream's order; no entry means the bill's header."""

    serial_no: str
    branch_ids: tuple[str, ...] = ()
    invoice_type: str | None = None
    invoice_code: str | None = None
    invoice_no: str | None = None
    invoice_date: date | None = None
    total_amount: Decimal | None = None
    tax_amount: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    buyer_name: str | None = None
    buyer_tax_no: str | None = None
    seller_name: str | None = None
    seller_tax_no: str | None = None
    check_status: str | None = None
    expend_status: str | None = None
    invoice_status: str | None = None
    checked_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    files: tuple[ListedFile, ...] = ()
    attachment_ids: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ListedEntry:
    """An entry and what the source says of it; facts it doesn't give are None."""

    branch_id: str
    expense_type: str | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class ListedAttachment:
    attachment_id: str
    name: str
    branch_ids: tuple[str, ...] = ()
    files: tuple[ListedFile, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BillListing:
    """One bill as its source tells it; entries in first-seen order."""

    bill_id: str | None = None
    bill_no: str | None = None
    image_number: str | None = None
    profile: str | None = None
    total_amount: Decimal | None = None
    currency: str | None = None
    entries: tuple[ListedEntry, ...] = ()
    invoices: tuple[ListedInvoice, ...] = ()
    attachments: tuple[ListedAttachment, ...] = ()
