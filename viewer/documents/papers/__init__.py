"""Papers: a file's pages as parts of PDFs to come, for prints and bundles. Runs in decoder processes.

Hostile files are opened here and nowhere else; who puts papers together (`viewer.archive.binding`) copies bytes and numbers, and
parses none of it.
"""

from collections.abc import Callable
from pathlib import Path

from viewer.documents import bundle, ofd, xml_invoice
from viewer.documents.papers.paper import Maker
from viewer.documents.papers.pdf import add_pdf
from viewer.documents.papers.picture import add_picture
from viewer.documents.shapes import Limits, Unreadable, every_fault_told
from viewer.documents.sniff import IMAGES, JPEG, OFD, PDF, XML, ZIP, sniff

LARGEST = 150_000_000
"""Bytes of a paper: it passes through the server's memory. A picture of 50 megapixels that has to be unpacked has 80 MB."""
Adding = Callable[[Maker, bytes, Limits], None]


def paper(content: bytes | Path, media_type: str, limits: Limits) -> bytes:
    """All pages of a file as a packed `Paper`. Raises Unreadable, also for one without a page."""
    whole = content.read_bytes() if isinstance(content, Path) else content
    maker = Maker(original=whole if media_type == JPEG else None)
    with every_fault_told():
        ADDING[media_type](maker, whole, limits)
        if not maker.pages:
            raise Unreadable("damaged")
        packed = maker.packed()
    if len(packed) > LARGEST:
        raise Unreadable("too_many_pixels")
    return packed


def _add_ofd(maker: Maker, content: bytes, limits: Limits) -> None:
    add_pdf(maker, ofd.to_pdf(content, limits)[0], limits)


def _add_xml(maker: Maker, content: bytes, limits: Limits) -> None:
    add_pdf(maker, xml_invoice.to_pdf(content, limits), limits)


def _add_members(maker: Maker, content: bytes, limits: Limits) -> None:
    for member in bundle.papers(content, limits):
        _OF_MEMBERS[sniff(member)](maker, member, limits)


_OF_MEMBERS: dict[str, Adding] = {PDF: add_pdf, OFD: _add_ofd, **dict.fromkeys(IMAGES, add_picture)}
ADDING: dict[str, Adding] = {**_OF_MEMBERS, XML: _add_xml, ZIP: _add_members}
"""Media types that have pages → how these are added to a paper."""
