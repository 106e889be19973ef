"""Recording what a source says of a bill: one transaction, idempotent, safe between two processes.

The bill's row is the lock: whoever records holds it (SQLite's write lock, PostgreSQL's row lock) until the commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from viewer.domain.keys import branch_key
from viewer.domain.listing import BillListing, ListedAttachment, ListedEntry, ListedFile, ListedInvoice
from viewer.store import dialect, ledger_queries
from viewer.store.models import Attachment, Bill, Entry, File, Invoice
from viewer.store.queries import WHOLE_BILL

Fact = TypeVar("Fact")

INVOICE_FACTS = (
    *("invoice_type", "invoice_code", "invoice_no", "invoice_date", "total_amount", "tax_amount", "amount", "currency"),
    *("buyer_name", "buyer_tax_no", "seller_name", "seller_tax_no"),
    *("check_status", "expend_status", "invoice_status", "checked_at"),
)


def lock_bill(session: Session, userkey: str, *, source: str, load: Sequence[ExecutableOption] = WHOLE_BILL) -> Bill:
    """The bill of a userkey, made if it is new, with what `load` says of it; nobody else writes it meanwhile."""
    session.execute(
        dialect.insert(session, Bill).values(userkey=userkey, source=source, withdrawn=False).on_conflict_do_nothing()
    )
    session.execute(select(Bill.id).where(Bill.userkey == userkey).with_for_update())
    return session.scalars(select(Bill).where(Bill.userkey == userkey).options(*load)).one()


def record_listing(
    session: Session, bill: Bill, listing: BillListing, *, now: datetime, max_files: int, retry_unavailable: bool
) -> None:
    """Makes a locked bill say what the listing says; what the listing no longer has is marked as dropped.

    With `retry_unavailable` a file that couldn't be fetched is pending again, since a fresh list brings fresh links.
    """
    for fact in ("bill_id", "bill_no", "image_number", "total_amount", "currency"):
        setattr(bill, fact, _told(getattr(listing, fact), getattr(bill, fact)))
    bill.stated_profile = listing.profile or bill.stated_profile
    bill.fetched_at = bill.asked_at = now
    bill.failure, bill.withdrawn = None, False
    add_entries(bill, listing.entries)
    entries = {entry.branch_key: entry for entry in bill.entries}
    _record_invoices(bill, listing.invoices, entries, now)
    if not any(each.branch_ids for each in listing.invoices):
        _hang_as_told(session, bill, entries)
    _record_attachments(bill, listing, entries, now)
    owners: list[Invoice | Attachment] = [*bill.invoices, *bill.attachments]
    files = [file for owner in owners for file in owner.files]
    for number, file in enumerate(files):
        if retry_unavailable and file.state == "unavailable":
            file.state, file.problem = "pending", None
        if number >= max_files:
            file.state, file.problem = "unavailable", "too_many_files"


def record_entry(session: Session, bill: Bill, branch_id: str, listed: Sequence[ListedInvoice]) -> None:
    """Makes a locked bill say that exactly these invoices hang on this entry; those that it doesn't have come to its end."""
    add_entries(bill, [ListedEntry(branch_id=branch_id)])
    key = branch_key(branch_id)
    entry = next(each for each in bill.entries if each.branch_key == key)
    record_more(bill, listed)
    hung = {each.serial_no for each in listed}
    for invoice in bill.invoices:
        others = [each for each in invoice.entries if each is not entry]
        invoice.entries = [*others, entry] if invoice.serial_no in hung else others
    ledger_queries.set_bindings(session, bill.id, key, [each.serial_no for each in listed])


def record_more(bill: Bill, listed: Iterable[ListedInvoice]) -> None:
    """Adds invoices that a locked bill doesn't have at its end, with what is told of them; its list will say the rest."""
    known = {invoice.serial_no: invoice for invoice in bill.all_invoices}
    place = max((invoice.position for invoice in bill.invoices), default=-1)
    for each in listed:
        invoice = known.get(each.serial_no)
        if invoice is None:
            invoice = Invoice(serial_no=each.serial_no, entries=[], all_files=[], findings=[], raw=dict(each.raw))
            known[each.serial_no] = invoice
            bill.all_invoices.append(invoice)
        elif invoice.dropped_at is None:
            continue  # its list said more of it than a message does
        place += 1
        invoice.position, invoice.dropped_at = place, None
        for fact in INVOICE_FACTS:
            setattr(invoice, fact, _told(getattr(each, fact), getattr(invoice, fact)))


