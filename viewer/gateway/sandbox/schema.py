"""The sandbox's SQLite file: its tables, and a short-lived connection per operation, so that threads share nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = 3
"""Of the tables below; a file of another version is emptied, for all of it can be made again."""

TABLES = """
CREATE TABLE bills (
  userkey TEXT PRIMARY KEY, bill_id TEXT NOT NULL UNIQUE, bill_no TEXT NOT NULL, edition TEXT NOT NULL,
  facts TEXT NOT NULL
);
CREATE TABLE entries (
  userkey TEXT NOT NULL, branch_id TEXT NOT NULL, position INTEGER NOT NULL, facts TEXT NOT NULL,
  PRIMARY KEY (userkey, branch_id)
);
CREATE TABLE invoices (
  userkey TEXT NOT NULL, serial_no TEXT NOT NULL, position INTEGER NOT NULL, old_style INTEGER NOT NULL,
  facts TEXT NOT NULL,
  PRIMARY KEY (userkey, serial_no)
);
CREATE TABLE invoice_entries (
  userkey TEXT NOT NULL, serial_no TEXT NOT NULL, branch_id TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (userkey, serial_no, branch_id)
);
CREATE TABLE attachments (
  userkey TEXT NOT NULL, serial_no TEXT NOT NULL, position INTEGER NOT NULL, branch_id TEXT NOT NULL,
  PRIMARY KEY (userkey, serial_no)
);
CREATE TABLE files (
  file_id TEXT NOT NULL, userkey TEXT NOT NULL, owner TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,
  extends TEXT NOT NULL, original_state TEXT NOT NULL, resource TEXT NOT NULL, pid TEXT NOT NULL,
  content_type TEXT NOT NULL, link_expired INTEGER NOT NULL, broken INTEGER NOT NULL, form TEXT NOT NULL,
  paper TEXT NOT NULL,
  PRIMARY KEY (file_id, owner)
);
CREATE INDEX files_owner ON files (userkey, owner, position);
CREATE TABLE documents (file_id TEXT PRIMARY KEY, size INTEGER NOT NULL, md5 TEXT NOT NULL);
CREATE TABLE tokens (token TEXT PRIMARY KEY, client_id TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE clients (client_id TEXT PRIMARY KEY, client_secret TEXT NOT NULL, is_tenant INTEGER NOT NULL);
CREATE TABLE issuers (
  client_id TEXT NOT NULL, tax_no TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (client_id, tax_no, account)
);
CREATE TABLE issued (
  number INTEGER PRIMARY KEY AUTOINCREMENT, reqid TEXT NOT NULL UNIQUE, serial_no TEXT NOT NULL UNIQUE,
  client_id TEXT NOT NULL, tax_no TEXT NOT NULL, simulated INTEGER NOT NULL, asynchronous INTEGER NOT NULL,
  ready REAL NOT NULL, facts TEXT NOT NULL
);
CREATE TABLE cached (
  userkey TEXT NOT NULL, serial_no TEXT NOT NULL, branch_id TEXT NOT NULL, expires REAL NOT NULL,
  PRIMARY KEY (userkey, serial_no, branch_id)
);
CREATE TABLE options (name TEXT PRIMARY KEY, value REAL NOT NULL);
CREATE TABLE userkeys (
  client_id TEXT NOT NULL, bill_id TEXT NOT NULL, userkey TEXT NOT NULL UNIQUE, PRIMARY KEY (client_id, bill_id)
);
CREATE TABLE branches (
  number INTEGER PRIMARY KEY, userkey TEXT NOT NULL, branch_id TEXT NOT NULL, UNIQUE (userkey, branch_id)
);
CREATE TABLE faults (
  fault_id INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
  times INTEGER, userkey TEXT NOT NULL, file_id TEXT NOT NULL
);
CREATE TABLE calls (path TEXT NOT NULL, userkey TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (path, userkey));
"""


class Database:
    """Opens the file for one operation at a time: `reading()` sees one moment, `writing()` is one transaction."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            self._create(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Closing without COMMIT undoes what was begun. Nothing here is worth waiting for disks: synchronous = OFF."""
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = OFF")
            yield connection
        finally:
            connection.close()

    def _create(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            old = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            for (name,) in old.fetchall():
                connection.execute(f'DROP TABLE "{name}"')
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
