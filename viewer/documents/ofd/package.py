"""The OFD package (GB/T 33190 clause 7.1): a ZIP in memory whose parts refer to each other by path."""

from collections import OrderedDict
from collections.abc import Iterable
from posixpath import dirname

from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.xml import Element, parsed
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.unzip import Entry, Unpacking, listed

TREES = 24
"""Parts of which the parsed form is kept."""


class Package:
    """Finds and reads parts. What is read counts against the limits once, however often it is asked for."""

    def __init__(self, content: bytes, limits: Limits, findings: Findings) -> None:
        """Raises Unreadable: more entries than may be."""
        self._entries: dict[str, Entry] = {}
        self._read: dict[str, bytes | None] = {}
        self._trees: OrderedDict[str, Element | None] = OrderedDict()
        self._unpacking = Unpacking(content, limits)
        self._findings = findings
        for number, entry in enumerate(listed(content)):
            if number == limits.archive_entries:
                raise Unreadable("archive_too_large")
            if not entry.name.endswith(b"/"):
                self._entries.setdefault(normal(entry.shown_name), entry)

    @property
    def names(self) -> Iterable[str]:
        """Every part, named as `find` names it."""
        return self._entries.keys()

    def find(self, location: str, *folders: str) -> str | None:
        """The part that `location` means, seen from the first of `folders` that makes it one; the root comes last.

        A leading slash means the root, but files are found that mean otherwise, and some whose folder is wrong: the only
        part of that name is taken then.
        """
        if not location:
            return None
        for folder in ("", *folders) if location.startswith(("/", "\\")) else (*folders, ""):
            name = normal(f"{folder}/{location}")
            if name in self._entries:
                return name
        last = "/" + normal(location).rpartition("/")[2]
        alike = [name for name in self._entries if f"/{name}".endswith(last)]
        return alike[0] if len(alike) == 1 else None

    def read(self, name: str) -> bytes | None:
        """A part's bytes; None where it can't be read. Raises Unreadable where the package unpacks to more than may be."""
        if name not in self._read:
            self._read[name] = self._unpacked(name)
        return self._read[name]

    def xml(self, name: str | None) -> Element | None:
        """A part's root; None where it can't be read. Templates and lists are asked for again and again."""
        if name is None:
            return None
        if name not in self._trees:
            content = self.read(name)
            root = parsed(content) if content is not None else None
            if content is not None and root is None:
                self._findings.add("unreadable", name)
            self._trees[name] = root
            while len(self._trees) > TREES:
                self._trees.popitem(last=False)
        self._trees.move_to_end(name)
        return self._trees[name]

    def _unpacked(self, name: str) -> bytes | None:
        try:
            return self._unpacking.whole(self._entries[name])
        except Unreadable as error:
            if error.problem == "archive_too_large":
                raise
            self._findings.add("unreadable", name)
            return None


def normal(path: str) -> str:
    """A path within the package in one form: no way leads out of the root, and case doesn't matter."""
    parts: list[str] = []
    for part in path.replace("\\", "/").lower().split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def folder_of(name: str) -> str:
    return dirname(name)
