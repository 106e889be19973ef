"""Messages on the push address: an entry's changed binding and new invoices, signed, taken once and shown at once."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, installed, problem_of
from tests.issuing import a_request
from tests.sandboxes import post, serving, signed
from viewer.domain.issuing import Typed
from viewer.gateway.binding import EntryOfBill
from viewer.gateway.sandbox.catalogue import SANDBOX_ACCOUNT, SANDBOX_TAX_NO
from viewer.gateway.sandbox.state import State
from viewer.gateway.wire.bills import parse_message

PUSH = "/api/v1/push"
_used: set[int] = set()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation without any upstream."""
    with installed(tmp_path_factory.mktemp("alone")) as installation:
        yield installation


def stamped() -> dict[str, str]:
    """A signature with a stamp that no other of this module has."""
    stamp = int(time.time() * 1000)
    while stamp in _used:
        stamp -= 1
    _used.add(stamp)
    return signed(at=(stamp + 0.5) / 1000)


def message(kind: str, **data: Any) -> dict[str, Any]:
    """A rightly signed message, its stamp its own."""
    return {**stamped(), "type": kind, "data": data}


def told(fid: str, number: str = "26330000000000000001", total: str = "12.50") -> dict[str, str]:
    return {"fplx": "26", "fpdm": "", "fphm": number, "jshj": total, "kprq": "2026-09-14", "se": "0.71", "fid": fid}


def push(site: Installation, body: dict[str, Any]) -> str:
    answer = site.post(PUSH, json=body)
    assert answer.status_code == 200, answer.text
    userkey: str = answer.json()["userkey"]
    return userkey


def hung(site: Installation, userkey: str, branch_id: str) -> list[str]:
    """The entry's serial numbers in the location view."""
    serial_nos: list[str] = site.json(f"/bills/{userkey}/views/location", branch_id=branch_id)["serial_nos"]
    return serial_nos


def test_save_entrys_hangs_exactly_these_invoices_on_the_entry(alone: Installation) -> None:
    first = push(alone, message("saveEntrys", bxd_key="B1", branch_id="E1", list=[told("a"), told("b")]))
    again = push(alone, message("saveEntrys", bxd_key="B1", branch_id="E2", list=told("b")))
    assert first == again
    assert (hung(alone, first, "E1"), hung(alone, first, "E2")) == (["a", "b"], ["b"])
    push(alone, message("saveEntrys", bxd_key="B1", branch_id="E1", list=[told("c")]))
    assert (hung(alone, first, "E1"), hung(alone, first, "E2")) == (["c"], ["b"])
    bill = alone.json(f"/bills/{first}")
    assert [entry["branch_id"] for entry in bill["entries"]] == ["E1", "E2"]
    assert {each["serial_no"]: each["branch_ids"] for each in bill["invoices"]} == {"a": [], "b": ["E2"], "c": ["E1"]}
    (invoice,) = [each for each in bill["invoices"] if each["serial_no"] == "c"]
    assert (invoice["invoice_type"], invoice["total_amount"], invoice["invoice_date"]) == ("26", "12.50", "2026-09-14")
    push(alone, message("saveEntrys", bxd_key="B1", branch_id="E1", list=[]))
    assert hung(alone, first, "E1") == []


def test_save_bill_adds_invoices_to_the_header_and_changes_no_entry(alone: Installation) -> None:
    userkey = push(alone, message("saveEntrys", bxd_key="B2", branch_id="E1", list=[told("a")]))
    push(alone, message("saveBill", bxd_key="B2", list=[told("a", total="99.00"), told("new")]))
    bill = alone.json(f"/bills/{userkey}")
    assert {each["serial_no"]: each["branch_ids"] for each in bill["invoices"]} == {"a": ["E1"], "new": []}
    assert bill["invoices"][0]["total_amount"] == "12.50"


def test_a_message_is_idempotent_and_its_stamp_serves_one_content(alone: Installation) -> None:
    body = message("saveEntrys", bxd_key="B3", branch_id="E1", list=[told("a")])
    assert push(alone, body) == push(alone, body)
    problem_of(alone.post(PUSH, json={**body, "data": {**body["data"], "list": []}}), 401, "bad_signature")
    userkey = push(alone, {**body, **stamped()})
    assert hung(alone, userkey, "E1") == ["a"]


@pytest.mark.parametrize(
    "wrong", [{"sign": "0" * 64}, {"client_id": "x"}, {"encType": "0"}, {"timestamp": "1000000000000"}]
)
def test_only_a_signed_message_is_taken(alone: Installation, wrong: dict[str, str]) -> None:
    body = message("saveEntrys", bxd_key="FORGED", branch_id="E1", list=[told("a")])
    problem_of(alone.post(PUSH, json=body | wrong), 401, "bad_signature")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("saveEntrys", {"bxd_key": "B4"}),
        ("saveEntrys", {"branch_id": "E"}),
        ("saveEntrys", {"bxd_key": "B4", "branch_id": ["E"]}),
        ("saveBill", {"bxd_key": "x" * 201}),
        ("somethingElse", {"bxd_key": "B4"}),
    ],
)
def test_a_message_that_says_too_little_is_refused(alone: Installation, kind: str, data: dict[str, Any]) -> None:
    problem_of(alone.post(PUSH, json=message(kind, **data)), 400, "bad_request")


