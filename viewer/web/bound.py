"""What a view becomes when it leaves the viewer: the words, order and sums of prints and bundles, in the reader's language."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from flask_babel import gettext

from viewer.archive.binding import Binding, BoundFile, BoundOwner, CoverList, Section
from viewer.archive.papers import PaperSource
from viewer.documents.papers.pages import Column, Cover, Row
from viewer.domain.codes import INVOICE_TYPES, PROBLEMS
from viewer.domain.money import total
from viewer.store.models import Attachment, File, Invoice
from viewer.web.listing import stated
from viewer.web.manifest import Owner
from viewer.web.present import code_name
from viewer.web.reader import language
from viewer.web.viewed import Viewed
from viewer.web.words import day, moment, money

NO_PAGES, NO_FILE, NOTHING = "no_pages", "no_file", "nothing"
"""Why something has no page, beside the problems of files."""


def binding(viewed: Viewed, *, cover: bool = False, mark: str = "") -> Binding:
    """The view as it is to be put together, with a cover or without; `mark` is drawn over each page."""
    owners = viewed.shown.owners
    numbers = {owner: number for number, owner in enumerate(owners)}
    labels = {owner: part.label[language()][0] for part in reversed(viewed.shown.parts) for owner in part.owners}
    bill = viewed.bill
    return Binding(
        title=bill_title(viewed),
        language=language(),
        made_at=(bill.fetched_at or datetime.now(UTC)).astimezone(UTC),
        owners=tuple(
            BoundOwner(
                title=owner_title(owner),
                footer=" · ".join(filter(None, (bill_title(viewed), labels.get(owner)))),
                files=tuple(_files(owner)),
            )
            for owner in owners
        )
        or (_nothing(viewed),),
        sections=tuple(
            Section(part.label[language()][0], tuple(numbers[owner] for owner in part.owners))
            for part in viewed.shown.parts
        ),
        problems={code: gettext(words) for code, words in PROBLEMS.items()} | _more_problems(),
        cover=_cover(viewed, numbers) if cover else None,
        mark=mark,
    )


def bill_title(viewed: Viewed) -> str:
    """The bill by the number that people know; never by its userkey, which would open it."""
    number = viewed.bill.bill_no or viewed.bill.bill_id
    return str(gettext("Bill %(number)s", number=number) if number else gettext("Bill"))


def owner_title(owner: Owner) -> str:
    """An invoice by its type and number, an attachment by its name."""
    if isinstance(owner, Attachment):
        return owner.name
    kind = code_name(INVOICE_TYPES, owner.invoice_type)
    return " ".join(filter(None, (kind, owner.invoice_no or owner.serial_no)))


def pages_files(owner: Owner) -> list[File]:
    """The files whose pages stand for it: an invoice's picture, all of an attachment."""
    if isinstance(owner, Attachment):
        return owner.files
    return [owner.picture] if owner.picture else []


def paper_source(file: File) -> PaperSource | None:
    """None for one that has no pages to show."""
    if file.state != "ready" or not file.pages or not file.sha256 or not file.media_type:
        return None
    return PaperSource(file.sha256, file.media_type, file.size or 0)


def _nothing(viewed: Viewed) -> BoundOwner:
    """In place of the invoices of a view that has none: a document has one page at least."""
    title = bill_title(viewed)
    return BoundOwner(title, title, (BoundFile(None, 0, title, "", NOTHING),))


def _files(owner: Owner) -> Iterator[BoundFile]:
    title = owner_title(owner)
    files = pages_files(owner)
    if not files:
        yield BoundFile(None, 0, title, "", NO_FILE)
    for file in files:
        source = paper_source(file)
        problem = None if source else file.problem or NO_PAGES
        yield BoundFile(source, file.rotation, title, file.name, problem)


def _more_problems() -> dict[str, str]:
    return {
        NO_PAGES: gettext("This file has no pages that can be shown. It is in the ZIP of the originals."),
        NOTHING: gettext("There is no invoice here."),
        NO_FILE: gettext("The invoice cloud lists no file for this invoice."),
    }


def _cover(viewed: Viewed, numbers: dict[Owner, int]) -> CoverList:
    rows: list[Row] = []
    owners: list[int | None] = []
    for part in viewed.shown.parts:
        held = [owner for owner in part.owners if isinstance(owner, Invoice)]
        rows.append(Row((part.label[language()][0], "", "", "", "", _sums(held) if held else "", ""), strong=True))
        owners.append(None)
        for owner in part.owners:
            rows.append(Row((str(numbers[owner] + 1), *_facts(owner), "")))
            owners.append(numbers[owner])
    invoices = [owner for owner in viewed.shown.owners if isinstance(owner, Invoice)]
    rows.append(Row((gettext("Sum of the invoices"), "", "", "", "", _sums(invoices), ""), strong=True))
    owners.append(None)
    columns = (
        Column(gettext("No."), 10),
        Column(gettext("Type"), 36),
        Column(gettext("Number"), 42),
        Column(gettext("Date"), 20),
        Column(gettext("Seller"), 36),
        Column(gettext("Amount"), 26, figures=True),
        Column(gettext("Page"), 10, figures=True),
    )
    return CoverList(Cover(bill_title(viewed), tuple(_told(viewed, invoices)), columns, tuple(rows)), tuple(owners))


def _told(viewed: Viewed, invoices: list[Invoice]) -> Iterator[tuple[str, str]]:
    """What the cover tells of the bill; of the whole of it only where all of it is here."""
    yield gettext("Invoices"), str(len(invoices))
    yield gettext("Sum of the invoices"), _sums(invoices)
    if viewed.whole and (own := stated(viewed.bill)):
        yield gettext("Bill's total"), money(own.total, viewed.bill.currency)
    if others := len(viewed.shown.owners) - len(invoices):
        yield gettext("Attachments"), str(others)
    yield gettext("As of"), moment(viewed.bill.fetched_at)
    if viewed.bill.stale:
        yield gettext("Note"), gettext("The invoice cloud can't be reached; this is the stored copy.")


def _facts(owner: Owner) -> tuple[str, str, str, str, str]:
    if isinstance(owner, Attachment):
        return gettext("Attachment"), owner.name, "", "", ""
    return (
        code_name(INVOICE_TYPES, owner.invoice_type) or "",
        owner.invoice_no or owner.serial_no,
        day(owner.invoice_date),
        owner.seller_name or "",
        money(owner.total_amount, owner.currency),
    )


def _sums(invoices: list[Invoice]) -> str:
    """By currency, since different ones have no sum."""
    amounts: dict[str, list[Decimal | None]] = {}
    for invoice in invoices:
        amounts.setdefault(invoice.currency or "CNY", []).append(invoice.total_amount)
    return " + ".join(money(total(each), currency) for currency, each in amounts.items()) or money(Decimal(0))
