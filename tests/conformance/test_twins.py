"""Twins: the OFD and the PDF of one invoice look alike and hold the same numbers, though they share no code beyond PDFium."""

import re
from dataclasses import replace
from functools import partial

import pytest
from PIL import Image

from tests.likeness import red_overlap, ssim
from tests.unit.documents.test_decode import LIMITS
from tests.unit.gateway.sandbox.test_maker import CLASSIC, DIGITAL, E_TICKET, SPECIAL, with_lines
from viewer.documents import ofd
from viewer.documents.decode import draw, page_sizes, words
from viewer.documents.sniff import OFD, PDF
from viewer.domain.size import Box, Size
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Invoice, TrainTicket

ROOMY = replace(LIMITS, page_dpi=150, page_edge=6000, decoder_pixels=36_000_000)
LIKE, RED_LIKE = 0.95, 0.75
NUMBERS = re.compile(r"\d+\.\d\d|\d{8,}|[0-9A-Z]{18}")
INVOICES = {
    "digital": DIGITAL,
    "special": SPECIAL,
    "classic": CLASSIC,
    "special with a list": with_lines(SPECIAL, 50),
    "classic with a list": with_lines(CLASSIC, 50),
    "railway ticket": E_TICKET,
}
made = partial(pytest.mark.parametrize, "invoice")


@made(INVOICES.values(), ids=INVOICES.keys())
def test_an_ofd_and_its_pdf_agree_page_by_page(invoice: Invoice | TrainTicket) -> None:
    twins = {PDF: make(invoice, "pdf"), OFD: make(invoice, "ofd")}
    sizes = {kind: page_sizes(content, kind, ROOMY) for kind, content in twins.items()}
    assert len(sizes[OFD]) == len(sizes[PDF])
    for number, size in enumerate(sizes[PDF], 1):
        one, other = (drawn(content, kind, number, sizes[kind][number - 1], size) for kind, content in twins.items())
        assert ssim(one, other) >= LIKE
        assert red_overlap(one, other) >= RED_LIKE
        assert numbers_in(twins[OFD], OFD, number) == numbers_in(twins[PDF], PDF, number)


@made(INVOICES.values(), ids=INVOICES.keys())
def test_nothing_of_an_ofd_is_left_out(invoice: Invoice | TrainTicket) -> None:
    pdf, findings = ofd.to_pdf(make(invoice, "ofd"), ROOMY)
    assert pdf.startswith(b"%PDF")
    assert findings == []


def drawn(content: bytes, kind: str, number: int, page: Size, size: Size) -> Image.Image:
    return draw(content, kind, number, Box(0, 0, page.width, page.height), size, ROOMY).convert("RGB")


def numbers_in(content: bytes, kind: str, number: int) -> set[str]:
    """Sets: the PDF's text holds the tax number inside its seller's seal once more."""
    return {found for word in words(content, kind, number, ROOMY) for found in NUMBERS.findall(word.text)}
