"""What every answer tells the reader's browser, so that it keeps, shows and sends on nothing that it shouldn't."""

import re
from typing import Any

import pytest
import requests
from sqlalchemy import select

from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of
from tests.scoped_bills import ScopedBill, put_scoped_bill
from tests.tokens import token
from tests.web.test_scopes import ask, paths, rules
from viewer.app import NOT_USED
from viewer.store.models import Bill

PAGES = ("/", "/api/docs", "/api/openapi.json", "/healthz", "/readyz", "/nothing", "/static/nothing", "/demo/erp")


@pytest.fixture(scope="module")
def bill(token_site: Installation, odd_cloud: ScriptedCloud) -> ScopedBill:
    return put_scoped_bill(odd_cloud, token_site, "headers")


@pytest.fixture(scope="module")
def answers(token_site: Installation, bill: ScopedBill) -> dict[str, requests.Response]:
    """One answer of each address, and of each in want of something."""
    key = token(bill_id="headers-id")
    calls = {
        call: ask(token_site, call, query)
        for rule in rules(token_site)
        for query in ({}, {"branch_id": bill.entry(1), "view": "location"})
        for call in list(paths(token_site, rule, key, bill))[:2]
    }
    calls |= {path: token_site.get(path) for path in PAGES}
    (segment, *_) = re.findall(r"/i/([\w-]+)/", token_site.page(f"/bills/{key}"))
    for rest in ("", "/info.json", "/full/200,/0/default.jpg", "/full/99999,/0/default.jpg"):
        calls[f"/i/…{rest}"] = token_site.get(f"/i/{segment}{rest}")
    calls["/i/x"] = token_site.get("/i/x/full/max/0/default.jpg")
    assert {answer.status_code for answer in calls.values()} >= {200, 303, 400, 401, 404}
    return calls


def test_no_answer_is_kept_but_pictures_and_those_by_their_reader_alone(answers: dict[str, requests.Response]) -> None:
    kinds = set()
    for call, answer in answers.items():
        kind, kept = answer.headers.get("Content-Type", "").split(";")[0], answer.headers["Cache-Control"]
        kinds.add(kind)
        if kind.startswith("image/") and "/print.pdf/" in call:
            assert kept == "private, no-cache", call  # its address names no version
        elif kind.startswith("image/") and "/pictures/" not in call:
            assert re.fullmatch(r"private, (immutable, max-age=\d+|max-age=\d+, immutable)", kept), call
        elif "/files/" in call and answer.request.method == "GET" and answer.ok:
            assert kept == "private, no-cache", call
        else:
            assert kept == "no-store", call
    assert kinds >= {"text/html", "application/json", "application/problem+json", "image/jpeg", "application/pdf"}


def test_every_answer_forbids_what_it_can(answers: dict[str, requests.Response]) -> None:
    finished = {call for call, answer in answers.items() if call.startswith("/i/…/full/") and answer.ok}
    assert len(finished) == 1
    for call, answer in answers.items():
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", call
        assert "X-Frame-Options" not in headers, call
        assert "Set-Cookie" not in headers, call
        if call in finished:
            continue  # a picture alone is no document
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, call
        assert policy.count("frame-ancestors 'self'") == 1, call
        assert "script-src 'self'" in policy or "script-src" not in policy, call
        assert headers["Referrer-Policy"] == "no-referrer", call
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", call
        allowed = dict(re.findall(r"([\w-]+)=\(([^)]*)\)", headers["Permissions-Policy"]))
        assert {name for name, who in allowed.items() if who == "self"} == {"clipboard-write", "fullscreen"}
        assert {name for name, who in allowed.items() if not who} == set(NOT_USED)


def test_other_origins_may_read_iiif_alone(answers: dict[str, requests.Response]) -> None:
    for call, answer in answers.items():
        open_to_all = answer.headers.get("Access-Control-Allow-Origin") == "*"
        assert open_to_all == ("/iiif/" in call), call
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_original_is_attached_or_shown_in_a_sandbox_without_anything(answers: dict[str, requests.Response]) -> None:
    found = [answer for call, answer in answers.items() if "/files/" in call and answer.request.method == "GET"]
    assert found
    for answer in found:
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["Content-Disposition"].startswith(("inline", "attachment"))


@pytest.mark.parametrize(
    "name", ["page.html", "page.htm", "page.xhtml", "a.svg", "a.svgz", "a.xml", "a.mht", "a.js", "a.pdf"]
)
def test_what_a_browser_could_run_comes_as_an_attachment_of_no_kind(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str
) -> None:
    """Whatever it is called and whatever its server called it."""
    script = b"<script>alert(1)</script>"
    contents = (
        b"<!doctype html><html><body>" + script,
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + script + b"</svg>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + script + b"</html>",
        b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    )
    rows = {f"{number}-{name}": content for number, content in enumerate(contents)}
    key = odd_cloud.put_bill(rows)
    for file in files_of(odd_site.whole(key)):
        answer = odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}")
        assert answer.status_code == 200
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind in ("application/octet-stream", "application/xml"), file
        assert answer.headers["Content-Disposition"].startswith("attachment"), file
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_a_token_s_bearer_is_told_no_userkey_in_any_answer(
    answers: dict[str, requests.Response], bill: ScopedBill
) -> None:
    for call, answer in answers.items():
        assert bill.userkey not in answer.text.lower(), call
        assert bill.userkey not in str(answer.headers).lower(), call


def test_upstreams_own_words_tell_a_tokens_bearer_no_userkey(
    token_site: Installation, odd_cloud: ScriptedCloud, bill: ScopedBill
) -> None:
    kept = odd_cloud.lists[bill.userkey]
    row = b'{"errcode": "1399", "description": "userKey %s is busy", "traceId": "t"}' % bill.userkey.upper().encode()
    with token_site.archive.database.write() as session:
        stored = session.scalars(select(Bill).where(Bill.userkey == bill.userkey)).one()
        stored.fetched_at = None  # there is no copy to cover with
    odd_cloud.lists[bill.userkey] = row
    try:
        refused = token_site.get(f"/api/v1/bills/{token(bill_id='headers-id')}?lang=en")
    finally:
        odd_cloud.lists[bill.userkey] = kept
    assert (refused.status_code, refused.json()["code"]) == (502, "upstream_refused")
    assert "is busy" in refused.json()["detail"]
    assert bill.userkey not in refused.text.lower()


def test_nothing_that_is_logged_holds_a_key(
    token_site: Installation, bill: ScopedBill, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = token(bill_id="headers-id")

    def fail(*given: Any, **_more: Any) -> None:
        raise RuntimeError(f"a bug with {given} and {bill.userkey} at /bills/{key}")

    monkeypatch.setattr(type(token_site.archive.bills), "open", fail)
    answer = token_site.get(f"/api/v1/bills/{key}")
    assert answer.status_code == 500
    assert "a bug with" in caplog.text
    for secret in (bill.userkey, key, key.split(".")[2]):
        assert secret not in caplog.text
        assert secret not in answer.text