def _hang_as_told(session: Session, bill: Bill, entries: dict[str, Entry]) -> None:
    """A list that names no entry at all leaves that to the messages."""
    told = ledger_queries.bindings_of(session, bill.id)
    for invoice in bill.invoices:
        invoice.entries = [entries[key] for key in told.get(invoice.serial_no, []) if key in entries]


def add_entries(bill: Bill, listed: Iterable[ListedEntry]) -> None:
    """Adds entries not seen before behind the known ones (first-seen order) and takes over facts that are told."""
    known = {entry.branch_key: entry for entry in bill.entries}
    for each in listed:
        key = branch_key(each.branch_id)
        if key not in known:
            known[key] = Entry(branch_id=each.branch_id, branch_key=key, seq=len(known) + 1)
            bill.entries.append(known[key])
        known[key].expense_type = _told(each.expense_type, known[key].expense_type)
        known[key].amount = _told(each.amount, known[key].amount)


def _record_invoices(bill: Bill, listed: Sequence[ListedInvoice], entries: dict[str, Entry], now: datetime) -> None:
    known = {invoice.serial_no: invoice for invoice in bill.all_invoices}
    for position, each in enumerate(listed):
        invoice = known.pop(each.serial_no, None)
        if invoice is None:
            invoice = Invoice(serial_no=each.serial_no, entries=[], all_files=[])
            bill.all_invoices.append(invoice)
        for fact in INVOICE_FACTS:
            setattr(invoice, fact, getattr(each, fact))
        invoice.findings = [asdict(finding) for finding in each.findings]
        invoice.raw, invoice.position, invoice.dropped_at = dict(each.raw), position, None
        invoice.entries = [entries[key] for key in dict.fromkeys(map(branch_key, each.branch_ids))]
        _record_files(bill, invoice, each.files, now)
    for invoice in known.values():
        invoice.dropped_at = invoice.dropped_at or now


def _record_attachments(bill: Bill, listing: BillListing, entries: dict[str, Entry], now: datetime) -> None:
    """An attachment belongs to the entries it names and to those of the invoices that name it."""
    known = {attachment.attachment_id: attachment for attachment in bill.all_attachments}
    for position, each in enumerate(listing.attachments):
        attachment = known.pop(each.attachment_id, None)
        if attachment is None:
            attachment = Attachment(attachment_id=each.attachment_id, entries=[], all_files=[])
            bill.all_attachments.append(attachment)
        attachment.name, attachment.raw = each.name, dict(each.raw)
        attachment.position, attachment.dropped_at = position, None
        attachment.entries = [entries[key] for key in _entries_of_attachment(each, listing.invoices)]
        _record_files(bill, attachment, each.files, now)
    for attachment in known.values():
        attachment.dropped_at = attachment.dropped_at or now


def _entries_of_attachment(attachment: ListedAttachment, invoices: Iterable[ListedInvoice]) -> list[str]:
    linked = (
        branch_id
        for invoice in invoices
        if attachment.attachment_id in invoice.attachment_ids
        for branch_id in invoice.branch_ids
    )
    return list(dict.fromkeys(branch_key(branch_id) for branch_id in (*attachment.branch_ids, *linked)))


def _record_files(bill: Bill, owner: Invoice | Attachment, listed: Sequence[ListedFile], now: datetime) -> None:
    known = {file.identity: file for file in owner.all_files}
    for position, each in enumerate(listed):
        file = known.pop(each.identity, None)
        if file is None:
            file = File(bill_pk=bill.id, identity=each.identity, version=each.version, state="pending", pages=[])
            file.rotation = each.rotation
            owner.all_files.append(file)
        if file.version != each.version:
            _forget_content(file)
            file.rotation = each.rotation
        file.version, file.position, file.dropped_at = each.version, position, None
        file.name, file.extension, file.raw = each.name, each.extension, dict(each.raw)
        file.original, file.resource, file.snapshot = each.original, each.resource, each.snapshot
        file.url, file.listed_size = each.url, each.size
        file.sheet, file.region = each.sheet, each.region
        file.sha256 = each.sha256 or file.sha256
    for file in known.values():
        file.dropped_at = file.dropped_at or now


def _forget_content(file: File) -> None:
    """Other bytes under the same name: the old pages must never be shown for it."""
    file.pages = []
    file.state, file.problem, file.claimed_until = "pending", None, None
    file.sha256 = file.size = file.media_type = file.fields = None
    file.findings = []


def _told(new: Fact | None, old: Fact | None) -> Fact | None:
    return old if new is None else new
