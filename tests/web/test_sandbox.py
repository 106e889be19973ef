"""The emulated invoice cloud speaks its wire format over real HTTP."""

import hashlib
import re
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.sandboxes import SECONDS, post, rows_of, serving, signed, without_pixels
from viewer.domain.signing import ENC_TYPES, EncType
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, FAQ_USERKEY, SANDBOX_CLIENT_ID, demo_bills
from viewer.gateway.sandbox.seeding import seed
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

FAQ, SEVERAL, SPLIT, FILES, FAILING, EAS, TRAVEL, PASTED, _ = demo_bills()

USER_KEY = "/m4/fpzs/getUserKey"
QUERY = "/m4/fpzs/expense/invoices/query"
DETAIL = "/m4/fpzs/expense/invoice/detail/query"
BY_BILL = "/m4/fpzs/bxdInvoices"
TOKEN = "/base/oauth/token"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The FAQ's bill as it is; the others without the slow papers made of pixels."""
    kept = State(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")
    bills = (FAQ, without_pixels(SEVERAL), without_pixels(SPLIT), FILES, FAILING, without_pixels(EAS), PASTED)
    seed(kept, bills, workers=1)
    return kept


@pytest.fixture(scope="module")
def cloud(state: State) -> Iterator[ServedApp]:
    with serving(state) as served:
        yield served


def by_bill(cloud: ServedApp, **query: str) -> Any:
    response = requests.get(cloud.url + BY_BILL, params=query, timeout=SECONDS)
    assert response.status_code == 200
    return response.json()


def fetch(url: str) -> requests.Response:
    return requests.get(url, timeout=SECONDS)


def test_an_answer_is_the_documented_envelope(cloud: ServedApp) -> None:
    answer = post(cloud, "/m4/fpzs/getLinkKey", {})
    assert (answer["errcode"], answer["description"]) == ("0000", "操作成功")
    assert re.fullmatch("[0-9a-f]{32}", answer["traceId"])
    assert answer["data"]


@pytest.mark.parametrize("enc_type", ENC_TYPES)
@pytest.mark.parametrize("branch_id", FAQ_BRANCH_IDS)
def test_both_branch_ids_of_the_faq_get_its_userkey(cloud: ServedApp, enc_type: EncType, branch_id: str) -> None:
    answer = post(cloud, USER_KEY, signed(enc_type, bxd_key=FAQ.bill_id, branch_id=branch_id))
    assert answer["data"] == {"userKey": "dda807c9e4e4b1d86b1921d0e0619e45"}


def test_the_branch_ids_that_were_asked_with_are_remembered_once(cloud: ServedApp, state: State) -> None:
    for branch_id in ("b-2", "b-1", "b-2", ""):
        userkey = post(cloud, USER_KEY, signed(bxd_key="remembering", branch_id=branch_id))["data"]["userKey"]
    assert state.branches_asked(userkey) == ("b-2", "b-1")


def test_an_unknown_bill_gets_a_userkey_of_its_own_that_stays(cloud: ServedApp) -> None:
    keys = [
        post(cloud, USER_KEY, signed(bxd_key=bill, branch_id=branch))["data"]["userKey"]
        for bill, branch in (("new-1", "a"), ("new-1", "b"), ("new-2", "a"))
    ]
    assert keys[0] == keys[1] != keys[2]
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)
    assert rows_of(cloud, keys[0]) == []


def test_a_form_is_as_good_as_json(cloud: ServedApp) -> None:
    response = requests.post(cloud.url + USER_KEY, data=signed(bxd_key=FAQ.bill_id), timeout=SECONDS)
    assert response.json()["data"] == {"userKey": FAQ_USERKEY}


@pytest.mark.parametrize("enc_type", ENC_TYPES)
@pytest.mark.parametrize("wrong", [{"sign": "0" * 32}, {"sign": ""}, {"client_id": "somebody-else"}])
def test_wrong_credentials_are_1101(cloud: ServedApp, enc_type: EncType, wrong: dict[str, str]) -> None:
    answer = post(cloud, USER_KEY, signed(enc_type, bxd_key=FAQ.bill_id) | wrong)
    assert (answer["errcode"], answer["data"]) == ("1101", None)
    assert "不匹配" in answer["description"]


def test_a_signature_of_another_enc_type_is_1101(cloud: ServedApp) -> None:
    assert post(cloud, USER_KEY, signed("1", bxd_key="x") | {"encType": "2"})["errcode"] == "1101"


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_timestamp_far_from_now_is_1101_and_is_named(cloud: ServedApp, minutes: int) -> None:
    answer = post(cloud, USER_KEY, signed(at=time.time() + minutes * 60, bxd_key=FAQ.bill_id))
    assert answer["errcode"] == "1101"
    assert "timestamp" in answer["description"]


