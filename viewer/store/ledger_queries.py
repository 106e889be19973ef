"""What is written down beside the bills, asked for and added: bindings, calls, issuings, failed look-ups, the audit."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from viewer.store.dialect import insert, lock_name
from viewer.store.ledger import Asking, AuditRow, Binding, FailedLookUp, Issuing, ServedCall
from viewer.store.models import Bill


def bindings_of(session: Session, bill_pk: int) -> dict[str, list[str]]:
    """The branch keys that messages gave each serial number of a bill, in the order in which they came."""
    found: dict[str, list[str]] = {}
    for row in session.scalars(select(Binding).where(Binding.bill_pk == bill_pk).order_by(Binding.id)):
        found.setdefault(row.serial_no, []).append(row.branch_key)
    return found


def set_bindings(session: Session, bill_pk: int, branch_key: str, serial_nos: Collection[str]) -> None:
    """Exactly these invoices hang on the entry."""
    remove_bindings(session, bill_pk, branch_key, None)
    add_bindings(session, bill_pk, branch_key, serial_nos)


def add_bindings(session: Session, bill_pk: int, branch_key: str, serial_nos: Collection[str]) -> None:
    """These invoices hang on the entry, too."""
    remove_bindings(session, bill_pk, branch_key, serial_nos)
    session.add_all(
        Binding(bill_pk=bill_pk, branch_key=branch_key, serial_no=each) for each in dict.fromkeys(serial_nos)
    )


def remove_bindings(session: Session, bill_pk: int, branch_key: str, serial_nos: Collection[str] | None) -> None:
    """These invoices no longer hang on the entry; None: none does."""
    of_entry = delete(Binding).where(Binding.bill_pk == bill_pk, Binding.branch_key == branch_key)
    session.execute(of_entry if serial_nos is None else of_entry.where(Binding.serial_no.in_(serial_nos)))


def claim_asking(session: Session, userkey: str, *, now: datetime, until: datetime) -> bool:
    """Takes the asking for a bill upstream for this process; False while another process has it."""
    claim = insert(session, Asking).values(userkey=userkey, until=until)
    claim = claim.on_conflict_do_update(
        index_elements=[Asking.userkey], set_={"until": until}, where=Asking.until < now
    )
    return session.execute(claim.returning(Asking.userkey)).scalar_one_or_none() is not None


def is_asked(session: Session, userkey: str, *, now: datetime) -> bool:
    """Whether some process is asking for it now."""
    query = select(Asking.userkey).where(Asking.userkey == userkey, Asking.until >= now)
    return session.scalars(query).one_or_none() is not None


def release_asking(session: Session, userkey: str) -> None:
    session.execute(delete(Asking).where(Asking.userkey == userkey))


def claim_call(session: Session, *, client_id: str, timestamp: str, digest: str, now: datetime) -> ServedCall:
    """The served call under this stamp, made with this digest if the stamp is new."""
    lock_name(session, f"{client_id}/{timestamp}")
    query = select(ServedCall).where(ServedCall.client_id == client_id, ServedCall.timestamp == timestamp)
    served = session.scalars(query).one_or_none()
    if served is None:
        served = ServedCall(client_id=client_id, timestamp=timestamp, digest=digest, served_at=now)
        session.add(served)
    return served


def forget_calls(session: Session, *, before: datetime) -> None:
    """Drops served calls whose stamp is no longer good anyway."""
    session.execute(delete(ServedCall).where(ServedCall.served_at < before))


def claim_issuing(session: Session, **facts: Any) -> bool:
    """Writes an issuing under its reqid; False where the reqid is taken, whoever wrote it."""
    claim = insert(session, Issuing).values(**facts).on_conflict_do_nothing(index_elements=[Issuing.reqid])
    return session.execute(claim.returning(Issuing.id)).scalar_one_or_none() is not None


def load_issuing(session: Session, reqid: str) -> Issuing:
    """The issuing under a reqid that was claimed."""
    return session.scalars(select(Issuing).where(Issuing.reqid == reqid)).one()


def find_issuing(session: Session, serial_no: str) -> Issuing | None:
    """The latest issuing of a serial number (开票流水号) from here."""
    named = or_(Issuing.serial_no == serial_no, Issuing.cloud_serial_no == serial_no)
    return session.scalars(select(Issuing).where(named).order_by(Issuing.id.desc()).limit(1)).one_or_none()


def last_issuings(session: Session, count: int) -> list[Issuing]:
    """The latest issuings, the newest first."""
    return list(session.scalars(select(Issuing).order_by(Issuing.id.desc()).limit(count)))


def failed_look_ups(session: Session, client: str, *, since: datetime) -> list[datetime]:
    """When look-ups of this client failed, the oldest first."""
    query = select(FailedLookUp.at).where(FailedLookUp.client == client, FailedLookUp.at > since)
    return list(session.scalars(query.order_by(FailedLookUp.at)))


def note_failed_look_up(session: Session, client: str, *, now: datetime, keep: datetime) -> None:
    """One more; those of before `keep` are dropped."""
    session.execute(delete(FailedLookUp).where(FailedLookUp.at <= keep))
    session.add(FailedLookUp(client=client, at=now))


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which rows of the audit are wanted; what is None makes no difference. `bill` is a number, an ERP's id or a userkey."""

    bill: str | None = None
    serial_no: str | None = None
    reader: str | None = None
    action: str | None = None
    client: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def find_audit(session: Session, wanted: AuditFilter) -> Iterator[AuditRow]:
    """The rows that fit, the oldest first, a few at a time from the database."""
    query = select(AuditRow).order_by(AuditRow.at, AuditRow.id).execution_options(yield_per=500)
    if wanted.bill is not None:
        of_userkey = Bill.userkey == wanted.bill.lower()
        fits = (
            *(AuditRow.bill_no == wanted.bill, AuditRow.bill_id == wanted.bill),
            AuditRow.bill_pk.in_(select(Bill.id).where(of_userkey)),
            # The same bill, purged and opened again since, has another row.
            AuditRow.bill_id.in_(select(Bill.bill_id).where(of_userkey, Bill.bill_id.is_not(None))),
        )
        query = query.where(or_(*fits))
    for column in ("reader", "action", "client"):
        if (value := getattr(wanted, column)) is not None:
            query = query.where(getattr(AuditRow, column) == value)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    for row in session.scalars(query):
        if wanted.serial_no is None or wanted.serial_no in row.serial_nos:
            session.expunge(row)
            yield row


def forget_audit(session: Session, *, now: datetime) -> int:
    """Drops the rows that are no longer to be kept; how many there were."""
    gone = session.execute(delete(AuditRow).where(AuditRow.kept_until <= now).returning(AuditRow.id))
    return len(gone.all())
