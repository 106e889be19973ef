"""Every case of the contract's error table: its status, its code, its two shapes and its two languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.bills import new_bill
from tests.clouds import ScriptedCloud, row_of
from tests.installations import PROBLEM, Installation, files_of, installed, problem_of
from tests.papers import pdf
from tests.sandboxes import signed
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.shapes import CatalogueBill
from viewer.gateway.sandbox.state import State

UNKNOWN_KEY = "0" * 32
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
BRANCH = "00000000-0000-0000-0000-000000000000"
QUERY = "/m4/fpzs/expense/invoices/query"


@pytest.fixture(scope="module")
def bill(site: Installation, filled_state: State) -> CatalogueBill:
    """A bill whose two entries have one and two invoices, and which has one on its header; all files are here."""
    made = new_bill(1, 2, header=1)
    filled_state.put_bill(made)
    site.whole(made.userkey)
    return made


@pytest.fixture(scope="module")
def other(site: Installation, filled_state: State) -> Any:
    """Another bill, as the API tells it."""
    made = new_bill(1)
    filled_state.put_bill(made)
    return site.whole(made.userkey)


@dataclass(frozen=True)
class Case:
    """A request and what it gets; `{…}` in its path stands for the bill's ids."""

    path: str
    status: int
    code: str
    method: str = "GET"
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.code}"


