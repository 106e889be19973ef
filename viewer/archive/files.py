"""A bill's files: coming in behind its list, waited for by those who need them, found only under their own bill."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

from viewer.archive.bills import Bills
from viewer.archive.fetching import Fetching
from viewer.domain.grant import Grant
from viewer.errors import NotReady, UnknownFile, UnknownPage
from viewer.store import queries
from viewer.store.database import Database
from viewer.store.models import Attachment, Bill, File, Invoice, Page
from viewer.store.queries import FoundPage

FETCHING = 8
"""Files fetched at the same time in one process."""
LONGEST_WAIT = 20.0
LOOK_AGAIN = 0.1
"""Seconds between two looks at a file that another process is fetching."""


class Files:
    """The files of bills."""

    def __init__(self, database: Database, bills: Bills, fetching: Fetching, *, waiting: int) -> None:
        """`waiting` requests may wait for files at the same time; further ones are told to come again."""
        self._database = database
        self._bills = bills
        self._fetching = fetching
        self._threads = ThreadPoolExecutor(FETCHING, thread_name_prefix="fetch")
        self._coming: dict[int, Future[None]] = {}
        self._guard = threading.Lock()
        self._waiting = threading.BoundedSemaphore(waiting)

    def bring_in(self, bill: Bill) -> list[Future[None]]:
        """Starts fetching every pending file of the bill, in the order in which its pages show them."""
        owners: list[Invoice | Attachment] = [*bill.invoices, *bill.attachments]
        return [
            self._bring(bill.userkey, file.id) for owner in owners for file in owner.files if file.state == "pending"
        ]

    def wait(self, bill: Bill, *, seconds: float) -> None:
        """Waits until no file of the bill is pending, at most so long. Raises NotReady where too many wait already."""

        def pending() -> list[File]:
            with self._database.read() as session:
                return queries.pending_files(session, bill.id)

        self.bring_in(bill)
        self._wait(bill.userkey, pending, min(seconds, LONGEST_WAIT))

    def wait_for(self, bill: Bill, files: Iterable[File], *, seconds: float) -> None:
        """The same for these files of the bill alone."""
        asked = {file.id for file in files if file.state == "pending"}

        def pending() -> list[File]:
            with self._database.read() as session:
                return [file for file in queries.pending_files(session, bill.id) if file.id in asked]

        if asked:
            self._wait(bill.userkey, pending, min(seconds, LONGEST_WAIT))

    def file(self, grant: Grant, file_id: str) -> File:
        """A file of the grant's bill and scope, waited for while it is pending. Raises UnknownUserkey, UnknownFile, or
        NotReady when it takes too long."""
        file = self._find(grant, file_id)
        if file.state == "pending":

            def pending() -> list[File]:
                found = self._find(grant, file_id)
                return [found] if found.state == "pending" else []

            self._wait(grant.userkey, pending, LONGEST_WAIT)
            file = self._find(grant, file_id)
            if file.state == "pending":
                raise NotReady(retry_after=5)
        return file

    def rotate(self, grant: Grant, file_id: str, rotation: int) -> File:
        """Remembers by how much a file is turned clockwise when it is shown. Raises UnknownUserkey or UnknownFile."""
        file = self._find(grant, file_id)
        with self._database.write() as session:
            queries.get_file(session, file.id).rotation = rotation
        return file

    def page(self, grant: Grant, page_id: str) -> FoundPage:
        """A page of the grant's bill and scope. Raises UnknownUserkey or UnknownPage."""
        with self._database.read() as session:
            found = queries.find_page(session, grant, page_id)
        if found is None:
            self._bills.require(grant.userkey)
            raise UnknownPage
        return found

    def first_page(self, file: File) -> Page | None:
        """The first page of a file; None where it has none to show."""
        with self._database.read() as session:
            return next(iter(queries.get_file(session, file.id).pages), None)

    def stop(self) -> None:
        """Starts no further fetch; what is queued stays pending for the next opening."""
        self._fetching.stop()

    def close(self) -> None:
        self.stop()
        self._threads.shutdown()

    def _find(self, grant: Grant, file_id: str) -> File:
        with self._database.read() as session:
            file = queries.find_file(session, grant, file_id)
        if file is None:
            self._bills.require(grant.userkey)
            raise UnknownFile
        return file

    def _wait(self, userkey: str, pending: Callable[[], list[File]], seconds: float) -> None:
        """Waits until `pending` finds nothing any more, whichever process fetches; at most so long."""
        if not self._waiting.acquire(blocking=False):
            raise NotReady(retry_after=2)
        try:
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0 and (files := pending()):
                try:
                    for future in [self._bring(userkey, file.id) for file in files]:
                        future.exception(timeout=max(0.0, end - time.monotonic()))
                except Late:
                    return
                time.sleep(min(LOOK_AGAIN, left))
        finally:
            self._waiting.release()

    def _bring(self, userkey: str, file_pk: int) -> Future[None]:
        """The one fetch of this file that is under way in this process, started if there is none."""
        with self._guard:
            future = self._coming.get(file_pk)
            if future is None:
                future = self._coming[file_pk] = self._threads.submit(self._fetching.take, userkey, file_pk)
                future.add_done_callback(lambda _: self._coming.pop(file_pk, None))
            return future
