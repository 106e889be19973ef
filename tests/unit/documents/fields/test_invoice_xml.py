"""Invoices as XML: 数电票, original_invoice.xml and XBRL say what they say, wherever their namespaces are."""

import pytest

from tests.invoices import DEMO_INVOICES, EDRM, expected, said, sources
from tests.unit.documents.test_decode import LIMITS
from viewer.documents.fields import invoice_fields
from viewer.documents.sniff import XML
from viewer.domain.invoice_fields import InvoiceFields
from viewer.gateway.sandbox.xml_invoice import xml_invoice

DIGITAL = (
    "<EInvoice><Header><EIid>26322000000020417733</EIid></Header><EInvoiceData>"
    "<BasicInformation><TotalAmWithoutTax>100</TotalAmWithoutTax></BasicInformation>{rows}</EInvoiceData></EInvoice>"
)


def fields_of(text: str | bytes) -> InvoiceFields:
    return invoice_fields(text if isinstance(text, bytes) else text.encode(), XML, LIMITS)


@pytest.mark.parametrize("number", DEMO_INVOICES)
def test_the_xml_of_every_demo_invoice_says_exactly_the_invoice(number: str) -> None:
    paper = DEMO_INVOICES[number]
    fields = fields_of(xml_invoice(paper))
    without = {"invoice_code", "check_code"} | (set() if paper.type_code in ("26", "27") else {"invoice_type"})
    kept = {name: value for name, value in expected(paper).items() if name not in without}
    assert {name: value for name, value in said(fields).items() if name not in without} == kept
    assert set(sources(fields).values()) == {"xml"}
    assert fields.items
    assert [(item.name, item.amount, item.tax) for item in fields.items.value] == [
        (line.name, f"{line.amount:.2f}", f"{line.tax:.2f}") for line in paper.lines
    ]
    assert fields.items.value[0].tax_rate == f"{paper.lines[0].rate * 100:.0f}%"


def test_namespaces_and_prefixes_do_not_matter() -> None:
    plain = xml_invoice(next(iter(DEMO_INVOICES.values()))).decode()
    spaced = plain.replace("<EInvoice>", '<EInvoice xmlns="urn:some">')
    prefixed = (
        plain.replace("<?", "\0").replace("</", "\1").replace("<", "<e:").replace("\1", "</e:").replace("\0", "<?")
    )
    prefixed = prefixed.replace("<e:EInvoice>", '<e:EInvoice xmlns:e="urn:some">')
    assert fields_of(spaced) == fields_of(plain) == fields_of(prefixed)
    assert said(fields_of(plain))["invoice_no"]


def test_missing_parts_are_null_and_the_number_may_stand_in_the_header() -> None:
    assert said(fields_of(DIGITAL.format(rows=""))) == {"invoice_no": "26322000000020417733", "amount": "100.00"}


def test_rows_without_anything_are_none() -> None:
    nil = '<IssuItemInformation xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
    assert fields_of(DIGITAL.format(rows=nil)).items is None


def test_a_label_of_either_place_tells_the_type() -> None:
    label = "<GeneralOrSpecialVAT><LabelCode>01</LabelCode><LabelName>增值税专用发票</LabelName></GeneralOrSpecialVAT>"
    text = DIGITAL.format(rows="").replace("<Header>", f"<Header><InherentLabel>{label}</InherentLabel>")
    assert said(fields_of(text))["invoice_type"] == "27"
    both = text.replace(
        "</InherentLabel>", "<EInvoiceType><LabelName>普通发票</LabelName></EInvoiceType></InherentLabel>"
    )
    assert "invoice_type" not in said(fields_of(both))


def test_a_field_that_is_told_in_two_ways_is_null() -> None:
    again = "<BasicInformation><TotalAmWithoutTax>200</TotalAmWithoutTax></BasicInformation>"
    assert said(fields_of(DIGITAL.format(rows=again))) == {"invoice_no": "26322000000020417733"}


def test_several_invoices_in_one_document_say_nothing() -> None:
    assert not fields_of(f"<all>{DIGITAL.format(rows='')}{DIGITAL.format(rows='')}</all>")
    assert fields_of(f"<all>{DIGITAL.format(rows='')}</all>")


def test_an_xml_that_is_no_invoice_says_nothing() -> None:
    for text in ("<html/>", "<EInvoice/>", "no xml", "", "<a><b></a>"):
        assert not fields_of(text)


def test_the_archives_form_of_an_invoice_is_read_too() -> None:
    text = f"""<?xml version="1.0"?><eInvoice {EDRM}><fp:InvoiceCode>044001900111</fp:InvoiceCode>
    <fp:InvoiceNo>20268041</fp:InvoiceNo><fp:IssueDate><![CDATA[2020年07月23日]]></fp:IssueDate>
    <fp:Buyer><fp:BuyerName>甲公司</fp:BuyerName><fp:BuyerTaxID>91330106MA7QY2X8XR</fp:BuyerTaxID></fp:Buyer>
    <fp:TaxInclusiveTotalAmount>526.00</fp:TaxInclusiveTotalAmount><fp:Note></fp:Note>
    <fp:GoodsInfos><fp:GoodsInfo><fp:Item>*餐饮服务*餐费</fp:Item><fp:Price>510.679612</fp:Price><fp:Amount>510.68</fp:Amount>
    <fp:TaxScheme>3%</fp:TaxScheme><fp:TaxAmount>15.32</fp:TaxAmount></fp:GoodsInfo></fp:GoodsInfos></eInvoice>"""
    fields = fields_of(text)
    assert said(fields) == {
        "invoice_code": "044001900111",
        "invoice_no": "20268041",
        "invoice_date": "2020-07-23",
        "total_amount": "526.00",
        "buyer_name": "甲公司",
        "buyer_tax_no": "91330106MA7QY2X8XR",
    }
    assert fields.items
    (item,) = fields.items.value
    assert (item.name, item.price, item.amount, item.tax_rate, item.tax, item.unit) == (
        "*餐饮服务*餐费",
        "510.679612",
        "510.68",
        "3%",
        "15.32",
        None,
    )


RAILWAY = """<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:rai="http://xbrl.mof.gov.cn/taxonomy/2021-11-30/rai">
<rai:ElectronicInvoiceRailwayETicketNumber>26339116882000417265</rai:ElectronicInvoiceRailwayETicketNumber>
<rai:DateOfIssue>2026-11-04</rai:DateOfIssue><rai:Fare decimals="2">73.00</rai:Fare>
<rai:TotalAmountExcludingTax>66.97</rai:TotalAmountExcludingTax><rai:TaxAmount>6.03</rai:TaxAmount>
<rai:NameOfPurchaser>甲公司</rai:NameOfPurchaser><other>9.99</other>
<rai:UnifiedSocialCreditCodeOfPurchaser>91330106MA7QY2X8XR</rai:UnifiedSocialCreditCodeOfPurchaser></xbrl>"""


def test_a_railway_tickets_xbrl_is_read() -> None:
    assert said(fields_of(RAILWAY)) == {
        "invoice_no": "26339116882000417265",
        "invoice_date": "2026-11-04",
        "total_amount": "73.00",
        "amount": "66.97",
        "tax_amount": "6.03",
        "buyer_name": "甲公司",
        "buyer_tax_no": "91330106MA7QY2X8XR",
    }
    assert not fields_of(RAILWAY.replace("xbrl.mof.gov.cn", "somewhere.else"))
