"""How long a stored bill stands for upstream's, and what happens when upstream changes its mind or falls silent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests.bills import new_bill, new_invoice, with_files
from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of, pages_of, problem_of
from tests.papers import pdf
from tests.sandboxes import signed
from viewer.gateway.sandbox.shapes import CatalogueBill
from viewer.gateway.sandbox.state import State
from viewer.store.models import Invoice

QUERY = "/m4/fpzs/expense/invoices/query"
STALE = "be reached at the moment"
"""What a page says above a copy that stands in for a silent upstream."""


@pytest.fixture
def made(site: Installation, sandbox: State) -> CatalogueBill:
    """A bill with one invoice on each of its two entries, which was opened once."""
    bill = new_bill(1, 1, drawn=False)
    sandbox.put_bill(bill)
    site.whole(bill.userkey)
    return bill


def numbers(site: Installation, made: CatalogueBill) -> list[str]:
    return [invoice["serial_no"] for invoice in site.json(f"/bills/{made.userkey}")["invoices"]]


# The stored copy's time


def test_within_its_lifetime_a_bill_is_not_asked_for_again(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    site.expire(made.userkey, by=-20)
    numbers(site, made)
    site.page(f"/bills/{made.userkey}")
    assert sandbox.calls(QUERY, made.userkey) == 1


def test_after_its_lifetime_it_is_asked_for_once(site: Installation, sandbox: State, made: CatalogueBill) -> None:
    site.expire(made.userkey)
    numbers(site, made)
    site.page(f"/bills/{made.userkey}")
    assert sandbox.calls(QUERY, made.userkey) == 2


def test_a_refresh_asks_at_most_once_in_ten_seconds(site: Installation, sandbox: State, made: CatalogueBill) -> None:
    for _ in range(3):
        assert site.post(f"/api/v1/bills/{made.userkey}/refresh").json()["userkey"] == made.userkey
    assert sandbox.calls(QUERY, made.userkey) == 1
    site.age(made.userkey, 11)
    for _ in range(3):
        site.post(f"/api/v1/bills/{made.userkey}/refresh")
    assert sandbox.calls(QUERY, made.userkey) == 2


def test_the_pages_refresh_leads_back_to_where_the_reader_was(site: Installation, made: CatalogueBill) -> None:
    where = {"branch_id": made.entries[1].branch_id, "serialNo": made.invoices[1].serial_no}
    back = site.post(f"/bills/{made.userkey}/refresh", data=where)
    assert back.status_code == 303
    assert made.invoices[1].serial_no in site.page(back.headers["Location"])
    back = site.post(f"/bills/{made.userkey}/refresh?lang=en")
    assert (back.status_code, back.headers["Location"]) == (303, f"/bills/{made.userkey}?lang=en")


# What changes upstream


def test_a_new_status_is_seen_after_a_refresh(site: Installation, sandbox: State, made: CatalogueBill) -> None:
    sandbox.change_invoice(made.userkey, made.invoices[0].serial_no, {"invoiceStatus": "3"})
    site.age(made.userkey, 11)
    refreshed = site.post(f"/api/v1/bills/{made.userkey}/refresh").json()
    assert [invoice["invoice_status"] for invoice in refreshed["invoices"]] == ["3", "0"]


def test_a_dropped_invoice_leaves_the_views_and_stays_in_the_database(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    gone, kept = made.invoices
    (file,) = site.json(f"/bills/{made.userkey}")["invoices"][0]["files"]
    sandbox.drop_invoice(made.userkey, gone.serial_no)
    site.expire(made.userkey)
    assert numbers(site, made) == [kept.serial_no]
    assert gone.serial_no not in site.page(f"/bills/{made.userkey}")
    view = site.json(f"/bills/{made.userkey}/views/location", branch_id=made.entries[0].branch_id)
    assert (view["invoice"], view["count"]) == (None, 0)
    problem_of(site.get(f"/api/v1/bills/{made.userkey}/files/{file['file_id']}"), 404, "unknown_file")
    with site.archive.database.read() as session:
        row = session.scalars(select(Invoice).where(Invoice.serial_no == gone.serial_no)).one()
    assert row.dropped_at is not None


def test_a_new_invoice_comes_at_its_place(site: Installation, sandbox: State, made: CatalogueBill) -> None:
    added = new_invoice([made.entries[0]], drawn=False)
    sandbox.add_invoice(made.userkey, added)
    site.expire(made.userkey)
    assert numbers(site, made) == [*(invoice.serial_no for invoice in made.invoices), added.serial_no]
    view = site.json(f"/bills/{made.userkey}/views/location", branch_id=made.entries[0].branch_id)
    assert view["count"] == 2


def test_other_content_has_other_pages_and_the_old_address_is_gone(site: Installation, sandbox: State) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    before = site.whole(made.userkey)
    address = f"/bills/{made.userkey}/iiif/{{}}/full/50,/0/default.jpg"
    old = site.get(address.format(pages_of(before)[0]))
    assert old.status_code == 200
    other = new_invoice([made.entries[0]])
    sandbox.put_bill(replace(made, invoices=(replace(made.invoices[0], paper=other.paper, files=other.files),)))
    site.expire(made.userkey)
    after = site.whole(made.userkey)
    assert set(pages_of(after)).isdisjoint(pages_of(before))
    assert files_of(after)[0]["sha256"] != files_of(before)[0]["sha256"]
    assert site.get(address.format(pages_of(after)[0])).content != old.content
    problem_of(site.get(address.format(pages_of(before)[0])), 404, "unknown_page")


def test_another_hash_of_the_same_file_is_other_content(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    url = odd_cloud.put_file("changing.pdf", pdf())
    key = odd_cloud.put_list([row_of("changing.pdf", url, b"one")])
    before = odd_site.whole(key)
    odd_cloud.put_file("changing.pdf", pdf(2))
    odd_cloud.lists[key] = odd_cloud.lists[odd_cloud.put_list([row_of("changing.pdf", url, b"two")])]
    odd_site.expire(key)
    after = odd_site.whole(key)
    assert [file["file_id"] for file in files_of(after)] == [file["file_id"] for file in files_of(before)]
    assert (len(pages_of(before)), len(pages_of(after))) == (1, 2)
    assert set(pages_of(after)).isdisjoint(pages_of(before))
    problem_of(odd_site.get(f"/bills/{key}/iiif/{pages_of(before)[0]}/full/9,/0/default.jpg"), 404, "unknown_page")


def test_another_file_at_an_older_address_is_other_content(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    """`pdfurl` and its like tell no hash: the file's name is all that says which it is."""
    old, new = (odd_cloud.put_file(f"{name}.pdf", pdf(pages)) for name, pages in (("one", 1), ("two", 2)))
    row = {"serialNo": "S", "invoiceNo": "N", "entryid": "E"}
    key = odd_cloud.put_list([row | {"pdfurl": old}])
    (before,) = pages_of(odd_site.whole(key))
    odd_cloud.lists[key] = odd_cloud.lists.pop(odd_cloud.put_list([row | {"pdfurl": new}]))
    odd_site.expire(key)
    after = pages_of(odd_site.whole(key))
    assert len(after) == 2
    assert before not in after
    assert files_of(odd_site.json(f"/bills/{key}"))[0]["name"] == "two.pdf"
    assert odd_site.get(f"/bills/{key}/iiif/{before}/info.json").status_code == 404


