"""The API's answers (OpenAPI is made from these). Codes are strings as upstream writes them, amounts decimal strings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, PlainSerializer

from viewer.domain.invoice_fields import Source

Profile = Literal["aws", "eas"]
Amount = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]


class PageOut(BaseModel):
    page_id: str
    width: int
    height: int


class ToldOut(BaseModel):
    """What a file itself says of one thing."""

    value: str = Field(description="amounts as exact decimals, dates as ISO 8601, codes as printed")
    source: Source = Field(
        description="xml: the file itself; original_invoice.xml, OFD.xml, CustomTag.xml: within an OFD; attachment: an XML "
        "attached to a PDF or OFD; metadata: a PDF's information dictionary; text: what the pages of a PDF or OFD show"
    )


class ItemOut(BaseModel):
    """A row of the invoice's table; `amount` is without tax."""

    name: str | None
    spec: str | None
    unit: str | None
    quantity: str | None
    price: str | None
    amount: str | None
    tax_rate: str | None = Field(description='"6%", or words such as 免税')
    tax: str | None


class ToldItemsOut(BaseModel):
    value: list[ItemOut]
    source: Source


class FieldsOut(BaseModel):
    """What a file itself says of its invoice, each value with its source; null what it doesn't say for certain."""

    invoice_type: ToldOut | None
    invoice_code: ToldOut | None
    invoice_no: ToldOut | None
    invoice_date: ToldOut | None
    total_amount: ToldOut | None = Field(description="with tax (价税合计)")
    amount: ToldOut | None = Field(description="without tax")
    tax_amount: ToldOut | None
    buyer_name: ToldOut | None
    buyer_tax_no: ToldOut | None
    seller_name: ToldOut | None
    seller_tax_no: ToldOut | None
    check_code: ToldOut | None
    drawer: ToldOut | None = Field(description="who issued it (开票人)")
    remark: ToldOut | None
    items: ToldItemsOut | None


class LeftOutOut(BaseModel):
    """Something that a file's pages don't show as the file says."""

    code: str
    message: str
    where: str = Field(description="in the file: a part's name, a resource's ID, characters")


class FileOut(BaseModel):
    """A file; `pages` and what the bytes tell are empty until it is ready, `problem` says why it can't be shown."""

    file_id: str
    name: str
    media_type: str | None
    size: int | None
    sha256: str | None
    original: bool
    resource: str | None
    picture: bool
    rotation: int
    state: str = Field(description="ready, pending, unavailable or unreadable")
    problem: str | None
    pages: list[PageOut]
    fields: FieldsOut | None = Field(
        description="what the file itself says; null if it says nothing, and until it is ready"
    )
    findings: list[LeftOutOut] = Field(
        description="what its pages can't show as the file says; empty until it is ready"
    )


class FindingOut(BaseModel):
    code: str
    level: str
    message: str
    source: str


class InvoiceOut(BaseModel):
    """An invoice; `branch_id` is the entry it is shown under (null: the bill's header)."""

    serial_no: str
    branch_id: str | None
    branch_ids: list[str]
    invoice_type: str | None
    invoice_type_name: str | None
    invoice_code: str | None
    invoice_no: str | None
    invoice_date: date | None
    total_amount: Amount | None
    tax_amount: Amount | None
    amount: Amount | None
    currency: str | None
    buyer_name: str | None
    buyer_tax_no: str | None
    seller_name: str | None
    seller_tax_no: str | None
    check_status: str | None
    expend_status: str | None
    invoice_status: str | None
    checked_at: datetime | None
    findings: list[FindingOut]
    files: list[FileOut]


class AttachmentOut(BaseModel):
    attachment_id: str
    branch_ids: list[str]
    name: str
    files: list[FileOut]


class EntryOut(BaseModel):
    branch_id: str
    seq: int
    expense_type: str | None
    amount: Amount | None
    serial_nos: list[str]


