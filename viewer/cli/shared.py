"""What commands share: the archive they work on, tables and progress on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from viewer.archive import Archive
from viewer.config import Settings
from viewer.store.database import open_database
from viewer.store.schema import check_version

WIDE = 1000
"""Columns of a line that nobody folds."""


@contextmanager
def opened_archive() -> Iterator[Archive]:
    """The archive of an instance that is ready to work."""
    settings = Settings.load()
    with open_database(settings.database_url) as database:
        check_version(database)
    archive = Archive.compose(settings)
    try:
        yield archive
    finally:
        archive.close()


def progress_bar(console: Console) -> Progress:
    words = TextColumn("{task.description}", markup=False)
    shown = console.is_terminal
    return Progress(words, BarColumn(), MofNCompleteColumn(), console=console, transient=True, disable=not shown)


def new_console() -> Console:
    """Text as it is. A pipe gets each row on one line; in a terminal long cells fold."""
    console = Console(markup=False, emoji=False, highlight=False)
    return console if console.is_terminal else Console(markup=False, emoji=False, highlight=False, width=WIDE)


def new_table(*headings: str) -> Table:
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
