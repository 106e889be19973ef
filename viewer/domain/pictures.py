"""Which of an invoice's files is its picture."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

RENDERABLE = frozenset(
    {"pdf", "jpg", "jpeg", "jpe", "png", "gif", "bmp", "webp", "tif", "tiff"}
    | {"avif", "heic", "heif", "hif", "jp2", "j2k", "jpx", "jpf", "j2c", "jpc"}
    | {"ofd", "zip", "xml"}
)
"""Declared extensions whose pages can be shown; once a file is here its content decides instead."""
DATA_ONLY = frozenset({"xml", "application/xml"})
"""The declared extension and the media type of files without any look of their own."""


class Candidate(Protocol):
    """What the rule asks of a file."""

    @property
    def original(self) -> bool: ...
    @property
    def resource(self) -> str | None: ...
    @property
    def snapshot(self) -> bool: ...
    @property
    def sheet(self) -> bool: ...
    @property
    def region(self) -> str | None: ...
    @property
    def renderable(self) -> bool: ...
    @property
    def data_only(self) -> bool: ...
    @property
    def usable(self) -> bool: ...


AnyFile = TypeVar("AnyFile", bound=Candidate)


def picture_of(files: Sequence[AnyFile]) -> AnyFile | None:
    """The invoice's picture: a renderable original, then the tax bureau's file, then a conversion, then a snapshot.

    Within one rank upstream's order holds. A file known to be damaged or unavailable yields to one that isn't; where
    none can be shown at all the first file by the same order stands, so that the reader learns what is wrong with it.
    A file of data only, whose page is drawn by us (the XML of a 数电票), comes after all that have a look of their own.
    On a pasted sheet the crop counts as the original; the sheet itself, which shows other invoices too, is never it.
    """
    own = [file for file in files if not file.sheet]
    return min(own, key=lambda file: (not file.renderable, not file.usable, file.data_only, rank(file)), default=None)


def rank(file: Candidate) -> int:
    """0 original or crop of a sheet, 1 tax bureau's, 2 conversion, 3 any other, 4 snapshot."""
    if file.snapshot:
        return 4
    if file.original or file.region:
        return 0
    return {"2": 1, "3": 2}.get(file.resource or "", 3)
