"""`viewer bill KEY`: what a bill is, for the terminal and as JSON, and what can't be shown in one line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bills import new_bill
from tests.cli.conftest import Ended
from tests.commands import refused, viewer
from tests.sandboxes import serving
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, FAQ_USERKEY, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from viewer.gateway.sandbox.everyday_bills import faq_bill, split_cost_bill
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

CREDENTIALS = {"CLIENT_ID": SANDBOX_CLIENT_ID, "CLIENT_SECRET": SANDBOX_CLIENT_SECRET}
UNKNOWN = "0" * 32


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    state = State(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")
    for bill in (faq_bill(), split_cost_bill()):
        state.put_bill(bill)
    with serving(state) as served:
        yield served


def test_a_bill_is_shown_with_its_entries_and_invoices_in_chinese(instance: Path, cloud: ServedApp) -> None:
    done = viewer(instance, "bill", FAQ_USERKEY.upper(), GATEWAY_URL=cloud.url, **CREDENTIALS)
    assert (done.returncode, done.stderr) == (0, "")
    bill = faq_bill()
    assert done.stdout.startswith(f"{bill.bill_no}  userkey {FAQ_USERKEY}\n")
    lines = done.stdout.splitlines()
    for number, branch_id in enumerate(FAQ_BRANCH_IDS, 1):
        assert [line for line in lines if f" {number} " in line and branch_id in line]
    for invoice, words in zip(bill.invoices, ("数电专票", "数电普票"), strict=True):
        [line] = [line for line in lines if invoice.serial_no in line]
        assert words in line
    assert all(heading in done.stdout for heading in ("费用类型", "发票流水号", "销售方", "金额"))


def test_a_bill_is_shown_in_english_where_that_is_asked(run: Callable[..., Ended], cloud: ServedApp) -> None:
    status, out, _ = run("bill", FAQ_USERKEY, GATEWAY_URL=cloud.url, **CREDENTIALS)
    assert status == 0
    assert "Digital invoice (special)" in out
    assert "Expense type" in out
    assert "费用类型" not in out


def test_a_bill_as_json_says_on_which_entries_each_invoice_hangs(instance: Path, cloud: ServedApp) -> None:
    bill = split_cost_bill()
    done = viewer(instance, "bill", bill.userkey, "--json", GATEWAY_URL=cloud.url, **CREDENTIALS)
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert (shown["userkey"], shown["bill_no"], shown["stale"]) == (bill.userkey, bill.bill_no, False)
    assert shown["branch_ids"] == [entry.branch_id for entry in bill.entries]
    hung = {invoice["serial_no"]: invoice["branch_ids"] for invoice in shown["invoices"]}
    assert hung == {invoice.serial_no: list(invoice.entry_ids) for invoice in bill.invoices}
    for entry in shown["entries"]:
        assert entry["serial_nos"] == [serial_no for serial_no, ids in hung.items() if entry["branch_id"] in ids]


def test_a_stored_bill_is_shown_with_a_note_when_the_cloud_is_gone(run: Callable[..., Ended], tmp_path: Path) -> None:
    bill = new_bill(1, drawn=False)
    state = State(tmp_path / "sandbox.sqlite3")
    state.put_bill(bill)
    with serving(state) as served:
        asked = {"GATEWAY_URL": served.url, "BILL_TTL": "0", "UPSTREAM_DEADLINE": "1", **CREDENTIALS}
        assert "can't be reached" not in run("bill", bill.userkey, **asked).out
    gone = run("bill", bill.userkey, **asked)
    assert gone.status == 0
    assert "The invoice cloud can't be reached; this is the copy of 20" in gone.out
    assert bill.invoices[0].serial_no in gone.out


def test_a_key_that_is_none_is_one_line(instance: Path) -> None:
    assert refused(viewer(instance, "bill", "BX-2026")).startswith("userkey 由 32 位十六进制数字组成")


def test_a_key_that_nobody_knows_is_one_line(run: Callable[..., Ended], cloud: ServedApp) -> None:
    status, out, line = run("bill", UNKNOWN, GATEWAY_URL=cloud.url, **CREDENTIALS)
    assert (status, out) == (1, "")
    assert line.startswith("Neither this viewer nor the invoice cloud knows a bill with this userkey.")
    assert line.count("\n") == 1
