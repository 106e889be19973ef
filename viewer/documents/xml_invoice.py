"""A 数电票 that is an XML: its page is drawn from its data, and from there on it is a PDF like any other."""

from functools import lru_cache

from PIL import Image

from viewer.documents import pdf
from viewer.documents.fields.invoice_xml import digital_invoice, from_xml
from viewer.documents.fields.markup import parsed
from viewer.documents.shapes import Limits, Word
from viewer.documents.words import pdf_words
from viewer.domain.size import Box, Size


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """None for an XML that is no 数电票, or has no number or no amount. Raises Unreadable: too many pages."""
    drawn = _drawn(content, limits)
    return pdf.page_sizes(drawn, limits) if drawn else []


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    return pdf.draw(_drawn(content, limits), number, box, size, limits)


def words(content: bytes, number: int, limits: Limits) -> list[Word]:
    return pdf_words(_drawn(content, limits), number, limits)


def to_pdf(content: bytes, limits: Limits) -> bytes:
    """Its pages as a PDF; "" for an XML that has none. Raises Unreadable: too many pages."""
    return _drawn(content, limits)


@lru_cache(maxsize=4)
def _drawn(content: bytes, limits: Limits) -> bytes:
    """The invoice as a PDF, "" for what is none; kept for the pictures that are made of one page after another."""
    root = parsed(content)
    if root is None or digital_invoice(root) is None:
        return b""
    fields = from_xml(root, "xml")
    if not fields.invoice_no or not (fields.total_amount or fields.amount):
        return b""
    from viewer.documents.xml_page import (
        invoice_page,
    )  # the font takes a moment that decoders of other files don't need

    return invoice_page(fields, limits.max_pages)