# Upstream falls silent


@pytest.mark.parametrize(("kind", "value"), [("status", "500"), ("errcode", "1101 no"), ("html", ""), ("cut", "")])
def test_an_upstream_that_fails_is_covered_by_the_stored_copy(
    site: Installation, sandbox: State, made: CatalogueBill, monkeypatch: pytest.MonkeyPatch, kind: Any, value: str
) -> None:
    monkeypatch.setattr("viewer.gateway.transport.PAUSES", (0.01, 0.01))
    before = site.json(f"/bills/{made.userkey}")
    sandbox.faults.add(QUERY, kind, value)
    site.expire(made.userkey)
    covered = site.json(f"/bills/{made.userkey}")
    assert (covered["stale"], covered["fetched_at"]) == (True, before["fetched_at"])
    assert covered["invoices"] == before["invoices"]
    for path in (f"/bills/{made.userkey}", f"/bills/{made.userkey}/location?branch_id={made.entries[0].branch_id}"):
        assert STALE in site.page(path, lang="en")
    calls = sandbox.calls(QUERY, made.userkey)
    site.json(f"/bills/{made.userkey}")
    assert sandbox.calls(QUERY, made.userkey) == calls, "a silent upstream isn't asked with every opening"
    sandbox.faults.clear()
    site.age(made.userkey, 11)
    assert site.json(f"/bills/{made.userkey}")["stale"] is False
    assert STALE not in site.page(f"/bills/{made.userkey}", lang="en")


