"""Opening a bill: the stored copy while it is fresh, upstream's list when it is not, the stored copy again when upstream fails."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from viewer.config import Settings
from viewer.domain.grant import Grant
from viewer.domain.listing import BillListing, ListedEntry
from viewer.errors import N_, NotReady, UnknownUserkey, UpstreamError, UpstreamRefused, ViewerError
from viewer.flight import SingleFlight
from viewer.gateway.client import Gateway
from viewer.store import dialect, ledger_queries, queries
from viewer.store.database import Database
from viewer.store.models import Bill
from viewer.store.record import add_entries, lock_bill, record_listing

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.05
"""Seconds between two looks at what another process is told."""
PAUSE = timedelta(seconds=10)
"""At most one call upstream for a bill in this time, on refresh as well as after a failure."""
OPENINGS = 16
"""Bills that one process opens at the same time for readers who are shown a page meanwhile; a further one is refused, since
a queue of them would grow without end."""


class Bills:
    """The bills that are stored here or known upstream."""

    def __init__(self, settings: Settings, database: Database, gateway: Gateway | None) -> None:
        self._settings = settings
        self._database = database
        self._gateway = gateway
        self._asking = SingleFlight[Bill]()
        self._asks = threading.BoundedSemaphore(settings.upstream_requests)
        self._refreshes = threading.BoundedSemaphore(settings.refreshes)
        self._asking_again = SingleFlight[None]()
        self._resolving = SingleFlight[str]()
        self._asked_again: dict[str, float] = {}
        self._threads = ThreadPoolExecutor(OPENINGS, thread_name_prefix="open")
        self._coming: dict[str, Future[Bill]] = {}
        self._guard = threading.Lock()

    def open(self, grant: Grant) -> Bill:
        """The bill, or what of it the grant opens, with everything of it loaded; asked upstream when the copy is older than
        VIEWER_BILL_TTL.

        Raises UnknownUserkey, or an UpstreamError where upstream fails and no copy is stored.
        """
        return self._within(grant, self._open(grant.userkey))

    def open_within(self, grant: Grant, seconds: float, *, failed: Callable[[ViewerError], None]) -> Bill | None:
        """The same; None where it takes longer than so many seconds. The opening then goes on, who opens the bill meanwhile
        shares it, and `failed` is told, by another thread, what it ends in if it fails.

        Raises NotReady too, where too many are under way.
        """
        userkey = grant.userkey
        if current := self._current(userkey):
            return self._within(grant, current)
        with self._guard:
            opening = self._coming.get(userkey)
            if opening is None:
                if len(self._coming) >= OPENINGS:
                    raise _too_many()
                opening = self._coming[userkey] = self._threads.submit(self._open, userkey)
                opening.add_done_callback(lambda _: self._coming.pop(userkey, None))
        if wait_for([opening], seconds).done:
            return self._within(grant, opening.result())
        opening.add_done_callback(lambda ended: _tell(ended, failed))
        return None

    def refresh(self, grant: Grant) -> Bill:
        """The same, asked upstream now unless that happened within the last ten seconds."""
        with _one_of(self._refreshes):
            return self._within(grant, self._ask(grant.userkey, PAUSE))

    def is_stored(self, userkey: str) -> bool:
        """Whether a bill of this userkey is stored, be it withdrawn."""
        with self._database.read() as session:
            return queries.is_stored(session, userkey)

    def stored(self, grant: Grant) -> Bill | None:
        """The stored copy, however old."""
        with self._database.read() as session:
            return queries.load_bill(session, grant.userkey, grant.branch_key)

    def require(self, userkey: str) -> None:
        """Raises UnknownUserkey, or what opening the bill raises, where no bill of this userkey is stored."""
        with self._database.read() as session:
            row = queries.load_bill_row(session, userkey)
        if row is None or row.withdrawn:
            self._open(userkey)

    def ask_again(self, userkey: str) -> None:
        """A fresh list for its file links; files that failed before are not tried again because of it. May raise.

        At most once in ten seconds, however many files of the bill have links that ran out. An empty list is left to
        the next opening, which decides whether the bill is still known.
        """
        self._asking_again.run(userkey, lambda: self._ask_again(userkey))

    def register(self, *, bill_id: str, bill_no: str | None, branch_id: str | None) -> str:
        """The userkey of an ERP's bill, the same for every entry of it; the bill and the entry are known from now on.

        An imported or stored bill keeps its userkey without asking; without a gateway a new bill gets a random one.
        """
        with self._database.read() as session:
            stored = queries.load_bill_by_id(session, bill_id)
        if stored is not None and (stored.source == "import" or self._gateway is None):
            userkey = stored.userkey
        elif self._gateway is not None:
            userkey = self._gateway.get_userkey(bill_id=bill_id, bill_no=bill_no, branch_id=branch_id)
        else:
            userkey = ""
        with self._database.write() as session:
            if not userkey:
                dialect.lock_name(session, bill_id)
                first = queries.load_bill_by_id(session, bill_id)
                userkey = first.userkey if first else secrets.token_hex(16)
            bill = lock_bill(session, userkey, source="upstream", load=queries.ENTRIES)
            bill.bill_id, bill.bill_no = bill_id, bill_no or bill.bill_no
            bill.registered_at = bill.registered_at or datetime.now(UTC)
            if branch_id:
                add_entries(bill, [ListedEntry(branch_id=branch_id)])
        return userkey

    def make_due(self, bill_id: str) -> None:
        """The stored copies of an ERP's bill are asked for anew when they are opened next: somebody changed the bill."""
        with self._database.write() as session:
            queries.make_due(session, bill_id)

    def resolve(self, bill_id: str) -> str:
        """The userkey that upstream has for a bill which isn't stored here. It is registered once upstream lists something
        under it, and not before: upstream gives a key for any id.

        Raises UnknownUserkey, or an UpstreamError.
        """
        return self._resolving.run(bill_id, lambda: self._resolve(bill_id))

    def close(self) -> None:
        """Waits for what is being asked; nothing that waits is begun."""
        self._threads.shutdown(cancel_futures=True)

    def _resolve(self, bill_id: str) -> str:
        if self._gateway is None:
            raise UnknownUserkey
        try:
            userkey = self._gateway.get_userkey(bill_id=bill_id, bill_no=None, branch_id=None)
        except UpstreamRefused as error:
            if error.errcode in self._settings.unknown_errcodes:
                raise UnknownUserkey from error
            raise
        if self._open(userkey).bill_id not in (None, bill_id):
            raise UnknownUserkey  # whatever this key opens, it isn't the bill that was asked for
        with self._database.write() as session:
            bill = lock_bill(session, userkey, source="upstream", load=())
            bill.bill_id, bill.registered_at = bill_id, bill.registered_at or datetime.now(UTC)
        return userkey

    def _open(self, userkey: str) -> Bill:
        return self._current(userkey) or self._ask(userkey, timedelta(seconds=self._settings.bill_ttl))

    def _within(self, grant: Grant, whole: Bill) -> Bill:
        """What the grant opens of a bill: of one entry alone it is loaded anew, so that nothing else is in it."""
        if grant.branch_key is None:
            return whole
        cut = self.stored(grant)
        assert cut, "it was opened just now"
        return cut

    def _stored(self, userkey: str) -> Bill | None:
        with self._database.read() as session:
            return queries.load_bill(session, userkey)

    def _current(self, userkey: str) -> Bill | None:
        """The stored copy where it can be shown without asking."""
        stored = self._stored(userkey)
        fresh = stored is not None and self._is_current(stored, timedelta(seconds=self._settings.bill_ttl))
        return stored if fresh else None

    def _may_ask_again(self, userkey: str) -> bool:
        now = time.monotonic()
        for key, at in list(self._asked_again.items()):
            if now - at >= PAUSE.total_seconds():
                self._asked_again.pop(key, None)
        return self._asked_again.setdefault(userkey, now) == now

    def _is_current(self, bill: Bill, lifetime: timedelta) -> bool:
        """Whether the copy can be shown without asking. A bill that upstream disowned is asked for each time."""
        if bill.source == "import" or self._gateway is None:
            return True
        if bill.withdrawn or bill.fetched_at is None or bill.asked_at is None:
            return False
        return datetime.now(UTC) - bill.asked_at < (PAUSE if bill.stale else lifetime)

    def _ask(self, userkey: str, lifetime: timedelta) -> Bill:
        """Asks upstream; readers who come meanwhile share the answer, and the failure too."""
        with _one_of(self._asks):
            return self._asking.run(userkey, lambda: self._ask_now(userkey, lifetime))

    def _ask_now(self, userkey: str, lifetime: timedelta) -> Bill:
        stored = self._stored(userkey)
        if stored is not None and self._is_current(stored, lifetime):
            return stored  # another request had just asked
        if self._gateway is None:
            raise UnknownUserkey
        if not self._claim(userkey):
            self._await_other(userkey)
            stored = self._stored(userkey)
            if stored is not None and self._is_current(stored, lifetime):
                return stored
            self._claim(userkey)  # the other process got no list: its reader was told, this one's is asked for anew
        try:
            return self._ask_upstream(self._gateway, userkey, stored)
        finally:
            with self._database.write() as session:
                ledger_queries.release_asking(session, userkey)

    def _claim(self, userkey: str) -> bool:
        now = datetime.now(UTC)
        until = now + timedelta(seconds=self._settings.upstream_deadline + 5)
        with self._database.write() as session:
            return ledger_queries.claim_asking(session, userkey, now=now, until=until)

    def _await_other(self, userkey: str) -> None:
        """Waits while another process asks for this bill; what it is told is stored then."""
        while True:
            with self._database.read() as session:
                if not ledger_queries.is_asked(session, userkey, now=datetime.now(UTC)):
                    return
            time.sleep(LOOK_AGAIN)

    def _ask_upstream(self, gateway: Gateway, userkey: str, stored: Bill | None) -> Bill:
        try:
            listing = gateway.list_bill(userkey)
        except UpstreamRefused as error:
            if error.errcode in self._settings.unknown_errcodes:
                self._withdraw(stored)
                raise UnknownUserkey from error
            return self._cover(stored, error)
        except UpstreamError as error:
            return self._cover(stored, error)
        if not listing.invoices and not listing.attachments and not (stored and stored.registered_at):
            self._withdraw(stored)
            raise UnknownUserkey
        return self._record(userkey, listing, retry_unavailable=True)

    def _ask_again(self, userkey: str) -> None:
        if self._gateway is not None and self._may_ask_again(userkey):
            listing = self._gateway.list_bill(userkey)
            if listing.invoices or listing.attachments:
                self._record(userkey, listing, retry_unavailable=False)

    def _record(self, userkey: str, listing: BillListing, *, retry_unavailable: bool) -> Bill:
        with self._database.write() as session:
            bill = lock_bill(session, userkey, source="upstream")
            record_listing(
                session,
                bill,
                listing,
                now=datetime.now(UTC),
                max_files=self._settings.max_bill_files,
                retry_unavailable=retry_unavailable,
            )
        return bill

    def _cover(self, stored: Bill | None, error: UpstreamError) -> Bill:
        """The stored copy in place of an upstream that failed; the failure itself where there is no copy."""
        if stored is None or stored.fetched_at is None or stored.withdrawn:
            raise error
        log.warning("upstream failed (%s), showing the copy of %s", error.code, stored.fetched_at)
        with self._database.write() as session:
            bill = lock_bill(session, stored.userkey, source=stored.source)
            bill.asked_at, bill.failure = datetime.now(UTC), error.code
        return bill

    def _withdraw(self, stored: Bill | None) -> None:
        if stored is not None and not stored.withdrawn:
            with self._database.write() as session:
                bill = lock_bill(session, stored.userkey, source=stored.source)
                bill.withdrawn, bill.asked_at = True, datetime.now(UTC)


@contextmanager
def _one_of(places: threading.BoundedSemaphore) -> Iterator[None]:
    """One of the places, if there is a free one: who waits for upstream holds one of the server's threads. Raises NotReady."""
    if not places.acquire(blocking=False):
        raise _too_many()
    try:
        yield
    finally:
        places.release()


def _too_many() -> NotReady:
    return NotReady(N_("Many bills are being asked for just now. Try again in a moment."), retry_after=2)


def _tell(ended: Future[Bill], failed: Callable[[ViewerError], None]) -> None:
    if not ended.cancelled() and isinstance(error := ended.exception(), ViewerError):
        failed(error)
