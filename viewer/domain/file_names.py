"""Names of files that every system takes, Windows too (learn.microsoft.com, "Naming Files, Paths, and Namespaces")."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])(?=\s*(\.|$))", re.IGNORECASE)
"""Names that are devices, with any extension."""
MOST, MOST_BYTES = 120, 200
"""Characters and UTF-8 bytes of a name: Windows' Explorer unpacks paths of 260 in all, Linux names of 255 bytes."""


def safe_name(stem: str, extension: str = "") -> str:
    """A name of one part that means on no system anything but itself; "file" where nothing is left.

    >>> safe_name('01_Taxi: "receipt"', "pdf")
    '01_Taxi_ _receipt_.pdf'
    """
    ending = f".{_plain(extension)[:12]}" if _plain(extension) else ""
    room = MOST - len(ending)
    found = _plain(stem)[:room]
    while len((found + ending).encode()) > MOST_BYTES:
        found = found[:-1]
    found = found.strip(" .") or "file"
    return f"_{found}{ending}" if DEVICES.match(found + ending) else found + ending


def distinct(names: Iterable[str]) -> Iterator[str]:
    """Each name as it is, or with a number where an earlier one is the same to Windows, which ignores case."""
    taken: set[str] = set()
    for name in names:
        stem, dot, extension = name.rpartition(".")
        stem, ending = (stem, dot + extension) if stem else (name, "")
        found, number = name, 1
        while _folded(found) in taken:
            number += 1
            again = f"_{number}"
            found = f"{stem[: MOST - len(ending) - len(again)]}{again}{ending}"
        taken.add(_folded(found))
        yield found


def _plain(text: str) -> str:
    """In one form of Unicode, without what no name may have, what can't be seen, and lone halves of characters."""
    normal = unicodedata.normalize("NFC", text)
    kept = "".join(char if unicodedata.category(char)[0] != "C" else "_" for char in normal)
    return FORBIDDEN.sub("_", kept).strip(" .")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