def test_where_lists_name_no_entries_the_messages_say_on_which_an_invoice_hangs(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    rows = [row_of(f"{name}.xml", odd_cloud.put_file(f"{name}.xml", b"<x/>")) for name in ("left", "right")]
    for row in rows:
        del row["entryid"]
    userkey = odd_cloud.put_list([{**row, "bxd_key": "SILENT"} for row in rows])
    left, right = (row["serialNo"] for row in rows)
    assert odd_site.json(f"/userkeys/{userkey}")["branch_ids"] == []
    assert push(odd_site, message("saveEntrys", bxd_key="SILENT", branch_id="L", list=[told(left)])) == userkey
    push(odd_site, message("saveEntrys", bxd_key="SILENT", branch_id="R", list=[told(right)]))
    for _ in range(2):
        assert (hung(odd_site, userkey, "L"), hung(odd_site, userkey, "R")) == ([left], [right])
        odd_site.expire(userkey)
    push(odd_site, message("saveEntrys", bxd_key="SILENT", branch_id="L", list=[]))
    assert (hung(odd_site, userkey, "L"), hung(odd_site, userkey, "R")) == ([], [right])


@pytest.mark.parametrize("cache", [True, False])
def test_where_lists_name_no_entries_our_own_bindings_say_so_too(
    odd_site: Installation, odd_cloud: ScriptedCloud, cache: bool
) -> None:
    bill_id = f"BOUND-{cache}"
    rows = [row_of(f"{bill_id}-{each}.xml", odd_cloud.put_file(f"{bill_id}-{each}.xml", b"<x/>")) for each in "ab"]
    for row in rows:
        del row["entryid"]
    userkey = odd_cloud.userkeys[bill_id] = odd_cloud.put_list([{**row, "bxd_key": bill_id} for row in rows])
    first, second = (row["serialNo"] for row in rows)
    desk, entry = odd_site.archive.bindings, EntryOfBill(bill_id=bill_id, bill_no=None, branch_id="E")
    desk.bind([first], entry, cache=cache)
    assert hung(odd_site, userkey, "E") == [first]
    desk.bind([second, first], entry, cache=cache)
    assert hung(odd_site, userkey, "E") == [first, second]
    desk.release([first], bill_id=bill_id, branch_id="E")
    assert hung(odd_site, userkey, "E") == [second]
    desk.release([], bill_id=bill_id, branch_id="E")
    assert hung(odd_site, userkey, "E") == []


def test_a_list_that_names_entries_goes_before_the_messages(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    row = row_of("named.xml", odd_cloud.put_file("named.xml", b"<x/>"), bxd_key="NAMING")
    userkey = odd_cloud.put_list([row])
    assert hung(odd_site, userkey, "E-1") == [row["serialNo"]]
    push(odd_site, message("saveEntrys", bxd_key="NAMING", branch_id="E-2", list=[told(row["serialNo"])]))
    assert (hung(odd_site, userkey, "E-1"), hung(odd_site, userkey, "E-2")) == ([row["serialNo"]], [])
    assert odd_cloud.asked[userkey] == 2, "a message makes the bill due"


def test_what_the_sandbox_binds_it_tells_the_viewer(tmp_path: Path) -> None:
    state = State(tmp_path / "sandbox.sqlite3")
    ours = {"tax_no": SANDBOX_TAX_NO, "login_account": SANDBOX_ACCOUNT}
    with (
        serving(state) as cloud,
        installed(tmp_path / "site", cloud=cloud.url, **ours) as site,
        serving(state, push_url=f"{site.url}{PUSH}") as telling,
    ):
        issued = site.archive.issuings.issue(a_request(), typed=Typed()).issuing
        assert issued
        userkey = site.archive.bills.register(bill_id="TOLD", bill_no=None, branch_id="E1")
        assert hung(site, userkey, "E1") == []
        data = [{"entryid": "E1", "fid": [issued.serial_no]}]
        asked: dict[str, Any] = {**signed(bxd_key="TOLD"), "data": data}
        assert post(telling, "/m4/fpzs/expense/entry/save", asked)["errcode"] == "0000"
        assert hung(site, userkey, "E1") == [issued.serial_no], "though the stored copy is fresh"
        off = signed(bxd_key="TOLD", branch_id="E1")
        assert post(telling, "/m4/fpzs/expense/entry/delete", off)["errcode"] == "0000"
        assert hung(site, userkey, "E1") == []


plain = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
names = st.sampled_from(["list", "fid", "fphm", "jshj", "serialNo", "entryid"])
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)


@settings(max_examples=200, deadline=None)
@given(values)
def test_no_message_breaks_its_reader(data: object) -> None:
    read = parse_message(data if isinstance(data, dict) else {"list": data})
    assert all(each.serial_no for each in read)
    parse_message({"list": json.dumps(data)})


@pytest.mark.parametrize("character", ["\0", "\ud800"])
@pytest.mark.parametrize("name", ["bxd_key", "branch_id"])
def test_an_id_that_a_database_cant_hold_is_no_message(alone: Installation, name: str, character: str) -> None:
    data: dict[str, Any] = {"bxd_key": "ODD", "branch_id": "E", "list": [], name: f"x{character}y"}
    problem_of(alone.post(PUSH, json=message("saveEntrys", **data)), 400, "bad_request")
