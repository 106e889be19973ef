"""Recording what a source says of a bill: idempotent, nothing lost, nothing twice."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from viewer.domain.grant import whole_bill
from viewer.domain.listing import BillListing, ListedAttachment, ListedEntry, ListedFile, ListedInvoice
from viewer.store import queries
from viewer.store.database import Database
from viewer.store.models import Attachment, Bill, Entry, File, Invoice, Page
from viewer.store.record import add_entries, lock_bill, record_listing
from viewer.store.schema import upgrade

NOW = datetime(2026, 9, 16, 1, tzinfo=UTC)
GUID = "AAA14B00-D169-45AB-9331-1FFC9F12B9E5"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    kept = Database(f"sqlite:///{tmp_path_factory.mktemp('store') / 'viewer.db'}")
    upgrade(kept)
    yield kept
    kept.close()


@pytest.fixture
def userkey() -> str:
    return uuid.uuid4().hex


def file(identity: str = "f", **facts: object) -> ListedFile:
    given = {"version": "v1", "name": f"{identity}.pdf", "extension": "pdf", "original": True, "url": "http://x/1"}
    return ListedFile(identity=identity, **{**given, **facts})  # type: ignore[arg-type]


def invoice(serial_no: str, *branch_ids: str, files: tuple[ListedFile, ...] = (file(),)) -> ListedInvoice:
    return ListedInvoice(serial_no=serial_no, branch_ids=branch_ids, files=files, total_amount=Decimal("1.20"))


def bill_of(*invoices: ListedInvoice, **facts: object) -> BillListing:
    entries = tuple(ListedEntry(branch_id=branch_id) for each in invoices for branch_id in each.branch_ids)
    return BillListing(invoices=invoices, **{"entries": entries, **facts})  # type: ignore[arg-type]


def record(
    database: Database, userkey: str, listing: BillListing, *, hours: int = 0, max_files: int = 100, retry: bool = True
) -> Bill:
    """Records, and reads back what another request would see."""
    with database.write() as session:
        bill = lock_bill(session, userkey, source="upstream")
        now = NOW + timedelta(hours=hours)
        record_listing(session, bill, listing, now=now, max_files=max_files, retry_unavailable=retry)
    return load(database, userkey)


def load(database: Database, userkey: str) -> Bill:
    with database.read() as session:
        found = queries.load_bill(session, userkey)
    assert found
    return found


def make_ready(database: Database, userkey: str) -> None:
    """As if every file had been fetched and had one page."""
    with database.write() as session:
        for row in session.scalars(select(File).join(Bill, File.bill_pk == Bill.id).where(Bill.userkey == userkey)):
            row.state, row.sha256, row.size, row.media_type, row.rotation = "ready", "0" * 64, 9, "application/pdf", 90
            session.add(Page(file_pk=row.id, number=1, width=10, height=20))


def test_recording_the_same_again_changes_nothing(database: Database, userkey: str) -> None:
    listing = bill_of(
        invoice("one", "a"),
        invoice("two", "b", "a"),
        attachments=(ListedAttachment(attachment_id="x", name="x", branch_ids=("a",), files=(file(),)),),
        bill_id="id",
        bill_no="no",
    )
    record(database, userkey, listing)
    make_ready(database, userkey)
    first = load(database, userkey)
    again = record(database, userkey, listing, hours=1)
    for get in (
        lambda bill: (bill.id, bill.bill_id, bill.bill_no, bill.branch_ids),
        lambda bill: [(each.id, each.serial_no, each.branch_ids, each.total_amount) for each in bill.invoices],
        lambda bill: [(each.file_id, each.state) for owner in bill.invoices for each in owner.files],
        lambda bill: [page.page_id for owner in bill.invoices for each in owner.files for page in each.pages],
        lambda bill: [(each.id, each.branch_ids, each.files[0].file_id) for each in bill.attachments],
    ):
        assert get(again) == get(first)
    assert again.fetched_at == NOW + timedelta(hours=1)
    with database.read() as session:
        for kind, count in ((Entry, 2), (Invoice, 2), (Attachment, 1), (File, 3)):
            of_bill = select(func.count()).select_from(kind).where(kind.bill_pk == first.id)
            assert session.scalar(of_bill) == count


def test_entries_keep_the_order_in_which_they_were_first_seen(database: Database, userkey: str) -> None:
    record(database, userkey, bill_of(invoice("one", "b"), invoice("two", "a")))
    bill = record(database, userkey, bill_of(invoice("three", "c"), invoice("two", "a"), invoice("one", "b")))
    assert [(entry.branch_id, entry.seq) for entry in bill.entries] == [("b", 1), ("a", 2), ("c", 3)]
    assert [each.serial_no for each in bill.invoices] == ["three", "two", "one"]


def test_one_entry_in_two_spellings_is_one_entry(database: Database, userkey: str) -> None:
    bill = record(database, userkey, bill_of(invoice("one", GUID, GUID.lower()), invoice("two", GUID.lower())))
    assert bill.branch_ids == [GUID]
    assert [each.branch_ids for each in bill.invoices] == [[GUID], [GUID]]


def test_ids_that_differ_only_in_case_are_two_entries_unless_they_are_guids(database: Database, userkey: str) -> None:
    bill = record(database, userkey, bill_of(invoice("one", "abc"), invoice("two", "aBc")))
    assert bill.branch_ids == ["abc", "aBc"]


def test_an_entrys_facts_stay_when_a_list_does_not_tell_them(database: Database, userkey: str) -> None:
    told = ListedEntry(branch_id="a", expense_type="办公费", amount=Decimal("9.99"))
    record(database, userkey, bill_of(entries=(told,)))
    bill = record(database, userkey, bill_of(entries=(ListedEntry(branch_id="a"),)))
    assert [(entry.expense_type, entry.amount) for entry in bill.entries] == [("办公费", Decimal("9.99"))]


def test_a_dropped_invoice_leaves_the_views_and_stays_in_the_database(database: Database, userkey: str) -> None:
    record(database, userkey, bill_of(invoice("one", "a"), invoice("two", "a")))
    bill = record(database, userkey, bill_of(invoice("two", "a")), hours=1)
    assert [each.serial_no for each in bill.invoices] == ["two"]
    assert {each.serial_no: each.dropped_at for each in bill.all_invoices} == {
        "one": NOW + timedelta(hours=1),
        "two": None,
    }
    still = record(database, userkey, bill_of(invoice("two", "a")), hours=2)
    assert [each.dropped_at for each in still.all_invoices if each.serial_no == "one"] == [NOW + timedelta(hours=1)]
    back = record(database, userkey, bill_of(invoice("one", "a"), invoice("two", "a")), hours=3)
    assert [each.dropped_at for each in back.invoices] == [None, None]


def test_a_dropped_file_and_its_pages_are_no_longer_found(database: Database, userkey: str) -> None:
    bill = record(database, userkey, bill_of(invoice("one", "a", files=(file("f"), file("g")))))
    make_ready(database, userkey)
    kept, dropped = load(database, userkey).invoices[0].files
    record(database, userkey, bill_of(invoice("one", "a", files=(file("f"),))))
    with database.read() as session:
        assert queries.find_file(session, whole_bill(bill.userkey), kept.file_id)
        assert queries.find_file(session, whole_bill(bill.userkey), dropped.file_id) is None
        assert queries.find_page(session, whole_bill(bill.userkey), kept.pages[0].page_id)
        assert queries.find_page(session, whole_bill(bill.userkey), dropped.pages[0].page_id) is None
    record(database, userkey, bill_of(invoice("two", "a", files=(file("f"),))))
    with database.read() as session:
        assert queries.find_file(session, whole_bill(bill.userkey), kept.file_id) is None
        assert queries.find_page(session, whole_bill(bill.userkey), kept.pages[0].page_id) is None


def test_nothing_of_one_bill_is_found_under_another(database: Database, userkey: str) -> None:
    other = uuid.uuid4().hex
    for key in (userkey, other):
        record(database, key, bill_of(invoice("one", "a")))
        make_ready(database, key)
    mine, theirs = (load(database, key).invoices[0].files[0] for key in (userkey, other))
    assert mine.file_id != theirs.file_id
    assert mine.pages[0].page_id != theirs.pages[0].page_id
    with database.read() as session:
        assert queries.find_file(session, whole_bill(userkey), theirs.file_id) is None
        assert queries.find_page(session, whole_bill(userkey), theirs.pages[0].page_id) is None


def test_other_content_forgets_the_old_pages(database: Database, userkey: str) -> None:
    record(database, userkey, bill_of(invoice("one", "a")))
    make_ready(database, userkey)
    old = load(database, userkey).invoices[0].files[0]
    bill = record(database, userkey, bill_of(invoice("one", "a", files=(file(version="v2"),))))
    new = bill.invoices[0].files[0]
    assert new.file_id == old.file_id
    assert (new.state, new.pages, new.sha256, new.size, new.media_type, new.rotation) == (
        "pending",
        [],
        None,
        None,
        None,
        0,
    )
    with database.read() as session:
        assert queries.find_page(session, whole_bill(userkey), old.pages[0].page_id) is None


def test_another_link_to_the_same_content_keeps_the_pages(database: Database, userkey: str) -> None:
    record(database, userkey, bill_of(invoice("one", "a")))
    make_ready(database, userkey)
    renewed = invoice("one", "a", files=(file(url="http://x/2", name="neu.pdf"),))
    (kept,) = record(database, userkey, bill_of(renewed)).invoices[0].files
    assert (kept.state, len(kept.pages), kept.url, kept.name, kept.rotation) == (
        "ready",
        1,
        "http://x/2",
        "neu.pdf",
        90,
    )


@pytest.mark.parametrize(("retry", "state"), [(True, "pending"), (False, "unavailable")])
def test_what_could_not_be_fetched_is_tried_again_with_a_list_that_was_asked_for(
    database: Database, userkey: str, retry: bool, state: str
) -> None:
    record(database, userkey, bill_of(invoice("one", "a")))
    with database.write() as session:
        session.scalars(
            select(File).join(Bill, File.bill_pk == Bill.id).where(Bill.userkey == userkey)
        ).one().state = "unavailable"
    (found,) = record(database, userkey, bill_of(invoice("one", "a")), retry=retry).invoices[0].files
    assert found.state == state


def test_files_beyond_the_limit_are_listed_and_not_fetched(database: Database, userkey: str) -> None:
    listing = bill_of(*(invoice(str(number), "a") for number in range(4)))
    bill = record(database, userkey, listing, max_files=3)
    states = [(each.files[0].state, each.files[0].problem) for each in bill.invoices]
    assert states == [("pending", None)] * 3 + [("unavailable", "too_many_files")]


def test_an_attachment_belongs_to_its_entry_and_to_those_of_the_invoices_that_name_it(
    database: Database, userkey: str
) -> None:
    paper = ListedAttachment(attachment_id="x", name="x", branch_ids=("c",), files=(file(),))
    naming = replace(invoice("one", "a", "b"), attachment_ids=("x",))
    entries = tuple(ListedEntry(branch_id=each) for each in "abc")
    bill = record(database, userkey, bill_of(naming, entries=entries, attachments=(paper,)))
    assert bill.attachments[0].branch_ids == ["a", "b", "c"]


def test_registering_an_entry_before_any_invoice_hangs_on_it(database: Database, userkey: str) -> None:
    with database.write() as session:
        add_entries(lock_bill(session, userkey, source="upstream"), [ListedEntry(branch_id="z")])
    bill = record(database, userkey, bill_of(invoice("one", "a")))
    assert bill.branch_ids == ["z", "a"]


def test_amounts_are_exact_to_the_cent(database: Database, userkey: str) -> None:
    amounts = [Decimal("0.01"), Decimal("999999999999999.99"), Decimal("-12.30"), Decimal(0)]
    invoices = [replace(invoice(str(number), "a"), total_amount=amount) for number, amount in enumerate(amounts)]
    bill = record(database, userkey, bill_of(*invoices))
    assert [each.total_amount for each in bill.invoices] == amounts


def test_a_write_that_fails_leaves_nothing(database: Database, userkey: str) -> None:
    def fail() -> None:
        with database.write() as session:
            lock_bill(session, userkey, source="upstream")
            raise KeyError(userkey)

    with pytest.raises(KeyError):
        fail()
    with database.read() as session:
        assert queries.load_bill(session, userkey) is None


def test_a_file_is_claimed_by_one_and_free_again_when_the_claim_has_run_out(database: Database, userkey: str) -> None:
    bill = record(database, userkey, bill_of(invoice("one", "a")))
    number, later = bill.invoices[0].files[0].id, NOW + timedelta(minutes=1)
    with database.write() as session:
        assert queries.claim_file(session, number, now=NOW, until=later)
        assert not queries.claim_file(session, number, now=NOW, until=later)
    with database.write() as session:
        assert not queries.claim_file(session, number, now=NOW, until=later)
        assert queries.claim_file(session, number, now=later + timedelta(seconds=1), until=later + timedelta(hours=1))
    make_ready(database, userkey)
    with database.write() as session:
        assert not queries.claim_file(session, number, now=later + timedelta(days=1), until=later + timedelta(days=2))


def test_the_default_profile_follows_the_form_of_the_ids_unless_it_is_stated(database: Database, userkey: str) -> None:
    assert record(database, userkey, bill_of(invoice("one", GUID))).profile == "aws"
    assert record(database, userkey, bill_of(invoice("one", "jbYAAAAB8aFK+pXd/9sUvOe3Ym4="))).profile == "eas"
    assert record(database, userkey, bill_of(profile="aws")).profile == "aws"


def test_text_that_no_encoding_can_hold_is_still_kept(database: Database, userkey: str) -> None:
    odd = replace(invoice("one", "a"), raw={"remark": "A\ud800B"})
    (kept,) = record(database, userkey, bill_of(odd)).invoices
    assert kept.raw == {"remark": "A?B"}
