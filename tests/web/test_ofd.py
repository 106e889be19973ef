"""OFDs from the sandbox to the reader: named, typed, and byte for byte what was issued."""

from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from tests import ofds
from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of
from tests.papers import encoded, zipped
from tests.unit.documents import hostile
from tests.unit.gateway.sandbox.ofds import Ofd
from viewer.documents import decode
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import Invoice, TrainTicket
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueInvoice
from viewer.gateway.sandbox.state import State

HELD = [
    (bill, invoice)
    for bill in demo_bills()
    for invoice in bill.invoices
    if any(it.form == "ofd" for it in invoice.files)
]


@pytest.mark.parametrize(("made", "held"), HELD, ids=[made.bill_no for made, _ in HELD])
def test_an_ofd_is_listed_and_downloaded_as_it_was_issued(
    site: Installation, filled_state: State, made: CatalogueBill, held: CatalogueInvoice
) -> None:
    bill = site.whole(made.userkey)
    (shown,) = (each for each in bill["invoices"] if each["serial_no"] == held.serial_no)
    (file,) = (each for each in shown["files"] if each["name"].endswith(".ofd"))
    (wanted,) = (each for each in held.files if each.form == "ofd")
    assert (file["name"], file["media_type"], file["original"]) == (wanted.name, "application/ofd", True)
    issued = issued_bytes(filled_state, made.userkey, wanted.name)
    response = site.get(f"/api/v1/bills/{made.userkey}/files/{file['file_id']}?download=1")
    assert response.status_code == 200
    assert response.content == issued
    assert response.headers["Content-Type"] == "application/ofd"
    assert wanted.name in unquote(response.headers["Content-Disposition"])
    assert isinstance(held.paper, Invoice | TrainTicket)
    assert Ofd(response.content).custom_datas()["发票号码"] == held.paper.number


def issued_bytes(state: State, userkey: str, name: str) -> Any:
    bill = state.bill(userkey)
    assert bill
    (record,) = (file for invoice in bill.invoices for file in invoice.files if file.name == name)
    return state.content(record)


# What can't be shown as the file says

LACKING = ofds.ofd(ofds.text("发票") + ofds.image("404"), resources=ofds.font())
MISSING = {"code": "missing", "where": "MultiMedia 404"}


def left_out(file: Any) -> list[dict[str, str]]:
    return [{"code": each["code"], "where": each["where"]} for each in file["findings"]]


def test_what_an_ofd_lacks_is_told_with_its_file(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    whole = ofds.ofd(ofds.text("发票"), resources=ofds.font())
    key = odd_cloud.put_bill(
        {
            "lacking.ofd": LACKING,
            "whole.ofd": whole,
            "both.zip": zipped({"a.ofd": whole, "b/b.ofd": LACKING, "c.ofd": LACKING[:400]}),
            "some.png": encoded(Image.new("RGB", (20, 20)), "PNG"),
        }
    )
    assert [file["findings"] for file in files_of(odd_site.json(f"/bills/{key}"))] == [[]] * 4
    files = files_of(odd_site.whole(key))
    assert [left_out(file) for file in files] == [[MISSING], [], [MISSING | {"where": "b/b.ofd: MultiMedia 404"}], []]


@pytest.mark.parametrize(
    ("lang", "summary", "message"),
    [
        ("en", "1 place isn't shown as the file says", "A part that the file refers to is missing"),
        ("zh-CN", "有 1 处未能按文件原样显示", "文件引用的某个部分不存在"),
    ],
)
def test_the_reader_sees_it_beside_the_file(
    odd_site: Installation, odd_cloud: ScriptedCloud, lang: str, summary: str, message: str
) -> None:
    key = odd_cloud.put_bill({f"lacking-{lang}.ofd": LACKING})
    odd_site.whole(key)
    for page in (
        odd_site.page(f"/bills/{key}", lang=lang),
        odd_site.page(f"/bills/{key}/location", branch_id="E-1", lang=lang),
    ):
        assert summary in page
        assert f"<li>{message} <small>MultiMedia 404</small></li>" in page


def test_other_bytes_under_the_same_name_lack_something_else(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"mended.ofd": LACKING})
    odd_site.whole(key)
    mended = odd_cloud.put_bill({"mended.ofd": ofds.ofd(ofds.path())})
    odd_cloud.lists[key] = odd_cloud.lists[mended]
    odd_site.expire(key)
    assert [file["findings"] for file in files_of(odd_site.whole(key))] == [[]]


def test_a_file_of_which_this_is_not_known_is_shown_all_the_same(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "findings", hostile.crash)
    (file,) = files_of(odd_site.whole(odd_cloud.put_bill({"crashing.ofd": LACKING})))
    assert (file["state"], len(file["pages"]), file["findings"]) == ("ready", 1, [])
