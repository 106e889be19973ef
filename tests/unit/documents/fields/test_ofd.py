"""What OFD packages say of their invoice, in each of the places and with the faults that real ones have."""

import io
import zipfile
from dataclasses import replace

import pytest

from tests.invoices import EDRM, OFD, expected, ofd, said, sources, texts
from tests.papers import zipped
from tests.unit.documents.test_decode import LIMITS
from tests.unit.gateway.sandbox.test_maker import CLASSIC, DIGITAL, SPECIAL
from viewer.documents.fields import invoice_fields
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import OFD as OFD_TYPE
from viewer.documents.sniff import sniff
from viewer.domain.invoice_fields import InvoiceFields
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Invoice

ORIGINAL = (
    f"<eInvoice {EDRM}><fp:InvoiceNo>20268041</fp:InvoiceNo>"
    "<fp:TaxInclusiveTotalAmount>526.00</fp:TaxInclusiveTotalAmount></eInvoice>"
)
TAG = (
    f'<eInvoice {OFD}><InvoiceNo><ofd:ObjectRef PageRef="1">7</ofd:ObjectRef></InvoiceNo>'
    '<SellerName><ofd:ObjectRef PageRef="1">9</ofd:ObjectRef></SellerName>'
    '<TaxTotalAmount><ofd:ObjectRef PageRef="1">5</ofd:ObjectRef><ofd:ObjectRef PageRef="1">6</ofd:ObjectRef></TaxTotalAmount>'
    "</eInvoice>"
)
TEXTS = texts(n5="¥", n6="15.32", n7="20268041", n9="江南示例餐厅")
TAGGED = {"invoice_no": "20268041", "tax_amount": "15.32", "seller_name": "江南示例餐厅"}


def fields_of(content: bytes) -> InvoiceFields:
    assert sniff(content) == OFD_TYPE
    return invoice_fields(content, OFD_TYPE, LIMITS)


def test_each_value_has_the_best_source_that_tells_it() -> None:
    custom = {"发票号码": "11111111", "合计金额": "510.68", "开票日期": "2020年07月23日"}
    fields = fields_of(ofd(original=ORIGINAL, custom=custom, tag=TAG, page=TEXTS))
    assert said(fields) == {
        "invoice_no": "20268041",
        "invoice_date": "2020-07-23",
        "total_amount": "526.00",
        "amount": "510.68",
        "tax_amount": "15.32",
        "seller_name": "江南示例餐厅",
    }
    assert sources(fields) == {
        "invoice_no": "original_invoice.xml",
        "total_amount": "original_invoice.xml",
        "invoice_date": "OFD.xml",
        "amount": "OFD.xml",
        "tax_amount": "CustomTag.xml",
        "seller_name": "CustomTag.xml",
    }


def test_tags_point_to_texts_of_the_page_or_its_template() -> None:
    assert said(fields_of(ofd(tag=TAG, page=TEXTS))) == TAGGED
    assert said(fields_of(ofd(tag=TAG, template=TEXTS))) == TAGGED
    assert (
        said(fields_of(ofd(tag=TAG, page=f"<ofd:PageBlock><ofd:PageBlock>{TEXTS}</ofd:PageBlock></ofd:PageBlock>")))
        == TAGGED
    )


def test_a_tag_that_points_nowhere_says_nothing() -> None:
    assert said(fields_of(ofd(tag=TAG, page=texts(n7="20268041")))) == {"invoice_no": "20268041"}
    assert not fields_of(ofd(tag=TAG))


def test_a_tag_may_hold_its_value_itself() -> None:
    held = f"<eInvoice {OFD}><InvoiceNo><ofd:ObjectData>20268041</ofd:ObjectData></InvoiceNo></eInvoice>"
    assert said(fields_of(ofd(tag=held))) == {"invoice_no": "20268041"}


def test_a_malformed_tag_file_is_read_all_the_same() -> None:
    malformed = TAG.replace(f"<eInvoice {OFD}>", '<:eInvoice xmlns:="">').replace("</eInvoice>", "</:eInvoice>")
    assert said(fields_of(ofd(tag=malformed, page=TEXTS))) == TAGGED


def test_rows_of_goods_are_read_from_tags() -> None:
    row = (
        '<GoodsInfos><GoodsInfo><Item><ofd:ObjectRef PageRef="1">9</ofd:ObjectRef></Item>'
        '<Amount><ofd:ObjectRef PageRef="1">6</ofd:ObjectRef></Amount></GoodsInfo></GoodsInfos></eInvoice>'
    )
    items = fields_of(ofd(tag=TAG.replace("</eInvoice>", row), page=TEXTS)).items
    assert items
    assert [(item.name, item.amount, item.tax) for item in items.value] == [("江南示例餐厅", "15.32", None)]


