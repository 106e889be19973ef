"""bundle.zip: the originals under names that every system takes, and an index that opens right in Excel."""

import csv
import hashlib
import io
import json
import secrets
import zipfile
from typing import Any

from tests.bills import new_bill
from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of
from tests.papers import pdf
from tests.web.test_sheets import put_sheet
from viewer.gateway.sandbox.state import State


def archive(site: Installation, key: str, **query: object) -> zipfile.ZipFile:
    response = site.get(f"/api/v1/bills/{key}/bundle.zip", params={"lang": "en", **query})
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/zip"
    assert "attachment" in response.headers["Content-Disposition"]
    found = zipfile.ZipFile(io.BytesIO(response.content))
    assert found.testzip() is None
    return found


def index(found: zipfile.ZipFile) -> list[dict[str, str]]:
    content = found.read("index.csv")
    assert content.startswith(b"\xef\xbb\xbf"), "the mark by which Excel knows UTF-8"
    assert content.count(b"\n") == content.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_originals_are_there_byte_for_byte_under_entry_type_and_number(site: Installation, sandbox: State) -> None:
    bill = new_bill(2, 1, header=1)
    sandbox.put_bill(bill)
    found, told = archive(site, bill.userkey), site.whole(bill.userkey)
    invoices = site.json(f"/bills/{bill.userkey}", lang="en")["invoices"]
    seqs = {entry["branch_id"]: entry["seq"] for entry in told["entries"]}
    names = [f"{seqs.get(it['branch_id'], 0):02d}_Digital invoice (general)_{it['invoice_no']}.pdf" for it in invoices]
    assert found.namelist() == ["index.csv", *names]
    rows = index(found)
    for row, name, invoice, file in zip(rows, names, invoices, files_of(told), strict=True):
        content = found.read(name)
        assert row["File"] == name
        assert row["SHA-256"] == file["sha256"] == hashlib.sha256(content).hexdigest()
        assert content == site.get(f"/api/v1/bills/{bill.userkey}/files/{file['file_id']}").content
        assert row["Amount"] == invoice["total_amount"]
        assert row["Number"] == f"{invoice['invoice_no']}\t", "a tab keeps all twenty digits in Excel"
        assert row["Entry"] == (invoice["branch_id"] or "")
        assert row["Serial number"].strip() == invoice["serial_no"]
        assert row["Problem"] == ""


def test_an_entrys_archive_has_its_own_invoice_alone(site: Installation, sandbox: State) -> None:
    bill = new_bill(1, 1)
    sandbox.put_bill(bill)
    told = site.whole(bill.userkey)
    own, other = told["invoices"]
    found = archive(site, bill.userkey, view="location", branch_id=own["branch_id"])
    everything = "".join(found.namelist()) + found.read("index.csv").decode("utf-8-sig")
    assert own["invoice_no"] in everything
    assert other["invoice_no"] not in everything
    assert other["branch_id"] not in everything
    assert len(found.namelist()) == 2


def put_named(cloud: ScriptedCloud, *rows: dict[str, Any]) -> str:
    made = []
    for number, told in enumerate(rows):
        name = f"{secrets.token_hex(4)}.pdf"
        content = pdf(size=(200 + number, 100))
        made.append(row_of(name, cloud.put_file(name, content), content) | told)
    return cloud.put_list(made)


def test_names_are_safe_and_distinct_whatever_the_numbers_are(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    numbers = [
        "../../etc/passwd",
        "A:B*C?",
        "same",
        "SAME",
        "x" * 300,
        "发票" * 90,
        "\u202egnp.exe",
        "a\tb\nc",
        "NUL .",
    ]
    found = archive(odd_site, put_named(odd_cloud, *({"invoiceNo": number} for number in numbers)))
    names = found.namelist()[1:]
    assert len(names) == len(numbers)
    assert len({name.casefold() for name in names}) == len(numbers)
    for name in names:
        assert not set('<>:"/\\|?*') & set(name)
        assert name.isprintable()
        assert len(name) <= 120
        assert len(name.encode()) <= 200
        assert name.endswith(".pdf")
    assert [row["File"] for row in index(found)] == names


def test_no_cell_is_a_formula_and_no_number_loses_a_digit(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    names = ['=HYPERLINK("http://example.com")', "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1", 'a "quoted", name', "a\r\nb"]
    rows = [{"salerName": name, "invoiceNo": "24312000000012345678", "totalAmount": "-12.50"} for name in names]
    rows.append({"salerName": "plain", "invoiceNo": "00012345", "invoiceCode": "4403231130", "totalAmount": "100.00"})
    found = index(archive(odd_site, put_named(odd_cloud, *rows)))
    sellers = [row["Seller"] for row in found]
    assert not any(seller.lstrip()[:1] in set("=+-@＝") for seller in sellers)
    assert [seller.lstrip("'") for seller in sellers[:4]] == names[:4]
    assert sellers[6] == names[6]
    assert [row["Amount"] for row in found] == ["-12.50"] * 8 + ["100.00"]
    assert found[0]["Number"] == "24312000000012345678\t"
    assert found[8]["Number"] == "00012345\t"
    assert found[8]["Code"] == "4403231130"


def test_what_is_not_here_stands_in_the_index_with_the_reason(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    gone = row_of("gone.pdf", "http://127.0.0.1:9/gone.pdf", invoiceNo="GONE")
    bare = row_of("bare.pdf", "", invoiceNo="BARE") | {"invoiceFiles": []}
    locked_name = f"{secrets.token_hex(4)}.pdf"
    locked = row_of(locked_name, odd_cloud.put_file(locked_name, pdf(password="x")), invoiceNo="LOCKED")
    found = archive(odd_site, odd_cloud.put_list([gone, bare, locked]))
    first, second, third = index(found)
    assert (first["File"], first["SHA-256"]) == ("", "")
    assert first["Problem"]
    assert second["File"] == ""
    assert "no file" in second["Problem"]
    assert third["File"] in found.namelist()
    assert "password" in third["Problem"]


def test_a_pasted_sheet_is_in_the_archive_once_and_in_no_entrys_own(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    key, _ = put_sheet(odd_cloud)
    sheets = {
        file["sha256"]
        for invoice in odd_site.whole(key)["invoices"]
        for file in invoice["files"]
        if not file["picture"]
    }
    (sheet,) = sheets
    whole = archive(odd_site, key)
    assert len(whole.namelist()) == 1 + 4 + 1, "the index, four crops, the sheet"
    rows = index(whole)
    assert len(rows) == 8
    assert len({row["File"] for row in rows if row["SHA-256"] == sheet}) == 1
    own = archive(odd_site, key, view="location", branch_id="E-1")
    assert len(own.namelist()) == 2
    assert sheet not in own.read("index.csv").decode()
    assert json.dumps(own.namelist()).count("N-1") == 1


def test_the_index_speaks_the_readers_language(site: Installation, sandbox: State) -> None:
    bill = new_bill(1)
    sandbox.put_bill(bill)
    found = archive(site, bill.userkey, lang="zh-CN")
    assert "销售方" in found.read("index.csv").decode("utf-8-sig").splitlines()[0]
    assert "数电" in found.namelist()[1]
