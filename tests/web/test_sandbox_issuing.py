"""The sandbox issues: FAQ 1.1 to 1.3 sentence by sentence on the wire, and what becomes of an issued invoice."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.issuing import REQUEST
from tests.sandboxes import SECONDS, post, rows_of, serving, signed
from viewer.domain.issuing import new_reqid
from viewer.domain.signing import sign
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_CLIENT_ID,
    SANDBOX_COMPANY_ID,
    SANDBOX_COMPANY_SECRET,
    SANDBOX_TAX_NO,
    demo_bills,
)
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

PUSH, ASYNC, QUERY = "/bill-websocket/v3/invoicewebsocket/push", "/push", "/invoice/query"
EXPENSE = "/m4/fpzs/expense"
NO_ACCOUNT, NO_DATA = "未配置全电开票账号，请联系工作人员", "未查询该数据"
ANOTHER_TAX_NO = demo_bills()[0].invoices[0].paper.seller.tax_no  # type: ignore[union-attr]
_bills = itertools.count(1)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    return State(tmp_path_factory.mktemp("issuing") / "sandbox.sqlite3")


@pytest.fixture(scope="module")
def cloud(state: State) -> Iterator[ServedApp]:
    with serving(state) as served:
        yield served


def push(cloud: ServedApp, body: dict[str, Any] | None = None, path: str = PUSH, **query: str) -> Any:
    asked = {
        "reqid": new_reqid(),
        "taxNo": SANDBOX_TAX_NO,
        "clientId": SANDBOX_CLIENT_ID,
        "debugOpenInvoice": "1",
    } | query
    sent = REQUEST | {"account": SANDBOX_ACCOUNT} | (body or {})
    response = requests.post(cloud.url + path, params=asked, json=sent, timeout=SECONDS)
    assert response.status_code == 200
    return response.json()


def token(cloud: ServedApp) -> str:
    granted: str = post(cloud, "/base/oauth/token", signed())["data"]["access_token"]
    return granted


def ask(cloud: ServedApp, serial_no: str, **query: str) -> Any:
    asked = {"reqid": new_reqid(), "taxNo": SANDBOX_TAX_NO, "fpdk_type": "3", "serialNo": serial_no, **query}
    asked["access_token"] = query.get("access_token") or token(cloud)
    return requests.get(cloud.url + QUERY, params=asked, timeout=SECONDS).json()


def issued(cloud: ServedApp, **body: Any) -> str:
    """The serial number of a new simulated invoice."""
    serial_no: str = push(cloud, body)["data"]["serialNo"]
    return serial_no


def a_bill() -> tuple[str, str]:
    number = next(_bills)
    return f"bill-{number}", f"entry-{number}"


def bind(cloud: ServedApp, bill_id: str, branch_id: str, *serial_nos: str, how: str = "save") -> Any:
    data = [{"entryid": branch_id, "fid": list(serial_nos), "costTypeId": "6602.01", "costTypeName": "办公费"}]
    asked: dict[str, Any] = {**signed(bxd_key=bill_id, billnumber="BX-1"), "data": data}
    return post(cloud, f"{EXPENSE}/entry/{how}", asked)


def userkey_of(cloud: ServedApp, bill_id: str) -> str:
    key: str = post(cloud, "/m4/fpzs/getUserKey", signed(bxd_key=bill_id))["data"]["userKey"]
    return key


# FAQ 1.1


def test_faq_1_1_the_parameter_debugopeninvoice_1_issues_a_simulated_invoice(cloud: ServedApp, state: State) -> None:
    told = push(cloud)["data"]
    assert (told["debugOpenInvoice"], told["totalAmount"], len(told["invoiceNo"])) == ("1", 1272.0, 20)
    assert "模拟" in told["remark"]
    kept = state.pool.find(told["serialNo"])
    assert kept
    assert kept.simulated


@pytest.mark.parametrize("flag", ["0", "", "true"])
def test_faq_1_1_without_debugopeninvoice_1_a_real_invoice_is_issued(cloud: ServedApp, state: State, flag: str) -> None:
    told = push(cloud, debugOpenInvoice=flag)["data"]
    kept = state.pool.find(told["serialNo"])
    assert kept
    assert not kept.simulated
    assert "模拟" not in told["remark"]


def test_a_simulated_invoice_gets_its_pdf_ofd_and_xml(cloud: ServedApp) -> None:
    told = push(cloud)["data"]
    starts = {"pdfUrl": b"%PDF-", "ofdUrl": b"PK", "xmlUrl": b"<?xml"}
    for field, start in starts.items():
        content = requests.get(told[field], timeout=SECONDS).content
        assert content.startswith(start)
    assert told["invoiceNo"].encode() in content


@pytest.mark.parametrize(("kind", "digits"), [("3", 12), ("4", 10)])
def test_an_invoice_on_paper_has_a_code_and_eight_digits(cloud: ServedApp, kind: str, digits: int) -> None:
    body = {"invoiceType": kind, "buyerTaxNo": ANOTHER_TAX_NO}
    assert push(cloud, body)["errcode"] == "1300"
    told = push(cloud, body, paperInvoiceFlag="1", invoiceCopyType="23")["data"]
    assert (len(told["invoiceCode"]), len(told["invoiceNo"]), "ofdUrl" in told) == (digits, 8, False)
    assert requests.get(told["pdfUrl"], timeout=SECONDS).content.startswith(b"%PDF-")


def test_a_reqid_or_a_serial_number_issues_once(cloud: ServedApp) -> None:
    reqid = new_reqid()
    assert push(cloud, {"serialNo": "only-once"}, reqid=reqid)["errcode"] == "0000"
    assert push(cloud, reqid=reqid)["errcode"] == "1300"
    assert push(cloud, {"serialNo": "only-once"})["errcode"] == "1300"
    assert push(cloud, reqid="123")["errcode"] == "1300"


def test_the_tax_that_is_stated_is_the_tax_on_the_paper(cloud: ServedApp) -> None:
    item = {**REQUEST["items"][0], "taxAmount": "72.05"}
    assert push(cloud, {"items": [item]})["data"]["totalTaxAmount"] == 72.05


@pytest.mark.parametrize(
    ("body", "query"),
    [({"items": []}, {}), ({"salerTaxNo": ANOTHER_TAX_NO}, {}), ({}, {"invoiceCopyType": "99"}), ({}, {"taxNo": ""})],
)
def test_what_is_wrong_is_1300(cloud: ServedApp, body: dict[str, Any], query: dict[str, str]) -> None:
    assert push(cloud, body, **query)["errcode"] == "1300"


# FAQ 1.2


def test_faq_1_2_the_issuer_is_looked_up_by_clientid_tax_number_and_login_account(cloud: ServedApp) -> None:
    assert push(cloud)["errcode"] == "0000"
    for body, query in (
        ({}, {"clientId": "nobody"}),
        ({}, {"taxNo": ANOTHER_TAX_NO}),
        ({"account": "13900139000"}, {}),
    ):
        assert push(cloud, body, **query)["description"] == NO_ACCOUNT


def test_faq_1_2_cause_1_the_clientid_is_not_a_tenants(cloud: ServedApp) -> None:
    assert push(cloud, clientId=SANDBOX_COMPANY_ID)["description"] == NO_ACCOUNT


def test_faq_1_2_cause_2_the_tax_number_is_wrong(cloud: ServedApp) -> None:
    assert push(cloud, {"salerTaxNo": ANOTHER_TAX_NO}, taxNo=ANOTHER_TAX_NO)["description"] == NO_ACCOUNT


@pytest.mark.parametrize("account", ["13900139000", ""])
def test_faq_1_2_cause_3_the_login_account_is_wrong(cloud: ServedApp, account: str) -> None:
    answer = push(cloud, {"account": account})
    assert (answer["description"], answer["data"]) == (NO_ACCOUNT, None)
    assert answer["traceId"]


# FAQ 1.3


@pytest.fixture
def taken(cloud: ServedApp) -> str:
    """The serial number of an invoice that was issued asynchronously."""
    serial_no: str = push(cloud, path=ASYNC, access_token=token(cloud))["data"]["serialNo"]
    return serial_no


def test_an_asynchronous_issuing_gives_a_serial_number_and_the_query_the_invoice(cloud: ServedApp, taken: str) -> None:
    told = ask(cloud, taken)["data"]
    assert (told["serialNo"], told["debugOpenInvoice"]) == (taken, "1")
    assert requests.get(told["pdfUrl"], timeout=SECONDS).content.startswith(b"%PDF-")


def test_an_asynchronous_issuing_needs_a_token(cloud: ServedApp) -> None:
    assert push(cloud, path=ASYNC)["errcode"] == "1101"


def test_while_an_issuing_is_under_way_the_query_says_1307(cloud: ServedApp, state: State) -> None:
    state.pool.delay = 900.0
    try:
        serial_no = push(cloud, path=ASYNC, access_token=token(cloud))["data"]["serialNo"]
        assert ask(cloud, serial_no)["errcode"] == "1307"
        assert bind(cloud, *a_bill(), serial_no)["errcode"] == "1301"
    finally:
        state.pool.delay = 0.0


def test_faq_1_3_cause_1_another_tax_number_or_serial_number(cloud: ServedApp, taken: str) -> None:
    assert ask(cloud, taken, taxNo=ANOTHER_TAX_NO)["description"] == NO_DATA
    assert ask(cloud, "0" * 32)["description"] == NO_DATA


def test_faq_1_3_cause_2_the_token_is_no_good(cloud: ServedApp, state: State, taken: str) -> None:
    assert ask(cloud, taken, access_token="made-up")["description"] == NO_DATA
    company = requests.post(cloud.url + "/base/oauth/token", json=_as_company(), timeout=SECONDS).json()["data"]
    assert ask(cloud, taken, access_token=company["access_token"])["description"] == NO_DATA
    old = token(cloud)
    assert ask(cloud, taken, access_token=old)["errcode"] == "0000"
    state.issuers.expire_tokens()
    assert ask(cloud, taken, access_token=old)["description"] == NO_DATA


def test_faq_1_3_cause_3_an_invoice_issued_synchronously_is_not_found_by_the_asynchronous_query(
    cloud: ServedApp,
) -> None:
    serial_no = issued(cloud)
    assert ask(cloud, serial_no)["description"] == NO_DATA
    (row,) = post(cloud, f"{EXPENSE}/invoice/detail/query", signed(fid=serial_no))["data"]
    assert row["serialNo"] == serial_no


def test_tokens_run_out(tmp_path: Path) -> None:
    state = State(tmp_path / "sandbox.sqlite3")
    with serving(state, token_seconds=-1) as cloud:
        assert state.issuers.holder_of(token(cloud)) is None
    with serving(state, token_seconds=60) as cloud:
        assert state.issuers.holder_of(token(cloud)) == SANDBOX_CLIENT_ID


def _as_company() -> dict[str, str]:
    stamp = str(int(time.time() * 1000))
    signature = sign(client_id=SANDBOX_COMPANY_ID, client_secret=SANDBOX_COMPANY_SECRET, timestamp=stamp, enc_type="2")
    return {"client_id": SANDBOX_COMPANY_ID, "timestamp": stamp, "encType": "2", "sign": signature}


# the pool, and entries


def test_an_issued_invoice_lies_unused_in_the_pool_until_it_is_bound(cloud: ServedApp, state: State) -> None:
    serial_no = issued(cloud)
    pool = {each.serial_no: each.facts for each in state.pool.unused(SANDBOX_CLIENT_ID)}
    assert pool[serial_no]["expendStatus"] == "1"
    bill_id, branch_id = a_bill()
    assert bind(cloud, bill_id, branch_id, serial_no)["errcode"] == "0000"
    assert serial_no not in {each.serial_no for each in state.pool.unused(SANDBOX_CLIENT_ID)}
    (row,) = rows_of(cloud, userkey_of(cloud, bill_id))
    assert (row["serialNo"], row["entryid"], row["expendStatus"]) == (serial_no, branch_id, "30")
    assert (row["costTypeName"], row["billNumber"], row["bxd_key"]) == ("办公费", "BX-1", bill_id)
    assert {file["fileExtends"] for file in row["invoiceFiles"]} == {"pdf", "ofd", "xml"}


def test_entry_cache_holds_two_hours(cloud: ServedApp, state: State) -> None:
    serial_no, saved = issued(cloud), issued(cloud)
    bill_id, branch_id = a_bill()
    bind(cloud, bill_id, branch_id, serial_no, how="cache")
    bind(cloud, bill_id, branch_id, saved, how="cache")
    bind(cloud, bill_id, branch_id, saved, how="save")
    userkey = userkey_of(cloud, bill_id)
    assert [row["serialNo"] for row in rows_of(cloud, userkey)] == [serial_no, saved]
    state.pool.expire_cache()
    assert [row["serialNo"] for row in rows_of(cloud, userkey)] == [saved]
    assert serial_no in {each.serial_no for each in state.pool.unused(SANDBOX_CLIENT_ID)}


def test_an_invoice_on_one_bill_cannot_be_bound_on_another(cloud: ServedApp) -> None:
    serial_no = issued(cloud)
    bind(cloud, *a_bill(), serial_no)
    other = a_bill()
    assert bind(cloud, *other, serial_no)["errcode"] == "1301"
    assert rows_of(cloud, userkey_of(cloud, other[0])) == []
    assert bind(cloud, *other, "0" * 32)["errcode"] == "1301"
    assert bind(cloud, *other)["errcode"] == "1300"


@pytest.mark.parametrize("fid", [True, False])
def test_invoice_del_entry_gives_an_invoice_back_to_the_pool(cloud: ServedApp, state: State, fid: bool) -> None:
    serial_no = issued(cloud)
    bill_id, branch_id = a_bill()
    bind(cloud, bill_id, branch_id, serial_no)
    unbinding = signed(bxd_key=bill_id, branch_id=branch_id) | ({"fid": serial_no} if fid else {})
    assert post(cloud, f"{EXPENSE}/invoice/del/entry", unbinding)["errcode"] == "0000"
    assert rows_of(cloud, userkey_of(cloud, bill_id)) == []
    pool = {each.serial_no: each.facts for each in state.pool.unused(SANDBOX_CLIENT_ID)}
    assert pool[serial_no]["expendStatus"] == "1"
    if fid:
        assert post(cloud, f"{EXPENSE}/invoice/del/entry", unbinding)["errcode"] == "1301"


def test_an_invoice_of_two_entries_stays_on_the_bill_until_both_let_it_go(cloud: ServedApp) -> None:
    serial_no = issued(cloud)
    bill_id, first = a_bill()
    for branch_id in (first, "second"):
        bind(cloud, bill_id, branch_id, serial_no)
    userkey = userkey_of(cloud, bill_id)
    assert [row["entryid"] for row in rows_of(cloud, userkey)] == [first, "second"]
    for left in (["second"], []):
        released = first if left else "second"
        post(cloud, f"{EXPENSE}/entry/delete", signed(bxd_key=bill_id, entryid=released))
        assert [row["entryid"] for row in rows_of(cloud, userkey)] == left


def test_status_update_changes_what_every_list_says(cloud: ServedApp) -> None:
    serial_no = issued(cloud)
    bill_id, branch_id = a_bill()
    bind(cloud, bill_id, branch_id, serial_no)
    update = f"{EXPENSE}/invoice/status/update"
    assert post(cloud, update, signed(fid=serial_no, expenseStatus="65"))["errcode"] == "0000"
    assert rows_of(cloud, userkey_of(cloud, bill_id))[0]["expendStatus"] == "65"
    assert post(cloud, update, signed(fid=serial_no, expenseStatus="2"))["errcode"] == "1300"
    assert post(cloud, update, signed(fid="nobody", expenseStatus="1"))["errcode"] == "1301"


def test_an_attachment_is_uploaded_and_listed_with_its_bytes(cloud: ServedApp) -> None:
    bill_id, _ = a_bill()
    userkey = userkey_of(cloud, bill_id)
    url = f"{cloud.url}/m4/fpzs/attachBill/upload?userKey={userkey}"
    form = {"userKey": userkey, "billSerialNo": f"paper of {bill_id}"}
    sent = {"file": ("合同.pdf", b"%PDF-1.4 something")}
    assert requests.post(url, data=form, files=sent, timeout=SECONDS).json()["errcode"] == "0000"
    (paper,) = post(cloud, f"{EXPENSE}/invoices/query", {"userKey": userkey})["attachList"]
    assert (paper["fileName"], paper["fileSize"]) == ("合同.pdf", 18)
    assert requests.get(paper["url"], timeout=SECONDS).content == b"%PDF-1.4 something"
    assert requests.post(url, data=form, files=sent, timeout=SECONDS).json()["errcode"] == "1300"
    assert requests.post(url, data=form, timeout=SECONDS).json()["errcode"] == "1300"


@pytest.mark.parametrize(
    "path", ["entry/cache", "entry/save", "entry/delete", "invoice/del/entry", "invoice/status/update"]
)
def test_binding_needs_a_signature(cloud: ServedApp, path: str) -> None:
    asked = {"bxd_key": "b", "branch_id": "e", "fid": "f", "expenseStatus": "1"}
    assert post(cloud, f"{EXPENSE}/{path}", asked)["errcode"] == "1200"
    assert post(cloud, f"{EXPENSE}/{path}", signed() | asked | {"sign": "wrong"})["errcode"] == "1101"


def test_the_delay_is_set_while_it_runs(cloud: ServedApp, state: State) -> None:
    try:
        assert requests.put(f"{cloud.url}/_sandbox/delay", data="1.5", timeout=SECONDS).status_code == 204
        assert state.pool.delay == 1.5
        for wrong in ("nan", "-1", "soon", ""):
            assert requests.put(f"{cloud.url}/_sandbox/delay", data=wrong, timeout=SECONDS).status_code == 400
    finally:
        state.pool.delay = 0.0
