"""Where SQLite and PostgreSQL differ."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from viewer.store.base import Base


def insert(session: Session, table: type[Base]) -> Any:
    """The database's own INSERT, which knows what to do about a conflict."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def lock_content(session: Session, sha256: str) -> None:
    """Holds a content until the commit: nobody says meanwhile that a file has it, nor that none has and drops it."""
    lock_name(session, f"content/{sha256}")


def lock_name(session: Session, name: str) -> None:
    """Holds a name until the commit, where the row that will bear it doesn't exist yet (SQLite's writers hold all)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
