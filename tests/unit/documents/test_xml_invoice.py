"""The page of a 数电票 that came as XML: what stands on it, and which XML has none."""

from dataclasses import replace

import pytest
from PIL import ImageStat

from tests.invoices import DEMO_INVOICES, expected, said
from tests.unit.documents.test_decode import LIMITS
from viewer.documents.decode import draw, page_sizes, words
from viewer.documents.fields.labels import Page, said_by
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import XML, sniff
from viewer.documents.xml_page import ROWS_EACH
from viewer.domain.capitals import in_capitals
from viewer.domain.size import Box, Size
from viewer.gateway.sandbox.papers import Invoice
from viewer.gateway.sandbox.xml_invoice import xml_invoice

ROOMY = replace(LIMITS, max_pages=1000)
DIGITAL = [paper for paper in DEMO_INVOICES.values() if paper.type_code in ("26", "27")]
LONG = max(DIGITAL, key=lambda paper: len(paper.lines))
SHORT = DIGITAL[0]


def text_of(content: bytes, number: int = 1) -> str:
    return "".join(word.text for word in words(content, XML, number, ROOMY))


@pytest.mark.parametrize("paper", DIGITAL[:12], ids=lambda paper: paper.number)
def test_the_page_says_what_the_data_say(paper: Invoice) -> None:
    content = xml_invoice(paper)
    assert sniff(content) == XML
    size, *_ = page_sizes(content, XML, ROOMY)
    assert (size.width, size.height) == (2480, 1653)
    read = said(said_by([Page(words(content, XML, 1, ROOMY))]))
    assert read == expected(paper)
    text = text_of(content)
    for told in (in_capitals(paper.total), paper.lines[0].name, paper.drawer):
        assert told
        assert told in text
    assert paper.remark.replace(" ", "") in text


def test_the_page_is_drawn_in_ink_on_white() -> None:
    content = xml_invoice(SHORT)
    picture = draw(content, XML, 1, Box(0, 0, 2480, 1653), Size(620, 413), ROOMY).convert("L")
    assert picture.getpixel((2, 2)) == 255
    assert 200 < ImageStat.Stat(picture).mean[0] < 254


def test_a_long_invoice_goes_on_over_pages_with_every_row() -> None:
    content = xml_invoice(LONG)
    pages = page_sizes(content, XML, ROOMY)
    assert len(pages) == -(-len(LONG.lines) // ROWS_EACH)
    for number in (1, len(pages)):
        text = text_of(content, number)
        assert LONG.number in text
        assert f"共{len(pages)}页第{number}页" in text
    assert LONG.lines[0].spec in text_of(content)
    assert LONG.lines[-1].spec in text_of(content, len(pages))
    found = sum(text_of(content, number).count("*电子元件*") for number in range(1, len(pages) + 1))
    assert found == len(LONG.lines)


def test_more_pages_than_may_be_are_told() -> None:
    with pytest.raises(Unreadable) as told:
        page_sizes(xml_invoice(LONG), XML, LIMITS)
    assert told.value.problem == "too_many_pages"


def test_a_name_too_long_for_its_column_goes_on_below_it() -> None:
    line = replace(SHORT.lines[0], name="*信息技术服务*" + "很长的名字" * 6)
    long, short = (xml_invoice(replace(SHORT, lines=(each,) * 5)) for each in (line, SHORT.lines[0]))
    assert len(page_sizes(short, XML, ROOMY)) == 1
    assert len(page_sizes(long, XML, ROOMY)) > 1
    assert text_of(long).count("很长的名字") >= 6


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml version='1.0'?><html/>",
        b"<?xml version='1.0'?><EInvoice><EInvoiceData/></EInvoice>",
        b"<?xml version='1.0'?><EInvoice>",
        b"<?xml version='1.0'?>",
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>" + xml_invoice(SHORT).split(b"?>", 1)[1],
    ],
)
def test_an_xml_that_is_no_invoice_has_no_page(content: bytes) -> None:
    assert page_sizes(content, XML, LIMITS) == []


def test_the_same_data_always_make_the_same_page() -> None:
    from viewer.documents import xml_invoice as module

    first = module._drawn(xml_invoice(SHORT), ROOMY)
    module._drawn.cache_clear()
    assert module._drawn(xml_invoice(SHORT), ROOMY) == first