def test_names_in_another_case_and_absolute_paths_are_found() -> None:
    content = ofd(
        Doc_0__Attachs__Attachments_xml=f"<ofd:Attachments {OFD}><ofd:Attachment>"
        "<ofd:FileLoc>/DOC_0/attachs/ORIGINAL_INVOICE.xml</ofd:FileLoc></ofd:Attachment></ofd:Attachments>",
        doc_0__ATTACHS__Original_Invoice_xml=ORIGINAL,
    )
    assert said(fields_of(content)) == {"invoice_no": "20268041", "total_amount": "526.00"}


def test_paths_relative_to_the_document_are_found() -> None:
    location = "<ofd:FileLoc>Tags/Tag_Invoice.xml</ofd:FileLoc>"
    listed = f"<ofd:CustomTags {OFD}><ofd:CustomTag>{location}</ofd:CustomTag></ofd:CustomTags>"
    content = ofd(page=TEXTS, Doc_0__Tags__CustomTags_xml=listed, Doc_0__Tags__Tag_Invoice_xml=TAG)
    assert said(fields_of(content)) == TAGGED


def test_original_data_that_no_list_names_are_found() -> None:
    content = ofd(original=ORIGINAL, Doc_0__Attachs__Attachments_xml=f"<ofd:Attachments {OFD}/>")
    assert said(fields_of(content))["invoice_no"] == "20268041"


def test_a_package_of_two_documents_says_nothing() -> None:
    body = "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    assert fields_of(ofd(original=ORIGINAL, OFD_xml=f"<ofd:OFD {OFD}>{body}</ofd:OFD>"))
    assert not fields_of(ofd(original=ORIGINAL, OFD_xml=f"<ofd:OFD {OFD}>{body}{body}</ofd:OFD>"))


def test_an_empty_package_says_nothing() -> None:
    assert not fields_of(ofd())


def test_a_package_over_the_archive_limits_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        fields_of(ofd(original=ORIGINAL + " " * 9_000_000))
    assert refused.value.problem == "archive_too_large"


def test_a_long_text_that_many_tags_point_to_is_no_flood() -> None:
    references = '<ofd:ObjectRef PageRef="1">7</ofd:ObjectRef>' * 3000
    flood = f"<eInvoice {OFD}>{f'<Note>{references}</Note>' * 10}<InvoiceNo>{references[:44]}</InvoiceNo></eInvoice>"
    roomy = replace(LIMITS, archive_bytes=100_000_000, archive_ratio=10_000)
    content = ofd(tag=flood, page=texts(n7="9" * 2_000_000))
    assert not invoice_fields(content, OFD_TYPE, roomy)
    assert said(invoice_fields(ofd(tag=flood, page=texts(n7="20268041")), OFD_TYPE, roomy))["invoice_no"] == "20268041"


def test_a_document_that_is_its_own_page_and_template_ends() -> None:
    loop = (
        f'<ofd:Document {OFD}><ofd:Pages><ofd:Page ID="1" BaseLoc="Document.xml"/></ofd:Pages>'
        '<ofd:TemplatePage ID="1" BaseLoc="Document.xml"/><ofd:CustomTags>Document.xml</ofd:CustomTags>'
        "<ofd:CustomTag><ofd:FileLoc>Document.xml</ofd:FileLoc></ofd:CustomTag></ofd:Document>"
    )
    assert not fields_of(ofd(Doc_0__Document_xml=loop))


DATA = ("OFD.xml", "CustomTag.xml", "CustomTags.xml", "original_invoice.xml", "Attachments.xml")


def without_data(content: bytes) -> bytes:
    """An OFD with nothing but its look."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        kept = {name: package.read(name) for name in package.namelist() if not name.endswith(DATA)}
        head = package.read("OFD.xml")
    start, end = head.index(b"<ofd:CustomDatas>"), head.index(b"</ofd:CustomDatas>")
    return zipped({"OFD.xml": head[:start] + head[end + len(b"</ofd:CustomDatas>") :], **kept})


@pytest.mark.parametrize("paper", [CLASSIC, DIGITAL, SPECIAL])
def test_without_any_data_the_pages_say_it(paper: Invoice) -> None:
    fields = fields_of(without_data(make(paper, "ofd")))
    told = {name: "".join(value.split()) for name, value in said(fields).items()}
    assert told == {name: "".join(value.split()) for name, value in expected(paper).items()}
    assert set(sources(fields).values()) == {"text"}
    assert fields.items
    assert [row.amount for row in fields.items.value] == [f"{line.amount:.2f}" for line in paper.lines]


def test_pages_that_cannot_be_shown_leave_what_the_data_say() -> None:
    broken = ofd(custom={"发票号码": "20268041"}, Doc_0__Pages__Page_0__Content_xml="<none")
    assert said(fields_of(broken)) == {"invoice_no": "20268041"}