CASES = [
    # keys
    *(Case(f"{place}", 400, "bad_key") for place in ("/bills/xyz", "/api/v1/bills/xyz", "/api/v1/userkeys/xyz")),
    Case("/bills/{key}0", 400, "bad_key"),
    Case("/bills/xyz/location?branch_id={branch}", 400, "bad_key"),
    Case("/bills/xyz/iiif/{page}/full/max/0/default.jpg", 400, "bad_key"),
    Case("/api/v1/bills/xyz/files/{file}", 400, "bad_key"),
    Case("/m4-web/fpzs/expense/showInvoice?userKey=xyz", 400, "bad_key"),
    Case("/m4-web/fpzs/expense/showInvoice", 400, "bad_key"),
    Case("/api/v1/bills/xyz/refresh", 400, "bad_key", "POST"),
    *(
        Case(path.format(UNKNOWN_KEY), 404, "unknown_userkey", method)
        for method, path in (
            ("GET", "/bills/{}"),
            ("GET", "/bills/{}/location?branch_id=x"),
            ("GET", "/m4-web/fpzs/expense/showInvoice?userKey={}"),
            ("GET", "/api/v1/userkeys/{}"),
            ("GET", "/api/v1/bills/{}"),
            ("GET", "/api/v1/bills/{}/views/image"),
            ("GET", "/api/v1/bills/{}/views/location?branch_id=x"),
            ("POST", "/api/v1/bills/{}/refresh"),
            ("POST", "/bills/{}/refresh"),
            ("GET", f"/api/v1/bills/{{}}/files/{'0' * 24}"),
            ("GET", f"/bills/{{}}/iiif/{'0' * 24}/full/max/0/default.jpg"),
        )
    ),
    *(
        Case(path, 401, "bad_token")
        for path in (f"/bills/{TOKEN}", f"/api/v1/bills/{TOKEN}", f"/api/v1/bills/{TOKEN}/views/location")
    ),
    # entries and invoices
    Case("/bills/{key}/location", 400, "branch_id_missing"),
    Case("/bills/{key}/location?branch_id=", 400, "branch_id_missing"),
    Case("/api/v1/bills/{key}/views/location", 400, "branch_id_missing"),
    Case(f"/bills/{{key}}/location?branch_id={BRANCH}", 404, "unknown_branch_id"),
    Case(f"/api/v1/bills/{{key}}/views/location?branch_id={BRANCH}", 404, "unknown_branch_id"),
    Case("/api/v1/bills/{key}/views/location?branch_id={other_branch}", 404, "unknown_branch_id"),
    Case("/bills/{key}/location?branch_id={other_branch}", 404, "unknown_branch_id"),
    Case("/bills/{key}?profile=eas&serialNo=nothing", 404, "unknown_serial_no"),
    Case("/bills/{key}?profile=eas&serialNo={serial},nothing", 404, "unknown_serial_no"),
    Case("/bills/{key}?profile=eas&serialNo={other_serial}", 404, "unknown_serial_no"),
    Case("/api/v1/bills/{key}/views/image?profile=eas&serialNo={serial}&serialNo=nothing", 404, "unknown_serial_no"),
    Case("/m4-web/fpzs/expense/showInvoice?userKey={key}&serialNo=nothing", 404, "unknown_serial_no"),
    Case("/bills/{key}/location?branch_id={branch}&serialNo={second_serial}", 404, "unknown_serial_no"),
    Case("/api/v1/bills/{key}/views/location?branch_id={branch}&serialNo={second_serial}", 404, "unknown_serial_no"),
    Case("/api/v1/bills/{key}/views/location?branch_id={branch}&serialNo={other_serial}", 404, "unknown_serial_no"),
    # pages, files and images
    Case("/bills/{key}/iiif/nothing/full/max/0/default.jpg", 404, "unknown_page"),
    Case("/bills/{key}/iiif/{other_page}/full/max/0/default.jpg", 404, "unknown_page"),
    *(Case(f"/bills/{{key}}/iiif/{{other_page}}{rest}", 404, "unknown_page") for rest in ("", "/info.json")),
    Case("/bills/xyz/iiif/manifest.json", 400, "bad_key"),
    Case(f"/bills/{UNKNOWN_KEY}/iiif/manifest.json", 404, "unknown_userkey"),
    Case("/bills/{key}/iiif/manifest.json?view=location", 400, "branch_id_missing"),
    Case("/bills/{key}/iiif/manifest.json?view=location&branch_id={other_branch}", 404, "unknown_branch_id"),
    Case("/bills/{key}/iiif/manifest.json?view=both", 400, "bad_request"),
    Case("/bills/{key}/iiif/{file}/full/max/0/default.jpg", 404, "unknown_page"),
    Case("/api/v1/bills/{key}/files/nothing", 404, "unknown_file"),
    Case("/api/v1/bills/{key}/files/{other_file}", 404, "unknown_file"),
    Case("/api/v1/bills/{key}/files/{page}", 404, "unknown_file"),
    Case("/bills/{key}/pictures/{other_file}/100.jpg", 404, "unknown_file"),
    *(
        Case(f"/bills/{{key}}/iiif/{{page}}/{wrong}", 400, "bad_image_request")
        for wrong in (
            *(
                "full/max/361/default.jpg",
                "full/max/x/default.jpg",
                "full/0,/0/default.jpg",
                "full/99999,/0/default.jpg",
            ),
            *(
                "nonsense/max/0/default.jpg",
                "99999,0,9,9/max/0/default.jpg",
                "full/max/0/default",
                "full/nonsense/0/default.jpg",
                "full/max/0/nonsense.jpg",
                "full/max/0/default.exe",
            ),
        )
    ),
    Case("/bills/{key}/iiif/{page}/full/max/0/default.jpg/more", 404, "not_found"),
    Case("/bills/{key}/iiif/{page}/a/b/c/d/e/f", 404, "not_found"),
    Case("/api/v1/bills/{key}/files/{file}", 416, "bad_range", "GET", {"headers": {"Range": "bytes=99999999-"}}),
    # the rest
    Case("/bills/{key}?profile=sap", 400, "bad_request"),
    *(Case(f"/bills/{{key}}/paper{query}", 400, "bad_request") for query in ("", "?serialNo=", "?attachment=")),
    Case("/bills/{key}/paper?serialNo=nothing", 404, "unknown_serial_no"),
    Case("/bills/{key}/paper?attachment=nothing", 404, "unknown_file"),
    *(
        Case(f"/bills/{{key}}/location?branch_id={{branch}}&serialNo={wrong}", 404, "unknown_serial_no")
        for wrong in "x,"
    ),
    Case("/api/v1/bills/{key}/views/image?profile=AWS", 400, "bad_request"),
    *(Case(f"/api/v1/bills/{{key}}?wait={wrong}", 400, "bad_request") for wrong in ("x", "21", "-1", "nan", "inf")),
    Case("/api/v1/bills/{key}/files/{file}?download=perhaps", 400, "bad_request"),
    Case(
        "/api/v1/userkeys", 400, "bad_request", "POST", {"data": "{", "headers": {"Content-Type": "application/json"}}
    ),
    Case("/api/v1/userkeys", 400, "bad_request", "POST", {"json": []}),
    Case("/api/v1/userkeys", 400, "bad_request", "POST", {"json": {"bill_id": ""}}),
    Case("/api/v1/userkeys", 400, "bad_request", "POST", {"json": {"bill_id": "x" * 201}}),
    Case("/api/v1/userkeys", 400, "bad_request", "POST", {"json": {"bill_id": 7.5}}),
    Case("/nothing", 404, "not_found"),
    Case("/bills", 404, "not_found"),
    Case("/bills/{key}/nothing", 404, "not_found"),
    Case("/bills/{key}/pictures/{file}/0.jpg", 404, "not_found"),
    Case("/demo/erp", 404, "not_found"),
    Case("/api/v1/nothing", 404, "not_found"),
    Case("/api", 404, "not_found"),
    Case("/static/nothing.js", 404, "not_found"),
    Case("/static/../../app.py", 404, "not_found"),
    Case("/bills/{key}", 405, "method_not_allowed", "POST"),
    Case("/bills/{key}/iiif/{page}/full/max/0/default.jpg", 405, "method_not_allowed", "DELETE"),
    Case("/api/v1/bills/{key}", 405, "method_not_allowed", "PUT"),
    Case("/api/v1/bills/{key}/refresh", 405, "method_not_allowed"),
    Case("/api/v1/userkeys", 405, "method_not_allowed"),
    Case("/api/v1/userkeys", 413, "too_large", "POST", {"json": {"bill_id": "x" * 1_100_000}}),
]


