"""Documents that say something of their invoice, as text and as packages, and what is expected of them."""

import io
from collections.abc import Mapping

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from tests.papers import zipped
from viewer.domain.invoice_fields import InvoiceFields
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import Invoice

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
EDRM = 'xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019"'

DEMO_INVOICES = {
    each.paper.number: each.paper for bill in demo_bills() for each in bill.invoices if isinstance(each.paper, Invoice)
}
"""Every VAT and 数电 invoice of the demo, by number."""


def said(fields: InvoiceFields) -> dict[str, str]:
    """The texts that are told, by field."""
    return {name: told["value"] for name, told in fields.stored().items() if told and name != "items"}


def sources(fields: InvoiceFields) -> dict[str, str]:
    return {name: told["source"] for name, told in fields.stored().items() if told}


def expected(paper: Invoice) -> dict[str, str]:
    """What a document of this invoice says when it says all."""
    told = {
        "invoice_type": paper.type_code,
        "invoice_code": paper.code,
        "invoice_no": paper.number,
        "invoice_date": paper.issued.isoformat(),
        "total_amount": f"{paper.total:.2f}",
        "amount": f"{paper.amount:.2f}",
        "tax_amount": f"{paper.tax:.2f}",
        "buyer_name": paper.buyer.name,
        "buyer_tax_no": paper.buyer.tax_no,
        "seller_name": paper.seller.name,
        "seller_tax_no": paper.seller.tax_no,
        "check_code": paper.check_code,
        "drawer": paper.drawer,
        "remark": paper.remark,
    }
    return {name: value for name, value in told.items() if value}


def ofd(
    *,
    custom: Mapping[str, str] | None = None,
    original: str = "",
    tag: str = "",
    page: str = "",
    template: str = "",
    **entries: str,
) -> bytes:
    """An OFD of one page. `entries` replace or add entries, with __ for / and _xml for .xml at the end of their names."""
    data = "".join(f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>' for name, value in (custom or {}).items())
    made = {
        "OFD.xml": f"<ofd:OFD {OFD}><ofd:DocBody><ofd:DocInfo><ofd:CustomDatas>{data}</ofd:CustomDatas></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {OFD}><ofd:CommonData>"
        '<ofd:TemplatePage ID="2" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
        '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
        "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
        "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": _content(page),
        "Doc_0/Tpls/Tpl_0/Content.xml": _content(template),
        "Doc_0/Attachs/Attachments.xml": f"<ofd:Attachments {OFD}><ofd:Attachment><ofd:FileLoc>original_invoice.xml"
        "</ofd:FileLoc></ofd:Attachment></ofd:Attachments>",
        "Doc_0/Tags/CustomTags.xml": f"<ofd:CustomTags {OFD}><ofd:CustomTag><ofd:FileLoc>CustomTag.xml</ofd:FileLoc>"
        "</ofd:CustomTag></ofd:CustomTags>",
        **({"Doc_0/Attachs/original_invoice.xml": original} if original else {}),
        **({"Doc_0/Tags/CustomTag.xml": tag} if tag else {}),
        **{name.replace("__", "/").removesuffix("_xml") + ".xml": text for name, text in entries.items()},
    }
    return zipped({name: text.encode() for name, text in made.items() if text})


def texts(**by_id: str) -> str:
    """TextObjects with these texts; `n7="…"` has the ID 7."""
    return "".join(
        f'<ofd:TextObject ID="{number[1:]}"><ofd:TextCode>{text}</ofd:TextCode></ofd:TextObject>'
        for number, text in by_id.items()
    )


def pdf_with(attachments: Mapping[str, bytes], content: bytes = b"") -> bytes:
    """A PDF (a blank page unless `content` is given) with files attached."""
    if not content:
        blank = io.BytesIO()
        canvas = Canvas(blank, pagesize=(300, 200))
        canvas.showPage()
        canvas.save()
        content = blank.getvalue()
    document = pypdfium2.PdfDocument(content)
    for name, attached in attachments.items():
        document.new_attachment(name).set_data(attached)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def _content(objects: str) -> str:
    return f"<ofd:Page {OFD}><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"
