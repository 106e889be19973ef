"""What requests ask of the database about bills and files, each in a fixed number of queries whatever the size of the bill."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.sql.base import ExecutableOption

from viewer.domain.embed_token import Claims
from viewer.domain.grant import Grant
from viewer.domain.listing import CROP
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.errors import UnknownFile
from viewer.store.models import Attachment, Bill, Entry, File, Invoice, Page

ENTRIES = (selectinload(Bill.entries),)
WHOLE_BILL = (
    *ENTRIES,
    selectinload(Bill.all_invoices).options(
        selectinload(Invoice.entries), selectinload(Invoice.all_files).selectinload(File.pages)
    ),
    selectinload(Bill.all_attachments).options(
        selectinload(Attachment.entries), selectinload(Attachment.all_files).selectinload(File.pages)
    ),
)


def one_entry(branch_key: str) -> tuple[ExecutableOption, ...]:
    """The same of one entry alone: its invoices and attachments, these on no other entry, no pasted sheet."""
    entry = Entry.branch_key == branch_key
    pages = selectinload(File.pages)
    return (
        selectinload(Bill.entries.and_(entry)),
        selectinload(Bill.all_invoices.and_(Invoice.entries.any(entry))).options(
            selectinload(Invoice.entries.and_(entry)),
            selectinload(Invoice.all_files.and_(File.sheet.is_(False))).options(pages),
        ),
        selectinload(Bill.all_attachments.and_(Attachment.entries.any(entry))).options(
            selectinload(Attachment.entries.and_(entry)),
            selectinload(Attachment.all_files.and_(File.sheet.is_(False))).options(pages),
        ),
    )


PUBLIC_ID = re.compile(r"[0-9a-f]{24}")
"""The form of a file_id or page_id; anything else isn't worth a query."""


class FoundPage(NamedTuple):
    """A page with its file, whose bytes it is drawn from."""

    page: Page
    file: File

    @property
    def source(self) -> PageSource:
        """What its pictures are made of."""
        assert self.file.sha256, "a page exists only for a file whose bytes are stored"
        assert self.file.media_type
        size = Size(self.page.width, self.page.height)
        return PageSource(self.file.sha256, self.file.media_type, self.page.number, size)


def stock(session: Session) -> dict[str, dict[str, int]]:
    """How many bills there are of each source, and how many of their files are in each state."""
    bills = select(Bill.source, func.count()).group_by(Bill.source)
    files = select(File.state, func.count()).where(File.dropped_at.is_(None)).group_by(File.state)
    return {
        name: {str(value): count for value, count in session.execute(query)}
        for name, query in (("bills", bills), ("files", files))
    }


def load_bill(session: Session, userkey: str, branch_key: str | None = None) -> Bill | None:
    """The bill with its entries, invoices, attachments, files and pages, or None; with a key what of it is of one entry."""
    options = one_entry(branch_key) if branch_key else WHOLE_BILL
    return session.scalars(select(Bill).where(Bill.userkey == userkey).options(*options)).one_or_none()


def load_bill_row(session: Session, userkey: str) -> Bill | None:
    """The bill's own row alone."""
    return session.scalars(select(Bill).where(Bill.userkey == userkey)).one_or_none()


def load_bill_by_id(session: Session, bill_id: str) -> Bill | None:
    """The stored bill that carries an ERP's bill id: an imported one first, then the oldest."""
    query = select(Bill).where(Bill.bill_id == bill_id).order_by(Bill.source != "import", Bill.id).limit(1)
    return session.scalars(query).one_or_none()


def make_due(session: Session, bill_id: str) -> None:
    """No stored copy of this bill counts as asked for any more."""
    session.execute(update(Bill).where(Bill.bill_id == bill_id, Bill.source != "import").values(asked_at=None))


