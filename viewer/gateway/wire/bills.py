"""A bill's entries, invoices and attachments, from a list or a message.

How an invoice names its entry isn't documented anywhere; every spelling met in the vendor's other calls is taken.
"""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from viewer.domain.codes import FINDING_LEVELS
from viewer.domain.dates import parse_date, parse_time
from viewer.domain.listing import BillListing, Finding, ListedAttachment, ListedEntry, ListedInvoice
from viewer.domain.money import parse_amount
from viewer.errors import UpstreamUnreachable
from viewer.gateway.wire.files import files_of, kept_apart, listed_file, sheets_of
from viewer.gateway.wire.values import (
    LONGEST_ID,
    Raw,
    amount,
    dictionaries,
    fact,
    first_list,
    has_list,
    text,
    texts,
    unwrapped,
)

BRANCH_FIELDS = ("entryid", "entryId", "branch_id", "branchId")
INVOICE_LISTS = ("invoices", "invoiceList", "list")
ATTACHMENT_LISTS = ("attachList", "attachments")
TELLING = ("invoiceNo", "invoiceCode", "totalAmount", "invoiceFiles", "pdfurl", "downloadUrl", "snapshotUrl")
"""Fields that make an invoice of a row without serial number."""

MESSAGE_FIELDS = {
    "serialNo": "fid",
    "invoiceType": "fplx",
    "invoiceCode": "fpdm",
    "invoiceNo": "fphm",
    "totalAmount": "jshj",
    "invoiceDate": "kprq",
    "totalTaxAmount": "se",
}
"""Our names of what the channel's messages abbreviate."""


def parse_listing(envelope: Raw) -> BillListing:
    """A bill from an `invoices/query` answer: `data` is the list of invoices, an object that holds it, one invoice alone,
    or any of these written as JSON text.

    An invoice that stands there several times, once for each entry, becomes one invoice with all its entries. Raises
    UpstreamUnreachable for a success that holds no list at all: that is not the same as an empty one.
    """
    data = unwrapped(envelope.get("data"))
    beside: Raw = data if isinstance(data, dict) else {}
    rows = data if isinstance(data, list) else first_list(beside, *INVOICE_LISTS)
    if not isinstance(data, list) and not has_list(beside, INVOICE_LISTS) and not has_list(envelope, ATTACHMENT_LISTS):
        if not any(field in beside for field in ("serialNo", "invoiceNo")):
            raise UpstreamUnreachable(reason="no list")
        rows = [beside]
    rows = dictionaries(rows)
    papers = first_list(envelope, *ATTACHMENT_LISTS) or first_list(beside, *ATTACHMENT_LISTS)
    facts = [beside, *rows]
    return BillListing(
        bill_id=fact(facts, "bxd_key", "bxdKey", "billId"),
        bill_no=fact(facts, "billNumber", "billnumber", "billNo"),
        image_number=fact(facts, "imageNumber", "image_number"),
        entries=tuple(_entries(rows, dictionaries(papers))),
        invoices=tuple(_invoices(rows)),
        attachments=tuple(_attachments(papers)),
    )


def parse_message(data: Raw) -> tuple[ListedInvoice, ...]:
    """The invoices of a `saveEntrys` or `saveBill` message: `list` is met as an object and as an array. A row without a serial
    number names no invoice and is left out."""
    listed = unwrapped(data.get("list"))
    rows = dictionaries(listed if isinstance(listed, list) else [listed])
    named = [{**row, **{ours: row[theirs] for ours, theirs in MESSAGE_FIELDS.items() if theirs in row}} for row in rows]
    return tuple(_invoices([row for row in named if 0 < len(text(row, "serialNo") or "") <= LONGEST_ID]))


def _entries(rows: list[dict[str, Any]], papers: list[dict[str, Any]]) -> Iterator[ListedEntry]:
    for row in rows:
        for branch_id in _branch_ids(row):
            yield ListedEntry(
                branch_id=branch_id,
                expense_type=text(row, "costTypeName", "expenseTypeName"),
                amount=parse_amount(row.get("entryAmount")),
            )
    for paper in papers:
        for branch_id in _branch_ids(paper):
            yield ListedEntry(branch_id=branch_id)


