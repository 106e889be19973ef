"""Invoices as XML, in the three forms that are met; namespaces don't matter, and any part may be missing.

- 数电票: `EInvoice` of the tax bureau's deliveries (财政部 电子凭证会计数据标准, 全面数字化的电子发票).
- `eInvoice` of http://www.edrm.org.cn/schema/e-invoice/2019: `original_invoice.xml` in an OFD; its names are also those of
  CustomTag.xml, whose elements point to the text instead of holding it.
- XBRL of http://xbrl.mof.gov.cn/taxonomy: attached to PDFs and OFDs, such as a 铁路电子客票 (`rai`); a flat list of facts.
"""

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from viewer.documents.fields import values
from viewer.documents.fields.markup import all_named, children, content_of, local
from viewer.domain.invoice_fields import InvoiceFields, Item, Source

TextOf = Callable[[etree._Element], str]

MOST_ITEMS = 2000
"""Rows of an invoice, the most that the tax bureau's platform takes; an XML with more keeps its other fields."""
GENERAL, SPECIAL = "26", "27"

DIGITAL: dict[str, tuple[values.Reader, tuple[tuple[str, ...], ...]]] = {
    "invoice_no": (values.invoice_no, (("TaxSupervisionInfo", "InvoiceNumber"), ("Header", "EIid"))),
    "invoice_date": (values.issued, (("TaxSupervisionInfo", "IssueTime"),)),
    "total_amount": (values.amount, (("EInvoiceData", "BasicInformation", "TotalTax-includedAmount"),)),
    "amount": (values.amount, (("EInvoiceData", "BasicInformation", "TotalAmWithoutTax"),)),
    "tax_amount": (values.amount, (("EInvoiceData", "BasicInformation", "TotalTaxAm"),)),
    "buyer_name": (values.name, (("EInvoiceData", "BuyerInformation", "BuyerName"),)),
    "buyer_tax_no": (values.tax_no, (("EInvoiceData", "BuyerInformation", "BuyerIdNum"),)),
    "seller_name": (values.name, (("EInvoiceData", "SellerInformation", "SellerName"),)),
    "seller_tax_no": (values.tax_no, (("EInvoiceData", "SellerInformation", "SellerIdNum"),)),
    "drawer": (values.name, (("EInvoiceData", "BasicInformation", "Drawer"),)),
    "remark": (values.remark, (("EInvoiceData", "AdditionalInformation", "Remark"),)),
}
"""Field → how it is read, and where it stands; a later place counts where the ones before say nothing."""
DIGITAL_ITEM: dict[str, tuple[values.Reader, str]] = {
    "name": (values.text, "ItemName"),
    "spec": (values.text, "SpecMod"),
    "unit": (values.text, "MeaUnits"),
    "quantity": (values.number, "Quantity"),
    "price": (values.number, "UnPrice"),
    "amount": (values.amount, "Amount"),
    "tax_rate": (values.rate, "TaxRate"),
    "tax": (values.amount, "ComTaxAm"),
}

EDRM: dict[str, tuple[values.Reader, str]] = {
    "invoice_no": (values.invoice_no, "InvoiceNo"),
    "invoice_code": (values.invoice_code, "InvoiceCode"),
    "invoice_date": (values.issued, "IssueDate"),
    "total_amount": (values.amount, "TaxInclusiveTotalAmount"),
    "amount": (values.amount, "TaxExclusiveTotalAmount"),
    "tax_amount": (values.amount, "TaxTotalAmount"),
    "buyer_name": (values.name, "BuyerName"),
    "buyer_tax_no": (values.tax_no, "BuyerTaxID"),
    "seller_name": (values.name, "SellerName"),
    "seller_tax_no": (values.tax_no, "SellerTaxID"),
    "check_code": (values.check_code, "InvoiceCheckCode"),
    "drawer": (values.name, "InvoiceClerk"),
    "remark": (values.remark, "Note"),
}
EDRM_ITEM: dict[str, tuple[values.Reader, str]] = {
    "name": (values.text, "Item"),
    "spec": (values.text, "Specification"),
    "unit": (values.text, "MeasurementDimension"),
    "quantity": (values.number, "Quantity"),
    "price": (values.number, "Price"),
    "amount": (values.amount, "Amount"),
    "tax_rate": (values.rate, "TaxScheme"),
    "tax": (values.amount, "TaxAmount"),
}

