"""Fetching one file: claimed in the database first, so that two processes never fetch the same one; then stored by
content, its pages counted and measured.

A claim is short and renewed while its process lives, so that the files of one that was killed are soon free again.
"""

import hashlib
import logging
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from viewer import drawing
from viewer.archive.bills import Bills
from viewer.archive.purging import drop_unused
from viewer.archive.renditions import Renditions
from viewer.blobs import Blobs
from viewer.documents import decode
from viewer.documents.crop import crop
from viewer.documents.fields import TELLING, invoice_fields
from viewer.documents.pool import Decoders
from viewer.documents.shapes import Finding
from viewer.documents.sniff import sniff
from viewer.domain.invoice_fields import InvoiceFields
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.errors import (
    DownloadRefused,
    LinkExpired,
    OriginalGone,
    UnknownFile,
    UnreadableDocument,
    UpstreamError,
    UpstreamTimeout,
)
from viewer.flight import SingleFlight
from viewer.gateway.fetch import Fetcher
from viewer.store import dialect, queries
from viewer.store.database import Database
from viewer.store.models import File, Page

log = logging.getLogger(__name__)

CLAIM = timedelta(seconds=15)
RENEWED_EACH = 5.0
NOTHING = InvoiceFields()


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file turned out to be."""

    sha256: str
    size: int
    media_type: str


class Fetching:
    """Takes pending files in, one call for one file; any number of calls at the same time."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        decoders: Decoders,
        fetcher: Fetcher,
        bills: Bills,
        renditions: Renditions,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._decoders = decoders
        self._fetcher = fetcher
        self._bills = bills
        self._renditions = renditions
        self._sheets = SingleFlight[tuple[str, int]]()
        self._stopping = threading.Event()
        self._claimed: set[int] = set()
        self._renewing = threading.Thread(target=self._renew, name="claims", daemon=True)
        self._renewing.start()

    def take(self, userkey: str, file_pk: int) -> None:
        """Brings the file to its end state, unless it has one or another process is at it: then nothing happens."""
        if self._stopping.is_set() or not self._claim(file_pk):
            return
        try:
            with self._database.read() as session:
                file = queries.get_file(session, file_pk)
            self._take(userkey, file)
        except (UnknownFile, OriginalGone):
            log.info("file %s of a bill, or what was stored for it, was purged while it was brought in", file_pk)
        except Exception:
            log.exception("file %s of a bill could not be brought in", file_pk)
            raise
        finally:
            self._claimed.discard(file_pk)

    def stop(self) -> None:
        """Claims no further file."""
        self._stopping.set()

    def _claim(self, file_pk: int) -> bool:
        now = datetime.now(UTC)
        try:
            with self._database.read() as session:
                file = queries.get_file(session, file_pk)
        except UnknownFile:
            return False
        if file.state != "pending" or (file.claimed_until is not None and file.claimed_until >= now):
            return False
        with self._database.write() as session:
            claimed = queries.claim_file(session, file_pk, now=now, until=now + CLAIM)
        if claimed:
            self._claimed.add(file_pk)
        return claimed

    def _renew(self) -> None:
        while not self._stopping.wait(RENEWED_EACH) or self._claimed:
            if claimed := list(self._claimed):
                try:
                    with self._database.write() as session:
                        queries.renew_claims(session, claimed, until=datetime.now(UTC) + CLAIM)
                except Exception:
                    log.exception("claims could not be renewed")
            if self._stopping.is_set():
                return

    def _take(self, userkey: str, file: File) -> None:
        try:
            if file.region:
                sha256, size = self._crop(userkey, file)
            elif file.sheet:
                sha256, size = self._sheet_content(userkey, file)
            else:
                sha256, size = self._content(userkey, file)
        except UnreadableDocument as error:
            return self._settle(file, state="unreadable", problem=error.problem)
        except DownloadRefused as error:
            return self._settle(file, state="unavailable", problem=error.problem)
        except LinkExpired:
            return self._settle(file, state="unavailable", problem="link_expired")
        except UpstreamError as error:
            problem = "timeout" if isinstance(error, UpstreamTimeout) else "unreachable"
            return self._settle(file, state="unavailable", problem=problem)
        content = self._blobs.get(sha256)
        found = Content(sha256=sha256, size=size, media_type=sniff(content))
        try:
            sizes, first = self._decoders.run(drawing.take_in, content, found.media_type, self._decoders.limits)
        except UnreadableDocument as error:
            return self._settle(file, state="unreadable", problem=error.problem, content=found)
        fields, findings = self._fields(content, found), self._findings(content, found)
        self._settle(file, state="ready", content=found, pages=sizes, fields=fields, findings=findings)
        if first:
            page = PageSource(sha256=sha256, media_type=found.media_type, number=1, size=sizes[0])
            self._renditions.keep_first(page, first)
        return None

    def _fields(self, content: bytes, found: Content) -> InvoiceFields:
        """What the file itself says; nothing where reading that fails, since its pages can be shown all the same."""
        if found.media_type not in TELLING:
            return NOTHING
        try:
            return self._decoders.run(invoice_fields, content, found.media_type, self._decoders.limits)
        except UnreadableDocument as error:
            log.info("the fields of %s can't be read: %s", found.sha256, error.problem)
            return NOTHING

    def _findings(self, content: bytes, found: Content) -> list[Finding]:
        """What of its pages can't be shown as the file says; where looking fails, its pages tell their own problems."""
        if found.media_type not in decode.FINDINGS:
            return []
        try:
            return self._decoders.run(decode.findings, content, found.media_type, self._decoders.limits)
        except UnreadableDocument as error:
            log.info("what of %s can't be shown is not known: %s", found.sha256, error.problem)
            return []

    def _crop(self, userkey: str, file: File) -> tuple[str, int]:
        """Cuts the invoice's own picture from its pasted sheet, whose bytes are fetched first if they aren't here."""
        sheet = self._sheet_of(file)
        sha256, _ = self._sheet_content(userkey, sheet)
        content = self._blobs.get(sha256)
        cut = self._decoders.run(crop, content, sniff(content), file.region or "", self._decoders.limits)
        digest = hashlib.sha256(cut).hexdigest()
        with tempfile.TemporaryDirectory(prefix="bill-viewer-") as folder:
            path = Path(folder) / "crop"
            path.write_bytes(cut)
            self._blobs.put(digest, path)
        return digest, len(cut)

    def _sheet_of(self, file: File) -> File:
        with self._database.read() as session:
            return queries.find_sheet(session, file)

    def _sheet_content(self, userkey: str, sheet: File) -> tuple[str, int]:
        """The sheet's bytes. The invoices on one sheet each list it: what one of them brings serves all."""
        same = (sheet.bill_pk, sheet.version, None if sheet.is_hashed else sheet.url)
        return self._sheets.run(same, lambda: self._one_for_all(userkey, sheet))

    def _one_for_all(self, userkey: str, sheet: File) -> tuple[str, int]:
        with self._database.read() as session:
            twin = queries.find_fetched(session, sheet)
        if twin and twin.sha256 and self._blobs.has(twin.sha256):
            return twin.sha256, twin.size or 0
        sha256, size = self._content(userkey, sheet)
        with self._database.write() as session:
            dialect.lock_content(session, sha256)
            noted = queries.note_sheet(session, sheet, sha256=sha256, size=size)
        if not noted:
            drop_unused(self._database, self._blobs, [sha256])
        return sha256, size

    def _content(self, userkey: str, file: File) -> tuple[str, int]:
        """SHA-256 and size of the file's bytes, fetched unless they are stored. An expired link is asked for once more."""
        if file.sha256 and self._blobs.has(file.sha256):
            return file.sha256, len(self._blobs.get(file.sha256))
        if not file.url:
            raise DownloadRefused("no_link")
        try:
            return self._download(file.url, file.extension)
        except LinkExpired:
            return self._download(self._fresh_link(userkey, file), file.extension)

    def _download(self, url: str, extension: str) -> tuple[str, int]:
        with tempfile.TemporaryDirectory(prefix="bill-viewer-") as folder:
            path = Path(folder) / "file"
            with path.open("wb") as target:
                fetched = self._fetcher.fetch(url, extension=extension, to=target)
            self._blobs.put(fetched.sha256, path)
        return fetched.sha256, fetched.size

    def _fresh_link(self, userkey: str, file: File) -> str:
        """The link of a list that came in meanwhile, else of one asked for now; the same link is worth one more try."""
        with self._database.read() as session:
            latest = queries.get_file(session, file.id).url
        if latest == file.url:
            self._bills.ask_again(userkey)
            with self._database.read() as session:
                latest = queries.get_file(session, file.id).url
        if not latest:
            raise LinkExpired
        return latest

    def _settle(
        self,
        file: File,
        *,
        state: str,
        problem: str | None = None,
        content: Content | None = None,
        pages: Iterable[Size] = (),
        fields: InvoiceFields = NOTHING,
        findings: Iterable[Finding] = (),
    ) -> None:
        """Writes what became of the file, unless a list said meanwhile that its content is another, or somebody was
        faster: then it stays as it is. What was stored for it goes again if no file has it."""
        with self._database.write() as session:
            if content:
                dialect.lock_content(session, content.sha256)
            row = queries.hold_file(session, file)
            if row and row.version == file.version and row.state == "pending":
                row.claimed_until = None
                if content and not self._blobs.has(content.sha256):
                    return  # dropped with a purged bill in this very moment: still pending, and fetched again
                row.state, row.problem = state, problem
                if content:
                    row.sha256, row.size, row.media_type = content.sha256, content.size, content.media_type
                row.fields = fields.stored() if fields else None
                row.findings = [asdict(finding) for finding in findings]
                row.pages = [
                    Page(number=number, width=size.width, height=size.height) for number, size in enumerate(pages, 1)
                ]
                return
        if content:
            drop_unused(self._database, self._blobs, [content.sha256])
