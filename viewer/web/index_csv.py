"""The ZIP of a view's originals: what its files are called, and the index beside them that opens right in Excel."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext

from viewer.archive.packing import INDEX, Member
from viewer.blobs import Blobs
from viewer.domain.codes import GONE, INVOICE_TYPES, PROBLEMS
from viewer.domain.extensions import right_extension
from viewer.domain.file_names import distinct, safe_name
from viewer.domain.money import amount_text
from viewer.store.models import Attachment, File
from viewer.web.manifest import Owner
from viewer.web.present import code_name
from viewer.web.viewed import Viewed

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
"""How texts begin that a spreadsheet would reckon with."""
NOTHING: tuple[None] = (None,)
"""In place of the files of an invoice that has none: it has a line all the same."""
AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
"""A cell is one line."""
LONG = re.compile(r"0\d+|\d{12,}")
"""Figures of which Excel would show the first twelve and forget those after the fifteenth, or leave out the first."""


@dataclass(frozen=True)
class Listed:
    """A file under one of its owners; without a name it isn't in the archive."""

    owner: Owner
    file: File | None
    seq: int
    branch_id: str
    name: str


def listed_files(viewed: Viewed, blobs: Blobs) -> list[Listed]:
    """Every file of the view, in its order, without a name where its bytes aren't here. One that several invoices have (a
    pasted sheet) has one name."""
    entries = {entry.branch_id: entry.seq for entry in viewed.bill.entries}
    places: list[tuple[Owner, File | None, int, str]] = []
    for owner in viewed.shown.owners:
        held = [branch_id for branch_id in owner.branch_ids if branch_id in viewed.branch_ids]
        seq, branch_id = (entries[held[0]], held[0]) if held else (0, "")
        places += [(owner, file, seq, branch_id) for file in (viewed.files_of(owner) or NOTHING)]
    wanted: dict[str, str] = {}
    for owner, file, seq, _ in places:
        if file and (sha256 := _stored_as(file)):
            wanted.setdefault(sha256, _name(owner, file, seq))
    for sha256 in blobs.missing(wanted):
        del wanted[sha256]
    _, *names = distinct([INDEX, *wanted.values()])
    found = dict(zip(wanted, names, strict=True))
    return [
        Listed(owner, file, seq, branch_id, found.get(_stored_as(file), "") if file else "")
        for owner, file, seq, branch_id in places
    ]


def members(listed: list[Listed]) -> list[Member]:
    """The archive's files, each once."""
    found = {each.name: each.file for each in listed if each.name and each.file}
    return [Member(name, file.sha256 or "", file.size or 0) for name, file in found.items()]


def index_csv(listed: list[Listed]) -> bytes:
    """A line for each file, headed in the reader's language; UTF-8 with BOM and CRLF, as Excel wants it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_headings())
    for each in listed:
        writer.writerow([_cell(value) for value in _values(each)])
    return text.getvalue().encode("utf-8-sig", "replace")


def _headings() -> list[str]:
    return [
        *(
            gettext("File"),
            gettext("Entry number"),
            gettext("Entry"),
            gettext("Type"),
            gettext("Code"),
            gettext("Number"),
        ),
        *(gettext("Serial number"), gettext("Date"), gettext("Amount"), gettext("Amount without tax"), gettext("Tax")),
        *(gettext("Currency"), gettext("Seller"), gettext("Seller's tax number"), gettext("Buyer")),
        *(gettext("Buyer's tax number"), gettext("Original name"), gettext("Bytes"), "SHA-256", gettext("Problem")),
    ]


def _values(each: Listed) -> Iterator[str | None]:
    owner, file = each.owner, each.file
    yield each.name
    yield str(each.seq)
    yield each.branch_id
    if isinstance(owner, Attachment):
        yield gettext("Attachment")
        yield from (None, owner.name, owner.attachment_id, *[None] * 9)
    else:
        yield code_name(INVOICE_TYPES, owner.invoice_type)
        yield from (owner.invoice_code, owner.invoice_no, owner.serial_no)
        yield owner.invoice_date.isoformat() if owner.invoice_date else None
        yield from map(amount_text, (owner.total_amount, owner.amount, owner.tax_amount))
        yield owner.currency
        yield from (owner.seller_name, owner.seller_tax_no, owner.buyer_name, owner.buyer_tax_no)
    yield file.name if file else None
    yield from (str(file.size), file.sha256) if file and each.name else (None, None)
    yield _problem(each)


def _problem(each: Listed) -> str | None:
    file = each.file
    if file is None:
        return str(gettext("The invoice cloud lists no file for this invoice."))
    if _stored_as(file) and not each.name:
        return str(gettext(PROBLEMS[GONE]))
    return str(gettext(PROBLEMS[file.problem])) if file.problem else None


def _cell(value: str | None) -> str:
    """As Excel leaves it: amounts are numbers, long figures and everything else text."""
    text = CONTROLS.sub(" ", value or "")
    if AMOUNT.fullmatch(text) and not LONG.fullmatch(text):
        return text
    if LONG.fullmatch(text):
        return f"{text}\t"
    return f"'{text}" if FORMULA.match(text) else text


def _stored_as(file: File) -> str:
    """SHA-256 of its bytes; "" where none came."""
    return (file.sha256 or "") if file.state in ("ready", "unreadable") else ""


def _name(owner: Owner, file: File, seq: int) -> str:
    stem, dot, own = file.name.rpartition(".")
    extension = right_extension(file.media_type) if file.true_extension or not dot else own
    if isinstance(owner, Attachment):
        return safe_name(f"{seq:02d}_{gettext('Attachment')}_{stem if dot else file.name}", extension or "")
    kind = code_name(INVOICE_TYPES, owner.invoice_type) or gettext("Invoice")
    return safe_name(f"{seq:02d}_{kind}_{owner.invoice_no or owner.serial_no}", extension or "")
