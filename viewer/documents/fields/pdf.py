"""What a PDF says of its invoice: in an attached XML, in its information dictionary, in the text of its pages.

The tax bureau's PDFs carry the first two only sometimes: a 铁路电子客票 has an XBRL attached, a 数电票 names its number,
date, tax numbers and amounts in the dictionary by the names of the XML.
"""

import pypdfium2

from viewer.documents.fields import values
from viewer.documents.fields.invoice_xml import from_xml
from viewer.documents.fields.labels import Page, pages_that_tell, said_by
from viewer.documents.fields.markup import MOST_BYTES, parsed
from viewer.documents.pdf import opened
from viewer.documents.shapes import Limits
from viewer.documents.words import pdf_words
from viewer.domain.invoice_fields import InvoiceFields

MOST_ATTACHMENTS = 20
DICTIONARY: dict[str, tuple[values.Reader, str]] = {
    "invoice_no": (values.invoice_no, "InvoiceNumber"),
    "invoice_date": (values.issued, "IssueTime"),
    "total_amount": (values.amount, "TotalTax-includedAmount"),
    "amount": (values.amount, "TotalAmWithoutTax"),
    "tax_amount": (values.amount, "TotalTaxAm"),
    "buyer_name": (values.name, "BuyerName"),
    "buyer_tax_no": (values.tax_no, "BuyerIdNum"),
    "seller_name": (values.name, "SellerName"),
    "seller_tax_no": (values.tax_no, "SellerIdNum"),
}


def pdf_fields(content: bytes, limits: Limits) -> InvoiceFields:
    """Raises Unreadable."""
    with opened(content) as document:
        pages = len(document)
        told = _attached(document).or_else(_dictionary(document))
    return told.or_else(said_by(Page(pdf_words(content, number, limits)) for number in pages_that_tell(pages)))


def _attached(document: pypdfium2.PdfDocument) -> InvoiceFields:
    found = InvoiceFields()
    for index in range(min(document.count_attachments(), MOST_ATTACHMENTS)):
        content = _content(document.get_attachment(index))
        root = parsed(content) if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else None
        if root is not None:
            found = found.or_else(from_xml(root, "attachment"))
    return found


def _content(attachment: pypdfium2.PdfAttachment) -> bytes:
    try:
        content = bytes(attachment.get_data())
    except pypdfium2.PdfiumError:
        return b""
    return content if len(content) <= MOST_BYTES else b""


def _dictionary(document: pypdfium2.PdfDocument) -> InvoiceFields:
    told = {field: read(document.get_metadata_value(name)) for field, (read, name) in DICTIONARY.items()}
    return InvoiceFields.of("metadata", told)