@pytest.mark.parametrize("minutes", [-9, 9])
def test_a_clock_that_is_a_little_off_is_no_harm(cloud: ServedApp, minutes: int) -> None:
    assert post(cloud, USER_KEY, signed(at=time.time() + minutes * 60, bxd_key=FAQ.bill_id))["errcode"] == "0000"


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [({"client_id": ""}, "1200"), ({"bxd_key": ""}, "1300"), ({"timestamp": ""}, "1300"), ({"encType": "3"}, "1300")],
)
def test_what_is_missing_has_its_own_code(cloud: ServedApp, changed: dict[str, str], errcode: str) -> None:
    answer = post(cloud, USER_KEY, signed(bxd_key=FAQ.bill_id) | changed)
    assert answer["errcode"] == errcode
    assert answer["description"]


def test_a_token_needs_a_signature(cloud: ServedApp) -> None:
    granted = post(cloud, TOKEN, signed("0"))["data"]
    assert granted["access_token"]
    assert granted["token_type"] == "bearer"
    assert granted["expires_in"] == 7200
    assert post(cloud, TOKEN, signed("0") | {"sign": "wrong"})["errcode"] == "1101"


def test_the_userkey_alone_gives_the_invoices_of_all_entries(cloud: ServedApp) -> None:
    rows = rows_of(cloud, FAQ_USERKEY)
    assert [row["entryid"] for row in rows] == list(FAQ_BRANCH_IDS)
    first = rows[0]
    assert first["serialNo"] == FAQ.invoices[0].serial_no
    assert (first["invoiceType"], first["invoiceCode"], len(first["invoiceNo"])) == ("27", "", 20)
    assert (first["invoiceStatus"], first["checkStatus"], first["expendStatus"]) == ("0", "1", "30")
    assert (first["bxd_key"], first["billNumber"]) == (FAQ.bill_id, FAQ.bill_no)
    assert (first["costTypeId"], first["costTypeName"]) == ("6602.07", "信息技术服务费")
    assert first["invoiceDate"] == "2026-09-14"
    assert first["checkTime"].startswith("2026-09-16 ")
    assert first["verifyResult"] == []


def test_amounts_are_numbers_with_two_decimals(cloud: ServedApp) -> None:
    text = requests.post(cloud.url + QUERY, json={"userKey": FAQ_USERKEY}, timeout=SECONDS).text
    assert '"totalAmount": 5000.00' in text
    assert '"invoiceAmount": 4716.98' in text
    assert '"totalTaxAmount": 283.02' in text
    assert '"entryAmount": 860.00' in text


def test_an_unknown_userkey_is_1301(cloud: ServedApp) -> None:
    answer = post(cloud, QUERY, {"userKey": "0" * 32})
    assert (answer["errcode"], answer["data"]) == ("1301", None)
    assert answer["description"]
    assert post(cloud, QUERY, {})["errcode"] == "1300"


def test_a_header_invoice_has_no_entry_and_an_entry_can_have_several(cloud: ServedApp) -> None:
    rows = rows_of(cloud, SEVERAL.userkey)
    assert [row.get("entryid") for row in rows] == [SEVERAL.entries[0].branch_id] * 3 + [None]
    assert "costTypeId" not in rows[-1]


def test_attachments_stand_beside_the_invoices(cloud: ServedApp) -> None:
    answer = post(cloud, QUERY, {"userKey": SEVERAL.userkey})
    (contract,) = answer["attachList"]
    assert contract["fileName"] == "办公家具采购合同.pdf"
    assert answer["data"][0]["attachSerialNoList"] == [contract["attachSerialNo"]]
    content = fetch(contract["url"]).content
    assert (len(content), hashlib.md5(content).hexdigest()) == (contract["fileSize"], contract["fileHash"])


def test_a_split_cost_is_one_row_per_entry_with_one_serial_number(cloud: ServedApp) -> None:
    rows = rows_of(cloud, SPLIT.userkey)
    assert len({row["serialNo"] for row in rows}) == 1
    assert [row["entryid"] for row in rows] == [entry.branch_id for entry in SPLIT.entries]
    assert sum(row["entryAmount"] for row in rows) == rows[0]["totalAmount"]
    assert (rows[0]["invoiceType"], len(rows[0]["invoiceCode"]), len(rows[0]["invoiceNo"])) == ("1", 12, 8)


def test_an_old_style_invoice_has_single_links_instead_of_files(cloud: ServedApp) -> None:
    row = rows_of(cloud, SPLIT.userkey)[0]
    assert "invoiceFiles" not in row
    assert fetch(row["pdfurl"]).content.startswith(b"%PDF-")
    assert "snapshotUrl" not in row, "an OFD is no picture"
    original = fetch(row["downloadUrl"])
    assert original.headers["Content-Type"] == "application/ofd"
    assert "OFD.xml" in zipfile.ZipFile(BytesIO(original.content)).namelist()


