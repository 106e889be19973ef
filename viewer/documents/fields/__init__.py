"""What a file itself says of its invoice. Runs in a decoder process: everything here reads what strangers wrote."""

from viewer.documents.fields.invoice_xml import from_xml
from viewer.documents.fields.markup import parsed
from viewer.documents.fields.ofd import ofd_fields
from viewer.documents.fields.pdf import pdf_fields
from viewer.documents.shapes import Limits, every_fault_told
from viewer.documents.sniff import OFD, PDF, XML
from viewer.domain.invoice_fields import InvoiceFields

TELLING = frozenset({PDF, OFD, XML})
"""Media types that can tell anything."""


def invoice_fields(content: bytes, media_type: str, limits: Limits) -> InvoiceFields:
    """Raises Unreadable: the document can't be read, or costs more than it may."""
    with every_fault_told():
        if media_type == PDF:
            return pdf_fields(content, limits)
        if media_type == OFD:
            return ofd_fields(content, limits)
        root = parsed(content) if media_type == XML else None
        return from_xml(root, "xml") if root is not None else InvoiceFields()
