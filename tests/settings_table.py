"""The table of settings in docs/settings.md: `python -m tests.settings_table` prints it, `--update` writes it there."""

import dataclasses
import sys
from pathlib import Path

from viewer.config import PREFIX, Settings

DOCUMENT = Path(__file__).parents[1] / "docs/settings.md"
BEGIN, END = (
    "<!-- The table is made by `python -m tests.settings_table --update`. -->\n",
    "<!-- End of the table. -->\n",
)


def table() -> str:
    """A row for each setting: variable, default, meaning."""
    rows = [("Variable", "Default", "Meaning"), ("---", "---", "---")]
    for field in dataclasses.fields(Settings):
        default = field.metadata["default"]
        rows.append((f"`{PREFIX}{field.name.upper()}`", f"`{default}`" if default else "", field.metadata["meaning"]))
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def with_table(document: str) -> str:
    """The document with today's table between the two marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        DOCUMENT.write_text(with_table(DOCUMENT.read_text("utf-8")), "utf-8")
    else:
        print(table(), end="")