def test_a_refresh_of_a_silent_upstream_is_the_stored_copy_too(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    sandbox.faults.add(QUERY, "errcode", "1101 no")
    site.age(made.userkey, 11)
    assert site.post(f"/api/v1/bills/{made.userkey}/refresh").json()["stale"] is True


# Upstream no longer knows the bill


def forget(sandbox: State, made: CatalogueBill) -> None:
    sandbox.faults.add(QUERY, "errcode", "1301 授权信息不存在", userkey=made.userkey)


def empty(sandbox: State, made: CatalogueBill) -> None:
    for invoice in made.invoices:
        sandbox.drop_invoice(made.userkey, invoice.serial_no)


@pytest.mark.parametrize("disown", [forget, empty])
def test_a_bill_that_upstream_disowns_is_unknown_even_with_a_stored_copy(
    site: Installation, sandbox: State, made: CatalogueBill, disown: Callable[[State, CatalogueBill], None]
) -> None:
    bill = site.json(f"/bills/{made.userkey}")
    disown(sandbox, made)
    site.expire(made.userkey)
    for _ in range(2):
        problem_of(site.get(f"/api/v1/bills/{made.userkey}"), 404, "unknown_userkey")
        assert site.get(f"/bills/{made.userkey}").status_code == 404
        file_id = files_of(bill)[0]["file_id"]
        assert site.get(f"/api/v1/bills/{made.userkey}/files/{file_id}").status_code == 404
    sandbox.faults.clear()
    sandbox.put_bill(made)
    assert numbers(site, made) == [invoice.serial_no for invoice in made.invoices], "until upstream knows it again"


def test_a_bill_that_was_disowned_is_not_shown_while_upstream_is_silent(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    forget(sandbox, made)
    site.expire(made.userkey)
    problem_of(site.get(f"/api/v1/bills/{made.userkey}"), 404, "unknown_userkey")
    sandbox.faults.clear()
    sandbox.faults.add(QUERY, "errcode", "1101 no")
    problem_of(site.get(f"/api/v1/bills/{made.userkey}"), 502, "upstream_refused")


def test_an_empty_list_for_a_registered_bill_is_an_empty_bill(site: Installation, sandbox: State) -> None:
    made = new_bill(0)
    body = signed(bill_id=made.bill_id, bill_no=made.bill_no, branch_id=made.entries[0].branch_id)
    key = site.post("/api/v1/userkeys", json=body).json()["userkey"]
    bill = site.json(f"/bills/{key}")
    assert (bill["bill_id"], bill["bill_no"], bill["invoices"]) == (made.bill_id, made.bill_no, [])
    assert [entry["branch_id"] for entry in bill["entries"]] == [made.entries[0].branch_id]
    assert site.page(f"/bills/{key}").count("data-serial-no=") == 0


def test_an_empty_list_for_a_key_that_nobody_registered_is_an_unknown_bill(site: Installation, sandbox: State) -> None:
    made = with_files(new_bill(0))
    sandbox.put_bill(made)
    problem_of(site.get(f"/api/v1/bills/{made.userkey}"), 404, "unknown_userkey")
