"""The schema's version: made, brought up, and refused when it is another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from viewer.errors import OldSchema
from viewer.store.base import Base
from viewer.store.database import Database
from viewer.store.schema import check_version, found_version, upgrade, wanted_version


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'viewer.db'}")
    yield made
    made.close()


def test_a_fresh_database_is_refused_until_it_is_made(database: Database) -> None:
    with pytest.raises(OldSchema, match="viewer upgrade"):
        check_version(database)
    upgrade(database)
    check_version(database)
    assert found_version(database) == wanted_version()


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)
    check_version(database)


@pytest.mark.parametrize("version", ["0000", "9999"])
def test_another_version_is_refused_be_it_older_or_newer(database: Database, version: str) -> None:
    upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    with pytest.raises(OldSchema, match=version):
        check_version(database)


def test_the_migrations_make_exactly_what_the_models_say(database: Database) -> None:
    upgrade(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
