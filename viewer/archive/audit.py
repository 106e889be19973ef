"""Who saw what: written before the answer that shows it, never changed, kept for as long as it was to be kept when it was written.

One row for each request. A picture counts as seen when its address is handed out, so that pictures themselves need no row;
what asks for single pages by their ids is told once an hour.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from viewer.config import Settings
from viewer.store import ledger_queries
from viewer.store.database import Database
from viewer.store.ledger import AuditRow
from viewer.store.ledger_queries import AuditFilter

HOUR = 3600
DAY = 24 * HOUR
REMEMBERED = 50_000
USERKEY = "userkey"
"""Who a reader is that came with the bill's userkey, which names nobody."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that a reader is about to be shown or to have done. `what` is how, in one word; `bill_pk` the bill's row."""

    reader: str
    token_id: str
    client: str
    action: str
    what: str
    bill_pk: int
    bill_no: str | None
    bill_id: str | None
    branch_id: str | None = None
    serial_nos: tuple[str, ...] = ()
    attachment_ids: tuple[str, ...] = ()


class Audit:
    """The installation's record of readers."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._kept = timedelta(days=settings.audit_days)
        self._database = database
        self._told: OrderedDict[Hashable, int] = OrderedDict()
        self._guard = threading.Lock()
        self._swept = 0.0

    def note(self, event: Event) -> None:
        """Records it; when this returns, it is on the disk. What can't be recorded must not be shown."""
        now = datetime.now(UTC)
        with self._database.write() as session:
            if time.monotonic() - self._swept > DAY or not self._swept:
                ledger_queries.forget_audit(session, now=now)
                self._swept = time.monotonic()
            session.add(
                AuditRow(
                    at=now,
                    kept_until=now + self._kept,
                    reader=event.reader or USERKEY,
                    token_id=event.token_id,
                    client=event.client,
                    action=event.action,
                    what=event.what,
                    bill_pk=event.bill_pk,
                    bill_no=event.bill_no,
                    bill_id=event.bill_id,
                    branch_id=event.branch_id,
                    serial_nos=list(event.serial_nos),
                    attachment_ids=list(event.attachment_ids),
                )
            )

    def note_hourly(self, key: Hashable, event: Callable[[], Event]) -> None:
        """The same, unless this process has recorded one with this key in this hour: for what is asked for again and again."""
        hour = int(time.time()) // HOUR
        with self._guard:
            if self._told.get(key) == hour:
                return
        self.note(event())
        with self._guard:
            self._told[key] = hour
            self._told.move_to_end(key)
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)

    def read(self, wanted: AuditFilter) -> Iterator[AuditRow]:
        """The rows that fit, the oldest first, however many there are."""
        with self._database.read() as session:
            yield from ledger_queries.find_audit(session, wanted)