@pytest.fixture
def ids(bill: CatalogueBill, site: Installation, other: Any) -> dict[str, str]:
    told = site.json(f"/bills/{bill.userkey}")
    first = told["invoices"][0]
    return {
        "key": bill.userkey,
        "branch": first["branch_id"],
        "serial": first["serial_no"],
        "second_serial": told["invoices"][1]["serial_no"],
        "file": first["files"][0]["file_id"],
        "page": first["files"][0]["pages"][0]["page_id"],
        "other_branch": other["entries"][0]["branch_id"],
        "other_serial": other["invoices"][0]["serial_no"],
        "other_file": files_of(other)[0]["file_id"],
        "other_page": files_of(other)[0]["pages"][0]["page_id"],
    }


def asked(site: Installation, case: Case, ids: dict[str, str], **headers: str) -> requests.Response:
    more = {**case.more, "headers": {**case.more.get("headers", {}), **headers}}
    return site.ask(case.method, case.path.format(**ids), **more)


def page_of(response: requests.Response, status: int, code: str) -> str:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert code in response.text
    assert "Traceback" not in response.text
    return response.text


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_is_a_problem_for_programs_and_a_page_for_people(
    site: Installation, case: Case, ids: dict[str, str]
) -> None:
    as_it_comes = asked(site, case, ids, Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    if case.path.startswith("/api") or "/iiif/" in case.path:
        problem = problem_of(as_it_comes, case.status, case.code)
    else:
        page = page_of(as_it_comes, case.status, case.code)
        problem = problem_of(asked(site, case, ids, Accept="application/json"), case.status, case.code)
        assert problem["title"] in page
    english = problem_of(
        asked(site, case, ids, Accept=PROBLEM, **{"Accept-Language": "en-GB,en;q=0.9"}), case.status, case.code
    )
    assert re.search("[A-Za-z]{3} ", english["title"])
    assert not re.search("[一-鿿]", english["title"] + english["detail"])
    assert not [own for name, own in ids.items() if name.startswith("other_page") and own in problem["detail"]]


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        *(
            ("", None, "zh-CN"),
            ("", "en", "en"),
            ("", "en-US,en;q=0.9,zh;q=0.5", "en"),
            ("", "zh-TW,en;q=0.5", "zh-CN"),
        ),
        *(
            ("", "fr,de;q=0.9", "zh-CN"),
            ("&lang=en", "zh-CN", "en"),
            ("&lang=zh-CN", "en", "zh-CN"),
            ("&lang=fr", "en", "en"),
        ),
    ],
)
def test_the_language_is_the_addresss_then_the_browsers_then_chinese(
    site: Installation, query: str, accepted: str | None, language: str
) -> None:
    page = site.get(f"/?x=y{query}", headers={"Accept-Language": accepted} if accepted else {"Accept-Language": ""})
    assert f'<html lang="{language}">' in page.text
    wrong = site.get(f"/bills/xyz?x=y{query}", headers={"Accept-Language": accepted or ""})
    assert f'<html lang="{language}">' in wrong.text


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        *((None, "text/html"), ("*/*", "text/html"), ("text/html", "text/html"), ("application/json", PROBLEM)),
        *(
            ("application/problem+json", PROBLEM),
            ("application/json,text/html;q=0.5", PROBLEM),
            ("image/png", "text/html"),
        ),
        ("text/html,application/json;q=0.9", "text/html"),
    ],
)
def test_json_comes_where_it_is_asked_for(site: Installation, accepted: str | None, kind: str) -> None:
    response = site.get("/bills/xyz", headers={"Accept": accepted} if accepted else {"Accept": ""})
    assert response.headers["Content-Type"].split(";")[0] == kind


