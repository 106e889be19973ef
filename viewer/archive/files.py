"""Bringing a bill's files in behind its list: each fetched once, stored by content, its pages counted and measured.

A file is claimed in the database before it is fetched, so that two processes never fetch the same one; a claim of a
process that died runs out.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from viewer.archive.bills import Bills
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.documents.pool import Decoders
from viewer.documents.sniff import HEAD, sniff
from viewer.domain.size import Size
from viewer.errors import (
    DownloadRefused,
    LinkExpired,
    NotReady,
    UnknownFile,
    UnknownPage,
    UnreadableDocument,
    UpstreamError,
    UpstreamTimeout,
)
from viewer.gateway.fetch import Fetcher
from viewer.store import queries
from viewer.store.database import Database
from viewer.store.models import Attachment, Bill, File, Invoice, Page
from viewer.store.queries import FoundPage

log = logging.getLogger(__name__)

FETCHING = 8
"""Files fetched at the same time in one process."""
WAITING = 16
"""Requests that may wait for files at the same time in one process; further ones are told to come again."""
LONGEST_WAIT = 20.0
LOOK_AGAIN = 0.1


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file turned out to be."""

    sha256: str
    size: int
    media_type: str


class Files:
    """The files of bills: coming in, waited for, and found under their bill."""

    def __init__(
        self, settings: Settings, database: Database, blobs: Blobs, decoders: Decoders, fetcher: Fetcher, bills: Bills
    ) -> None:
        self._settings = settings
        self._database = database
        self._blobs = blobs
        self._decoders = decoders
        self._fetcher = fetcher
        self._bills = bills
        self._threads = ThreadPoolExecutor(FETCHING, thread_name_prefix="fetch")
        self._coming: dict[int, Future[None]] = {}
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._waiting = threading.BoundedSemaphore(WAITING)

    def bring_in(self, bill: Bill) -> list[Future[None]]:
        """Starts fetching every pending file of the bill, in the order in which its pages show them."""
        owners: list[Invoice | Attachment] = [*bill.invoices, *bill.attachments]
        return [
            self._bring(bill.userkey, file.id) for owner in owners for file in owner.files if file.state == "pending"
        ]

    def wait(self, bill: Bill, *, seconds: float) -> None:
        """Waits until no file of the bill is pending, at most so long."""
        self._wait(self.bring_in(bill), min(seconds, LONGEST_WAIT))

    def file(self, userkey: str, file_id: str) -> File:
        """A file of this bill, waited for while it is pending. Raises UnknownFile, or NotReady when it takes too long."""
        file = self._find(userkey, file_id)
        if file.state == "pending":
            self._wait([self._bring(userkey, file.id)], LONGEST_WAIT)
            file = self._find(userkey, file_id)
            if file.state == "pending":
                raise NotReady(retry_after=5)
        return file

    def page(self, userkey: str, page_id: str) -> FoundPage:
        """A page of this bill. Raises UnknownPage."""
        with self._database.read() as session:
            found = queries.find_page(session, userkey, page_id)
        if found is None:
            raise UnknownPage
        return found

    def first_page(self, file: File) -> Page | None:
        """The first page of a file; None where it has none to show."""
        with self._database.read() as session:
            return next(iter(queries.get_file(session, file.id).pages), None)

    def take_in(self, userkey: str, file_pk: int) -> None:
        """Brings one file in, here and now; used where the caller wants to see it done."""
        self._bring(userkey, file_pk).result()

    def stop(self) -> None:
        """Starts no further fetch; what is queued stays pending for the next opening."""
        self._stopping.set()

    def close(self) -> None:
        self.stop()
        self._threads.shutdown()

    def _find(self, userkey: str, file_id: str) -> File:
        with self._database.read() as session:
            file = queries.find_file(session, userkey, file_id)
        if file is None:
            raise UnknownFile
        return file

    def _wait(self, coming: Iterable[Future[None]], seconds: float) -> None:
        if not self._waiting.acquire(blocking=False):
            raise NotReady(retry_after=2)
        try:
            end = time.monotonic() + seconds
            for future in coming:
                future.exception(timeout=max(0.0, end - time.monotonic()))
        except Late:
            return
        finally:
            self._waiting.release()

    def _bring(self, userkey: str, file_pk: int) -> Future[None]:
        """The one fetch of this file that is under way in this process, started if there is none."""
        with self._guard:
            future = self._coming.get(file_pk)
            if future is None:
                future = self._coming[file_pk] = self._threads.submit(self._fetch, userkey, file_pk)
                future.add_done_callback(lambda _: self._coming.pop(file_pk, None))
            return future

    def _fetch(self, userkey: str, file_pk: int) -> None:
        if self._stopping.is_set():
            return
        try:
            if self._claim(file_pk):
                self._take(userkey, file_pk)
            else:
                self._await_other(file_pk)
        except Exception:
            log.exception("file %s of a bill could not be brought in", file_pk)
            raise

    def _claim(self, file_pk: int) -> bool:
        now = datetime.now(UTC)
        longest = timedelta(seconds=self._settings.download_deadline + self._settings.upstream_deadline + 30)
        with self._database.write() as session:
            return queries.claim_file(session, file_pk, now=now, until=now + longest)

    def _await_other(self, file_pk: int) -> None:
        """Another process fetches this file: looks until it is done or its claim has run out."""
        while True:
            with self._database.read() as session:
                file = queries.get_file(session, file_pk)
            if file.state != "pending" or file.claimed_until is None or file.claimed_until < datetime.now(UTC):
                return
            time.sleep(LOOK_AGAIN)

    def _take(self, userkey: str, file_pk: int) -> None:
        with self._database.read() as session:
            file = queries.get_file(session, file_pk)
        try:
            sha256, size = self._content(userkey, file)
        except DownloadRefused as error:
            return self._settle(file, state="unavailable", problem=error.problem)
        except LinkExpired:
            return self._settle(file, state="unavailable", problem="link_expired")
        except UpstreamError as error:
            problem = "timeout" if isinstance(error, UpstreamTimeout) else "unreachable"
            return self._settle(file, state="unavailable", problem=problem)
        content = self._blobs.get(sha256)
        found = Content(sha256=sha256, size=size, media_type=sniff(content[:HEAD]))
        try:
            sizes = self._decoders.page_sizes(content, found.media_type)
        except UnreadableDocument as error:
            return self._settle(file, state="unreadable", problem=error.problem, content=found)
        return self._settle(file, state="ready", content=found, pages=sizes)

    def _content(self, userkey: str, file: File) -> tuple[str, int]:
        """SHA-256 and size of the file's bytes, fetched unless they are stored. An expired link is asked for once more."""
        if file.sha256 and self._blobs.has(file.sha256):
            return file.sha256, len(self._blobs.get(file.sha256))
        if not file.url:
            raise DownloadRefused("no_link")
        try:
            return self._download(file.url, file.extension)
        except LinkExpired:
            fresh = self._fresh_link(userkey, file)
            if not fresh:
                raise
            return self._download(fresh, file.extension)

    def _download(self, url: str, extension: str) -> tuple[str, int]:
        with tempfile.TemporaryDirectory(prefix="bill-viewer-") as folder:
            path = Path(folder) / "file"
            with path.open("wb") as target:
                fetched = self._fetcher.fetch(url, extension=extension, to=target)
            self._blobs.put(fetched.sha256, path)
        return fetched.sha256, fetched.size

    def _fresh_link(self, userkey: str, file: File) -> str | None:
        """Another link than the one that failed: from a list that came in meanwhile, else from one asked for now."""
        with self._database.read() as session:
            latest = queries.get_file(session, file.id).url
        if latest == file.url:
            self._bills.ask_again(userkey)
            with self._database.read() as session:
                latest = queries.get_file(session, file.id).url
        return latest if latest != file.url else None

    def _settle(
        self,
        file: File,
        *,
        state: str,
        problem: str | None = None,
        content: "Content | None" = None,
        pages: Iterable[Size] = (),
    ) -> None:
        """Writes what became of the file, unless a list said meanwhile that its content is another: then it stays pending."""
        with self._database.write() as session:
            row = queries.get_file(session, file.id)
            if row.version != file.version:
                return  # the claim went with the old content; if there is one now, it is another's
            row.claimed_until = None
            row.state, row.problem = state, problem
            if content:
                row.sha256, row.size, row.media_type = content.sha256, content.size, content.media_type
            row.pages = [
                Page(number=number, width=size.width, height=size.height) for number, size in enumerate(pages, 1)
            ]
