"""Documents that lie beside the project, in a folder `samples` or where EXTRA_SAMPLES says; they are no part of it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.documents.test_decode import LIMITS
from viewer.documents.decode import draw, page_sizes, words
from viewer.documents.fields import invoice_fields
from viewer.documents.ofd import to_pdf
from viewer.documents.sniff import OFD, sniff
from viewer.domain.size import Box

ROOT = Path(__file__).parents[3]
NAMED = os.environ.get("EXTRA_SAMPLES")
FOUND = sorted(Path(NAMED).rglob("*.ofd") if NAMED else ROOT.parent.glob("*/samples/**/*.ofd"))
ROOMY = replace(LIMITS, max_pixels=10**8, max_pages=500, page_edge=6000, decoder_pixels=36_000_000)
EXACT = ("invoice_no", "total_amount", "amount", "tax_amount", "buyer_tax_no", "seller_tax_no")

if FOUND:  # elsewhere there is nothing to try
    each_sample = pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)

    @each_sample
    def test_every_page_of_a_sample_is_shown_with_nothing_left_out(path: Path) -> None:
        content = path.read_bytes()
        assert sniff(content) == OFD
        for number, size in enumerate(page_sizes(content, OFD, ROOMY), 1):
            page = draw(content, OFD, number, Box(0, 0, size.width, size.height), size.within(edge=1200), ROOMY)
            assert page.convert("L").getextrema() != (255, 255)
        _, findings = to_pdf(content, ROOMY)
        assert findings == []

    @each_sample
    def test_what_a_sample_says_of_its_invoice_stands_on_its_pages(path: Path) -> None:
        content = path.read_bytes()
        pages = range(1, len(page_sizes(content, OFD, ROOMY)) + 1)
        text = "".join(word.text for number in pages for word in words(content, OFD, number, ROOMY))
        said = invoice_fields(content, OFD, ROOMY)
        told = {name: told.value for name in EXACT if (told := getattr(said, name))}
        assert "invoice_no" in told
        assert {name: value for name, value in told.items() if value not in text} == {}