def test_a_method_that_is_not_allowed_names_those_that_are(site: Installation) -> None:
    for path in (f"/api/v1/bills/{UNKNOWN_KEY}", f"/bills/{UNKNOWN_KEY}"):
        response = site.ask("DELETE", path)
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_branch_id_is_never_said_to_exist_elsewhere(site: Installation, ids: dict[str, str]) -> None:
    texts = {
        site.get(f"/api/v1/bills/{ids['key']}/views/location", params={"branch_id": each}).text.replace(each, "<id>")
        for each in (ids["other_branch"], BRANCH)
    }
    assert len(texts) == 1


def test_an_unauthorised_answer_says_how_to_authorise(site: Installation) -> None:
    assert site.get(f"/api/v1/bills/{TOKEN}").headers["WWW-Authenticate"]


def test_a_bug_is_told_as_such_and_leaks_nothing(
    site: Installation, bill: CatalogueBill, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(site.archive.bills, "open", fail)
    problem_of(site.get(f"/api/v1/bills/{bill.userkey}"), 500, "internal")
    page = page_of(site.get(f"/bills/{bill.userkey}"), 500, "internal")
    assert "secret" not in page
    assert "ZeroDivisionError" not in page
    assert "a secret" in caplog.text, "the operator finds it in the log"


def test_a_userkey_is_never_written_to_the_log(
    site: Installation, bill: CatalogueBill, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(site.archive.bills, "open", fail)
    with caplog.at_level("INFO"):
        site.get(f"/api/v1/bills/{bill.userkey}")
    assert "ZeroDivisionError" in caplog.text
    assert bill.userkey not in caplog.text


# Documents that can't be shown, and those that aren't here


def test_an_unreadable_document_is_marked_and_the_bill_opens(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"broken.pdf": b"%PDF-1.7 rubbish", "whole.pdf": pdf()})
    broken, whole = files_of(odd_site.whole(key))
    assert (broken["state"], whole["state"]) == ("unreadable", "ready")
    assert broken["problem"]
    problem = problem_of(
        odd_site.get(f"/bills/{key}/pictures/{broken['file_id']}/100.jpg", headers={"Accept": "application/json"}),
        *(422, "unreadable_document"),
    )
    assert problem["detail"] == broken["problem"]
    page = odd_site.page(f"/bills/{key}")
    assert page.count("data-serial-no=") == 2
    assert broken["problem"].replace("'", "&#39;") in page
    assert odd_site.get(f"/api/v1/bills/{key}/files/{broken['file_id']}").content == b"%PDF-1.7 rubbish"


def test_a_file_that_could_not_be_fetched_is_not_ready(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_list([row_of("gone.pdf", "")])
    (file,) = files_of(odd_site.whole(key))
    assert file["state"] == "unavailable"
    problem_of(odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}"), 503, "not_ready")
    page_of(odd_site.get(f"/bills/{key}/pictures/{file['file_id']}/100.jpg"), 503, "not_ready")


# Upstream


@pytest.fixture
def unseen(sandbox: State) -> str:
    """The key of a bill that upstream has and this installation doesn't."""
    made = new_bill(1, drawn=False)
    sandbox.put_bill(made)
    return made.userkey


@pytest.mark.parametrize(
    ("kind", "value", "status", "code"),
    [
        ("errcode", "1101 授权信息不匹配", 502, "upstream_refused"),
        ("errcode", "1307 处理中", 502, "upstream_refused"),
        ("status", "500", 502, "upstream_unreachable"),
        ("status", "404", 502, "upstream_unreachable"),
        ("html", "", 502, "upstream_unreachable"),
        ("cut", "", 502, "upstream_unreachable"),
        ("cut", "0", 502, "upstream_unreachable"),
        ("truncated", "", 502, "upstream_unreachable"),
        ("truncated", "0", 502, "upstream_unreachable"),
        ("delay", "2.5", 504, "upstream_timeout"),
        ("drip", "4", 504, "upstream_timeout"),
    ],
)
def test_an_upstream_that_fails_without_a_stored_copy(
    site: Installation,
    sandbox: State,
    unseen: str,
    monkeypatch: pytest.MonkeyPatch,
    kind: Any,
    value: str,
    status: int,
    code: str,
) -> None:
    monkeypatch.setattr("viewer.gateway.transport.PAUSES", (0.01, 0.01))
    sandbox.faults.add(QUERY, kind, value)
    problem = problem_of(site.get(f"/api/v1/bills/{unseen}?lang=en"), status, code)
    if kind == "errcode":
        for word in value.split(" "):
            assert word in problem["detail"]
    sandbox.faults.clear()
    assert site.json(f"/bills/{unseen}")["stale"] is False


def test_an_upstream_failure_is_a_page_for_people(site: Installation, sandbox: State, unseen: str) -> None:
    sandbox.faults.add(QUERY, "errcode", "1101 授权信息不匹配")
    page = page_of(site.get(f"/bills/{unseen}"), 502, "upstream_refused")
    assert "1101" in page
    assert "授权信息不匹配" in page


def test_what_upstream_says_is_text_and_never_markup(site: Installation, sandbox: State, unseen: str) -> None:
    sandbox.faults.add(QUERY, "errcode", "9<script>alert(1)</script> {detail} %(x)s <img src=x>")
    page = page_of(site.get(f"/bills/{unseen}"), 502, "upstream_refused")
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "{detail} %(x)s" in page


@pytest.mark.parametrize(("kind", "value"), [("status", "503"), ("cut", ""), ("errcode", "1307 处理中")])
def test_one_failure_is_made_up_for_by_another_try(
    site: Installation, sandbox: State, unseen: str, kind: Any, value: str
) -> None:
    sandbox.faults.add(QUERY, kind, value, times=1)
    assert site.json(f"/bills/{unseen}")["userkey"] == unseen


def test_a_refusal_is_not_asked_for_again(site: Installation, sandbox: State, unseen: str) -> None:
    sandbox.faults.add(QUERY, "errcode", "1101 no")
    problem_of(site.get(f"/api/v1/bills/{unseen}"), 502, "upstream_refused")
    assert sandbox.calls(QUERY, unseen) == 1


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose upstream isn't there."""
    folder = tmp_path_factory.mktemp("lonely")
    with installed(folder, cloud="http://127.0.0.1:9", upstream_deadline=2) as installation:
        yield installation


def test_an_upstream_that_is_not_there(lonely: Installation) -> None:
    problem_of(lonely.get(f"/api/v1/bills/{UNKNOWN_KEY}"), 502, "upstream_unreachable")
    problem_of(lonely.post("/api/v1/userkeys", json=signed(bill_id="x", branch_id="y")), 502, "upstream_unreachable")


# Token mode


def test_in_token_mode_no_raw_userkey_opens_anything(
    shared_cloud: ServedApp, bill: CatalogueBill, tmp_path: Any, sandbox: State, ids: dict[str, str]
) -> None:
    with installed(tmp_path, cloud=shared_cloud.url, access="token") as strict:
        calls = sandbox.calls("/m4")
        for key in (bill.userkey, UNKNOWN_KEY):
            for path in ("", "/views/image", "/views/location?branch_id=x", f"/files/{ids['file']}"):
                problem_of(strict.get(f"/api/v1/bills/{key}{path}"), 401, "bad_token")
            problem_of(strict.post(f"/api/v1/bills/{key}/refresh"), 401, "bad_token")
            problem_of(strict.get(f"/api/v1/userkeys/{key}"), 401, "bad_token")
            for path in (
                f"{ids['page']}/full/max/0/default.jpg",
                f"{ids['page']}/info.json",
                ids["page"],
                "manifest.json",
            ):
                problem_of(strict.get(f"/bills/{key}/iiif/{path}"), 401, "bad_token")
            for path in (f"/bills/{key}", f"/bills/{key}/location", f"/m4-web/fpzs/expense/showInvoice?userKey={key}"):
                page_of(strict.get(path), 401, "bad_token")
            assert strict.get("/", params={"userkey": key}).status_code == 401
        problem_of(strict.get("/api/v1/bills/xyz"), 400, "bad_key")
        assert sandbox.calls("/m4") == calls, "upstream isn't asked for keys that open nothing here"
