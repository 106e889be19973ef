"""What the state reads back, and what it keeps of a catalogue file."""

import hashlib
import json
import sqlite3
from dataclasses import astuple, dataclass
from typing import cast

from viewer.gateway.sandbox import spec
from viewer.gateway.sandbox.documents import CONTENT_VERSION
from viewer.gateway.sandbox.facts import Facts
from viewer.gateway.sandbox.papers import PastedSheet
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueFile, DocumentForm

_INSERT_FILE = "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """A file of one owner: an invoice's or attachment's serial number. The fields are the table's columns; the invoices on
    a pasted sheet each have a record with the same `file_id`."""

    file_id: str
    userkey: str
    owner: str
    position: int
    name: str
    extends: str
    original_state: str
    resource: str
    pid: str
    content_type: str
    link_expired: bool
    broken: bool
    form: DocumentForm
    paper: str


@dataclass(frozen=True, kw_only=True)
class InvoiceRecord:
    """A stored invoice with the branch_ids that it hangs on, in the bill's order, and its files."""

    serial_no: str
    facts: Facts
    old_style: bool
    branch_ids: tuple[str, ...]
    files: tuple[FileRecord, ...]


@dataclass(frozen=True, kw_only=True)
class AttachmentRecord:
    serial_no: str
    branch_id: str
    file: FileRecord


@dataclass(frozen=True, kw_only=True)
class BillRecord:
    """A whole stored bill; `entries` gives each branch_id its facts."""

    userkey: str
    facts: Facts
    entries: dict[str, Facts]
    invoices: tuple[InvoiceRecord, ...]
    attachments: tuple[AttachmentRecord, ...]


def file_records(userkey: str, owner: str, files: tuple[CatalogueFile, ...]) -> list[FileRecord]:
    """The files of one invoice or attachment. An id stands for one content: other content is another file."""
    ids = {file.name: _file_id(userkey, owner, file) for file in files}
    return [
        FileRecord(
            file_id=ids[file.name],
            userkey=userkey,
            owner=owner,
            position=position,
            name=file.name,
            extends=file.extends,
            original_state=file.original_state,
            resource=file.resource,
            pid=ids.get(file.converted_from, ""),
            content_type=file.content_type,
            link_expired=file.link_expired,
            broken=file.broken,
            form=file.form,
            paper=spec.encode(file.paper),
        )
        for position, file in enumerate(files)
    ]


def save_files(connection: sqlite3.Connection, records: list[FileRecord]) -> None:
    connection.executemany(_INSERT_FILE, [astuple(record) for record in records])


def file_record(row: sqlite3.Row) -> FileRecord:
    kept = {name: row[name] for name in row.keys()}  # noqa: SIM118  a Row iterates its values
    kept["link_expired"] = bool(row["link_expired"])
    kept["broken"] = bool(row["broken"])
    return FileRecord(**kept)


def read_bill(connection: sqlite3.Connection, userkey: str) -> BillRecord | None:
    """The whole bill in six queries, or None if no bill has this userkey."""
    bill = connection.execute("SELECT facts FROM bills WHERE userkey = ?", (userkey,)).fetchone()
    if bill is None:
        return None

    def rows(query: str) -> list[sqlite3.Row]:
        return connection.execute(query, (userkey,)).fetchall()

    files: dict[str, list[FileRecord]] = {}
    for row in rows("SELECT * FROM files WHERE userkey = ? ORDER BY position"):
        files.setdefault(row["owner"], []).append(file_record(row))
    branches: dict[str, list[str]] = {}
    for row in rows("SELECT * FROM invoice_entries WHERE userkey = ? ORDER BY position"):
        branches.setdefault(row["serial_no"], []).append(row["branch_id"])
    return BillRecord(
        userkey=userkey,
        facts=_facts(bill),
        entries={
            row["branch_id"]: _facts(row) for row in rows("SELECT * FROM entries WHERE userkey = ? ORDER BY position")
        },
        invoices=tuple(
            InvoiceRecord(
                serial_no=row["serial_no"],
                facts=_facts(row),
                old_style=bool(row["old_style"]),
                branch_ids=tuple(branches.get(row["serial_no"], ())),
                files=tuple(files.get(row["serial_no"], ())),
            )
            for row in rows("SELECT * FROM invoices WHERE userkey = ? ORDER BY position")
        ),
        attachments=tuple(
            AttachmentRecord(serial_no=row["serial_no"], branch_id=row["branch_id"], file=files[row["serial_no"]][0])
            for row in rows("SELECT * FROM attachments WHERE userkey = ? ORDER BY position")
        ),
    )


def edition(bill: CatalogueBill) -> str:
    """Changes whenever the catalogue says anything else of the bill."""
    return hashlib.sha256(f"{CONTENT_VERSION}{bill!r}".encode()).hexdigest()


def _file_id(userkey: str, owner: str, file: CatalogueFile) -> str:
    """The invoices on a pasted sheet have one file in common; any other file is one owner's."""
    holder = "" if isinstance(file.paper, PastedSheet) else owner
    content = (CONTENT_VERSION, userkey, holder, file.name, file.form, str(file.broken), spec.encode(file.paper))
    return hashlib.sha256("\n".join(content).encode()).hexdigest()[:32]


def _facts(row: sqlite3.Row) -> Facts:
    return cast(Facts, json.loads(row["facts"]))
