"""The invoice's data inside its OFD, as each generation of issuers writes it.

Older VAT e-invoices carry `original_invoice.xml` (the names of `http://www.edrm.org.cn/schema/e-invoice/2019`); both
generations state the main values in OFD.xml's CustomDatas, and in a custom tag which objects of the pages show which value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from viewer.gateway.sandbox.maker import issue, money, qr
from viewer.gateway.sandbox.maker.ofd.document import PRODUCER
from viewer.gateway.sandbox.maker.ofd.package import child, root
from viewer.gateway.sandbox.papers import Invoice, Line, Party

DATA_NAMESPACE = "http://www.edrm.org.cn/schema/e-invoice/2019"
TAG_NAMESPACE = "http://www.edrm.org.cn/schema/e-invoice/2016"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Objects of one page that show one value; `tag` is the value's name, behind a slash if it is part of another."""

    tag: str
    page: str
    objects: tuple[str, ...]


def day(invoice: Invoice) -> str:
    return f"{invoice.issued:%Y年%m月%d日}"


def custom_datas(invoice: Invoice) -> dict[str, str]:
    """Name and value, in the order of real files; amounts in figures."""
    older = {"发票代码": invoice.code} if invoice.code else {}
    check_code = {"校验码": invoice.check_code} if invoice.check_code else {}
    return {
        "template-version": "1.0",
        "native-producer": PRODUCER,
        **older,
        "发票号码": invoice.number,
        "合计税额": money.figures(invoice.tax),
        "合计金额": money.figures(invoice.amount),
        "开票日期": day(invoice),
        **check_code,
        "购买方纳税人识别号": invoice.buyer.tax_no,
        "销售方纳税人识别号": invoice.seller.tax_no,
    }


def custom_tag(shown: Sequence[Shown], *, older: bool) -> Element:
    """CustomTag.xml: values that stand in one place share an element. The older generation names values in a namespace of their
    own and keeps an item's together in a GoodsInfo; the newer one lists all items' values in a row."""
    prefix = "fp:" if older else "ofd:"
    tags = root("root", version="1.0")
    if older:
        tags.tag = "fp:eInvoice"
        tags.set("xmlns:fp", TAG_NAMESPACE)
    for each in shown:
        *holders, name = each.tag.split("/")
        holder = tags
        for part in holders if older else [part for part in holders if part not in ("GoodsInfos", "GoodsInfo")]:
            holder = _holder(holder, prefix + part, prefix + name)
        before = holder[-1] if len(holder) else None
        same = before is not None and before.tag == prefix + name
        element = before if before is not None and same else SubElement(holder, prefix + name)
        for number in each.objects:
            child(element, "ObjectRef", number, PageRef=each.page)
    return tags


def _holder(parent: Element, name: str, value: str) -> Element:
    """The element that holds the value: a new GoodsInfo begins where the last one has it already."""
    present = parent.findall(name)
    if present and not (name == "fp:GoodsInfo" and present[-1].find(value) is not None):
        return present[-1]
    return SubElement(parent, name)


def original_invoice(invoice: Invoice) -> bytes:
    """The data file of an older e-invoice, whole."""
    told = Element("eInvoice", {"xmlns:fp": DATA_NAMESPACE, "Version": "1.0"})
    payee, checker = issue.staff(invoice)
    values = {
        "DocID": "01",
        "InvoiceCode": invoice.code,
        "InvoiceNo": invoice.number,
        "TypeCode": "0",
        "IssueDate": day(invoice),
        "InvoiceCheckCode": invoice.check_code,
        "MachineNo": issue.machine_no(invoice),
        "TaxControlCode": "\n".join(issue.cipher(invoice)),
    }
    for name, value in values.items():
        _add(told, name, value)
    _party(told, "Buyer", invoice.buyer)
    _party(told, "Seller", invoice.seller)
    values = {
        "TaxInclusiveTotalAmount": money.figures(invoice.total),
        "Note": invoice.remark,
        "InvoiceClerk": invoice.drawer,
        "Payee": payee,
        "Checker": checker,
        "TaxTotalAmount": money.figures(invoice.tax),
        "TaxExclusiveTotalAmount": money.figures(invoice.amount),
        "GraphCode": qr.content(invoice),
    }
    for name, value in values.items():
        _add(told, name, value)
    goods = SubElement(told, "fp:GoodsInfos")
    for line in invoice.lines:
        _line(SubElement(goods, "fp:GoodsInfo"), line)
    content: bytes = tostring(told, encoding="UTF-8", xml_declaration=True)
    return content


def _party(told: Element, role: str, party: Party) -> None:
    element = SubElement(told, f"fp:{role}")
    _add(element, f"{role}Name", party.name)
    _add(element, f"{role}TaxID", party.tax_no)
    _add(element, f"{role}AddrTel", party.address_phone)
    _add(element, f"{role}FinancialAccount", party.bank_account)


def _line(element: Element, line: Line) -> None:
    _add(element, "Item", line.name)
    _add(element, "Specification", line.spec)
    _add(element, "MeasurementDimension", line.unit)
    _add(element, "Price", money.plain(line.amount / line.quantity) if line.quantity else "")
    _add(element, "Quantity", "" if line.quantity is None else money.plain(line.quantity))
    _add(element, "Amount", money.figures(line.amount))
    _add(element, "TaxScheme", money.percent(line.rate))
    _add(element, "TaxAmount", money.figures(line.tax))


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"fp:{name}").text = text