def test_an_invoice_names_its_original_its_data_and_what_was_made_of_it(cloud: ServedApp) -> None:
    pdf, xml, picture = rows_of(cloud, FILES.userkey)[0]["invoiceFiles"]
    assert [(file["fileExtends"], file["originalState"], file["resource"]) for file in (pdf, xml, picture)] == [
        ("pdf", "1", "2"),
        ("xml", "1", "2"),
        ("png", "0", "3"),
    ]
    assert (pdf["pid"], xml["pid"], picture["pid"]) == ("", "", pdf["id"])
    data = fetch(xml["url"])
    assert data.headers["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(data.content)
    assert root.findtext("TaxSupervisionInfo/InvoiceNumber") == FILES.invoices[0].paper.number  # type: ignore[union-attr]
    assert root.findtext("EInvoiceData/BasicInformation/TotalTax-includedAmount") == "30000.00"


def test_invoices_on_one_sheet_name_the_same_file_and_each_its_own_part(cloud: ServedApp) -> None:
    rows = rows_of(cloud, PASTED.userkey)
    assert len(rows) == 4
    assert len({(row["invoiceFiles"][0]["id"], row["invoiceFiles"][0]["fileHash"]) for row in rows}) == 1
    assert len({row["entryid"] for row in rows}) == 3
    assert all(re.fullmatch(r"\[\d+,\d+,\d+,\d+]", row["region"]) for row in rows)
    assert len({row["region"] for row in rows}) == 4
    assert {row["pixel"] for row in rows} == {"2480,3508"}
    assert not [row for row in rows_of(cloud, FAQ_USERKEY) if "region" in row]


def test_a_recorded_type_can_be_wrong(cloud: ServedApp) -> None:
    (file,) = rows_of(cloud, FILES.userkey)[2]["invoiceFiles"]
    response = fetch(file["url"])
    assert (file["fileExtends"], response.headers["Content-Type"]) == ("jpg", "image/jpeg")
    assert response.content.startswith(b"\x89PNG")


def test_a_download_is_what_the_list_stated(cloud: ServedApp) -> None:
    for row in rows_of(cloud, FAQ_USERKEY):
        (file,) = row["invoiceFiles"]
        response = fetch(file["url"])
        assert response.status_code == 200
        assert int(response.headers["Content-Length"]) == file["fileSize"] == len(response.content)
        assert hashlib.md5(response.content).hexdigest() == file["fileHash"]


def test_files_that_fail_do_so_in_their_own_ways(cloud: ServedApp) -> None:
    damaged, expired, vague = (row["invoiceFiles"][0] for row in rows_of(cloud, FAILING.userkey))
    content = fetch(damaged["url"]).content
    assert content.startswith(b"%PDF-")
    assert b"%%EOF" not in content
    assert hashlib.md5(content).hexdigest() == damaged["fileHash"]
    refused = fetch(expired["url"])
    assert (refused.status_code, refused.json()["errcode"]) == (403, "1301")
    answered = fetch(vague["url"])
    assert answered.headers["Content-Type"] == "application/octet-stream"
    assert answered.content.startswith(b"%PDF-")


def test_links_are_absolute_by_the_host_that_was_asked(cloud: ServedApp) -> None:
    body = {"userKey": FAQ_USERKEY}
    asked = requests.post(cloud.url + QUERY, json=body, headers={"Host": "cloud.example:8443"}, timeout=SECONDS)
    assert asked.json()["data"][0]["invoiceFiles"][0]["url"].startswith("http://cloud.example:8443/files/")


@pytest.mark.parametrize(
    "spoil", [("sig=", "sig=0"), ("expires=", "expires=9"), ("/files/", "/files/0"), (".pdf", ".exe")]
)
def test_a_link_that_was_tampered_with_is_refused(cloud: ServedApp, spoil: tuple[str, str]) -> None:
    url = rows_of(cloud, FAQ_USERKEY)[0]["invoiceFiles"][0]["url"]
    refused = fetch(url.replace(*spoil))
    assert (refused.status_code, refused.json()["errcode"]) == (403, "1301")


@pytest.mark.parametrize(("seconds", "days_later"), [(None, 7.01), (60, 0.01)])
def test_a_link_runs_out_and_the_next_list_brings_a_fresh_one(
    state: State, monkeypatch: pytest.MonkeyPatch, seconds: int | None, days_later: float
) -> None:
    with serving(state, link_seconds=seconds) if seconds else serving(state) as cloud:
        url = rows_of(cloud, FAQ_USERKEY)[0]["invoiceFiles"][0]["url"]
        assert fetch(url).status_code == 200
        later = time.time() + days_later * 86400
        monkeypatch.setattr("viewer.gateway.sandbox.links.time", SimpleNamespace(time=lambda: later))
        refused = fetch(url)
        assert (refused.status_code, refused.json()["errcode"]) == (403, "1301")
        assert "过期" in refused.json()["description"]
        assert fetch(rows_of(cloud, FAQ_USERKEY)[0]["invoiceFiles"][0]["url"]).status_code == 200


def test_details_are_given_by_serial_number(cloud: ServedApp) -> None:
    first, second = (invoice.serial_no for invoice in FAQ.invoices)
    for key in ({"userKey": FAQ_USERKEY}, {}):
        rows = post(cloud, DETAIL, signed(fid=f"{second},{first}") | key)["data"]
        assert [row["serialNo"] for row in rows] == [second, first]
    (split,) = post(cloud, DETAIL, signed(fid=SPLIT.invoices[0].serial_no))["data"]
    assert "entryid" not in split


def test_details_are_refused_for_other_bills_and_without_a_signature(cloud: ServedApp) -> None:
    serial_no = FAQ.invoices[0].serial_no
    foreign = post(cloud, DETAIL, signed(fid=serial_no, userKey=EAS.userkey))
    assert (foreign["errcode"], foreign["description"]) == ("1301", "发票流水号不在该单据下")
    assert post(cloud, DETAIL, signed(fid="0" * 32))["errcode"] == "1301"
    assert post(cloud, DETAIL, signed(fid=" , "))["errcode"] == "1300"
    assert post(cloud, DETAIL, {"fid": serial_no, "userKey": FAQ_USERKEY})["errcode"] == "1200"
    assert post(cloud, DETAIL, signed(fid=serial_no) | {"sign": "wrong"})["errcode"] == "1101"


@pytest.mark.parametrize("enc_type", ENC_TYPES)
def test_a_bill_is_also_found_by_its_id(cloud: ServedApp, enc_type: EncType) -> None:
    rows = by_bill(cloud, **signed(enc_type, bxd_key=EAS.bill_id, ticketParam=""))["data"]
    assert [row["serialNo"] for row in rows] == [invoice.serial_no for invoice in EAS.invoices]
    assert {row["entryid"] for row in rows} == {entry.branch_id for entry in EAS.entries}


def test_a_bill_is_refused_by_a_wrong_id_or_signature(cloud: ServedApp) -> None:
    assert by_bill(cloud, **signed(bxd_key="nobody's"))["errcode"] == "1301"
    assert by_bill(cloud, **signed())["errcode"] == "1300"
    assert by_bill(cloud, bxd_key=EAS.bill_id, client_id=SANDBOX_CLIENT_ID, timestamp="1")["errcode"] == "1101"


def test_calls_are_counted_by_endpoint_and_bill(cloud: ServedApp, state: State) -> None:
    state.forget_calls()
    file = rows_of(cloud, FAQ_USERKEY)[0]["invoiceFiles"][0]
    rows_of(cloud, EAS.userkey)
    fetch(file["url"])
    fetch(f"{cloud.url}/")
    assert state.calls(QUERY) == 2
    assert state.calls(QUERY, FAQ_USERKEY) == 1
    assert state.calls("/files") == state.calls("/files", FAQ_USERKEY) == state.calls(f"/files/{file['id']}") == 1
    assert state.calls("/") == 0


def test_an_invoice_can_change_come_and_go(tmp_path: Path) -> None:
    state = State(tmp_path / "sandbox.sqlite3")
    seed(state, (without_pixels(FAQ),))
    added = without_pixels(EAS).invoices[0]
    with serving(state) as cloud:
        state.change_invoice(FAQ_USERKEY, FAQ.invoices[0].serial_no, {"invoiceStatus": "3"})
        state.drop_invoice(FAQ_USERKEY, FAQ.invoices[1].serial_no)
        state.add_invoice(FAQ_USERKEY, added)
        rows = rows_of(cloud, FAQ_USERKEY)
        assert [row["serialNo"] for row in rows] == [FAQ.invoices[0].serial_no, added.serial_no]
        assert rows[0]["invoiceStatus"] == "3"
        assert fetch(rows[1]["invoiceFiles"][0]["url"]).status_code == 200


def test_the_front_page_lists_bills_and_endpoints(cloud: ServedApp) -> None:
    page = fetch(cloud.url)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for told in (FAQ_USERKEY, FAQ.bill_no, EAS.bill_id, f"POST {QUERY}", "GET /_sandbox/faults"):
        assert told in page.text


def test_what_no_bill_may_say_is_escaped_on_the_front_page(tmp_path: Path) -> None:
    state = State(tmp_path / "sandbox.sqlite3")
    state.put_bill(replace(FAQ, bill_no="<script>alert(1)</script>"))
    with serving(state) as cloud:
        assert "<script>" not in fetch(cloud.url).text
