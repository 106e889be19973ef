"""Hostile XML says nothing, wherever it lies, and nothing that it names is read."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.invoices import ofd, pdf_with
from tests.unit.documents.test_decode import LIMITS
from viewer.documents.fields import invoice_fields
from viewer.documents.sniff import OFD, PDF, XML

ROOMY = replace(LIMITS, archive_bytes=100_000_000, archive_ratio=10_000)
"""The archive limits aren't what stops these."""
NUMBER = "<TaxSupervisionInfo><InvoiceNumber>{}</InvoiceNumber></TaxSupervisionInfo><EInvoiceData/>"


def laughs() -> str:
    entities = "".join(f'<!ENTITY l{step} "{f"&l{step - 1};" * 10}">' for step in range(1, 10))
    return f'<!DOCTYPE e [<!ENTITY l0 "12345678">{entities}]><EInvoice>{NUMBER.format("&l9;")}</EInvoice>'


def outside(path: Path) -> str:
    path.write_text("12345678")
    return f'<!DOCTYPE e [<!ENTITY x SYSTEM "{path.as_uri()}">]><EInvoice>{NUMBER.format("&x;")}</EInvoice>'


def hostile(folder: Path) -> dict[str, str]:
    deep = 200_000
    return {
        "deep": "<EInvoice>" * deep + NUMBER.format("12345678") + "</EInvoice>" * deep,
        "laughs": laughs(),
        "outside": outside(folder / "secret"),
        "entity": f'<!DOCTYPE e [<!ENTITY n "12345678">]><EInvoice>{NUMBER.format("&n;")}</EInvoice>',
        "network": f'<!DOCTYPE e SYSTEM "http://127.0.0.1:9/e.dtd"><EInvoice>{NUMBER.format("12345678")}</EInvoice>',
        "large": f"<EInvoice>{NUMBER.format('12345678')}{' ' * 10_000_001}</EInvoice>",
        "long": f"<EInvoice>{NUMBER.format('1' * 5_000_000)}</EInvoice>",
        "many": f"<EInvoice>{NUMBER.format('12345678')}</EInvoice>" * 2,
        "cut off": f"<EInvoice>{NUMBER.format('12345678')}",
    }


KINDS = ("deep", "laughs", "outside", "entity", "network", "large", "long", "many", "cut off")


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_xml_says_nothing(kind: str, tmp_path: Path) -> None:
    assert not invoice_fields(hostile(tmp_path)[kind].encode(), XML, LIMITS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_xml_in_a_pdf_says_nothing(kind: str, tmp_path: Path) -> None:
    assert not invoice_fields(pdf_with({"a.xml": hostile(tmp_path)[kind].encode()}), PDF, LIMITS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_xml_in_an_ofd_says_nothing(kind: str, tmp_path: Path) -> None:
    text = hostile(tmp_path)[kind]
    assert not invoice_fields(ofd(original=text, tag=text, page=text), OFD, ROOMY)


def test_the_same_without_the_malice_says_its_number() -> None:
    fields = invoice_fields(f"<EInvoice>{NUMBER.format('12345678')}</EInvoice>".encode(), XML, LIMITS)
    assert fields.invoice_no
    assert fields.invoice_no.value == "12345678"


def test_a_package_cut_off_anywhere_ends_in_fields_or_none() -> None:
    content = ofd(custom={"发票号码": "12345678"})
    whole = invoice_fields(content, OFD, LIMITS)
    assert whole.invoice_no
    for length in range(0, len(content), 37):
        assert not invoice_fields(content[:length], OFD, LIMITS)
