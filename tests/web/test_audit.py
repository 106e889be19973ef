"""Who saw what: recorded before the answer, in the database's own keeping, once for what is asked for again and again."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError

from tests.bills import new_bill
from tests.installations import JSON, Installation, files_of, installed, pages_of, problem_of
from tests.tokens import TOKEN_KEYS, token
from viewer.archive.purging import Purging
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.shapes import CatalogueBill
from viewer.gateway.sandbox.state import State
from viewer.store.ledger import AuditRow
from viewer.store.ledger_queries import AuditFilter

CLIENT = {"X-Forwarded-For": "192.0.2.7"}


@pytest.fixture
def audited(shared_cloud: ServedApp, tmp_path: Path) -> Iterator[Installation]:
    given = {"token_keys": TOKEN_KEYS, "trusted_proxies": "127.0.0.1"}
    with installed(tmp_path, cloud=shared_cloud.url, **given) as site:
        yield site


@pytest.fixture
def made(sandbox: State) -> CatalogueBill:
    bill = new_bill(1, 2)
    sandbox.put_bill(bill)
    return bill


def rows(site: Installation, **wanted: str) -> list[AuditRow]:
    return list(site.archive.audit.read(AuditFilter(**wanted)))  # type: ignore[arg-type]


def new_rows(site: Installation, act: Callable[[], object]) -> list[AuditRow]:
    before = len(rows(site))
    act()
    return rows(site)[before:]


def test_a_view_says_who_saw_which_invoices_of_which_bill_when_and_from_where(
    audited: Installation, made: CatalogueBill
) -> None:
    bill = audited.whole(made.userkey)
    key = token(bill_no=bill["bill_no"], sub="李 雷")
    begun = datetime.now(UTC)
    serial_nos = [each["serial_no"] for each in bill["invoices"]]
    (row,) = new_rows(audited, lambda: audited.get(f"/bills/{key}", headers=CLIENT))
    assert (row.reader, row.client, row.action, row.what) == ("李 雷", "192.0.2.7", "view", "image")
    assert (row.bill_no, row.bill_id, row.serial_nos) == (bill["bill_no"], bill["bill_id"], serial_nos)
    assert re.fullmatch("[0-9a-f]{16}", row.token_id)
    assert begun - timedelta(seconds=1) <= row.at <= datetime.now(UTC) + timedelta(seconds=1)
    branch_id = bill["entries"][1]["branch_id"]
    (row,) = new_rows(audited, lambda: audited.get(f"/bills/{made.userkey}/location", params={"branch_id": branch_id}))
    assert (row.reader, row.token_id, row.what, row.branch_id) == ("userkey", "", "location", branch_id)
    assert row.serial_nos == bill["entries"][1]["serial_nos"][:1]
    (row,) = new_rows(audited, lambda: audited.get(f"/bills/{made.userkey}/paper", params={"serialNo": serial_nos[2]}))
    assert (row.what, row.serial_nos) == ("paper", serial_nos[2:])


def test_every_way_to_an_invoice_leaves_a_row(audited: Installation, made: CatalogueBill) -> None:
    bill = audited.whole(made.userkey)
    key, file, page = made.userkey, files_of(bill)[0]["file_id"], pages_of(bill)[0]
    branch_id = bill["entries"][0]["branch_id"]
    for method, path, action in (
        ("GET", f"/bills/{key}", "view"),
        ("GET", f"/bills/{key}/location?branch_id={branch_id}", "view"),
        ("GET", f"/m4-web/fpzs/expense/showInvoice?userKey={key}", "view"),
        ("GET", f"/bills/{key}/iiif/manifest.json", "view"),
        ("GET", f"/bills/{key}/iiif/{page}/info.json", "view"),
        ("GET", f"/bills/{key}/iiif/{page}/text.json", "view"),
        ("GET", f"/api/v1/userkeys/{key}", "view"),
        ("GET", f"/api/v1/bills/{key}/views/image", "view"),
        ("GET", f"/api/v1/bills/{key}/views/location?branch_id={branch_id}", "view"),
        ("GET", f"/api/v1/bills/{key}/files/{file}", "original"),
        ("GET", f"/api/v1/bills/{key}/print.pdf", "print"),
        ("GET", f"/api/v1/bills/{key}/bundle.pdf", "download"),
        ("GET", f"/api/v1/bills/{key}/bundle.zip", "original"),
        ("POST", f"/api/v1/bills/{key}/refresh", "refresh"),
        ("POST", f"/bills/{key}/refresh", "refresh"),
    ):
        found = new_rows(audited, lambda method=method, path=path: audited.ask(method, path))  # type: ignore[misc]
        assert [row.action for row in found] == [action], path
    address = f"/api/v1/bills/{key}/files/{file}/rotation"
    (row,) = new_rows(audited, lambda: audited.ask("PUT", address, json={"rotation": 90}))
    assert (row.action, row.serial_nos) == ("rotate", [bill["invoices"][0]["serial_no"]])


def test_a_ready_picture_needs_no_row_and_what_is_asked_for_again_has_one(
    audited: Installation, made: CatalogueBill
) -> None:
    audited.whole(made.userkey)
    html = unescape(audited.page(f"/bills/{made.userkey}"))
    pictures = re.findall(r'src="(/i/[^"]+)"', html)
    assert pictures
    assert new_rows(audited, lambda: [audited.get(each) for each in pictures * 2]) == []
    page = pages_of(audited.whole(made.userkey))[0]
    addresses = [f"/bills/{made.userkey}/iiif/{page}/full/{width},/0/default.jpg" for width in (50, 60, 70)]
    assert len(new_rows(audited, lambda: [audited.get(each) for each in addresses * 2])) == 1
    assert len(new_rows(audited, lambda: [audited.json(f"/bills/{made.userkey}") for _ in range(3)])) <= 1


def test_what_is_refused_shows_nothing_and_leaves_no_row(audited: Installation, made: CatalogueBill) -> None:
    audited.whole(made.userkey)
    for path in (
        f"/bills/{'0' * 32}",
        f"/bills/{made.userkey}/location?branch_id=none",
        f"/bills/{made.userkey}/paper",
    ):
        assert new_rows(audited, lambda path=path: audited.get(path)) == []  # type: ignore[misc]


def test_what_cannot_be_recorded_is_not_shown(
    audited: Installation, made: CatalogueBill, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited.whole(made.userkey)

    def full(*_given: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audited.archive.audit, "note", full)
    answer = audited.get(f"/bills/{made.userkey}", headers={"Accept": JSON})
    problem_of(answer, 500, "internal")


def test_an_answer_writes_at_most_one_transaction_for_the_audit(audited: Installation, made: CatalogueBill) -> None:
    audited.whole(made.userkey)
    audited.page(f"/bills/{made.userkey}")
    commits: list[object] = []

    def note(connection: object) -> None:
        commits.append(connection)

    engine = audited.archive.database.engine
    event.listen(engine, "commit", note)
    try:
        audited.page(f"/bills/{made.userkey}")
    finally:
        event.remove(engine, "commit", note)
    assert len(commits) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET reader = 'somebody else'",
        "UPDATE audit SET kept_until = '2000-01-01'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(
    audited: Installation, made: CatalogueBill, statement: str
) -> None:
    audited.page(f"/bills/{made.userkey}")
    before = [(row.id, row.reader) for row in rows(audited)]
    with pytest.raises(DatabaseError, match="append-only"), audited.archive.database.write() as session:
        session.execute(text(statement))
    assert [(row.id, row.reader) for row in rows(audited)] == before != []


def test_a_row_goes_when_its_time_is_over(
    audited: Installation, made: CatalogueBill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audited.archive.audit, "_kept", timedelta(seconds=-1))
    audited.page(f"/bills/{made.userkey}")
    assert rows(audited)
    monkeypatch.setattr(audited.archive.audit, "_kept", timedelta(days=1))
    monkeypatch.setattr(audited.archive.audit, "_swept", 0.0)
    audited.page(f"/bills/{made.userkey}")
    assert [row.what for row in rows(audited)] == ["image"]


def test_an_entry_that_nobody_could_store_is_recorded_without_what_cannot_be(
    audited: Installation, made: CatalogueBill
) -> None:
    audited.whole(made.userkey)
    (row,) = new_rows(audited, lambda: audited.get(f"/bills/{made.userkey}", params={"branch_id": "a\0b"}))
    assert row.branch_id == "a?b"


def look_at_a_picture(site: Installation, userkey: str) -> None:
    page = pages_of(site.whole(userkey))[0]
    assert site.get(f"/bills/{userkey}/iiif/{page}/full/50,/0/default.jpg").status_code == 200


def test_a_purged_bills_rows_stay_its_own(audited: Installation, made: CatalogueBill, sandbox: State) -> None:
    look_at_a_picture(audited, made.userkey)
    archive = audited.archive
    purging = Purging(archive.settings, archive.database, archive.blobs)
    purging.purge(purging.find(before=None, names=[made.userkey]))
    other = new_bill(1)
    sandbox.put_bill(other)
    found = new_rows(audited, lambda: look_at_a_picture(audited, other.userkey))
    assert "picture" in [row.what for row in found], "although the first bill's was looked at within the hour"
    assert {row.bill_no for row in rows(audited, bill=other.userkey)} == {other.bill_no}
    before = rows(audited, bill=made.bill_no)
    look_at_a_picture(audited, made.userkey)
    again = rows(audited, bill=made.userkey)
    assert [row.id for row in again][: len(before)] == [row.id for row in before]
    assert len(again) > len(before)
