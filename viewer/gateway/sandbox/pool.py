"""Issued invoices: the issuer's pool of unused ones, and how they come onto a bill's entries and off them again."""

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from viewer.gateway.sandbox.envelope import BAD_PARAMETER, NO_AUTHORISATION, Refusal
from viewer.gateway.sandbox.facts import Facts, invoice_facts
from viewer.gateway.sandbox.records import FileRecord, InvoiceRecord, file_record, file_records, save_files
from viewer.gateway.sandbox.schema import Database
from viewer.gateway.sandbox.shapes import CatalogueInvoice

CACHE_SECONDS = 2 * 3600
"""How long `entry/cache` holds."""
UNUSED, IN_USE = "1", "30"


@dataclass(frozen=True, kw_only=True)
class IssuedRecord:
    """An issued invoice; `ready` is when it can be asked for, in seconds since 1970."""

    serial_no: str
    client_id: str
    tax_no: str
    simulated: bool
    asynchronous: bool
    ready: float
    facts: Facts
    files: tuple[FileRecord, ...]

    @property
    def is_ready(self) -> bool:
        return time.time() >= self.ready

    @property
    def invoice(self) -> InvoiceRecord:
        return InvoiceRecord(
            serial_no=self.serial_no, facts=self.facts, old_style=False, branch_ids=(), files=self.files
        )


