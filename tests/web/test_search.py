"""Searching in a bill over HTTP: what a view shows is found, and nothing else."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Response
from sqlalchemy import event

from tests import ofds
from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of, installed, problem_of
from tests.invoices import ofd
from tests.papers import chinese_pdf, cornered, encoded, pdf
from tests.unit.documents import hostile
from viewer import drawing
from viewer.archive import texts
from viewer.domain.search import LONGEST
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import Invoice
from viewer.web import searching

FAQ = demo_bills()[0]
PAPERS = [paper for invoice in FAQ.invoices if isinstance(paper := invoice.paper, Invoice)]
OFD = ofds.ofd(ofds.text("住宿费25", 'X="0" Y="8" DeltaX="6 6 6 4"'), resources=ofds.font(), size=(50.8, 25.4))


def searched(site: Installation, key: str, q: str, **view: Any) -> Any:
    """The answer once every page is searched."""
    site.whole(key)
    for _ in range(100):
        answer = site.json(f"/bills/{key}/search", q=q, **view)
        if not answer["pending"]:
            return answer
    raise AssertionError("pages stayed pending")


def hits(site: Installation, key: str, q: str, **view: Any) -> list[Any]:
    found: list[Any] = searched(site, key, q, **view)["hits"]
    return found


def found(site: Installation, key: str, q: str, **view: Any) -> list[str]:
    """The serial numbers and attachments' names that are found, in the answer's order."""
    names = {each["attachment_id"]: each["name"] for each in site.whole(key)["attachments"]}
    return [hit["serial_no"] or names[hit["attachment_id"]] for hit in hits(site, key, q, **view)]


def words_at(site: Installation, key: str, page: Any) -> list[str]:
    """The words of text.json that a hit's boxes mark."""
    words = site.get(f"/bills/{key}/iiif/{page['page_id']}/text.json").json()["words"]
    return [word["text"] for word in words if [word[edge] for edge in "xywh"] in page["boxes"]]


def bill_of(cloud: ScriptedCloud, files: dict[str, bytes], **facts: Any) -> str:
    """An invoice on an entry of its own for each file, with a number that says nothing."""
    rows = [
        row_of(name, cloud.put_file(name, content), content, serialNo=f"S-{row}", entryid=f"E-{row}", invoiceNo="")
        | facts
        for row, (name, content) in enumerate(files.items(), 1)
    ]
    return cloud.put_list(rows)


# What is found


@pytest.mark.parametrize("paper", PAPERS)
def test_an_invoice_is_found_by_its_number_in_the_record_and_on_the_page(site: Installation, paper: Invoice) -> None:
    (hit,) = hits(site, FAQ.userkey, paper.number)
    assert hit["attachment_id"] is None
    assert hit["fields"] == ["invoice_no"]
    (page,) = hit["pages"]
    assert page["number"] == 1
    assert words_at(site, FAQ.userkey, page) == [paper.number]


def test_an_invoice_is_found_by_its_seller_and_by_its_amount(site: Installation) -> None:
    paper = PAPERS[0]
    for query in (paper.seller.name, paper.seller.name[1:4], f"￥{paper.total:,.2f}", f"{paper.total:.1f}"):
        assert FAQ.invoices[0].serial_no in found(site, FAQ.userkey, query), query
    (hit,) = hits(site, FAQ.userkey, f"{paper.seller.tax_no} {paper.total}")
    assert hit["fields"] == ["total_amount", "seller_tax_no"]


