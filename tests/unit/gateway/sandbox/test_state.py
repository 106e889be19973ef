"""The sandbox's state: what it keeps, what it makes, and that a second start finds all of it."""

import json
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sandboxes import without_pixels
from viewer.gateway.sandbox import spec
from viewer.gateway.sandbox.catalogue import FAQ_USERKEY, demo_bills
from viewer.gateway.sandbox.documents import Task, make_document
from viewer.gateway.sandbox.seeding import seed
from viewer.gateway.sandbox.state import State

FAQ, SEVERAL, SPLIT, *_, PASTED, _BIG = (without_pixels(bill) for bill in demo_bills())


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "sandbox.sqlite3")


def test_every_paper_of_the_catalogue_survives_as_text() -> None:
    papers = [file.paper for bill in demo_bills() for invoice in bill.invoices for file in invoice.files]
    papers += [attachment.file.paper for bill in demo_bills() for attachment in bill.attachments]
    assert [spec.decode(spec.encode(paper)) for paper in papers] == papers


def test_seeding_makes_every_document_and_tells_how_far_it_is(state: State) -> None:
    told: list[tuple[int, int]] = []
    assert seed(state, (FAQ, SEVERAL), workers=1, progress=lambda done, total: told.append((done, total))) == 7
    assert told == [(done, 7) for done in range(1, 8)]


def test_seeding_again_makes_nothing(state: State, tmp_path: Path) -> None:
    seed(state, (FAQ, SEVERAL), workers=1)
    again = State(tmp_path / "sandbox.sqlite3")
    assert seed(again, (FAQ, SEVERAL), progress=lambda done, total: pytest.fail("something was made")) == 0


def test_a_pasted_sheet_is_made_once_and_is_the_same_file_of_all_its_invoices(state: State) -> None:
    assert seed(state, (PASTED,), workers=1) == 1
    bill = state.bill(PASTED.userkey)
    assert bill
    assert len({file.file_id for invoice in bill.invoices for file in invoice.files}) == 1
    state.drop_invoice(PASTED.userkey, PASTED.invoices[0].serial_no)
    bill = state.bill(PASTED.userkey)
    assert bill
    assert [len(invoice.files) for invoice in bill.invoices] == [1, 1, 1]


def test_processes_make_the_same_as_one(state: State, tmp_path: Path) -> None:
    other = State(tmp_path / "other" / "sandbox.sqlite3")
    assert seed(state, (FAQ, SEVERAL), workers=2) == seed(other, (FAQ, SEVERAL), workers=1) == 7
    for userkey in (FAQ_USERKEY, SEVERAL.userkey):
        bill = state.bill(userkey)
        assert bill
        for invoice in bill.invoices:
            assert state.made(invoice.files).items() <= other.made(()).items()


def test_a_change_survives_the_next_start_until_the_catalogue_changes(state: State) -> None:
    seed(state, (FAQ,), workers=1)
    state.drop_invoice(FAQ_USERKEY, FAQ.invoices[0].serial_no)
    seed(state, (FAQ,), workers=1)
    bill = state.bill(FAQ_USERKEY)
    assert bill
    assert len(bill.invoices) == 1
    seed(state, (replace(FAQ, applicant="程立言"),), workers=1)
    bill = state.bill(FAQ_USERKEY)
    assert bill
    assert len(bill.invoices) == 2


def test_a_document_that_is_lost_is_made_again_and_is_the_same(state: State, tmp_path: Path) -> None:
    state.put_bill(FAQ)
    bill = state.bill(FAQ_USERKEY)
    assert bill
    (file,) = bill.invoices[0].files
    content = state.content(file)
    (tmp_path / "sandbox-files" / file.file_id).unlink()
    assert state.content(file) == content
    assert len(content) == state.made([file])[file.file_id].size


def test_other_content_is_another_file(state: State) -> None:
    state.put_bill(FAQ)
    first = state.bill(FAQ_USERKEY)
    invoice = FAQ.invoices[0]
    state.put_bill(replace(FAQ, invoices=(replace(invoice, files=(replace(invoice.files[0], broken=True),)),)))
    second = state.bill(FAQ_USERKEY)
    assert first
    assert second
    assert first.invoices[0].files[0].file_id != second.invoices[0].files[0].file_id


def test_putting_a_bill_replaces_all_of_it(state: State) -> None:
    state.put_bill(SEVERAL)
    state.put_bill(replace(SEVERAL, entries=SEVERAL.entries[:1], invoices=SEVERAL.invoices[:1], attachments=()))
    bill = state.bill(SEVERAL.userkey)
    assert bill
    assert (len(bill.entries), len(bill.invoices), len(bill.attachments)) == (1, 1, 0)
    assert state.userkeys() == (SEVERAL.userkey,)


def test_what_is_not_there_can_neither_change_nor_grow(state: State) -> None:
    with pytest.raises(KeyError):
        state.add_invoice("0" * 32, FAQ.invoices[0])
    with pytest.raises(KeyError):
        state.change_invoice(FAQ_USERKEY, FAQ.invoices[0].serial_no, {})
    state.drop_invoice(FAQ_USERKEY, "nothing")
    assert state.bill(FAQ_USERKEY) is None


def test_one_invoice_can_be_on_two_bills(state: State) -> None:
    state.put_bill(FAQ)
    state.put_bill(SPLIT)
    state.add_invoice(SPLIT.userkey, FAQ.invoices[0])
    assert state.userkeys_with(FAQ.invoices[0].serial_no) == (FAQ_USERKEY, SPLIT.userkey)


def test_threads_get_one_userkey_and_lose_no_call(state: State) -> None:
    given: list[str] = []

    def ask() -> None:
        for number in range(5):
            given.append(state.give_userkey("tenant", "a new bill", f"branch {number}"))
            state.count_call("/counted", "")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 1
    assert state.calls("/counted") == 40
    assert len(state.branches_asked(given[0])) == 5


def test_bills_of_two_tenants_have_two_userkeys(state: State) -> None:
    assert state.give_userkey("one", "bill", "") != state.give_userkey("other", "bill", "")
    assert state.userkey_of("nobody", "bill") is None


def test_a_file_of_another_version_is_emptied(state: State, tmp_path: Path) -> None:
    state.put_bill(FAQ)
    connection = sqlite3.connect(tmp_path / "sandbox.sqlite3")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert State(tmp_path / "sandbox.sqlite3").userkeys() == ()


def test_only_a_digital_invoice_has_a_data_file(tmp_path: Path) -> None:
    ticket = demo_bills()[6].invoices[0].paper
    task = Task(file_id="x", form="xml", paper=spec.encode(ticket), broken=False, folder=str(tmp_path))
    with pytest.raises(TypeError):
        make_document(task)
    assert list(tmp_path.iterdir()) == []
    assert json.loads(task.paper)["class"] == "TrainTicket"
