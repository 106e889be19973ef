"""Alembic's entry: runs the migrations on the connection that `viewer.store.schema` hands over."""

from typing import Any, Literal

from alembic import context

from viewer.store import ledger, models
from viewer.store.base import Base, Cents, Utc

DESCRIBED = (ledger, models)
"""The tables that a new migration is compared with stand in these; Alembic finds them in their common metadata."""


def plain_type(kind: str, item: Any, autogen_context: object) -> str | Literal[False]:
    """A migration names plain types, so that it keeps meaning the same when our own types change."""
    return (
        {Utc: "sa.DateTime(timezone=True)", Cents: "sa.BigInteger()"}.get(type(item), False)
        if kind == "type"
        else False
    )


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
