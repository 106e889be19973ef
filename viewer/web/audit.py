"""What handlers tell the audit: each says what it is about to show, before it answers."""

from collections.abc import Iterable

from flask import g

from viewer.archive.audit import Event
from viewer.domain.grant import Action
from viewer.store import queries
from viewer.store.models import Attachment, Bill, File, Invoice
from viewer.web.access import client
from viewer.web.reader import archive


def seen(
    what: str,
    bill: Bill,
    owners: Iterable[Invoice | Attachment | None] = (),
    *,
    branch_id: str | None = None,
    action: Action = "view",
    hourly: bool = False,
) -> None:
    """The reader is shown these of the bill, `what` says in which way; with `hourly` it is told once an hour."""
    shown = [owner for owner in owners if owner is not None]
    serial_nos = tuple(each.serial_no for each in shown if isinstance(each, Invoice))
    attachment_ids = tuple(each.attachment_id for each in shown if isinstance(each, Attachment))
    given = (what, bill, action, branch_id, serial_nos, attachment_ids)
    if hourly:
        key = (what, action, bill.id, branch_id, serial_nos, attachment_ids, *_who())
        archive().audit.note_hourly(key, lambda: _event(*given))
    else:
        archive().audit.note(_event(*given))


def seen_file(what: str, file: File, *, action: Action = "view", hourly: bool = False) -> None:
    """The same of one file."""

    def event() -> Event:
        with archive().database.read() as session:
            bill, serial_no, attachment_id = queries.owner_of(session, file)
        serial_nos = (serial_no,) if serial_no else ()
        return _event(what, bill, action, g.grant.branch_id, serial_nos, (attachment_id,) if attachment_id else ())

    if hourly:
        archive().audit.note_hourly((what, action, file.id, *_who()), event)
    else:
        archive().audit.note(event())


def _who() -> tuple[str, str, str]:
    """Reader, token, and from where."""
    return g.grant.reader, g.grant.token_id, client()


def _event(
    what: str,
    bill: Bill,
    action: Action,
    branch_id: str | None,
    serial_nos: tuple[str, ...],
    attachment_ids: tuple[str, ...],
) -> Event:
    reader, token_id, address = _who()
    return Event(
        reader=reader,
        token_id=token_id,
        client=address,
        action=action,
        what=what,
        bill_pk=bill.id,
        bill_no=bill.bill_no,
        bill_id=bill.bill_id,
        branch_id=branch_id.replace("\0", "?") if branch_id else None,  # as asked; PostgreSQL takes no NUL
        serial_nos=serial_nos,
        attachment_ids=attachment_ids,
    )
