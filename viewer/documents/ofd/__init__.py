"""OFD (GB/T 33190-2016), China's format for electronic documents, shown by way of PDF: pages are converted one by one."""

import hashlib
from collections import OrderedDict

from PIL import Image

from viewer.documents import pdf
from viewer.documents.ofd.convert import converted, page_points
from viewer.documents.shapes import Finding, Limits, Unreadable, Word, every_fault_told
from viewer.documents.words import pdf_words
from viewer.domain.size import Box, Size

FIRST_PAGES = 50
KEPT_PAGES, KEPT_BYTES = 16, 32_000_000
"""Converted pages that a process keeps, so that another size of one needs no other conversion."""


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The size of every page at the page resolution, within the longest edge. Raises Unreadable."""
    return [pdf.size_of(points, limits) for points in page_points(content, limits)]


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """A part of page `number` (from 1) on white in exactly `size`; only that page is converted."""
    return pdf.draw(_page(content, number, limits), 1, box, size, limits)


def words(content: bytes, number: int, limits: Limits) -> list[Word]:
    """The words of page `number` (from 1)."""
    return pdf_words(_page(content, number, limits), 1, limits)


def findings(content: bytes, limits: Limits) -> list[Finding]:
    """What of its pages can't be shown as they say; a long document is looked at as far as doesn't keep its readers waiting."""
    return converted(content, limits, slice(FIRST_PAGES))[1]


def to_pdf(content: bytes, limits: Limits) -> tuple[bytes, list[Finding]]:
    """A PDF of all pages, and what of them could not be shown. Raises Unreadable."""
    with every_fault_told():
        if not content:
            raise Unreadable("damaged")
        return converted(content, limits)


def _page(content: bytes, number: int, limits: Limits) -> bytes:
    """A page as a PDF of its own."""
    key = hashlib.sha256(content).digest(), number, limits
    if key not in _pages:
        _pages[key], _ = converted(content, limits, slice(number - 1, number))
    _pages.move_to_end(key)
    while len(_pages) > KEPT_PAGES or (len(_pages) > 1 and sum(map(len, _pages.values())) > KEPT_BYTES):
        _pages.popitem(last=False)
    return _pages[key]


_pages: OrderedDict[tuple[bytes, int, Limits], bytes] = OrderedDict()
