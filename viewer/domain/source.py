"""Where a page's pictures come from."""

from dataclasses import dataclass

from viewer.domain.size import Size


@dataclass(frozen=True)
class PageSource:
    """A page of a stored content: all that its pictures depend on, whichever bill it hangs on."""

    sha256: str
    """Of the content, in hex; also its name in the store of originals."""
    media_type: str
    number: int
    """Of the page in the content, from 1."""
    size: Size
