"""Bills from disk: as a folder per bill and as a manifest, once and again, and then opened without any upstream."""

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.cli.conftest import Ended
from tests.commands import refused, viewer
from tests.installations import Installation, installed, problem_of
from tests.papers import pdf
from viewer.archive.imports import ImportedBill
from viewer.archive.imports.manifest import (
    OWN_RULES,
    GivenAttachment,
    GivenBill,
    GivenEntry,
    GivenFile,
    GivenInvoice,
    Manifest,
)
from viewer.domain.given import Given, problems_of
from viewer.errors import CommandError
from viewer.gateway.sandbox.everyday_bills import FAQ_BRANCH_IDS, faq_bill
from viewer.gateway.sandbox.maker import make

DOCUMENT = Path(__file__).parents[2] / "docs/import.md"
FIRST, SECOND = FAQ_BRANCH_IDS
NUMBER = "26312000000104236718"
XML = b'<?xml version="1.0" encoding="UTF-8"?><EInvoice/>'


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation without a gateway."""
    with installed(tmp_path_factory.mktemp("importing")) as installation:
        yield installation


@pytest.fixture(scope="module")
def paper() -> bytes:
    return make(faq_bill().invoices[0].paper, "pdf")


def take(here: Installation, path: Path) -> list[ImportedBill]:
    return here.archive.imports.run(path, lambda *_: None)


def wrong(here: Installation, path: Path) -> str:
    """The line that an import which can't be done gets."""
    with pytest.raises(CommandError) as caught:
        take(here, path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def lay_out(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def manifest(folder: Path, *bills: object, **more: object) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps({"bills": bills, **more}), "utf-8")
    return path


def names(owner: Any) -> list[str]:
    return [file["name"] for file in owner["files"]]


def test_a_folder_becomes_bills_with_entries_invoices_and_attachments(
    here: Installation, paper: bytes, tmp_path: Path
) -> None:
    files = {
        f"B-1/{FIRST}/{NUMBER}.pdf": paper,
        f"B-1/{FIRST}/{NUMBER}.xml": XML,
        f"B-1/{SECOND}/出租车.pdf": pdf(),
        f"B-1/{SECOND}/.DS_Store": b"",
        "B-1/发票 12345678.pdf": pdf(2),
        "B-1/附件/合同/采购合同.pdf": pdf(3),
        "B-2/attachments/quote.pdf": pdf(),
        f"B-2/{FIRST}/one.pdf": pdf(),
        "beside.pdf": pdf(),
    }
    first, second = take(here, lay_out(tmp_path, files))
    assert (first.bill_id, first.bill_no, first.invoices, first.files) == ("B-1", "B-1", 3, 5)
    assert (second.bill_id, second.invoices, second.files) == ("B-2", 1, 2)

    bill = here.json(f"/bills/{first.userkey}")
    assert sorted(entry["branch_id"] for entry in bill["entries"]) == sorted(FAQ_BRANCH_IDS)
    by_number = {invoice["invoice_no"]: invoice for invoice in bill["invoices"]}
    assert set(by_number) == {NUMBER, "出租车", "12345678"}
    assert by_number[NUMBER]["branch_ids"] == [FIRST]
    assert names(by_number[NUMBER]) == [f"{NUMBER}.pdf", f"{NUMBER}.xml"]
    assert [file["picture"] for file in by_number[NUMBER]["files"]] == [True, False]
    assert by_number["12345678"]["branch_ids"] == []
    assert [names(attachment) for attachment in bill["attachments"]] == [["采购合同.pdf"]]
    assert {file["state"] for invoice in bill["invoices"] for file in invoice["files"]} == {"ready"}


def test_an_imported_bill_opens_in_both_views_and_gives_its_originals(
    here: Installation, paper: bytes, tmp_path: Path
) -> None:
    files = {f"B-3/{FIRST}/{NUMBER}.pdf": paper, f"B-3/{SECOND}/other.pdf": pdf()}
    [taken] = take(here, lay_out(tmp_path, files))
    serial_nos = {each["invoice_no"]: each["serial_no"] for each in here.json(f"/bills/{taken.userkey}")["invoices"]}

    image_view = here.page(f"/bills/{taken.userkey}")
    assert all(f'data-serial-no="{serial_no}"' in image_view for serial_no in serial_nos.values())
    location_view = here.page(f"/bills/{taken.userkey}/location", branch_id=FIRST)
    assert f'data-serial-no="{serial_nos[NUMBER]}"' in location_view
    assert serial_nos["other"] not in location_view

    [file] = here.json(f"/bills/{taken.userkey}/views/location", branch_id=FIRST)["invoice"]["files"]
    assert here.get(f"/api/v1/bills/{taken.userkey}/files/{file['file_id']}").content == paper
    [page] = file["pages"]
    picture = here.get(f"/bills/{taken.userkey}/iiif/{page['page_id']}/full/200,/0/default.jpg")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")


def test_importing_again_keeps_the_userkey_and_adds_nothing(here: Installation, tmp_path: Path) -> None:
    lay_out(tmp_path, {f"B-4/{FIRST}/one.pdf": pdf(), f"B-4/{FIRST}/one.xml": XML, "B-4/附件/a.pdf": pdf()})
    [taken] = take(here, tmp_path)
    before = here.json(f"/bills/{taken.userkey}")
    assert take(here, tmp_path) == [taken]
    after = here.json(f"/bills/{taken.userkey}")
    assert {**after, "fetched_at": None} == {**before, "fetched_at": None}


def test_a_changed_file_is_new_content_and_a_removed_one_is_gone(here: Installation, tmp_path: Path) -> None:
    lay_out(tmp_path, {f"B-5/{FIRST}/one.pdf": pdf(), f"B-5/{FIRST}/two.pdf": pdf(2), "B-5/附件/a.pdf": pdf()})
    [taken] = take(here, tmp_path)
    before = {each["invoice_no"]: each["files"][0] for each in here.json(f"/bills/{taken.userkey}")["invoices"]}

    lay_out(tmp_path, {f"B-5/{FIRST}/one.pdf": pdf(3)})
    (tmp_path / f"B-5/{FIRST}/two.pdf").unlink()
    (tmp_path / "B-5/附件/a.pdf").unlink()
    assert take(here, tmp_path)[0].userkey == taken.userkey
    bill = here.json(f"/bills/{taken.userkey}")
    [invoice] = bill["invoices"]
    assert bill["attachments"] == []
    [file] = invoice["files"]
    assert (file["file_id"], len(file["pages"])) == (before["one"]["file_id"], 3)
    assert file["sha256"] != before["one"]["sha256"]
    old_page, gone = before["one"]["pages"][0]["page_id"], before["two"]["file_id"]
    problem_of(here.get(f"/bills/{taken.userkey}/iiif/{old_page}/full/200,/0/default.jpg"), 404, "unknown_page")
    problem_of(here.get(f"/api/v1/bills/{taken.userkey}/files/{gone}"), 404, "unknown_file")

    (tmp_path / f"B-5/{FIRST}/one.pdf").rename(tmp_path / "B-5/header.pdf")
    take(here, tmp_path / "B-5")
    assert here.json(f"/bills/{taken.userkey}/views/location", branch_id=FIRST)["invoice"] is None


def test_a_file_that_cannot_be_decoded_is_imported_and_marked(here: Installation, tmp_path: Path) -> None:
    [taken] = take(here, lay_out(tmp_path, {f"B-6/{FIRST}/one.pdf": b"%PDF-1.7 nothing more", "B-6/two.pdf": pdf()}))
    states = {names(each)[0]: each["files"][0]["state"] for each in here.json(f"/bills/{taken.userkey}")["invoices"]}
    assert states == {"one.pdf": "unreadable", "two.pdf": "ready"}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"header.pdf": b"1"}, id="header files alone"),
        pytest.param({"E-1/a.pdf": b"1", "header.pdf": b"2"}, id="an entry"),
        pytest.param({"E-1/a.pdf": b"1", "附件/合同/a.pdf": b"2"}, id="deep attachments"),
    ],
)
def test_a_folder_that_is_one_bill_itself_is_taken_as_it(
    here: Installation, tmp_path: Path, files: dict[str, bytes]
) -> None:
    folder = lay_out(tmp_path / "ONE", files)
    [taken] = take(here, folder)
    assert (taken.bill_id, taken.files) == ("ONE", len(files))


