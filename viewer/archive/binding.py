"""What is to be put together into a print or a bundle: a view's files in order, and every word in the reader's language."""

from dataclasses import dataclass
from datetime import datetime

from viewer.archive.papers import PaperSource
from viewer.documents.papers.pages import Cover


@dataclass(frozen=True)
class BoundFile:
    """One file: its content, or none where it can't be shown; then, and where it turns out so, a notice takes its place."""

    source: PaperSource | None
    rotation: int
    title: str
    name: str
    problem: str | None = None
    """A code of the words that the notice says."""


@dataclass(frozen=True)
class BoundOwner:
    """An invoice or an attachment: its bookmark, the footer below its pages, its files."""

    title: str
    footer: str
    files: tuple[BoundFile, ...]


@dataclass(frozen=True)
class Section:
    """A bookmark over others: an entry, the header, the attachments; `owners` by their numbers."""

    title: str
    owners: tuple[int, ...]


@dataclass(frozen=True)
class CoverList:
    """A cover whose lines are still without their page; None in place of an owner heads or sums up."""

    cover: Cover
    owners: tuple[int | None, ...]
    """For each line of the list the owner that it tells of."""


@dataclass(frozen=True)
class Binding:
    """What is to be put together, every word in the reader's language. `problems`: code → words."""

    title: str
    language: str
    made_at: datetime
    owners: tuple[BoundOwner, ...]
    sections: tuple[Section, ...]
    problems: dict[str, str]
    cover: CoverList | None = None
    mark: str = ""
    """What is drawn over every page for this reader."""

    @property
    def sources(self) -> list[PaperSource]:
        return [file.source for owner in self.owners for file in owner.files if file.source]
