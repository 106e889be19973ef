"""What a bill of the catalogue is: the values from which the sandbox answers. No behaviour, no storage.

`userkey`, `branch_id` and `serial_no` are the ids that the cloud gives; every code is a string as the cloud writes it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from viewer.gateway.sandbox.papers import Form, Paper

DocumentForm = Form | Literal["xml", "upload"]
"""A drawn paper, the XML data file of a fully digital invoice, or bytes that somebody uploaded."""


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry:
    """A row (分录) of the bill, known to the cloud by its `branch_id`."""

    branch_id: str
    expense_type_code: str
    expense_type: str
    amount: Decimal
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class CatalogueFile:
    """A file that shows `paper`. `extends` is the type that the cloud records; the bytes can be of another.

    `original_state` is "1" for an original; `resource` says how it came: 1 uploaded by the user, 2 from the tax bureau,
    3 converted, 4 底账数据. `converted_from` is the name of the file of the same invoice that it was made of. `broken`
    serves damaged bytes, `link_expired` gives a link that has always run out, `content_type` overrides the header.
    """

    name: str
    paper: Paper
    form: DocumentForm
    extends: str
    original_state: str = "1"
    resource: str = "1"
    converted_from: str = ""
    content_type: str = ""
    link_expired: bool = False
    broken: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding of the cloud's compliance check: `code` 1–27, `config` 0 block, 1 none, 2 red, 3 yellow."""

    code: str
    config: str
    message: str


@dataclass(frozen=True, kw_only=True)
class CatalogueInvoice:
    """An invoice on the bill: under each of `entry_ids` (a split cost has several), or on the header without any.

    Its `files` have different names; if it is `old_style`, it tells them by `pdfurl`, `snapshotUrl` and `downloadUrl`
    instead of by `invoiceFiles`. `checked_at` is when the tax bureau was last asked, in China's time. `region`
    ("[x,y,w,h]") is its part of its image, whose size is `pixel` ("w,h"), where the image is a pasted sheet.
    """

    serial_no: str
    paper: Paper
    entry_ids: tuple[str, ...]
    files: tuple[CatalogueFile, ...]
    invoice_status: str = "0"
    check_status: str = "1"
    expend_status: str = "30"
    checked_at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    attachment_serial_nos: tuple[str, ...] = ()
    old_style: bool = False
    region: str = ""
    pixel: str = ""


@dataclass(frozen=True, kw_only=True)
class CatalogueAttachment:
    """Another paper of the bill, on one entry or (`entry_id` empty) on the bill as a whole."""

    serial_no: str
    file: CatalogueFile
    entry_id: str = ""


@dataclass(frozen=True, kw_only=True)
class CatalogueBill:
    """A bill as the ERP has it. `bill_id` is its `bxd_key`, `bill_type` upstream's `billType` ("" expense, Tra travel,
    Pur purchase, BizOut corporate)."""

    userkey: str
    bill_id: str
    bill_no: str
    title_zh: str
    title_en: str
    applicant: str
    department: str
    date: date
    entries: tuple[CatalogueEntry, ...]
    invoices: tuple[CatalogueInvoice, ...]
    attachments: tuple[CatalogueAttachment, ...] = ()
    bill_type: str = ""
