"""The pieces of which the catalogue's bills are put together."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from viewer.gateway.sandbox import pasting
from viewer.gateway.sandbox.companies import BUYER
from viewer.gateway.sandbox.papers import (
    Form,
    Invoice,
    Line,
    Paper,
    Party,
    PastedSheet,
    Piece,
    Receipt,
    TrainTicket,
)
from viewer.gateway.sandbox.shapes import (
    CatalogueAttachment,
    CatalogueBill,
    CatalogueEntry,
    CatalogueFile,
    CatalogueInvoice,
    Finding,
)


def hex_id(text: str) -> str:
    """32 hex digits that stand for `text`: a serial number, or a bill's userkey."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def guid(text: str) -> str:
    """A GUID as an ERP writes it, in capitals."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text)).upper()


def line(name: str, amount: str, rate: str = "0.06", *, unit: str = "项", quantity: str = "1", spec: str = "") -> Line:
    """A row of an invoice; `name` begins with the goods' class between asterisks."""
    return Line(name=name, amount=Decimal(amount), rate=Decimal(rate), unit=unit, quantity=Decimal(quantity), spec=spec)


def digital(
    type_code: str, number: int, issued: date, seller: Party, lines: Iterable[Line], *, remark: str = ""
) -> Invoice:
    """A fully digital invoice (26, 27). Its 20 digits: year, the seller's province, a channel, and the number in 9."""
    province = seller.tax_no[2:4]
    return Invoice(
        type_code=type_code,
        number=f"{issued:%y}{province}2000000{number:09d}",
        issued=issued,
        buyer=BUYER,
        seller=seller,
        lines=tuple(lines),
        remark=remark,
        drawer=_drawer(number),
    )


def original(paper: Invoice | TrainTicket, *, bureau: bool = True) -> CatalogueFile:
    """The PDF that the tax bureau issued: downloaded from it, or (`bureau=False`) uploaded by the employee."""
    name = f"{_stem(paper)}.pdf"
    return CatalogueFile(name=name, paper=paper, form="pdf", extends="pdf", resource="2" if bureau else "1")


def upload(paper: Paper, form: Form, name: str) -> CatalogueFile:
    """What the employee uploaded; the cloud takes the type from the name's end."""
    return CatalogueFile(name=name, paper=paper, form=form, extends=name.rpartition(".")[2], resource="1")


def as_ofd(paper: Invoice | TrainTicket, *, bureau: bool = True) -> CatalogueFile:
    """The OFD that the tax bureau issues beside the PDF or instead of it; an original too."""
    return CatalogueFile(
        name=f"{_stem(paper)}.ofd", paper=paper, form="ofd", extends="ofd", resource="2" if bureau else "1"
    )


def data_file(paper: Invoice) -> CatalogueFile:
    """The XML from the tax bureau; an original too."""
    return CatalogueFile(name=f"{_stem(paper)}.xml", paper=paper, form="xml", extends="xml", resource="2")


def converted(paper: Invoice, source: CatalogueFile) -> CatalogueFile:
    """The picture that the cloud made of the first page of `source`."""
    return CatalogueFile(
        name=f"{_stem(paper)}_1.png",
        paper=paper,
        form="png",
        extends="png",
        original_state="0",
        resource="3",
        converted_from=source.name,
    )


def invoice(
    paper: Invoice | TrainTicket | Receipt,
    entries: Iterable[CatalogueEntry],
    *files: CatalogueFile,
    invoice_status: str = "0",
    check_status: str = "1",
    expend_status: str = "30",
    findings: Iterable[Finding] = (),
    attachments: Iterable[CatalogueAttachment] = (),
    old_style: bool = False,
) -> CatalogueInvoice:
    """The paper on these entries (none: on the header). It was checked two days later, unless it is unverified."""
    checked = datetime.combine(paper.issued + timedelta(days=2), time(9, int(paper.number[-2:]) % 60, 12))
    return CatalogueInvoice(
        serial_no=hex_id(f"invoice {paper.number}"),
        paper=paper,
        entry_ids=tuple(entry.branch_id for entry in entries),
        files=files,
        invoice_status=invoice_status,
        check_status=check_status,
        expend_status=expend_status,
        checked_at=None if check_status == "3" else checked,
        findings=tuple(findings),
        attachment_serial_nos=tuple(attachment.serial_no for attachment in attachments),
        old_style=old_style,
    )


def pasted(sheet: PastedSheet, piece: Piece, entry: CatalogueEntry, name: str) -> CatalogueInvoice:
    """One of the papers on a sheet: its file is the scan of the whole sheet, the same for all of them. Nobody can ask the
    tax bureau about such a paper."""
    hung = invoice(piece.paper, [entry], upload(sheet, "scan", name), check_status="3")
    return replace(hung, region=pasting.region(piece), pixel=pasting.pixel())


def attachment(paper: Paper, form: Form, name: str, entry: CatalogueEntry | None = None) -> CatalogueAttachment:
    """Another paper, of the bill or of one entry."""
    return CatalogueAttachment(
        serial_no=hex_id(f"attachment {name}"),
        file=upload(paper, form, name),
        entry_id=entry.branch_id if entry else "",
    )


def entry(branch_id: str, code: str, expense_type: str, amount: Decimal | str, description: str = "") -> CatalogueEntry:
    return CatalogueEntry(
        branch_id=branch_id,
        expense_type_code=code,
        expense_type=expense_type,
        amount=Decimal(amount),
        description=description,
    )


def bill(
    bill_id: str,
    bill_no: str,
    title_zh: str,
    title_en: str,
    *,
    applicant: str,
    department: str,
    date: date,
    entries: tuple[CatalogueEntry, ...],
    invoices: tuple[CatalogueInvoice, ...],
    attachments: tuple[CatalogueAttachment, ...] = (),
    bill_type: str = "",
) -> CatalogueBill:
    """A bill with the userkey that belongs to its id."""
    return CatalogueBill(
        userkey=hex_id(bill_id),
        bill_id=bill_id,
        bill_no=bill_no,
        title_zh=title_zh,
        title_en=title_en,
        applicant=applicant,
        department=department,
        date=date,
        entries=entries,
        invoices=invoices,
        attachments=attachments,
        bill_type=bill_type,
    )


def _stem(paper: Invoice | TrainTicket) -> str:
    """As the tax bureau names its files."""
    seller = paper.seller.name if isinstance(paper, Invoice) else "铁路电子客票"
    return f"dzfp_{paper.number}_{seller}_{paper.issued:%Y%m%d}"


def _drawer(number: int) -> str:
    return ("陈思远", "周雨桐", "林嘉禾", "沈亦安", "许文清")[number % 5]