@pytest.mark.parametrize("files", [{}, {".hidden": b"1", "Thumbs.db": b"2"}])
def test_a_folder_without_any_bill_is_refused(here: Installation, tmp_path: Path, files: dict[str, bytes]) -> None:
    assert wrong(here, lay_out(tmp_path, files)) == f"No bill with any file was found in {tmp_path}."


def test_a_path_that_is_not_there_is_named(here: Installation, tmp_path: Path) -> None:
    assert wrong(here, tmp_path / "none") == f"There is nothing at {tmp_path / 'none'}."


def test_a_name_that_is_no_text_is_named(here: Installation, tmp_path: Path) -> None:
    (tmp_path / "E-1").mkdir()
    Path(str(tmp_path) + "/E-1/" + b"\xb7\xa2\xc6\xb1.pdf".decode("utf-8", "surrogateescape")).write_bytes(pdf())
    assert "is not UTF-8" in wrong(here, tmp_path)


def test_a_manifest_becomes_bills_with_all_their_facts(here: Installation, tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.pdf": pdf(), "b/b.pdf": pdf(2), "c.pdf": pdf()})
    shared = {"serial_no": "S-1", "invoice_type": "27", "invoice_no": NUMBER, "total_amount": 5000.1,
              "invoice_date": "2026年9月14日", "files": [{"path": "a.pdf", "name": "甲.pdf"}, {"path": "a.pdf"}]}  # fmt: skip
    bill = {
        "bill_id": "M-1",
        "bill_no": "BX-1",
        "profile": "eas",
        "total_amount": "5100.10",
        "entries": [
            {"branch_id": FIRST, "expense_type": "服务费", "amount": 5000, "invoices": [shared]},
            {"branch_id": SECOND, "invoices": [{"serial_no": "S-1"}, {"files": [{"path": "b/b.pdf"}]}]},
        ],
        "invoices": [{"serial_no": "S-3", "branch_ids": ["jbYAAAAB8aBnb3TT/x+Q0kg="]}],
        "attachments": [{"name": "合同", "branch_ids": [SECOND], "files": [{"path": "c.pdf", "resource": "2"}]}],
    }
    [taken] = take(here, manifest(tmp_path, bill))
    found = here.json(f"/bills/{taken.userkey}")
    assert (found["bill_id"], found["bill_no"], found["profile"], found["total_amount"]) == (
        *("M-1", "BX-1", "eas"),
        "5100.10",
    )
    assert [entry["branch_id"] for entry in found["entries"]] == [FIRST, SECOND, "jbYAAAAB8aBnb3TT/x+Q0kg="]
    assert [entry["amount"] for entry in found["entries"]] == ["5000.00", None, None]
    first, second, third = found["invoices"]
    assert (first["serial_no"], first["branch_ids"]) == ("S-1", [FIRST, SECOND])
    assert (first["total_amount"], first["invoice_date"], names(first)) == ("5000.10", "2026-09-14", ["甲.pdf"])
    assert (second["branch_ids"], names(second)) == ([SECOND], ["b.pdf"])
    assert (third["serial_no"], third["branch_ids"]) == ("S-3", ["jbYAAAAB8aBnb3TT/x+Q0kg="])
    assert [(each["name"], each["branch_ids"]) for each in found["attachments"]] == [("合同", [SECOND])]
    view = here.page(f"/bills/{taken.userkey}", lang="en")
    assert "¥5,100.10" in view
    assert "−¥100.00" in view, "what the invoices miss of the bill's total"
    assert take(here, tmp_path / "manifest.json") == [taken]
    assert len(here.json(f"/bills/{taken.userkey}")["invoices"]) == 3


FILE = {"path": "a.pdf"}


@pytest.mark.parametrize(
    ("bill", "place"),
    [
        ({}, "bills[0].bill_id"),
        ({"bill_id": ""}, "bills[0].bill_id"),
        ({"bill_id": "M", "number": "1"}, "bills[0].number"),
        ({"bill_id": "M", "profile": "AWS"}, "bills[0].profile"),
        ({"bill_id": "M", "entries": [{"branch_id": "E"}, {}]}, "bills[0].entries[1].branch_id"),
        ({"bill_id": "M", "entries": [{"branch_id": "E", "amount": "12.345"}]}, "bills[0].entries[0].amount"),
        ({"bill_id": "M", "invoices": [{"invoice_date": "soon"}]}, "bills[0].invoices[0].invoice_date"),
        ({"bill_id": "M", "invoices": [{"total_amount": "NaN"}]}, "bills[0].invoices[0].total_amount"),
        ({"bill_id": "M", "invoices": [{"files": [{"path": "a\0"}]}]}, "bills[0].invoices[0].files[0].path"),
        ({"bill_id": "M", "attachments": [{"name": "x", "files": []}]}, "bills[0].attachments[0].files"),
    ],
)
def test_a_wrong_field_of_a_manifest_is_named_by_its_place(
    here: Installation, tmp_path: Path, bill: object, place: str
) -> None:
    assert f" is wrong at {place}: " in wrong(here, manifest(tmp_path, bill))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "holds no JSON: it is wrong in line 1 at column "),
        (b"[]", "is wrong at –: must be an object with fields"),
        (b'{"bills": []}', "is wrong at bills: "),
        ("{单".encode("gbk"), "is not UTF-8 text"),
        (b"%PDF-1.7", "holds no JSON: it is wrong in line 1 at column "),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(here: Installation, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    assert said in wrong(here, tmp_path / "manifest.json")


def test_what_is_wrong_in_a_manifest_is_told_in_the_readers_language(instance: Path, tmp_path: Path) -> None:
    path = manifest(tmp_path, {"bill_id": "M", "invoices": [{"invoice_date": "soon"}]})
    line = refused(viewer(instance, "import", path))
    assert line == f"清单 {path} 的 bills[0].invoices[0].invoice_date 处有误：必须是日期，例如 2026-09-18"
    manifest(tmp_path, {"bill_id": "M", "profile": "sap"})
    assert refused(viewer(instance, "import", path)).endswith("只能是 'aws', 'eas'")
    path.write_text("{\n x", "utf-8")
    assert refused(viewer(instance, "import", path)) == f"{path} 的内容不是 JSON：第 2 行第 2 列有误。"


@pytest.mark.parametrize("kind", [Manifest, GivenBill, GivenEntry, GivenInvoice, GivenAttachment, GivenFile])
def test_there_are_words_for_whatever_is_wrong_in_a_field(kind: type[Given]) -> None:
    values: tuple[object, ...] = (
        None,
        True,
        7,
        "x",
        "",
        "x\0" * 9999,
        [],
        {},
        [{}],
        math.nan,
        1e99,
        "1.234",
        "9" * 30,
        "\ud800",
    )
    for name, value in itertools.product(kind.model_fields, values):
        with pytest.raises(ValidationError) as caught:
            kind.model_validate({name: value, "unknown": 1})
        assert "is wrong" not in [problem.message for problem in problems_of(caught.value, OWN_RULES)], (name, value)


def test_a_bill_or_attachment_that_is_told_twice_is_named(here: Installation, tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.pdf": pdf()})
    path = manifest(tmp_path, {"bill_id": "M-2"}, {"bill_id": "M-2"})
    assert wrong(here, path) == f"The manifest {path} has bill_id M-2 twice."
    papers = [{"attachment_id": "A", "name": "x", "files": [FILE]}] * 2
    manifest(tmp_path, {"bill_id": "M-2", "attachments": papers})
    assert wrong(here, path) == f"The manifest {path} has attachment_id A twice."


@pytest.mark.parametrize("outside", ["../secret.pdf", "in/../../secret.pdf", "/etc/hostname", "link.pdf"])
def test_a_file_outside_the_manifests_folder_is_refused(here: Installation, tmp_path: Path, outside: str) -> None:
    lay_out(tmp_path, {"secret.pdf": pdf(), "m/in/a.pdf": pdf()})
    (tmp_path / "m/link.pdf").symlink_to(tmp_path / "secret.pdf")
    path = manifest(tmp_path / "m", {"bill_id": "M-3", "invoices": [{"files": [{"path": outside}]}]})
    assert wrong(here, path) == f"The file {outside} lies outside the manifest's folder."


def test_a_file_that_is_missing_is_named(here: Installation, tmp_path: Path) -> None:
    path = manifest(tmp_path, {"bill_id": "M-4", "invoices": [{"files": [FILE]}]})
    assert wrong(here, path) == f"There is nothing at {tmp_path / 'a.pdf'}."


def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path, {"bills/a.pdf": pdf()})
    with installed(tmp_path / "instance", max_file_bytes=100) as small:
        assert f"{tmp_path / 'bills/a.pdf'} has {len(pdf())} bytes" in wrong(small, tmp_path / "bills")


def test_a_bills_files_beyond_the_limit_are_listed_and_not_shown(tmp_path: Path) -> None:
    lay_out(tmp_path, {f"bills/B/{number}.pdf": pdf() for number in range(3)})
    with installed(tmp_path / "instance", max_bill_files=2) as small:
        [bill] = take(small, tmp_path / "bills")
        states = [
            file["state"] for invoice in small.json(f"/bills/{bill.userkey}")["invoices"] for file in invoice["files"]
        ]
    assert states == ["ready", "ready", "unavailable"]


def test_the_documents_example_is_a_manifest_that_shows_every_field(here: Installation, tmp_path: Path) -> None:
    document = DOCUMENT.read_text("utf-8")
    [example] = re.findall(r"<!-- example -->\n```json\n(.*?)```", document, re.DOTALL)
    (tmp_path / "manifest.json").write_text(example, "utf-8")
    for path in re.findall(r'"path": "(.*?)"', example):
        lay_out(tmp_path, {path: pdf()})
    [taken] = take(here, tmp_path / "manifest.json")
    assert (taken.bill_no, taken.invoices, taken.files) == ("BX-2026-09-000118", 4, 7)

    kinds = (Manifest, GivenBill, GivenEntry, GivenInvoice, GivenAttachment, GivenFile)
    for field in {field for kind in kinds for field in kind.model_fields}:
        assert f'"{field}": ' in example, field
        assert f"`{field}`" in document or field == "bills", field


def test_the_command_imports_and_shows_what_it_imported(
    instance: Path, run: Callable[..., Ended], tmp_path: Path
) -> None:
    bills = lay_out(tmp_path / "bills", {f"B-1/{FIRST}/{NUMBER}.pdf": pdf(), "B-1/附件/合同.pdf": pdf()})
    done = viewer(instance, "import", bills)
    assert (done.returncode, done.stderr) == (0, "")
    assert "单据" in done.stdout
    [userkey] = re.findall(r"\b[0-9a-f]{32}\b", done.stdout)
    assert userkey in run("import", bills / "B-1").out

    shown = json.loads(run("bill", userkey, "--json").out)
    assert (shown["bill_id"], shown["branch_ids"]) == ("B-1", [FIRST])
    assert [invoice["invoice_no"] for invoice in shown["invoices"]] == [NUMBER]


def test_the_command_says_in_one_line_what_it_cannot_import(run: Callable[..., Ended], tmp_path: Path) -> None:
    assert run("import", tmp_path / "none") == (1, "", f"There is nothing at {tmp_path / 'none'}.\n")