class Pool:
    """Kept in the state's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- issuing ---

    def next_number(self) -> int:
        """The running number of the invoice that is issued next."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'issued'").fetchone()
        return (row["seq"] if row else 0) + 1

    def put(
        self,
        invoice: CatalogueInvoice,
        *,
        reqid: str,
        client_id: str,
        tax_no: str,
        simulated: bool,
        asynchronous: bool,
        ready: float,
    ) -> None:
        """Refuses a reqid or a serial number that was used before."""
        facts = {**invoice_facts(invoice), "debugOpenInvoice": "1" if simulated else "0"}
        row = (reqid, invoice.serial_no, client_id, tax_no, simulated, asynchronous, ready, _text(facts))
        insert = (
            "INSERT INTO issued (reqid, serial_no, client_id, tax_no, simulated, asynchronous, ready, facts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
        with self._database.writing() as connection:
            try:
                connection.execute(insert, row)
            except sqlite3.IntegrityError as error:
                raise Refusal(BAD_PARAMETER, "参数错误：reqid或开票流水号重复") from error
            save_files(connection, file_records("", invoice.serial_no, invoice.files))

    def find(self, serial_no: str) -> IssuedRecord | None:
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM issued WHERE serial_no = ?", (serial_no,)).fetchone()
            return _record(connection, row) if row else None

    def unused(self, client_id: str) -> tuple[IssuedRecord, ...]:
        """The tenant's pool: issued, and on no bill."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM issued WHERE client_id = ? AND serial_no NOT IN (SELECT serial_no FROM invoices) "
                "ORDER BY number",
                (client_id,),
            ).fetchall()
            records = [_record(connection, row) for row in rows]
        return tuple(record for record in records if record.is_ready)

    # --- entries ---

    def bind(self, userkey: str, bill: Facts, entry: Facts, serial_nos: Iterable[str], *, cache: bool) -> None:
        """Hangs invoices of the bill or of the pool on the entry, for two hours or until released. `bill` and `entry` are
        their facts; both are made if they are new."""
        branch_id = str(entry["entryid"])
        with self._database.writing() as connection:
            expire(connection)
            _need_bill(connection, userkey, bill)
            _need_entry(connection, userkey, branch_id, entry)
            for serial_no in serial_nos:
                _need_invoice(connection, userkey, serial_no)
                hung = (userkey, serial_no, branch_id)
                place = _count(connection, "invoice_entries", userkey)
                connection.execute("INSERT OR IGNORE INTO invoice_entries VALUES (?, ?, ?, ?)", (*hung, place))
                if cache:
                    until = time.time() + CACHE_SECONDS
                    connection.execute("INSERT OR REPLACE INTO cached VALUES (?, ?, ?, ?)", (*hung, until))
                else:
                    connection.execute(_UNCACHE, hung)

    def unbind(self, userkey: str, branch_id: str, serial_nos: Iterable[str] | None = None) -> None:
        """Takes invoices (all, if none is named) off the entry. One from the pool that hangs on no other goes back there."""
        with self._database.writing() as connection:
            expire(connection)
            held = _on_entry(connection, userkey, branch_id)
            for serial_no in held if serial_nos is None else serial_nos:
                if serial_no not in held:
                    raise Refusal(NO_AUTHORISATION, f"发票流水号不在该单据下：{serial_no}")
                _take_off(connection, userkey, serial_no, branch_id)

    def delete_entry(self, userkey: str, branch_id: str) -> None:
        """The same with all of its invoices, and the entry itself."""
        self.unbind(userkey, branch_id)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM entries WHERE userkey = ? AND branch_id = ?", (userkey, branch_id))

    def on_entry(self, userkey: str, branch_id: str) -> tuple[Facts, ...]:
        """The facts of the entry's invoices, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT facts FROM invoices JOIN invoice_entries USING (userkey, serial_no) "
                "WHERE userkey = ? AND branch_id = ? ORDER BY invoices.position",
                (userkey, branch_id),
            )
            return tuple(json.loads(row["facts"]) for row in rows)

    def set_status(self, serial_nos: Iterable[str], status: str) -> None:
        """`expenseStatus` of invoices, wherever they are."""
        with self._database.writing() as connection:
            for serial_no in serial_nos:
                if not _change(connection, serial_no, {"expendStatus": status}):
                    raise Refusal(NO_AUTHORISATION, f"发票流水号不存在：{serial_no}")

    def expire_cache(self) -> None:
        """The two hours of every cached binding are over."""
        with self._database.writing() as connection:
            connection.execute("UPDATE cached SET expires = 0")

    # --- delay ---

    @property
    def delay(self) -> float:
        """Seconds that an issuing takes."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM options WHERE name = 'delay'").fetchone()
        return float(row["value"]) if row else 0.0

    @delay.setter
    def delay(self, seconds: float) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO options VALUES ('delay', ?)", (seconds,))


_UNCACHE = "DELETE FROM cached WHERE userkey = ? AND serial_no = ? AND branch_id = ?"


def has_expired(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM cached WHERE expires <= ?", (time.time(),)).fetchone() is not None


def expire(connection: sqlite3.Connection) -> None:
    """Undoes cached bindings whose time is over."""
    for row in connection.execute("SELECT * FROM cached WHERE expires <= ?", (time.time(),)).fetchall():
        _take_off(connection, row["userkey"], row["serial_no"], row["branch_id"])


def _take_off(connection: sqlite3.Connection, userkey: str, serial_no: str, branch_id: str) -> None:
    hung = (userkey, serial_no, branch_id)
    connection.execute("DELETE FROM invoice_entries WHERE userkey = ? AND serial_no = ? AND branch_id = ?", hung)
    connection.execute(_UNCACHE, hung)
    left = "SELECT 1 FROM invoice_entries WHERE userkey = ? AND serial_no = ?"
    issued = "SELECT 1 FROM issued WHERE serial_no = ?"
    if connection.execute(left, hung[:2]).fetchone() or not connection.execute(issued, (serial_no,)).fetchone():
        return
    connection.execute("DELETE FROM invoices WHERE userkey = ? AND serial_no = ?", hung[:2])
    connection.execute("UPDATE files SET userkey = '' WHERE owner = ?", (serial_no,))
    _change(connection, serial_no, {"expendStatus": UNUSED})


def _need_bill(connection: sqlite3.Connection, userkey: str, facts: Facts) -> None:
    row = (userkey, facts["bxd_key"], facts["billNumber"], "bound", _text(facts))
    connection.execute("INSERT OR IGNORE INTO bills VALUES (?, ?, ?, ?, ?)", row)


def _need_entry(connection: sqlite3.Connection, userkey: str, branch_id: str, facts: Facts) -> None:
    row = (userkey, branch_id, _count(connection, "entries", userkey), _text(facts))
    connection.execute("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)", row)


def _need_invoice(connection: sqlite3.Connection, userkey: str, serial_no: str) -> None:
    """Brings an invoice of the pool onto the bill, unless it is there. One that is on another bill is in use."""
    where = connection.execute("SELECT userkey FROM invoices WHERE serial_no = ?", (serial_no,)).fetchall()
    if userkey in {row["userkey"] for row in where}:
        return
    issued = connection.execute("SELECT * FROM issued WHERE serial_no = ?", (serial_no,)).fetchone()
    if where or issued is None or time.time() < issued["ready"]:
        raise Refusal(NO_AUTHORISATION, f"发票流水号不在可用发票中：{serial_no}")
    _change(connection, serial_no, {"expendStatus": IN_USE})
    facts = connection.execute("SELECT facts FROM issued WHERE serial_no = ?", (serial_no,)).fetchone()["facts"]
    last = connection.execute("SELECT max(position) FROM invoices WHERE userkey = ?", (userkey,)).fetchone()[0]
    row = (userkey, serial_no, 0 if last is None else last + 1, False, facts)
    connection.execute("INSERT INTO invoices VALUES (?, ?, ?, ?, ?)", row)
    connection.execute("UPDATE files SET userkey = ? WHERE owner = ?", (userkey, serial_no))


def _change(connection: sqlite3.Connection, serial_no: str, changes: Facts) -> bool:
    """Gives members of the invoice other values, in the pool and on its bills; False where there is none."""
    found = False
    for table in ("issued", "invoices"):
        for row in connection.execute(f"SELECT rowid, facts FROM {table} WHERE serial_no = ?", (serial_no,)).fetchall():  # noqa: S608
            facts = _text({**json.loads(row["facts"]), **changes})
            connection.execute(f"UPDATE {table} SET facts = ? WHERE rowid = ?", (facts, row[0]))  # noqa: S608
            found = True
    return found


def _on_entry(connection: sqlite3.Connection, userkey: str, branch_id: str) -> list[str]:
    query = "SELECT serial_no FROM invoice_entries WHERE userkey = ? AND branch_id = ? ORDER BY position"
    return [row["serial_no"] for row in connection.execute(query, (userkey, branch_id))]


def _count(connection: sqlite3.Connection, table: str, userkey: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table} WHERE userkey = ?", (userkey,)).fetchone()  # noqa: S608
    return cast(int, found[0])


def _record(connection: sqlite3.Connection, row: sqlite3.Row) -> IssuedRecord:
    files = "SELECT * FROM files WHERE owner = ? ORDER BY position"
    return IssuedRecord(
        serial_no=row["serial_no"],
        client_id=row["client_id"],
        tax_no=row["tax_no"],
        simulated=bool(row["simulated"]),
        asynchronous=bool(row["asynchronous"]),
        ready=row["ready"],
        facts=json.loads(row["facts"]),
        files=tuple(map(file_record, connection.execute(files, (row["serial_no"],)))),
    )


def _text(facts: Facts) -> str:
    return json.dumps(facts, ensure_ascii=False)
