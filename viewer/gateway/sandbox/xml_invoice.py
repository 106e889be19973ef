"""The XML data file of a fully digital invoice, in the manner of the tax bureau's `EInvoice` deliveries."""

from decimal import Decimal
from xml.etree import ElementTree

from viewer.gateway.sandbox.papers import Invoice, Line, Party


def xml_invoice(invoice: Invoice) -> bytes:
    """UTF-8 XML with the invoice's own number, dates, parties, lines and totals."""
    root = ElementTree.Element("EInvoice")
    header = ElementTree.SubElement(root, "Header")
    _add(header, "EIid", invoice.number)
    _add(header, "EInvoiceTag", "SWEI3200")
    _add(header, "Version", "0.2")
    kind = ElementTree.SubElement(ElementTree.SubElement(header, "InherentLabel"), "EInvoiceType")
    _add(kind, "LabelCode", "01" if invoice.type_code == "27" else "02")
    _add(kind, "LabelName", "增值税专用发票" if invoice.type_code == "27" else "普通发票")
    data = ElementTree.SubElement(root, "EInvoiceData")
    _party(data, "Seller", invoice.seller)
    _party(data, "Buyer", invoice.buyer)
    basic = ElementTree.SubElement(data, "BasicInformation")
    _add(basic, "TotalAmWithoutTax", _money(invoice.amount))
    _add(basic, "TotalTaxAm", _money(invoice.tax))
    _add(basic, "TotalTax-includedAmount", _money(invoice.total))
    _add(basic, "Drawer", invoice.drawer)
    _add(basic, "RequestTime", f"{invoice.issued.isoformat()} 10:00:00")
    for line in invoice.lines:
        _line(data, line)
    extra = ElementTree.SubElement(data, "AdditionalInformation")
    _add(extra, "Remark", invoice.remark)
    tax = ElementTree.SubElement(root, "TaxSupervisionInfo")
    _add(tax, "InvoiceNumber", invoice.number)
    _add(tax, "IssueTime", invoice.issued.isoformat())
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _party(data: ElementTree.Element, role: str, party: Party) -> None:
    element = ElementTree.SubElement(data, f"{role}Information")
    _add(element, f"{role}IdNum", party.tax_no)
    _add(element, f"{role}Name", party.name)


def _line(data: ElementTree.Element, line: Line) -> None:
    item = ElementTree.SubElement(data, "IssuItemInformation")
    _add(item, "ItemName", line.name)
    _add(item, "SpecMod", line.spec)
    _add(item, "MeaUnits", line.unit)
    if line.quantity is not None:
        _add(item, "Quantity", str(line.quantity))
    _add(item, "Amount", _money(line.amount))
    _add(item, "TaxRate", str(line.rate))
    _add(item, "ComTaxAm", _money(line.tax))
    _add(item, "TotaltaxIncludedAmount", _money(line.amount + line.tax))


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _money(value: Decimal) -> str:
    return f"{value:.2f}"