UNTOLD = Field(description="null under an embed token, whose bearer never learns it")


class BillOut(BaseModel):
    userkey: str | None = UNTOLD
    bill_no: str | None
    bill_id: str | None
    profile: Profile
    total_amount: Amount | None
    currency: str | None
    entries: list[EntryOut]
    invoices: list[InvoiceOut]
    attachments: list[AttachmentOut]
    fetched_at: datetime | None
    stale: bool


class UserkeyOut(BaseModel):
    """What a userkey resolves to; `branch_ids` in entry order."""

    userkey: str | None = UNTOLD
    bill_no: str | None
    bill_id: str | None
    branch_ids: list[str]


class RegisteredOut(BaseModel):
    userkey: str


class ImageViewOut(BaseModel):
    view: Literal["image"] = "image"
    profile: Profile
    branch_id: str | None
    marked: bool
    invoices: list[InvoiceOut]
    attachments: list[AttachmentOut]


class LocationViewOut(BaseModel):
    view: Literal["location"] = "location"
    branch_id: str
    invoice: InvoiceOut | None
    position: int
    count: int
    serial_nos: list[str]


class HitPageOut(BaseModel):
    """A page on which a term was found; `boxes` are the words in which it lies."""

    file_id: str
    page_id: str
    number: int = Field(description="of the page in its file, from 1")
    boxes: list[list[int]] = Field(description="x, y, width, height in the page's pixels, as in text.json; at most 200")


class HitOut(BaseModel):
    """An invoice or an attachment in which every term was found; the other one's id is null."""

    serial_no: str | None
    attachment_id: str | None
    name: str = Field(description="what it is called on a page: an invoice's number, an attachment's name")
    fields: list[str] = Field(
        description="where a term was found, by the names that invoices, attachments and files' `fields` have in this API"
    )
    pages: list[HitPageOut]


class SearchOut(BaseModel):
    """What the view has of the query, in its order. Ask again, after a moment, while `pending` isn't 0."""

    query: str
    pages: int = Field(description="pages of the view's files; a file that is still on its way counts as one")
    pending: int = Field(description="those of them that haven't been searched yet")
    hits: list[HitOut] = Field(description="at most 500")


class CheckOut(BaseModel):
    name: str = Field(description="configuration, environment, dns, tls, clock, credentials, database, blobs, …")
    state: Literal["ok", "warning", "failed", "skipped"]
    message: str


class CauseOut(BaseModel):
    """A cause that the error's source lists, and what testing it gave."""

    cause: str
    state: Literal["cause", "ruled_out", "unknown"]
    message: str


class ExplanationOut(BaseModel):
    """What an error of the invoice cloud means; `causes` in the order of `source`, `cause` the first that is one."""

    error: str
    known: bool
    name: str | None
    source: str | None
    meaning: str | None
    cause: CauseOut | None
    causes: list[CauseOut]
    trace_id: str | None = Field(description="to quote to the invoice cloud's people")


class DoctorOut(BaseModel):
    state: Literal["ok", "warning", "failed"] = Field(description="the worst of all")
    checks: list[CheckOut]
    explanation: ExplanationOut | None


class EmbedTokenOut(BaseModel):
    token: str
    expires_at: datetime


class RotationOut(BaseModel):
    file_id: str
    rotation: int


class ProgressOut(BaseModel):
    """How far a print or a bundle is prepared. Ask again while it isn't ready: each request goes on with it."""

    total: int = Field(description="files")
    done: int = Field(description="files that are prepared, or of which it is clear that they can't be shown")
    pending: int = Field(description="files that are still on their way from the invoice cloud")
    failed: int = Field(description="files that can't be shown; a page says so, the index of the ZIP too")
    ready: bool = Field(description="the GET itself will begin to send at once")
    pages: int | None = Field(description="of the PDF, once it is ready; null for the ZIP")


class ProblemOut(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
