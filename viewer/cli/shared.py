"""What commands share: the archive they work on, and progress on the terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from viewer.archive import Archive
from viewer.cli.language import _
from viewer.config import Settings
from viewer.store.database import open_database
from viewer.store.schema import check_version


class Integer(click.IntRange):
    """A range of integers whose name, which Click doesn't translate, is in this command's language. In help it is a word
    like Click's others, TEXT and so on, whose columns are counted by characters."""

    name = _("integer")

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "INTEGER"


class Number(click.FloatRange):
    """The same for any numbers."""

    name = _("number")

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "NUMBER"


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
