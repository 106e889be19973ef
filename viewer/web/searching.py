"""Searching what a view shows. It goes by the view's own answers and knows nothing else of the bill, so that no search finds
what the view doesn't hold, nor tells that it is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from viewer.archive.texts import Texts
from viewer.domain.invoice_fields import TEXTS
from viewer.domain.search import Found, PageText, find
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.web.schemas import (
    AttachmentOut,
    FileOut,
    HitOut,
    HitPageOut,
    InvoiceOut,
    PageOut,
    SearchOut,
)
from viewer.web.words import money

PATIENCE = 1.5
"""Seconds for which one request reads texts: a bill of 200 invoices in one or two requests, and a reader who waits sees that it
goes on."""
MOST_HITS = 500

RECORDED = (
    "invoice_no",
    "invoice_code",
    "serial_no",
    "invoice_type_name",
    "invoice_date",
    "total_amount",
    "amount",
    "tax_amount",
    "seller_name",
    "seller_tax_no",
    "buyer_name",
    "buyer_tax_no",
)
TOLD = tuple(name for name in TEXTS if name != "invoice_type")
"""What a file says in words; its type is a code."""

Owner = InvoiceOut | AttachmentOut


@dataclass(frozen=True)
class ListedPage:
    """A page as the view lists it."""

    file: FileOut
    page: PageOut
    number: int
    source: PageSource


def search(query: str, terms: Sequence[str], owners: Sequence[Owner], texts: Texts) -> SearchOut:
    """The hits among what a view lists, in its order, as far as its pages' texts are there in time."""
    pages = [list(_pages(owner)) for owner in owners]
    read = texts.read((each.source for listed in pages for each in listed), seconds=PATIENCE)
    found = (_hit(terms, owner, listed, read) for owner, listed in zip(owners, pages, strict=True))
    coming = sum(file.state == "pending" for owner in owners for file in owner.files)
    return SearchOut(
        query=query,
        pages=sum(map(len, pages)) + coming,
        pending=sum(each.source not in read for listed in pages for each in listed) + coming,
        hits=[hit for hit in found if hit][:MOST_HITS],
    )


def _pages(owner: Owner) -> Iterator[ListedPage]:
    for file in owner.files:
        for number, page in enumerate(file.pages, 1):
            assert file.sha256, "a page exists only for a file whose bytes are stored"
            assert file.media_type
            size = Size(page.width, page.height)
            yield ListedPage(file, page, number, PageSource(file.sha256, file.media_type, number, size))


def _hit(
    terms: Sequence[str], owner: Owner, listed: list[ListedPage], read: dict[PageSource, PageText]
) -> HitOut | None:
    texts = ((index, read[each.source]) for index, each in enumerate(listed) if each.source in read)
    found = find(terms, _facts(owner), texts)
    return _hit_out(owner, listed, found) if found else None


def _hit_out(owner: Owner, listed: list[ListedPage], found: Found) -> HitOut:
    return HitOut(
        serial_no=owner.serial_no if isinstance(owner, InvoiceOut) else None,
        attachment_id=owner.attachment_id if isinstance(owner, AttachmentOut) else None,
        name=owner.invoice_no or owner.serial_no if isinstance(owner, InvoiceOut) else owner.name,
        fields=list(found.facts),
        pages=[
            HitPageOut(
                file_id=listed[index].file.file_id,
                page_id=listed[index].page.page_id,
                number=listed[index].number,
                boxes=[list(place) for place in places],
            )
            for index, places in found.pages.items()
        ],
    )


def _facts(owner: Owner) -> dict[str, list[str]]:
    """What was recorded, and under the same names what the files say themselves."""
    if isinstance(owner, AttachmentOut):
        facts = {"name": [owner.name]}
    else:
        facts = {name: _written(getattr(owner, name), owner.currency) for name in RECORDED}
    for fields in (file.fields for file in owner.files if file.fields):
        for name in TOLD:
            if told := getattr(fields, name):
                facts.setdefault(name, []).append(told.value)
        if fields.items:
            rows = fields.items.value
            facts.setdefault("items", []).extend(text for row in rows for text in (row.name, row.spec) if text)
    return facts


def _written(value: object, currency: str | None) -> list[str]:
    """A recorded value in the forms in which it is read: amounts as on the pages, a date also as invoices print it."""
    if value is None:
        return []
    if isinstance(value, Decimal):
        return [money(value, currency)]
    if isinstance(value, date):
        return [value.isoformat(), f"{value:%Y年%m月%d日}"]
    return [str(value)]
