"""What the sandbox knows, in an SQLite file of its own, with the made documents in a folder beside it.

Every method is one transaction, and may be called from any thread and from several processes.
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from viewer.gateway.sandbox.documents import Made, Task, make_document
from viewer.gateway.sandbox.facts import bill_facts, entry_facts, invoice_facts
from viewer.gateway.sandbox.faults import Faults
from viewer.gateway.sandbox.issuers import Issuers
from viewer.gateway.sandbox.pool import Pool, expire, has_expired
from viewer.gateway.sandbox.records import (
    BillRecord,
    FileRecord,
    edition,
    file_record,
    file_records,
    read_bill,
    save_files,
)
from viewer.gateway.sandbox.schema import Database
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueInvoice

_CLEAR_BILL = (
    "DELETE FROM bills WHERE userkey = ?",
    "DELETE FROM entries WHERE userkey = ?",
    "DELETE FROM invoices WHERE userkey = ?",
    "DELETE FROM invoice_entries WHERE userkey = ?",
    "DELETE FROM attachments WHERE userkey = ?",
    "DELETE FROM files WHERE userkey = ?",
)

_BILL_OF_USERKEY = """
INSERT OR IGNORE INTO bills
SELECT userkey, bill_id, '', 'bound', json_object('bxd_key', bill_id, 'billNumber', '') FROM userkeys WHERE userkey = ?
"""
"""A bill that so far is a userkey alone."""


class State:
    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._folder = path.with_name(f"{path.stem}-files")
        self.faults = Faults(self._database)
        self.issuers = Issuers(self._database)
        self.pool = Pool(self._database)

    # --- bills ---

    def put_bill(self, bill: CatalogueBill) -> None:
        """Stores the bill as the catalogue has it, in place of what was there under its userkey."""
        facts = json.dumps(bill_facts(bill), ensure_ascii=False)
        with self._database.writing() as connection:
            for statement in _CLEAR_BILL:
                connection.execute(statement, (bill.userkey,))
            row = (bill.userkey, bill.bill_id, bill.bill_no, edition(bill), facts)
            connection.execute("INSERT INTO bills VALUES (?, ?, ?, ?, ?)", row)
            for position, entry in enumerate(bill.entries):
                told = json.dumps(entry_facts(entry), ensure_ascii=False)
                values = (bill.userkey, entry.branch_id, position, told)
                connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", values)
            for position, invoice in enumerate(bill.invoices):
                _insert_invoice(connection, bill.userkey, position, invoice)
            for position, attachment in enumerate(bill.attachments):
                owned = (bill.userkey, attachment.serial_no, position, attachment.entry_id)
                connection.execute("INSERT INTO attachments VALUES (?, ?, ?, ?)", owned)
                save_files(connection, file_records(bill.userkey, attachment.serial_no, (attachment.file,)))

    def has_edition(self, bill: CatalogueBill) -> bool:
        """Whether the bill was last put exactly as the catalogue has it now (it may have been changed since)."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT edition FROM bills WHERE userkey = ?", (bill.userkey,)).fetchone()
        return row is not None and row["edition"] == edition(bill)

    def add_invoice(self, userkey: str, invoice: CatalogueInvoice) -> None:
        """Adds the invoice at the bill's end; raises KeyError if no bill has the userkey."""
        with self._database.writing() as connection:
            if connection.execute("SELECT 1 FROM bills WHERE userkey = ?", (userkey,)).fetchone() is None:
                raise KeyError(userkey)
            last = connection.execute("SELECT max(position) FROM invoices WHERE userkey = ?", (userkey,)).fetchone()[0]
            _insert_invoice(connection, userkey, 0 if last is None else last + 1, invoice)

    def change_invoice(self, userkey: str, serial_no: str, changes: Mapping[str, object]) -> None:
        """Gives members of the invoice's row other values, e.g. `{"invoiceStatus": "3"}` for 红冲."""
        where = (userkey, serial_no)
        with self._database.writing() as connection:
            row = connection.execute("SELECT facts FROM invoices WHERE userkey = ? AND serial_no = ?", where).fetchone()
            if row is None:
                raise KeyError(serial_no)
            facts = json.dumps({**json.loads(row["facts"]), **changes}, ensure_ascii=False)
            connection.execute("UPDATE invoices SET facts = ? WHERE userkey = ? AND serial_no = ?", (facts, *where))

    def drop_invoice(self, userkey: str, serial_no: str) -> None:
        """Takes the invoice and its files off the bill; nothing happens if it isn't there."""
        where = (userkey, serial_no)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM invoices WHERE userkey = ? AND serial_no = ?", where)
            connection.execute("DELETE FROM invoice_entries WHERE userkey = ? AND serial_no = ?", where)
            connection.execute("DELETE FROM files WHERE userkey = ? AND owner = ?", where)

    def bill(self, userkey: str) -> BillRecord | None:
        """The whole bill, without bindings whose time is over."""
        with self._database.reading() as connection:
            is_due = has_expired(connection)
        if is_due:
            with self._database.writing() as connection:
                expire(connection)
        with self._database.reading() as connection:
            return read_bill(connection, userkey)

    def userkeys(self) -> tuple[str, ...]:
        """Of all bills, in the order in which they were put."""
        with self._database.reading() as connection:
            return tuple(row["userkey"] for row in connection.execute("SELECT userkey FROM bills ORDER BY rowid"))

    def userkeys_with(self, serial_no: str) -> tuple[str, ...]:
        """The bills that hold the invoice; one invoice handed in twice is on two."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT userkey FROM invoices WHERE serial_no = ? ORDER BY rowid", (serial_no,))
            return tuple(row["userkey"] for row in found)

    # --- keys ---

    def userkey_of(self, client_id: str, bill_id: str) -> str | None:
        """The userkey of the bill, as the catalogue has it or as it was given out before."""
        with self._database.reading() as connection:
            return _userkey(connection, client_id, bill_id)

    def give_userkey(self, client_id: str, bill_id: str, branch_id: str) -> str:
        """The bill's one userkey, the same for every `branch_id` (FAQ 2.1); remembers the branch_id. A bill that nobody
        has named yet gets a random one, which stays."""
        with self._database.writing() as connection:
            userkey = _userkey(connection, client_id, bill_id)
            if userkey is None:
                userkey = secrets.token_hex(16)
                connection.execute("INSERT INTO userkeys VALUES (?, ?, ?)", (client_id, bill_id, userkey))
            if branch_id:
                asked = (userkey, branch_id)
                connection.execute("INSERT OR IGNORE INTO branches (userkey, branch_id) VALUES (?, ?)", asked)
            return userkey

    def knows(self, userkey: str) -> bool:
        """Whether the userkey is a bill's or was given out."""
        with self._database.reading() as connection:
            query = "SELECT userkey FROM bills WHERE userkey = ?1 UNION SELECT userkey FROM userkeys WHERE userkey = ?1"
            return connection.execute(query, (userkey,)).fetchone() is not None

    def branches_asked(self, userkey: str) -> tuple[str, ...]:
        """The branch_ids with which the userkey was asked for, in first-seen order."""
        with self._database.reading() as connection:
            asked = connection.execute("SELECT branch_id FROM branches WHERE userkey = ? ORDER BY number", (userkey,))
            return tuple(row["branch_id"] for row in asked)

    # --- files ---

    def file(self, file_id: str) -> FileRecord | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM files WHERE file_id = ?", (file_id,)).fetchone()
        return file_record(row) if row else None

    def content(self, record: FileRecord) -> bytes:
        """The file's bytes; made now if they aren't there yet."""
        self.made([record])
        return (self._folder / record.file_id).read_bytes()

    def put_upload(self, userkey: str, serial_no: str, branch_id: str, name: str, content: bytes) -> None:
        """Adds an attachment with these bytes at the bill's end; raises KeyError if its serial number is taken."""
        file_id = secrets.token_hex(16)
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / file_id).write_bytes(content)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.record_made([Made(file_id=file_id, size=len(content), md5=md5)])
        record = FileRecord(
            file_id=file_id,
            userkey=userkey,
            owner=serial_no,
            position=0,
            name=name,
            extends=name.rpartition(".")[2].lower(),
            original_state="1",
            resource="1",
            pid="",
            content_type="application/octet-stream",
            link_expired=False,
            broken=False,
            form="upload",
            paper="",
        )
        with self._database.writing() as connection:
            if connection.execute("SELECT 1 FROM files WHERE owner = ?", (serial_no,)).fetchone():
                raise KeyError(serial_no)
            connection.execute(_BILL_OF_USERKEY, (userkey,))
            last = connection.execute("SELECT count(*) FROM attachments WHERE userkey = ?", (userkey,)).fetchone()[0]
            connection.execute("INSERT INTO attachments VALUES (?, ?, ?, ?)", (userkey, serial_no, last, branch_id))
            save_files(connection, [record])

    def made(self, records: Iterable[FileRecord]) -> dict[str, Made]:
        """Size and hash of each of the files, by id; makes those that aren't there yet."""
        known = self._known_documents()
        fresh = [make_document(task) for task in self._tasks(records, known)]
        if fresh:
            self.record_made(fresh)
        return known | {document.file_id: document for document in fresh}

    def to_make(self, userkeys: Iterable[str]) -> list[Task]:
        """The documents of these bills that aren't made yet."""
        known = self._known_documents()
        wanted = set(userkeys)
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM files ORDER BY rowid").fetchall()
        records = [file_record(row) for row in rows if row["userkey"] in wanted]
        return self._tasks(records, known)

    def record_made(self, documents: Iterable[Made]) -> None:
        rows = [(document.file_id, document.size, document.md5) for document in documents]
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)

    # --- calls ---

    def count_call(self, path: str, userkey: str) -> None:
        with self._database.writing() as connection:
            count = "INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
            connection.execute(count, (path, userkey))

    def calls(self, endpoint: str, userkey: str | None = None) -> int:
        """How often the path, or anything below it, was called; for one bill if its userkey is given."""
        query = "SELECT path, userkey, count FROM calls WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'"
        with self._database.reading() as connection:
            rows = connection.execute(query, (endpoint,)).fetchall()
        return sum(row["count"] for row in rows if userkey in (None, row["userkey"]))

    def forget_calls(self) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM calls")

    def _known_documents(self) -> dict[str, Made]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM documents").fetchall()
        return {row["file_id"]: Made(file_id=row["file_id"], size=row["size"], md5=row["md5"]) for row in rows}

    def _is_kept(self, file_id: str) -> bool:
        return (self._folder / file_id).exists()

    def _tasks(self, records: Iterable[FileRecord], known: Mapping[str, Made]) -> list[Task]:
        """The documents of these records that aren't there, each once: a pasted sheet has several records."""
        records = [it for it in records if it.form != "upload"]
        missing = {it.file_id: it for it in records if it.file_id not in known or not self._is_kept(it.file_id)}
        return [
            Task(file_id=it.file_id, form=it.form, paper=it.paper, broken=it.broken, folder=str(self._folder))
            for it in missing.values()
        ]


def _insert_invoice(connection: sqlite3.Connection, userkey: str, position: int, invoice: CatalogueInvoice) -> None:
    facts = json.dumps(invoice_facts(invoice), ensure_ascii=False)
    values = (userkey, invoice.serial_no, position, invoice.old_style, facts)
    connection.execute("INSERT INTO invoices VALUES (?, ?, ?, ?, ?)", values)
    for place, branch_id in enumerate(invoice.entry_ids):
        hung = (userkey, invoice.serial_no, branch_id, place)
        connection.execute("INSERT INTO invoice_entries VALUES (?, ?, ?, ?)", hung)
    save_files(connection, file_records(userkey, invoice.serial_no, invoice.files))


def _userkey(connection: sqlite3.Connection, client_id: str, bill_id: str) -> str | None:
    listed = connection.execute("SELECT userkey FROM bills WHERE bill_id = ?", (bill_id,)).fetchone()
    given = "SELECT userkey FROM userkeys WHERE client_id = ? AND bill_id = ?"
    row = listed or connection.execute(given, (client_id, bill_id)).fetchone()
    return str(row["userkey"]) if row else None
