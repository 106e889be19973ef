"""The things with identity: Bill, Entry, Invoice, Attachment, File and Page.

Rows are never deleted when upstream drops something: `dropped_at` takes it out of the views and keeps the history.
Relationships never load by themselves (`lazy="raise"`): `queries` says what a request needs, in a fixed number of queries.
"""

import secrets
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import JSON

from viewer.domain.extensions import is_misnamed, right_extension
from viewer.domain.invoice_fields import InvoiceFields
from viewer.domain.keys import is_eas_id
from viewer.domain.pictures import DATA_ONLY, RENDERABLE, picture_of
from viewer.store.base import NEVER_AGAIN, Base, Id

AnyListed = TypeVar("AnyListed", "Invoice", "Attachment", "File")


def _listed(rows: list[AnyListed]) -> list[AnyListed]:
    """Those that the source lists now, in its order."""
    return sorted((row for row in rows if row.dropped_at is None), key=lambda row: row.position)


def new_public_id() -> str:
    """An id for addresses: random, so that no id of one bill means anything under another's key."""
    return secrets.token_hex(12)


class Bill(Base):
    """One bill. `source` is "upstream" or "import"; `registered_at` is set once an ERP asked for its userkey here."""

    __tablename__ = "bill"
    __table_args__ = NEVER_AGAIN

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    userkey: Mapped[str] = mapped_column(String(32), unique=True)
    source: Mapped[str] = mapped_column(String(16))
    bill_id: Mapped[str | None] = mapped_column(Text, index=True)
    bill_no: Mapped[str | None] = mapped_column(Text, index=True)
    image_number: Mapped[str | None] = mapped_column(Text, index=True)
    stated_profile: Mapped[str | None] = mapped_column(String(8))
    total_amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(Text)
    registered_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    """When upstream last gave the list (for an import: when it was imported)."""
    asked_at: Mapped[datetime | None]
    """When upstream was last asked, whatever it answered."""
    failure: Mapped[str | None] = mapped_column(String(40))
    """The error code of the last asking, where it failed: the stored copy is stale."""
    withdrawn: Mapped[bool] = mapped_column(default=False)
    """Upstream no longer knows the userkey; the bill answers 404 until it does again."""

    entries: Mapped[list["Entry"]] = relationship(lazy="raise", order_by="Entry.seq")
    all_invoices: Mapped[list["Invoice"]] = relationship(lazy="raise", order_by="Invoice.position")
    all_attachments: Mapped[list["Attachment"]] = relationship(lazy="raise", order_by="Attachment.position")

    @property
    def invoices(self) -> list["Invoice"]:
        """What upstream lists now, in its order."""
        return _listed(self.all_invoices)

    @property
    def attachments(self) -> list["Attachment"]:
        return _listed(self.all_attachments)

    @property
    def pictures(self) -> list["File"]:
        """The files that its image view shows as pictures."""
        owners: list[Invoice | Attachment] = [*self.invoices, *self.attachments]
        return [owner.picture for owner in owners if owner.picture]

    @property
    def branch_ids(self) -> list[str]:
        return [entry.branch_id for entry in self.entries]

    @property
    def profile(self) -> Literal["aws", "eas"]:
        """The default for links that we make: as stated, else "eas" where the ids have EAS's form."""
        if self.stated_profile:
            return "eas" if self.stated_profile == "eas" else "aws"
        return "eas" if any(is_eas_id(branch_id) for branch_id in self.branch_ids) else "aws"

    @property
    def stale(self) -> bool:
        return self.failure is not None


invoice_entry = Table(
    "invoice_entry",
    Base.metadata,
    Column("invoice_pk", ForeignKey("invoice.id", ondelete="CASCADE"), primary_key=True),
    Column("entry_pk", ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, index=True),
)

