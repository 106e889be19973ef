"""The schema's version: `viewer init` and `viewer upgrade` bring it up, `viewer serve` refuses an old one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError as AlembicError
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from viewer.errors import N_, CommandError, OldSchema
from viewer.store.database import Database

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(database: Database) -> None:
    """Applies every migration that the database lacks, in one transaction where the database can."""
    try:
        with database.engine.begin() as connection:
            command.upgrade(_config(connection), "head")
    except (AlembicError, DatabaseError) as error:
        raise CommandError(
            N_("The database {database} can't be upgraded: {reason}"),
            database=database.name,
            reason=str(error).split("\n")[0],
        ) from error


def found_version(database: Database) -> str | None:
    """The database's version; None before `viewer init`."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def wanted_version() -> str:
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def check_version(database: Database) -> None:
    """Raises OldSchema unless the database has exactly this version's schema."""
    found, wanted = found_version(database), wanted_version()
    if found != wanted:
        raise OldSchema(database=database.name, found=found or "–", wanted=wanted)


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
