"""What has happened, beside the bills: who was shown what, what was asked and answered, what was bound and issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import JSON

from viewer.store.base import Base, Id


class Asking(Base):
    """A process is asking upstream for this bill; the others wait for its answer until then."""

    __tablename__ = "asking"

    userkey: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime]


class FailedLookUp(Base):
    """A look-up with a key that nobody gave out; kept for as long as it counts."""

    __tablename__ = "failed_look_up"
    __table_args__ = (Index("ix_failed_look_up_client_at", "client", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    """What one request showed or did. Triggers refuse every change, and deletion before `kept_until`; nothing refers to a
    bill's row, so that the record stays when the bill goes."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kept_until: Mapped[datetime] = mapped_column(index=True)
    reader: Mapped[str] = mapped_column(Text, index=True)
    """The token's `sub`, or "userkey"."""
    token_id: Mapped[str] = mapped_column(String(16))
    client: Mapped[str] = mapped_column(String(64))
    """The address that the request came from."""
    action: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(String(24))
    bill_pk: Mapped[int] = mapped_column(BigInteger, index=True)
    bill_no: Mapped[str | None] = mapped_column(Text, index=True)
    bill_id: Mapped[str | None] = mapped_column(Text, index=True)
    branch_id: Mapped[str | None] = mapped_column(Text)
    serial_nos: Mapped[list[str]] = mapped_column(JSON)
    attachment_ids: Mapped[list[str]] = mapped_column(JSON)


class ServedCall(Base):
    """A signed server call that was answered: the same one again gets the same answer, another under its stamp none."""

    __tablename__ = "served_call"
    __table_args__ = (UniqueConstraint("client_id", "timestamp"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    client_id: Mapped[str] = mapped_column(Text)
    timestamp: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of path and body."""
    answer: Mapped[dict[str, Any] | None]
    served_at: Mapped[datetime] = mapped_column(index=True)


class Binding(Base):
    """That an invoice hangs on an entry, as a message said: what counts where a list names no entries at all."""

    __tablename__ = "binding"
    __table_args__ = (UniqueConstraint("bill_pk", "branch_key", "serial_no"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bill_pk: Mapped[int] = mapped_column(ForeignKey("bill.id", ondelete="CASCADE"))
    branch_key: Mapped[str] = mapped_column(Text)
    serial_no: Mapped[str] = mapped_column(Text)


class Issuing(Base):
    """A request for an invoice, written before it is sent. `state`: "sending" until an answer is known (also after a
    crash), then issued, accepted (asynchronous, under way), refused, unsent (our own rule kept it back) or unknown."""

    __tablename__ = "issuing"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reqid: Mapped[str] = mapped_column(String(16), unique=True)
    """Whoever writes it first may send, once; nobody else ever does."""
    written_at: Mapped[datetime]
    environment: Mapped[str] = mapped_column(String(16))
    simulated: Mapped[bool]
    """Whether the request says `debugOpenInvoice=1`."""
    asynchronous: Mapped[bool]
    client_id: Mapped[str] = mapped_column(Text)
    tax_no: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(Text)
    serial_no: Mapped[str] = mapped_column(Text, index=True)
    """The number that the request bears (开票流水号)."""
    cloud_serial_no: Mapped[str | None] = mapped_column(Text, index=True)
    """The invoice's number in the cloud, where its answer names one."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was asked for."""
    state: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The cloud's own answer, or the errcode, description and trace_id of its refusal."""