attachment_entry = Table(
    "attachment_entry",
    Base.metadata,
    Column("attachment_pk", ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True),
    Column("entry_pk", ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Entry(Base):
    """An entry (分录). `branch_id` as the ERP wrote it, `branch_key` what its other spellings share; `seq` from 1."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("bill_pk", "branch_key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bill_pk: Mapped[int] = mapped_column(ForeignKey("bill.id", ondelete="CASCADE"))
    branch_id: Mapped[str] = mapped_column(Text)
    branch_key: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    expense_type: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[Decimal | None]


class Invoice(Base):
    """An invoice on a bill. The same invoice on another bill is another row: nothing is shared across bills."""

    __tablename__ = "invoice"
    __table_args__ = (UniqueConstraint("bill_pk", "serial_no"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bill_pk: Mapped[int] = mapped_column(ForeignKey("bill.id", ondelete="CASCADE"))
    serial_no: Mapped[str] = mapped_column(Text, index=True)
    position: Mapped[int]
    dropped_at: Mapped[datetime | None]
    invoice_type: Mapped[str | None] = mapped_column(Text)
    invoice_code: Mapped[str | None] = mapped_column(Text)
    invoice_no: Mapped[str | None] = mapped_column(Text)
    invoice_date: Mapped[date | None]
    total_amount: Mapped[Decimal | None]
    tax_amount: Mapped[Decimal | None]
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(Text)
    buyer_name: Mapped[str | None] = mapped_column(Text)
    buyer_tax_no: Mapped[str | None] = mapped_column(Text)
    seller_name: Mapped[str | None] = mapped_column(Text)
    seller_tax_no: Mapped[str | None] = mapped_column(Text)
    check_status: Mapped[str | None] = mapped_column(Text)
    expend_status: Mapped[str | None] = mapped_column(Text)
    invoice_status: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Everything upstream said of it, unknown fields too."""

    entries: Mapped[list[Entry]] = relationship(secondary=invoice_entry, lazy="raise", order_by=Entry.seq)
    all_files: Mapped[list["File"]] = relationship(lazy="raise", order_by="File.position")

    @property
    def branch_ids(self) -> list[str]:
        return [entry.branch_id for entry in sorted(self.entries, key=lambda entry: entry.seq)]

    @property
    def files(self) -> list["File"]:
        return _listed(self.all_files)

    @property
    def own_files(self) -> list["File"]:
        """The files that show this invoice and no other: all but pasted sheets."""
        return [file for file in self.files if not file.sheet]

    @property
    def picture(self) -> "File | None":
        return picture_of(self.files)


class Attachment(Base):
    """Any other paper of the bill."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("bill_pk", "attachment_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bill_pk: Mapped[int] = mapped_column(ForeignKey("bill.id", ondelete="CASCADE"))
    attachment_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    dropped_at: Mapped[datetime | None]
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)

    entries: Mapped[list[Entry]] = relationship(secondary=attachment_entry, lazy="raise", order_by=Entry.seq)
    all_files: Mapped[list["File"]] = relationship(lazy="raise", order_by="File.position")

    @property
    def branch_ids(self) -> list[str]:
        return [entry.branch_id for entry in sorted(self.entries, key=lambda entry: entry.seq)]

    @property
    def files(self) -> list["File"]:
        return _listed(self.all_files)

    @property
    def picture(self) -> "File | None":
        return picture_of(self.files)


class File(Base):
    """What was uploaded or issued for one invoice or attachment. `state`: pending, ready, unavailable or unreadable."""

    __tablename__ = "file"
    __table_args__ = (
        UniqueConstraint("invoice_pk", "identity"),
        UniqueConstraint("attachment_pk", "identity"),
        Index("ix_file_bill_pk_state", "bill_pk", "state"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    file_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    bill_pk: Mapped[int] = mapped_column(ForeignKey("bill.id", ondelete="CASCADE"))
    invoice_pk: Mapped[int | None] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"))
    attachment_pk: Mapped[int | None] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"))
    identity: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    position: Mapped[int]
    dropped_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(Text)
    extension: Mapped[str] = mapped_column(Text)
    original: Mapped[bool]
    resource: Mapped[str | None] = mapped_column(Text)
    snapshot: Mapped[bool]
    sheet: Mapped[bool]
    """A pasted sheet, with other invoices on it: only the whole bill may show it."""
    region: Mapped[str | None] = mapped_column(String(60))
    """Of a crop: its part of the sheet, as `str(Region)`."""
    url: Mapped[str | None] = mapped_column(Text)
    listed_size: Mapped[int | None] = mapped_column(BigInteger)
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)

    state: Mapped[str] = mapped_column(String(16), default="pending")
    problem: Mapped[str | None] = mapped_column(String(32))
    """Why it is unavailable or unreadable: a code of `viewer.domain.codes.PROBLEMS`."""
    claimed_until: Mapped[datetime | None]
    """Until then one process is fetching it and others wait."""
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    media_type: Mapped[str | None] = mapped_column(String(100))
    fields: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the file itself says, as `InvoiceFields.stored()`; None if it says nothing."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """What its pages can't show as it says, each with a code of `viewer.domain.codes.LEFT_OUT`, and where in the file."""
    rotation: Mapped[int] = mapped_column(default=0)

    pages: Mapped[list["Page"]] = relationship(lazy="raise", order_by="Page.number", cascade="all, delete-orphan")

    @property
    def true_extension(self) -> str | None:
        """The extension that its content has, where its name has another."""
        return right_extension(self.media_type) if is_misnamed(self.extension, self.media_type) else None

    @property
    def renderable(self) -> bool:
        """Whether its pages can be shown: by its content once that is here, until then by its declared extension."""
        return bool(self.pages) if self.state == "ready" else self.extension in RENDERABLE

    @property
    def data_only(self) -> bool:
        """Whether its page is drawn by us, from data that have no look of their own: by its content once that is here."""
        return (self.media_type if self.state == "ready" else self.extension) in DATA_ONLY

    @property
    def told(self) -> InvoiceFields:
        """What the file itself says."""
        return InvoiceFields.read(self.fields) if self.fields else InvoiceFields()

    @property
    def usable(self) -> bool:
        return self.state in ("pending", "ready")

    @property
    def is_hashed(self) -> bool:
        """Whether its version is upstream's hash of its bytes; else another file may have the same."""
        return str(self.raw.get("fileHash", "")).strip() == self.version


class Page(Base):
    """One page of a file; `number` from 1, width and height in pixels as shown (after EXIF or the page's own rotation)."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("file_pk", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    page_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    file_pk: Mapped[int] = mapped_column(ForeignKey("file.id", ondelete="CASCADE"))
    number: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
