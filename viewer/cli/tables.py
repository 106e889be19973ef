"""How commands print tables."""

from rich.console import Console
from rich.table import Table

WIDE = 1000
"""Columns of a line that nobody folds."""


def console() -> Console:
    """Text as it is. A pipe gets each row on one line; in a terminal long cells fold."""
    console = Console(markup=False, emoji=False, highlight=False)
    return console if console.is_terminal else Console(markup=False, emoji=False, highlight=False, width=WIDE)


def table(*headings: str) -> Table:
    table = Table()
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