XBRL = {
    "invoice_no": (values.invoice_no, ("InvoiceNumber", "ElectronicInvoiceRailwayETicketNumber")),
    "invoice_date": (values.issued, ("IssueTime", "DateOfIssue")),
    "total_amount": (values.amount, ("TotalTax-includedAmount", "Fare")),
    "amount": (values.amount, ("TotalAmWithoutTax", "TotalAmountExcludingTax")),
    "tax_amount": (values.amount, ("TotalTaxAm", "TaxAmount")),
    "buyer_name": (values.name, ("BuyerName", "NameOfPurchaser")),
    "buyer_tax_no": (values.tax_no, ("BuyerIdNum", "UnifiedSocialCreditCodeOfPurchaser")),
    "seller_name": (values.name, ("SellerName",)),
    "seller_tax_no": (values.tax_no, ("SellerIdNum",)),
    "drawer": (values.name, ("Drawer",)),
    "remark": (values.remark, ("Remark",)),
}
XBRL_NAMESPACE = "http://xbrl.mof.gov.cn/taxonomy/"


def from_xml(root: etree._Element, source: Source) -> InvoiceFields:
    """What an XML document says, whichever of the three it is; nothing for any other, or for several invoices in one."""
    if (digital := digital_invoice(root)) is not None:
        return _digital(digital, source)
    if local(root).lower() in ("einvoice", "e-invoice"):
        return from_edrm(root, source)
    if local(root) == "xbrl":
        return _xbrl(root, source)
    return InvoiceFields()


def digital_invoice(root: etree._Element) -> etree._Element | None:
    """The one `EInvoice` with data in a document."""
    found = [element for element in all_named(root, "EInvoice") if children(element, "EInvoiceData")]
    return found[0] if len(found) == 1 else None


def from_edrm(root: etree._Element, source: Source, text_of: TextOf = content_of) -> InvoiceFields:
    """`text_of` says what stands behind an element: here its own text, in a CustomTag.xml that of the page."""
    told = {
        field: values.the_one(read(text_of(each)) for each in all_named(root, name))
        for field, (read, name) in EDRM.items()
    }
    return InvoiceFields.of(source, told, _items(all_named(root, "GoodsInfo"), EDRM_ITEM, text_of))


def _digital(invoice: etree._Element, source: Source) -> InvoiceFields:
    told = {}
    for field, (read, places) in DIGITAL.items():
        said = (values.the_one(read(content_of(each)) for each in children(invoice, *place)) for place in places)
        told[field] = next((value for value in said if value), None)
    told["invoice_type"] = _vat_type(invoice)
    rows = children(invoice, "EInvoiceData", "IssuItemInformation")
    return InvoiceFields.of(source, told, _items(rows, DIGITAL_ITEM, content_of))


def _vat_type(invoice: etree._Element) -> str | None:
    """By the label's name, since deliveries differ in which label holds it; its code is "01" for more than one thing."""
    names = {values.text(content_of(each)) or "" for each in all_named(invoice, "LabelName")}
    special, general = (any(words in name for name in names) for words in ("专用发票", "普通发票"))
    return None if special == general else SPECIAL if special else GENERAL


def _xbrl(root: etree._Element, source: Source) -> InvoiceFields:
    facts: dict[str, list[etree._Element]] = {}
    for element in root:
        if isinstance(element.tag, str) and element.tag.startswith("{" + XBRL_NAMESPACE):
            facts.setdefault(local(element), []).append(element)
    told = {
        field: values.the_one(read(content_of(each)) for name in names for each in facts.get(name, ()))
        for field, (read, names) in XBRL.items()
    }
    return InvoiceFields.of(source, told)


def _items(
    rows: Iterable[etree._Element], shape: Mapping[str, tuple[values.Reader, str]], text_of: TextOf
) -> tuple[Item, ...]:
    """The rows that say anything; none where there are more than an invoice can have."""
    items = []
    for number, row in enumerate(rows):
        if number == MOST_ITEMS:
            return ()
        texts = {local(each): text_of(each) for each in row}
        item = Item(**{field: read(texts.get(name)) for field, (read, name) in shape.items()})
        if item != Item():
            items.append(item)
    return tuple(items)
