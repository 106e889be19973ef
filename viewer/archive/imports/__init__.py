"""Bills without any upstream: from a folder per bill with a sub-folder per entry, or from a JSON manifest.

Importing again changes what changed and nothing else: a bill is known by its bill_id and keeps its userkey.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from viewer.archive.files import Files
from viewer.archive.imports.folder import scan_folder
from viewer.archive.imports.found import FoundBill
from viewer.archive.imports.manifest import read_manifest
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.domain.listing import BillListing, ListedFile
from viewer.errors import N_, CommandError
from viewer.store import dialect, queries
from viewer.store.database import Database
from viewer.store.record import lock_bill, record_listing

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class ImportedBill:
    userkey: str
    bill_id: str
    bill_no: str | None
    invoices: int
    files: int


class Imports:
    """Takes bills from disk into the store."""

    def __init__(self, settings: Settings, database: Database, blobs: Blobs, files: Files) -> None:
        self._settings = settings
        self._database = database
        self._blobs = blobs
        self._files = files

    def run(self, path: Path, progress: Progress) -> list[ImportedBill]:
        """Imports every bill at `path` (a folder or a .json manifest). Raises CommandError for what can't be imported."""
        if not path.exists():
            raise CommandError(N_("There is nothing at {path}."), path=path)
        try:
            found = read_manifest(path) if path.is_file() else scan_folder(path)
            if not found:
                raise CommandError(N_("No bill with any file was found in {path}."), path=path)
            return [self._take(bill, progress) for bill in found]
        except PermissionError as error:
            raise CommandError(N_("{path} can't be read."), path=error.filename or path) from error

    def _take(self, found: FoundBill, progress: Progress) -> ImportedBill:
        name = found.listing.bill_no or found.listing.bill_id or ""
        stored = {}
        for number, (identity, source) in enumerate(found.sources.items(), 1):
            stored[identity] = self._store(source)
            progress(name, number, 2 * len(found.sources))
        listing = with_contents(found.listing, stored)
        userkey = self._record(listing)
        with self._database.read() as session:
            bill = queries.load_bill(session, userkey)
        assert bill is not None
        coming = self._files.bring_in(bill)
        for number, future in enumerate(coming, 1):
            future.result()
            progress(name, 2 * len(found.sources) - len(coming) + number, 2 * len(found.sources))
        progress(name, 1, 1)
        return ImportedBill(userkey, bill.bill_id or "", bill.bill_no, len(bill.invoices), len(found.sources))

    def _store(self, source: Path) -> tuple[str, int]:
        size = source.stat().st_size
        if size > self._settings.max_file_bytes:
            raise CommandError(N_("{path} has {size} bytes, more than VIEWER_MAX_FILE_BYTES."), path=source, size=size)
        with source.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._blobs.put(sha256, source)
        return sha256, size

    def _record(self, listing: BillListing) -> str:
        assert listing.bill_id
        with self._database.write() as session:
            dialect.lock_name(session, listing.bill_id)
            known = queries.load_bill_by_id(session, listing.bill_id)
            userkey = known.userkey if known and known.source == "import" else secrets.token_hex(16)
            bill = lock_bill(session, userkey, source="import")
            now, most = datetime.now(UTC), self._settings.max_bill_files
            record_listing(session, bill, listing, now=now, max_files=most, retry_unavailable=True)
        return userkey


def with_contents(listing: BillListing, stored: dict[str, tuple[str, int]]) -> BillListing:
    """The listing whose files say which stored bytes they are; other bytes make another version."""

    def filled(files: Iterable[ListedFile]) -> tuple[ListedFile, ...]:
        return tuple(
            replace(
                file, sha256=stored[file.identity][0], version=stored[file.identity][0], size=stored[file.identity][1]
            )
            for file in files
        )

    return replace(
        listing,
        invoices=tuple(replace(invoice, files=filled(invoice.files)) for invoice in listing.invoices),
        attachments=tuple(replace(paper, files=filled(paper.files)) for paper in listing.attachments),
    )
