"""Prints and bundles: a view's papers put together into one PDF."""

import io
from collections.abc import Iterator, Sequence

from viewer.archive.binding import Binding
from viewer.archive.document import Document
from viewer.archive.papers import Papers
from viewer.documents.papers import pages as own
from viewer.documents.papers.pages import Cover, Footer, Notice
from viewer.documents.papers.paper import Paper
from viewer.documents.pool import Decoders
from viewer.documents.watermark import Mark, drawn_mark
from viewer.domain.print_layout import PrintOptions


class Binder:
    """Makes prints and bundles."""

    def __init__(self, papers: Papers, decoders: Decoders) -> None:
        self._papers = papers
        self._decoders = decoders

    def bundle(self, binding: Binding) -> Iterator[bytes]:
        """The view as one PDF, each page in its own size, behind the cover."""
        return self._document(binding, PrintOptions(layout="asis", footer=False)).whole()

    def printed(self, binding: Binding, options: PrintOptions) -> Iterator[bytes]:
        """The view's pages laid out on paper."""
        return self._document(binding, options).whole()

    def page(self, binding: Binding, options: PrintOptions, asked: int) -> bytes:
        """A PDF of one page of that print, `asked` from 1. Raises UnknownPage."""
        return b"".join(self._document(binding, options).only(asked))

    def count(self, binding: Binding, options: PrintOptions | None) -> int:
        """How many pages the print has, or the bundle where there are no options."""
        document = self._document(binding, options or PrintOptions(layout="asis", footer=False))
        covers = own.cover_pages(len(binding.cover.cover.rows)) if binding.cover and not options else 0
        return covers + len(document.sheets())

    def drawn(self, what: Cover | Notice | Sequence[Footer]) -> Paper:
        """A page of our own."""
        limits = self._decoders.limits
        if isinstance(what, Cover):
            return Paper(io.BytesIO(self._decoders.run(own.cover_paper, what, limits)))
        if isinstance(what, Notice):
            return Paper(io.BytesIO(self._decoders.run(own.notice_paper, what, limits)))
        return Paper(io.BytesIO(self._decoders.run(own.footer_paper, what, limits)))

    def marked(self, width: float, height: float, mark: str) -> Mark:
        """What draws a reader's mark over a page."""
        return self._decoders.run(drawn_mark, width, height, mark)

    def _document(self, binding: Binding, options: PrintOptions) -> Document:
        return Document(self._papers, self.drawn, self.marked, binding, options)
