"""Values that pass between the server and its decoder processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a document may cost; figures in `viewer.config.Settings`."""

    max_pixels: int
    max_pages: int
    page_dpi: int
    page_edge: int
    decoder_pixels: int
    archive_entries: int
    archive_bytes: int
    archive_ratio: int


@dataclass(frozen=True)
class Word:
    """A piece of a page's text, and where it lies in the page's pixels."""

    text: str
    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True)
class Finding:
    """Something that isn't shown as its file says: a code of `viewer.domain.codes.LEFT_OUT`, and where: a name in the file,
    a resource's ID, characters."""

    code: str
    where: str


class Unreadable(Exception):
    """Raised inside a decoder; `problem` is a code of `viewer.domain.codes.PROBLEMS`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@contextmanager
def every_fault_told() -> Iterator[None]:
    """Whatever goes wrong in a decoder is the document's fault: raises Unreadable for anything that is raised within."""
    try:
        yield
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable("too_many_pixels") from error
    except Exception as error:
        raise Unreadable("damaged") from error
