"""One engine, two kinds of session: a reader sees one consistent state, a writer holds the write lock from its start."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from viewer.errors import N_, CommandError


class Database:
    """Sessions on the database behind a SQLAlchemy address."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, json_serializer=_json, pool_pre_ping=not url.startswith("sqlite"))
        self.name = make_url(url).render_as_string(hide_password=True)
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
        self._writing = self.engine.execution_options(write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; what it loaded stays usable after it."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed at its end, all or nothing. On SQLite writers wait for each other here."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def check(self) -> None:
        """Raises what the driver raises when the database doesn't answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def open_database(url: str, *, make: bool = False) -> Iterator[Database]:
    """A database that answers; a SQLite file is made only with `make`. Raises CommandError for one that doesn't."""
    try:
        address = _parsed(url)
        if address.get_backend_name() == "sqlite" and not make and not Path(address.database or "").is_file():
            raise CommandError(N_("There is no database {database} yet. Run: viewer init"), database=address.database)
        database = Database(url)
        database.check()
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise CommandError(N_("The database of VIEWER_DATABASE_URL doesn't answer: {reason}"), reason=reason) from error
    with closing(database):
        yield database


def _parsed(url: str) -> URL:
    """Raises CommandError, without a word of the address, for one whose password would be taken for its host or port."""
    try:
        address = make_url(url)
        if "@" not in (address.host or ""):
            return address
    except ValueError:
        pass
    raise CommandError(
        N_("The database of VIEWER_DATABASE_URL doesn't answer: {reason}"),
        reason=CommandError(N_("its address can't be read; percent-encode special characters of a password")),
    )


def _json(value: Any) -> str:
    """Readable where UTF-8 can hold it; half of a surrogate pair, which JSON can escape, is replaced."""
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace").decode()


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, so that readers never wait for a writer; transactions begun by us, so that a writer takes the lock at once
    instead of failing when it upgrades a read."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")