def find_userkeys(session: Session, claims: Claims) -> list[str]:
    """The bills that a token names, two of them at most. One that upstream disowned counts only where no other fits."""
    named = {Bill.bill_id: claims.bill_id, Bill.bill_no: claims.bill_no, Bill.image_number: claims.image_number}
    fits = [column == value for column, value in named.items() if value]
    rows = session.execute(select(Bill.userkey, Bill.withdrawn).where(*fits).order_by(Bill.withdrawn).limit(2)).all()
    return [row.userkey for row in rows if row.withdrawn == rows[0].withdrawn]


def find_file(session: Session, grant: Grant, file_id: str) -> File | None:
    """A file that the grant's views list now; another bill's file, one out of scope, or a dropped one, is None."""
    if not PUBLIC_ID.fullmatch(file_id):
        return None
    return session.scalars(_listed(select(File), grant).where(File.file_id == file_id)).one_or_none()


def find_page(session: Session, grant: Grant, page_id: str) -> FoundPage | None:
    """A page of a file that the grant's views list now, with its file; anything else is None."""
    if not PUBLIC_ID.fullmatch(page_id):
        return None
    query = _listed(select(Page, File).join(File, Page.file_pk == File.id), grant)
    row = session.execute(query.where(Page.page_id == page_id)).one_or_none()
    return None if row is None else FoundPage(*row)


def get_file(session: Session, file_pk: int) -> File:
    """A file by its row, with its pages. Raises UnknownFile where it has gone with its bill."""
    if file := session.scalars(_by_row(file_pk)).one_or_none():
        return file
    raise UnknownFile


def hold_file(session: Session, file: File) -> File | None:
    """That very file as it is now, held until the commit, so that no purge removes it meanwhile; None where it is gone.
    Another bill's file may have got the number of its row since."""
    same = _by_row(file.id).where(File.file_id == file.file_id)
    return session.scalars(same.with_for_update()).one_or_none()


def _by_row(file_pk: int) -> Select[File]:
    return select(File).where(File.id == file_pk).options(selectinload(File.pages))


def find_sheet(session: Session, crop: File) -> File:
    """The pasted sheet from which a crop is cut: of the same invoice, under the same identity. Raises UnknownFile where
    it has gone with its bill."""
    query = select(File).where(
        File.bill_pk == crop.bill_pk,
        File.invoice_pk == crop.invoice_pk,
        File.identity == crop.identity.removesuffix(CROP),
    )
    if sheet := session.scalars(query).one_or_none():
        return sheet
    raise UnknownFile


def find_fetched(session: Session, file: File) -> File | None:
    """A file of the same bill with the same listed content whose bytes are stored; only sheets are listed several times."""
    query = select(File).where(*_same_sheet(file), File.sha256.is_not(None), File.size.is_not(None))
    return session.scalars(query.limit(1)).one_or_none()


def note_sheet(session: Session, sheet: File, *, sha256: str, size: int) -> bool:
    """Tells every listing of this sheet on its bill which stored bytes it is; False where there is none any more."""
    told = update(File).where(*_same_sheet(sheet)).values(sha256=sha256, size=size).returning(File.id)
    return bool(session.scalars(told.execution_options(synchronize_session=False)).all())


def _same_sheet(sheet: File) -> list[Any]:
    """The listings of one sheet on a bill: upstream's hash says so, and where it tells none, the very same link."""
    same = [File.bill_pk == sheet.bill_pk, File.version == sheet.version, File.sheet.is_(True)]
    return same if sheet.is_hashed else [*same, File.url == sheet.url]


def _listed(query: Any, grant: Grant) -> Any:
    """Only files that are on the grant's bill now: neither they nor their invoice or attachment dropped, the bill not
    withdrawn. Without the image view also no pasted sheet, and nothing but what hangs on an entry: the grant's own, if it
    has one."""
    if not grant.sees_sheets:
        entry = Entry.branch_key == grant.branch_key if grant.branch_key else Entry.id.is_not(None)
        hung = or_(Invoice.entries.any(entry), Attachment.entries.any(entry))
        query = query.where(File.sheet.is_(False), hung)
    return (
        query.join(Bill, File.bill_pk == Bill.id)
        .outerjoin(Invoice, File.invoice_pk == Invoice.id)
        .outerjoin(Attachment, File.attachment_pk == Attachment.id)
        .where(
            Bill.userkey == grant.userkey,
            Bill.withdrawn.is_(False),
            File.dropped_at.is_(None),
            Invoice.dropped_at.is_(None),
            Attachment.dropped_at.is_(None),
        )
    )