def test_facts_are_found_by_the_names_that_the_api_gives_them(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    facts = {
        "invoiceType": "9",
        "invoiceCode": "044001900111",
        "invoiceNo": "20268041",
        "invoiceDate": "2026-09-08",
        "totalAmount": 1234.5,
        "invoiceAmount": 1200.25,
        "totalTaxAmount": 34.25,
        "salerName": "大连印务（有限）公司",
        "salerTaxNo": "91210200AAAA1",
        "buyerName": "Acme",
        "buyerTaxNo": "91310000BBBB2",
    }
    key = bill_of(odd_cloud, {"facts.png": encoded(cornered(), "PNG")}, **facts)
    for query, name in {
        "044001": "invoice_code",
        "20268041": "invoice_no",
        "s-1": "serial_no",
        "2026-09-08": "invoice_date",
        "2026年09月08日": "invoice_date",
        "¥1,234.50": "total_amount",
        "1200.25": "amount",
        "34.25": "tax_amount",
        "大连印务(有限)": "seller_name",
        "aaaa1": "seller_tax_no",
        "ACME": "buyer_name",
        "bbbb2": "buyer_tax_no",
        "火车票": "invoice_type_name",
    }.items():
        (hit,) = hits(odd_site, key, query)
        assert (hit["fields"], hit["pages"]) == ([name], []), query


def test_the_types_name_is_the_readers_own(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, {"train.png": encoded(cornered(), "PNG")}, invoiceType="9")
    assert found(odd_site, key, "train ticket", lang="en") == ["S-1"]
    assert found(odd_site, key, "train ticket", lang="zh-CN") == []


def test_what_a_file_says_itself_is_found(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, {"says.ofd": ofd(custom={"发票号码": "20268042", "合计金额": "510.68"})})
    assert hits(odd_site, key, "20268042")[0]["fields"] == ["invoice_no"]
    assert hits(odd_site, key, "510.68")[0]["fields"] == ["amount"]


def test_the_rows_of_a_files_table_are_found(site: Installation) -> None:
    made = demo_bills()[3]
    assert [hit["fields"] for hit in hits(site, made.userkey, "电磁兼容检测")] == [["items"]]


@pytest.mark.parametrize(("name", "content"), [("text.pdf", chinese_pdf("住宿费")), ("text.ofd", OFD)])
def test_the_text_of_a_page_is_found(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str, content: bytes
) -> None:
    key = bill_of(odd_cloud, {"other.pdf": pdf(), name: content})
    (hit,) = hits(odd_site, key, "宿费")
    (file,) = odd_site.whole(key)["invoices"][1]["files"]
    (page,) = hit["pages"]
    assert (hit["serial_no"], hit["fields"]) == ("S-2", [])
    assert (page["file_id"], page["page_id"], page["number"]) == (file["file_id"], file["pages"][0]["page_id"], 1)
    assert words_at(odd_site, key, page) == ["住宿费"]


def test_a_query_may_span_words_of_the_page(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, {"span.ofd": OFD})
    (hit,) = hits(odd_site, key, "宿费2")
    assert words_at(odd_site, key, hit["pages"][0]) == ["住宿费", "25"]


def test_every_term_must_be_somewhere_in_the_same_invoice(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    files = {"hotel.pdf": chinese_pdf("住宿费"), "taxi.pdf": chinese_pdf("出租车")}
    key = bill_of(odd_cloud, files, salerName="大连公司")
    assert found(odd_site, key, "大连") == ["S-1", "S-2"]
    assert found(odd_site, key, "大连 住宿") == ["S-1"]
    assert found(odd_site, key, "出租\u3000大连") == ["S-2"]
    assert found(odd_site, key, "住宿 出租") == []


def test_the_other_files_of_an_invoice_are_searched_too(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    first, other = chinese_pdf("住宿费"), chinese_pdf("清单")
    row = row_of("first.pdf", odd_cloud.put_file("first.pdf", first), first)
    row["invoiceFiles"] += row_of("list.pdf", odd_cloud.put_file("list.pdf", other), other)["invoiceFiles"]
    key = odd_cloud.put_list([row])
    (hit,) = hits(odd_site, key, "清单")
    beside = odd_site.whole(key)["invoices"][0]["files"][1]
    assert not beside["picture"]
    assert [page["file_id"] for page in hit["pages"]] == [beside["file_id"]]


def test_what_looks_like_markup_is_text(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, {"markup.png": encoded(cornered(), "PNG")}, salerName="<b>甲</b>")
    answer = searched(odd_site, key, "<B>")
    assert (answer["query"], answer["hits"][0]["fields"]) == ("<B>", ["seller_name"])


# Which view is searched


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str]]:
    """An imported bill: two entries and the header with an invoice each, one on both entries, an empty entry, an attachment."""
    folder = tmp_path_factory.mktemp("search")
    for name, text in {"one": "住宿费", "two": "出租车", "both": "分摊费", "header": "打印费", "trip": "出差"}.items():
        (folder / f"{name}.pdf").write_bytes(chinese_pdf(text))

    def invoice(name: str, **more: Any) -> dict[str, Any]:
        return {"serial_no": f"S-{name}", "seller_name": f"{name}公司", "files": [{"path": f"{name}.pdf"}], **more}

    bill = {
        "bill_id": "SEARCH",
        "entries": [
            *({"branch_id": f"E-{name}", "invoices": [invoice(name)]} for name in ("one", "two")),
            {"branch_id": "E-empty"},
        ],
        "invoices": [invoice("both", branch_ids=["E-one", "E-two"]), invoice("header")],
        "attachments": [{"name": "出差申请.pdf", "branch_ids": ["E-one"], "files": [{"path": "trip.pdf"}]}],
    }
    (folder / "bills.json").write_text(json.dumps({"bills": [bill]}), "utf-8")
    with installed(folder / "instance") as installation:
        (taken,) = installation.archive.imports.run(folder / "bills.json", lambda *_: None)
        yield installation, taken.userkey


def test_the_image_view_is_searched_in_the_bills_order_and_attachments_last(here: tuple[Installation, str]) -> None:
    listed = [invoice["serial_no"] for invoice in here[0].whole(here[1])["invoices"]]
    assert found(*here, "公司") == listed
    assert found(*here, "公司", view="image", branch_id="E-one") == listed
    assert found(*here, "费")[-2:] == [serial_no for serial_no in listed if serial_no != "S-two"][-2:]
    assert found(*here, "s") == listed
    assert found(*here, "出") == ["S-two", "出差申请.pdf"]


def test_an_attachment_is_found_by_its_name_and_its_pages(here: tuple[Installation, str]) -> None:
    (attachment,) = here[0].whole(here[1])["attachments"]
    (named,) = hits(*here, "申请")
    assert named == {
        "serial_no": None,
        "attachment_id": attachment["attachment_id"],
        "name": "出差申请.pdf",
        "fields": ["name"],
        "pages": [],
    }
    (hit,) = hits(*here, "出差")
    assert hit["fields"] == ["name"]
    assert words_at(*here, hit["pages"][0]) == ["出差"]


@pytest.mark.parametrize("query", ["住宿费", "one公司", "S-one", "打印费", "header", "出差", "申请"])
def test_a_location_view_finds_nothing_of_a_neighbour(here: tuple[Installation, str], query: str) -> None:
    where: dict[str, Any] = {"view": "location", "branch_id": "E-two"}
    answer = searched(*here, query, **where)
    assert answer == {"query": query, "pages": 2, "pending": 0, "hits": []}
    assert found(*here, query) != []


def test_a_location_view_finds_all_of_its_own_invoices_or_the_picked_one(here: tuple[Installation, str]) -> None:
    where: dict[str, Any] = {"view": "location", "branch_id": "E-two"}
    assert found(*here, "出租车 two", **where) == ["S-two"]
    assert found(*here, "分摊费", **where) == ["S-both"]
    assert found(*here, "公司", **where) == ["S-two", "S-both"]
    assert found(*here, "公司", **where, serialNo="S-two") == ["S-two"]
    assert found(*here, "分摊费", **where, serialNo="S-two") == []
    assert found(*here, "分摊费", **where, serialNo="S-both") == ["S-both"]
    assert found(*here, "分摊费", view="location", branch_id="E-one", serialNo="S-both") == ["S-both"]


def test_eas_narrowed_view_finds_only_what_it_is_narrowed_to(here: tuple[Installation, str]) -> None:
    eas: dict[str, Any] = {"profile": "eas", "serialNo": "S-two,S-both"}
    assert set(found(*here, "公司", **eas)) == {"S-two", "S-both"}
    assert found(*here, "住宿", **eas) == found(*here, "出差", **eas) == []
    assert searched(*here, "公司", **eas)["pages"] == 2
    assert len(found(*here, "公司", profile="aws", serialNo="S-two")) == 4


def test_a_pasted_sheets_text_is_found_in_the_image_view_only(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    content = chinese_pdf("甲乙丙丁")
    url = odd_cloud.put_file("sheet.pdf", content)
    rows = [
        row_of("sheet.pdf", url, content, serialNo=f"S-{row}", entryid=f"E-{row}", invoiceNo="") for row in range(2)
    ]
    for left, row in zip((0, 400), rows, strict=True):
        row["invoiceFiles"][0] |= {"region": f"[{left},0,400,250]", "pixel": "833,250"}
    key = odd_cloud.put_list(rows)
    whole = odd_site.whole(key)
    assert [[file["state"] for file in invoice["files"]] for invoice in whole["invoices"]] == [["ready", "ready"]] * 2
    in_image_view = hits(odd_site, key, "乙")
    assert [hit["serial_no"] for hit in in_image_view] == ["S-0", "S-1"]
    sheets = [invoice["files"][1]["file_id"] for invoice in whole["invoices"]]
    assert [page["file_id"] for hit in in_image_view for page in hit["pages"]] == sheets
    for number in range(2):
        answer = searched(odd_site, key, "乙", view="location", branch_id=f"E-{number}")
        assert (answer["pages"], answer["hits"]) == (1, [])


def test_an_entry_without_an_invoice_has_nothing_to_find(here: tuple[Installation, str]) -> None:
    answer = searched(*here, "s", view="location", branch_id="E-empty")
    assert answer == {"query": "s", "pages": 0, "pending": 0, "hits": []}


def test_what_the_source_no_longer_lists_is_not_found(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, {"stays.pdf": chinese_pdf("住宿费"), "goes.pdf": chinese_pdf("出租车")})
    assert found(odd_site, key, "出租车") == ["S-2"]
    odd_cloud.lists[key] = odd_cloud.lists[bill_of(odd_cloud, {"stays.pdf": chinese_pdf("住宿费")})]
    odd_site.expire(key)
    assert found(odd_site, key, "出租车") == []
    assert found(odd_site, key, "住宿费") == ["S-1"]


# What is not there yet, or never will be


def test_a_file_on_its_way_is_pending_and_its_record_is_found(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    may_come = threading.Event()

    def later() -> Response:
        may_come.wait(10)
        return Response(chinese_pdf("住宿费"), content_type="application/pdf")

    url = odd_cloud.put_behaviour("later.pdf", later)
    key = odd_cloud.put_list([row_of("later.pdf", url, salerName="大连公司")])
    try:
        answer = odd_site.json(f"/bills/{key}/search", q="大连")
        assert (answer["pages"], answer["pending"]) == (1, 1)
        assert [hit["fields"] for hit in answer["hits"]] == [["seller_name"]]
    finally:
        may_come.set()
    assert [len(hit["pages"]) for hit in hits(odd_site, key, "住宿")] == [1]


def test_pages_that_are_not_read_in_time_are_pending_and_come_when_asked_again(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ofds.ofd(ofds.text("会议费", 'X="0" Y="8" DeltaX="6 6"'), resources=ofds.font(), size=(50.8, 25.4))
    key = bill_of(odd_cloud, {"slow.ofd": content, "photo.png": encoded(cornered(), "PNG")})
    odd_site.whole(key)
    with monkeypatch.context() as hurried:
        hurried.setattr(searching, "PATIENCE", 0)
        answer = odd_site.json(f"/bills/{key}/search", q="会议")
        assert answer == {"query": "会议", "pages": 2, "pending": 1, "hits": []}
    assert found(odd_site, key, "会议") == ["S-1"]
    monkeypatch.setattr(searching, "PATIENCE", 0)
    assert odd_site.json(f"/bills/{key}/search", q="会议")["pending"] == 0


def test_texts_need_not_be_kept_in_memory(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "KEPT", 0)
    key = bill_of(odd_cloud, {"a.pdf": chinese_pdf("住宿费"), "b.pdf": chinese_pdf("出租车")})
    assert found(odd_site, key, "住宿") == found(odd_site, key, "住宿") == ["S-1"]


def test_pages_whose_text_cannot_be_read_count_as_searched_and_are_tried_once(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bill_of(odd_cloud, {"crash.pdf": chinese_pdf("崩"), "cut.pdf": pdf()[:200]}, salerName="大连公司")
    odd_site.whole(key)
    with monkeypatch.context() as broken:
        broken.setattr(drawing, "words", hostile.crash)
        answer = searched(odd_site, key, "大连")
    assert (answer["pages"], [hit["serial_no"] for hit in answer["hits"]]) == (1, ["S-1", "S-2"])
    assert searched(odd_site, key, "崩")["hits"] == []


def test_a_stale_bill_can_be_searched(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = bill_of(odd_cloud, {"stale.pdf": chinese_pdf("住宿费")})
    odd_site.whole(key)
    odd_cloud.lists[key] = b"broken"
    odd_site.expire(key)
    assert odd_site.json(f"/bills/{key}")["stale"]
    assert found(odd_site, key, "住宿费") == ["S-1"]


# The request


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({}, 400, "bad_request"),
        ({"q": ""}, 400, "bad_request"),
        ({"q": " \u3000"}, 400, "bad_request"),
        ({"q": "，"}, 400, "bad_request"),
        ({"q": "x" * (LONGEST + 1)}, 400, "bad_request"),
        ({"q": "1", "view": "table"}, 400, "bad_request"),
        ({"q": "1", "profile": "sap"}, 400, "bad_request"),
        ({"q": "1", "view": "location"}, 400, "branch_id_missing"),
        ({"q": "1", "view": "location", "branch_id": "E-three"}, 404, "unknown_branch_id"),
        ({"q": "1", "view": "location", "branch_id": "E-two", "serialNo": "S-one"}, 404, "unknown_serial_no"),
        ({"q": "1", "profile": "eas", "serialNo": "S-three"}, 404, "unknown_serial_no"),
    ],
)
def test_a_wrong_query_is_told_as_for_the_view(
    here: tuple[Installation, str], query: dict[str, str], status: int, code: str
) -> None:
    site, key = here
    for lang in ("zh-CN", "en"):
        problem_of(site.get(f"/api/v1/bills/{key}/search", params={**query, "lang": lang}), status, code)


def test_a_wrong_key_is_told_as_everywhere(here: tuple[Installation, str]) -> None:
    site, _ = here
    problem_of(site.get("/api/v1/bills/nothing/search?q=1"), 400, "bad_key")
    problem_of(site.get(f"/api/v1/bills/{'f' * 32}/search?q=1"), 404, "unknown_userkey")
    problem_of(site.get("/api/v1/bills/a.b.c/search?q=1"), 401, "bad_token")
    problem_of(site.post(f"/api/v1/bills/{'f' * 32}/search?q=1"), 405, "method_not_allowed")


def test_one_digit_is_enough_and_answers_are_never_kept(here: tuple[Installation, str]) -> None:
    site, key = here
    answer = site.get(f"/api/v1/bills/{key}/search", params={"q": "1"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(answer.json()) == ["query", "pages", "pending", "hits"]


def test_the_openapi_document_describes_the_search(here: tuple[Installation, str]) -> None:
    document = here[0].get("/api/openapi.json").json()
    (path,) = (path for path in document["paths"] if path.endswith("/search"))
    asked = document["paths"][path]["get"]
    assert {each["name"] for each in asked["parameters"]} == {"key", "q", "view", "branch_id", "profile", "serialNo"}
    assert "SearchOut" in json.dumps(asked["responses"]["200"])


def test_no_more_than_so_many_hits_are_told(here: tuple[Installation, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_HITS", 2)
    assert len(hits(*here, "公司")) == 2


def test_the_number_of_queries_does_not_grow_with_the_bill(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    url = odd_cloud.put_file("same.pdf", chinese_pdf("同"))
    counts = {}
    for size in (5, 100):
        key = odd_cloud.put_list([row_of(f"same-{size}-{row}.pdf", url) for row in range(size)])
        assert len(hits(odd_site, key, "同")) == size
        queries: list[str] = []

        def count(*given: object, queries: list[str] = queries) -> None:
            queries.append(str(given[2]))

        event.listen(odd_site.archive.database.engine, "before_cursor_execute", count)
        try:
            assert len(files_of(odd_site.whole(key))) == size
            queries.clear()
            odd_site.json(f"/bills/{key}/search", q="同")
            counts[size] = len(queries)
        finally:
            event.remove(odd_site.archive.database.engine, "before_cursor_execute", count)
    assert 0 < counts[5] == counts[100] <= 12
