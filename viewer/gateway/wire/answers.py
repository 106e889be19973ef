"""What the cloud's answers say beside a bill: that they are one, userkeys, access tokens, issued invoices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from viewer.domain.dates import parse_date
from viewer.domain.keys import USERKEY
from viewer.domain.listing import ListedInvoice
from viewer.domain.money import parse_amount
from viewer.errors import UpstreamRefused, UpstreamUnreachable
from viewer.gateway.tokens import Granted
from viewer.gateway.wire.values import Raw, text, unwrapped, whole

SUCCESS = "0000"

ISSUED_FILES = {
    "pdf": ("pdfUrl", "pdfurl", "downloadUrl"),
    "ofd": ("ofdUrl", "ofdurl"),
    "xml": ("xmlUrl", "xmlurl"),
    "snapshot": ("snapshotUrl",),
}


def open_envelope(envelope: Any) -> dict[str, Any]:
    """The envelope of a successful answer; raises UpstreamRefused with its code otherwise."""
    if not isinstance(envelope, dict) or "errcode" not in envelope:
        raise UpstreamUnreachable(reason="no envelope")
    if str(envelope["errcode"]) != SUCCESS:
        raise UpstreamRefused(
            errcode=str(envelope["errcode"]),
            description=text(envelope, "description", "message") or "–",
            trace_id=text(envelope, "traceId") or "",
        )
    return envelope


def parse_userkey(envelope: Raw) -> str:
    """The userkey of a `getUserKey` answer."""
    data = envelope.get("data")
    userkey = data.get("userKey") if isinstance(data, dict) else data
    if not isinstance(userkey, str) or not USERKEY.fullmatch(userkey):
        raise UpstreamUnreachable(reason="no userKey")
    return userkey.lower()


def parse_token(envelope: Raw) -> Granted:
    """The access token of an `oauth/token` answer; one without `expires_in` isn't kept."""
    data = unwrapped(envelope.get("data"))
    told: Raw = data if isinstance(data, dict) else envelope
    token = text(told, "access_token")
    if not token:
        raise UpstreamUnreachable(reason="no access_token")
    return Granted(token=token, seconds=float(whole(told.get("expires_in")) or 0))


@dataclass(frozen=True, kw_only=True)
class Issued:
    """What the cloud says of an issuing: the invoice, or for one that it only took the serial number to ask with."""

    serial_no: str | None
    invoice_code: str | None
    invoice_no: str | None
    invoice_date: date | None
    total_amount: Decimal | None
    files: Mapping[str, str]
    """Addresses by the kind of file: pdf, ofd, xml, snapshot."""
    raw: Raw

    @classmethod
    def of(cls, invoice: ListedInvoice) -> "Issued":
        """The same of an invoice that a detail query gave."""
        return cls(
            serial_no=invoice.serial_no,
            invoice_code=invoice.invoice_code,
            invoice_no=invoice.invoice_no,
            invoice_date=invoice.invoice_date,
            total_amount=invoice.total_amount,
            files={file.extension: file.url for file in invoice.files if file.url},
            raw=invoice.raw,
        )


def parse_issued(envelope: Raw) -> Issued:
    """An issuing from the answer of a push or a query: `data` is the invoice, a list of it, or either as JSON text."""
    data = unwrapped(envelope.get("data"))
    if isinstance(data, list):
        data = data[0] if data else None
    row: Raw = data if isinstance(data, dict) else {}
    found = {kind: text(row, *fields) for kind, fields in ISSUED_FILES.items()}
    return Issued(
        serial_no=text(row, "serialNo", "fid"),
        invoice_code=text(row, "invoiceCode", "fpdm"),
        invoice_no=text(row, "invoiceNo", "etaxInvoiceNo", "fphm"),
        invoice_date=parse_date(row.get("invoiceDate")),
        total_amount=parse_amount(row.get("totalAmount")),
        files={kind: url for kind, url in found.items() if url},
        raw=row,
    )