def pending_files(session: Session, bill_pk: int) -> list[File]:
    """The files of a bill that still have to be fetched or read."""
    query = select(File).where(File.bill_pk == bill_pk, File.state == "pending", File.dropped_at.is_(None))
    return list(session.scalars(query.order_by(File.id)))


def claim_file(session: Session, file_pk: int, *, now: datetime, until: datetime) -> bool:
    """Takes a pending file for this process; False where another process has it or it is no longer pending."""
    free = or_(File.claimed_until.is_(None), File.claimed_until < now)
    claimed = session.execute(
        update(File)
        .where(File.id == file_pk, File.state == "pending", free)
        .values(claimed_until=until)
        .returning(File.id)
        .execution_options(synchronize_session=False)
    )
    return claimed.scalar_one_or_none() is not None


def renew_claims(session: Session, file_pks: Collection[int], *, until: datetime) -> None:
    """Keeps what this process has claimed; a file that came to its end meanwhile stays free."""
    session.execute(
        update(File)
        .where(File.id.in_(file_pks), File.state == "pending", File.claimed_until.is_not(None))
        .values(claimed_until=until)
        .execution_options(synchronize_session=False)
    )


def is_stored(session: Session, userkey: str) -> bool:
    """Whether a bill of this userkey is stored, withdrawn or not."""
    return session.scalars(select(Bill.id).where(Bill.userkey == userkey)).one_or_none() is not None


def owner_of(session: Session, file: File) -> tuple[Bill, str | None, str | None]:
    """The bill of a file, and its invoice's serial number or its attachment's id."""
    query = (
        select(Bill, Invoice.serial_no, Attachment.attachment_id)
        .select_from(File)
        .join(Bill, File.bill_pk == Bill.id)
        .outerjoin(Invoice, File.invoice_pk == Invoice.id)
        .outerjoin(Attachment, File.attachment_pk == Attachment.id)
        .where(File.id == file.id)
    )
    bill, serial_no, attachment_id = session.execute(query).one()
    return bill, serial_no, attachment_id


def find_old_bills(session: Session, *, before: datetime | None, names: Collection[str]) -> list[Bill]:
    """Bills that were last fetched, or else registered, before that time, and that bear one of these names, if there are any."""
    query = select(Bill).order_by(Bill.id)
    if before is not None:
        query = query.where(func.coalesce(Bill.fetched_at, Bill.registered_at, Bill.asked_at) < before)
    if names:
        keys = [name.lower() for name in names]
        query = query.where(or_(Bill.userkey.in_(keys), Bill.bill_id.in_(names), Bill.bill_no.in_(names)))
    return list(session.scalars(query))


def contents_of(session: Session, bill: Bill, *, hold: bool = False) -> list[tuple[str | None, int]]:
    """SHA-256 (None: not fetched) and size of each file of the bill; with `hold` nobody changes them until the commit."""
    query = select(File.sha256, func.coalesce(File.size, 0)).where(File.bill_pk == bill.id)
    query = query.with_for_update() if hold else query
    return [(sha256, size) for sha256, size in session.execute(query)]


def stored_contents(session: Session, sha256s: Collection[str]) -> set[str]:
    """Those of them that some file has."""
    return {each for each in session.scalars(select(File.sha256).where(File.sha256.in_(sha256s))) if each}


def delete_bill(session: Session, bill: Bill) -> None:
    """With all that hangs on it."""
    session.execute(delete(Bill).where(Bill.id == bill.id))
