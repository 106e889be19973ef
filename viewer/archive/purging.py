"""Removing bills whose time is over: their rows, and of their files whatever no other bill has. The audit stays."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from viewer.archive.audit import Audit, Event
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.imaging.cache import RenditionCache
from viewer.store import dialect, queries
from viewer.store.database import Database
from viewer.store.models import Bill

OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What went with a bill, or would go."""

    bill: Bill
    last_used: datetime | None
    files: int
    contents: frozenset[str]
    """SHA-256 of its originals; what another bill has too stays."""
    size: int
    """Their bytes."""


class Purging:
    """`find` says what would go, `purge` lets it go."""

    def __init__(self, settings: Settings, database: Database, blobs: Blobs) -> None:
        self._settings = settings
        self._database = database
        self._blobs = blobs
        self._audit = Audit(settings, database)

    def find(self, *, before: datetime | None, names: Collection[str]) -> list[Purged]:
        """Bills that were last asked for, imported or registered before that time, and among these, if any are named, those
        with these userkeys, ids or numbers."""
        with self._database.read() as session:
            found = []
            for bill in queries.find_old_bills(session, before=before, names=names):
                files = queries.contents_of(session, bill)
                contents = {sha256: size for sha256, size in files if sha256}
                found.append(
                    Purged(
                        bill=bill,
                        last_used=bill.fetched_at or bill.registered_at,
                        files=len(files),
                        contents=frozenset(contents),
                        size=sum(contents.values()),
                    )
                )
            return found

    def unknown(self, names: Collection[str]) -> list[str]:
        """Those of the names that no bill has."""
        with self._database.read() as session:
            return [name for name in names if not queries.find_old_bills(session, before=None, names=[name])]

    def purge(self, bills: Sequence[Purged]) -> None:
        """Removes them, each for good before the next: rows first, so that nothing refers to what goes then."""
        for each in bills:
            with self._database.write() as session:
                contents = {sha256 for sha256, _ in queries.contents_of(session, each.bill, hold=True) if sha256}
                queries.delete_bill(session, each.bill)
            self._audit.note(
                Event(
                    reader=OPERATOR,
                    token_id="",
                    client="",
                    action="purge",
                    what="bill",
                    bill_pk=each.bill.id,
                    bill_no=each.bill.bill_no,
                    bill_id=each.bill.bill_id,
                )
            )
            gone = drop_unused(self._database, self._blobs, contents | each.contents)
            RenditionCache(self._settings.derivatives).forget(gone)


def drop_unused(database: Database, blobs: Blobs, contents: Iterable[str]) -> set[str]:
    """Removes those of these originals that no file has, and names them. Whoever is about to say that a file has one
    (`Fetching`) waits meanwhile and looks whether it is still here."""
    gone = set()
    for sha256 in contents:
        with database.write() as session:
            dialect.lock_content(session, sha256)
            if not queries.stored_contents(session, [sha256]):
                blobs.delete(sha256)
                gone.add(sha256)
    return gone
