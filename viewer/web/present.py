"""From the store's rows to the API's answers, in the reader's language."""

from collections.abc import Sequence

from flask_babel import gettext

from viewer.domain.codes import FINDINGS, INVOICE_TYPES, LEFT_OUT, PROBLEMS
from viewer.domain.grant import Grant
from viewer.domain.selection import ImageView, LocationView
from viewer.i18n import DEFAULT
from viewer.store.models import Attachment, Bill, Entry, File, Invoice
from viewer.web.reader import language
from viewer.web.schemas import (
    AttachmentOut,
    BillOut,
    EntryOut,
    FieldsOut,
    FileOut,
    FindingOut,
    ImageViewOut,
    InvoiceOut,
    LeftOutOut,
    LocationViewOut,
    PageOut,
    UserkeyOut,
)


def userkey_out(bill: Bill, grant: Grant) -> UserkeyOut:
    return UserkeyOut(
        userkey=grant.shown_userkey, bill_no=bill.bill_no, bill_id=bill.bill_id, branch_ids=bill.branch_ids
    )


def bill_out(bill: Bill, grant: Grant) -> BillOut:
    invoices = bill.invoices
    return BillOut(
        userkey=grant.shown_userkey,
        bill_no=bill.bill_no,
        bill_id=bill.bill_id,
        profile=bill.profile,
        total_amount=bill.total_amount,
        currency=bill.currency,
        entries=[entry_out(entry, invoices) for entry in bill.entries],
        invoices=[invoice_out(invoice) for invoice in invoices],
        attachments=[attachment_out(attachment) for attachment in bill.attachments],
        fetched_at=bill.fetched_at,
        stale=bill.stale,
    )


def image_view_out(view: ImageView[Invoice], attachments: Sequence[Attachment]) -> ImageViewOut:
    return ImageViewOut(
        profile=view.profile,
        branch_id=view.branch_id,
        marked=view.marked,
        invoices=[invoice_out(invoice) for invoice in view.invoices],
        attachments=[attachment_out(attachment) for attachment in attachments],
    )


def location_view_out(view: LocationView[Invoice]) -> LocationViewOut:
    return LocationViewOut(
        branch_id=view.branch_id,
        invoice=invoice_out(view.invoice, under=view.branch_id) if view.invoice else None,
        position=view.position,
        count=view.count,
        serial_nos=list(view.serial_nos),
    )


def entry_out(entry: Entry, invoices: Sequence[Invoice]) -> EntryOut:
    return EntryOut(
        branch_id=entry.branch_id,
        seq=entry.seq,
        expense_type=entry.expense_type,
        amount=entry.amount,
        serial_nos=[invoice.serial_no for invoice in invoices if entry.branch_id in invoice.branch_ids],
    )


def invoice_out(invoice: Invoice, under: str | None = None) -> InvoiceOut:
    """`under`: the entry whose location view this is; elsewhere the invoice's first entry stands."""
    branch_ids = invoice.branch_ids
    return InvoiceOut(
        serial_no=invoice.serial_no,
        branch_id=under or (branch_ids[0] if branch_ids else None),
        branch_ids=branch_ids,
        invoice_type=invoice.invoice_type,
        invoice_type_name=code_name(INVOICE_TYPES, invoice.invoice_type),
        invoice_code=invoice.invoice_code,
        invoice_no=invoice.invoice_no,
        invoice_date=invoice.invoice_date,
        total_amount=invoice.total_amount,
        tax_amount=invoice.tax_amount,
        amount=invoice.amount,
        currency=invoice.currency,
        buyer_name=invoice.buyer_name,
        buyer_tax_no=invoice.buyer_tax_no,
        seller_name=invoice.seller_name,
        seller_tax_no=invoice.seller_tax_no,
        check_status=invoice.check_status,
        expend_status=invoice.expend_status,
        invoice_status=invoice.invoice_status,
        checked_at=invoice.checked_at,
        findings=[finding_out(finding) for finding in invoice.findings],
        files=files_out(invoice, invoice.own_files if under else invoice.files),
    )


def finding_out(finding: dict[str, str]) -> FindingOut:
    """The code's name in the reader's language; to Chinese readers upstream's own words, where it gave some."""
    named = code_name(FINDINGS, finding["code"]) or finding["code"]
    own = finding["message"] if language() == DEFAULT or finding["code"] not in FINDINGS else ""
    message = own or named
    return FindingOut(code=finding["code"], level=finding["level"], message=message, source=finding["source"])


def attachment_out(attachment: Attachment) -> AttachmentOut:
    return AttachmentOut(
        attachment_id=attachment.attachment_id,
        branch_ids=attachment.branch_ids,
        name=attachment.name,
        files=files_out(attachment, attachment.files),
    )


def files_out(owner: Invoice | Attachment, files: Sequence[File]) -> list[FileOut]:
    """Those of the owner's files that this view may show."""
    picture = owner.picture
    return [file_out(file, picture=file is picture) for file in files]


def file_out(file: File, *, picture: bool) -> FileOut:
    ready, here = file.state == "ready", file.state in ("ready", "unreadable")
    return FileOut(
        file_id=file.file_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size if here else None,
        sha256=file.sha256 if here else None,
        original=file.original,
        resource=file.resource,
        picture=picture,
        rotation=file.rotation,
        state=file.state,
        problem=gettext(PROBLEMS[file.problem]) if file.problem else None,
        pages=[PageOut(page_id=page.page_id, width=page.width, height=page.height) for page in file.pages]
        if ready
        else [],
        fields=FieldsOut.model_validate(file.fields) if ready and file.fields else None,
        findings=[left_out(finding) for finding in file.findings] if ready else [],
    )


def left_out(finding: dict[str, str]) -> LeftOutOut:
    """What a file's pages don't show as it says, in the reader's language."""
    code = finding["code"]
    return LeftOutOut(code=code, message=gettext(LEFT_OUT[code]), where=finding["where"])


def code_name(names: dict[str, str], code: str | None) -> str | None:
    """A code's name in the reader's language; the code itself where it has none."""
    return gettext(names[code]) if code in names else code
