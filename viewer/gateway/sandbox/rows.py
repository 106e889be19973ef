"""The rows of the list calls: a stored bill in the cloud's words, with fresh links and each file's size and hash."""

from collections.abc import Callable, Iterable, Mapping

from viewer.gateway.sandbox.documents import Made
from viewer.gateway.sandbox.facts import Facts, with_amounts
from viewer.gateway.sandbox.records import AttachmentRecord, BillRecord, FileRecord, InvoiceRecord

Link = Callable[[FileRecord], str]


def bill_files(bill: BillRecord) -> list[FileRecord]:
    """Every file of the bill."""
    return [file for invoice in bill.invoices for file in invoice.files] + [it.file for it in bill.attachments]


def bill_rows(bill: BillRecord, made: Mapping[str, Made], link: Link) -> list[Facts]:
    """One row per invoice and entry: an invoice on several entries comes once for each, with the same `serialNo`. A row
    without `entryid` belongs to the bill's header."""
    rows: list[Facts] = []
    for invoice in bill.invoices:
        told = invoice_row(invoice, made, link)
        entries = [bill.entries.get(branch_id, {"entryid": branch_id}) for branch_id in invoice.branch_ids]
        rows.extend({**told, **bill.facts, **with_amounts(entry)} for entry in entries or [{}])
    return rows


def invoice_row(invoice: InvoiceRecord, made: Mapping[str, Made], link: Link) -> Facts:
    """The invoice by itself, as `invoice/detail/query` gives it."""
    told = with_amounts(invoice.facts)
    if invoice.old_style:
        return told | _single_links(invoice.files, link)
    return told | {"invoiceFiles": [_invoice_file(file, made[file.file_id], link) for file in invoice.files]}


def attachment_rows(attachments: Iterable[AttachmentRecord], made: Mapping[str, Made], link: Link) -> list[Facts]:
    """The members of `attachList`."""
    return [_attachment(attachment, made[attachment.file.file_id], link) for attachment in attachments]


def _single_links(files: Iterable[FileRecord], link: Link) -> Facts:
    """The older fields: the PDF, the picture of page 1, and the original, whichever of them there are. An OFD has no field
    of its own: it is there as the original only."""
    links: Facts = {}
    for file in files:
        if file.extends != "ofd":
            links.setdefault("pdfurl" if file.extends == "pdf" else "snapshotUrl", link(file))
        if file.original_state == "1":
            links.setdefault("downloadUrl", link(file))
    return links


def _invoice_file(file: FileRecord, made: Made, link: Link) -> Facts:
    return {
        "id": file.file_id,
        "pid": file.pid,
        "fileName": file.name,
        "fileExtends": file.extends,
        "fileSize": made.size,
        "fileHash": made.md5,
        "originalState": file.original_state,
        "resource": file.resource,
        "url": link(file),
    }


def _attachment(attachment: AttachmentRecord, made: Made, link: Link) -> Facts:
    told: Facts = {
        "attachSerialNo": attachment.serial_no,
        "fileName": attachment.file.name,
        "fileExtends": attachment.file.extends,
        "fileSize": made.size,
        "fileHash": made.md5,
        "url": link(attachment.file),
    }
    return told | ({"entryid": attachment.branch_id} if attachment.branch_id else {})