def _invoices(rows: list[dict[str, Any]]) -> Iterator[ListedInvoice]:
    together: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        serial_no = text(row, "serialNo", "fid") or ""
        if not serial_no and not any(row.get(field) for field in TELLING):
            continue  # an empty row is no invoice
        if not serial_no or len(serial_no) > LONGEST_ID:
            serial_no = _made_serial_no(row, number)
        together.setdefault(serial_no, []).append(row)
    listed = [_invoice(serial_no, same) for serial_no, same in together.items()]
    sheets = sheets_of(file for invoice in listed for file in invoice.files)
    for invoice in listed:
        yield replace(invoice, files=tuple(kept_apart(invoice.files, sheets)))


def _made_serial_no(row: Raw, number: int) -> str:
    """For an invoice that came without one: the same each time for the same invoice, so that none is left out."""
    told = [text(row, field) or "" for field in ("serialNo", "fid", "invoiceCode", "invoiceNo", "invoiceDate")]
    return sha256("\n".join(told if any(told) else [str(number)]).encode("utf-8", "replace")).hexdigest()[:32]


def _invoice(serial_no: str, same: list[dict[str, Any]]) -> ListedInvoice:
    row = same[0]
    branch_ids = dict.fromkeys(branch_id for each in same for branch_id in _branch_ids(each))
    return ListedInvoice(
        serial_no=serial_no,
        branch_ids=tuple(branch_ids),
        invoice_type=text(row, "invoiceType"),
        invoice_code=text(row, "invoiceCode"),
        invoice_no=text(row, "invoiceNo"),
        invoice_date=parse_date(row.get("invoiceDate")),
        total_amount=parse_amount(row.get("totalAmount")),
        tax_amount=amount(row, "totalTaxAmount", "taxAmount"),
        amount=parse_amount(row.get("invoiceAmount")),
        currency=text(row, "currency"),
        buyer_name=text(row, "buyerName"),
        buyer_tax_no=text(row, "buyerTaxNo"),
        seller_name=text(row, "salerName", "sellerName"),
        seller_tax_no=text(row, "salerTaxNo", "sellerTaxNo"),
        check_status=text(row, "checkStatus"),
        expend_status=text(row, "expendStatus"),
        invoice_status=text(row, "invoiceStatus"),
        checked_at=parse_time(row.get("checkTime")),
        findings=tuple(_findings(row)),
        files=tuple(files_of(row)),
        attachment_ids=tuple(texts(row.get("attachSerialNoList"))),
        raw=row,
    )


def _branch_ids(row: Raw) -> list[str]:
    found = (each for field in BRANCH_FIELDS for each in texts(row.get(field)))
    return list(dict.fromkeys(each for each in found if len(each) <= LONGEST_ID))


def _findings(row: Raw) -> Iterator[Finding]:
    """`verifyResult`: objects with the finding's code (`errorLevel` or `code`), its words and its `config` level."""
    for result in dictionaries(row.get("verifyResult")):
        if code := text(result, "errorLevel", "code", "key"):
            level = text(result, "config") or ""
            yield Finding(
                code=code,
                level=FINDING_LEVELS.get(level, "yellow"),
                message=text(result, "msg", "message", "errorMsg", "name") or "",
            )


def _attachments(papers: list[Any]) -> Iterator[ListedAttachment]:
    seen: set[str] = set()
    for number, paper in enumerate(papers):
        if not isinstance(paper, dict):
            continue
        file = listed_file(paper, number)
        attachment_id = (text(paper, "attachSerialNo", "serialNo", "billSerialNo") or file.identity)[:LONGEST_ID]
        if attachment_id not in seen:
            seen.add(attachment_id)
            yield ListedAttachment(
                attachment_id=attachment_id,
                name=file.name or attachment_id,
                branch_ids=tuple(_branch_ids(paper)),
                files=(file,),
                raw=paper,
            )
