"""Behind proxies, under a prefix, in frames, and in the eyes of a load balancer."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import request

from tests.bills import new_bill
from tests.installations import Installation, installed
from viewer.app import create_app
from viewer.config import Settings
from viewer.errors import OldSchema
from viewer.gateway.sandbox.catalogue import FAQ_USERKEY
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

ADDRESS = re.compile('(?:href|src|action)="([^"#]*)')


@pytest.fixture(scope="module")
def prefixed(shared_cloud: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    given = {"public_url": "https://erp.example/invoices", "frame_ancestors": "https://erp.example https://*.test"}
    with installed(tmp_path_factory.mktemp("prefixed"), cloud=shared_cloud.url, **given) as installation:
        yield installation


@pytest.mark.parametrize("stripped", [True, False])
def test_under_a_prefix_every_address_is_under_it_whether_the_proxy_strips_it_or_not(
    prefixed: Installation, stripped: bool
) -> None:
    prefixed.whole(FAQ_USERKEY)
    front = "" if stripped else "/invoices"
    for path in ("/", f"/bills/{FAQ_USERKEY}", "/nothing", "/api/docs"):
        page = prefixed.get(front + path)
        assert page.status_code in (200, 404)
        addresses = [address for address in ADDRESS.findall(page.text) if not address.startswith(("data:", "http"))]
        assert addresses
        assert [address for address in addresses if not address.startswith("/invoices/")] == []
    picture = next(
        address for address in ADDRESS.findall(prefixed.page(f"{front}/bills/{FAQ_USERKEY}")) if "/i/" in address
    )
    assert prefixed.get(picture).status_code == 200
    assert prefixed.get(picture.removeprefix("/invoices")).status_code == 200


def test_a_redirect_stays_under_the_prefix(prefixed: Installation) -> None:
    location = prefixed.get("/invoices/", params={"userkey": FAQ_USERKEY}).headers["Location"]
    assert location.removeprefix("https://erp.example") == f"/invoices/bills/{FAQ_USERKEY}"
    back = prefixed.post(f"/bills/{FAQ_USERKEY}/refresh").headers["Location"]
    assert back.removeprefix("https://erp.example") == f"/invoices/bills/{FAQ_USERKEY}"


def test_a_path_that_only_begins_like_the_prefix_is_another(prefixed: Installation) -> None:
    assert prefixed.get("/invoicesbills").status_code == 404
    assert prefixed.get("/invoices").status_code == 200


@pytest.mark.parametrize("path", ["/", f"/bills/{FAQ_USERKEY}", "/nothing", f"/api/v1/bills/{FAQ_USERKEY}", "/healthz"])
def test_every_answer_has_its_headers(prefixed: Installation, site: Installation, path: str) -> None:
    for installation, ancestors in ((prefixed, "https://erp.example https://*.test"), (site, "'self'")):
        headers = installation.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["frame-ancestors"] == ancestors
        assert policy["default-src"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "X-Frame-Options" not in headers
        assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", ["/", f"/bills/{FAQ_USERKEY}", "/nothing"])
def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(site: Installation, path: str) -> None:
    page = site.get(path).text
    assert [address for address in ADDRESS.findall(page) if address.startswith(("http", "//", "javascript:"))] == []
    assert re.findall("<script(?![^>]* src=)", page) == []
    assert re.findall(r"\son[a-z]+=", page) == []
    assert re.findall(r'\sstyle="', page) == []


def test_pages_are_never_kept_and_static_files_are(site: Installation) -> None:
    page = site.get(f"/bills/{FAQ_USERKEY}")
    assert page.headers["Cache-Control"] == "no-store"
    for address in ADDRESS.findall(page.text):
        if address.startswith("/static/"):
            kept = site.get(address)
            assert kept.status_code == 200
            assert "max-age=31536000" in kept.headers["Cache-Control"]


def test_scripts_travel_compressed_without_comments_and_are_not_sent_twice(site: Installation) -> None:
    page = site.get(f"/bills/{FAQ_USERKEY}").text
    scripts = [address for address in ADDRESS.findall(page) if address.endswith(".js") and "/js/" in address]
    assert scripts
    for address in scripts:
        sent = site.get(address, headers={"Accept-Encoding": "gzip"})
        assert sent.headers["Content-Type"].startswith("text/javascript")
        assert "@param" not in sent.text
        if len(sent.content) > 1000:
            assert sent.headers["Content-Encoding"] == "gzip"
        again = {"Accept-Encoding": "gzip", "If-None-Match": sent.headers["ETag"]}
        assert site.get(address, headers=again).status_code == 304


def reader_of(installation: Installation, **headers: str) -> tuple[str, str, str]:
    """Address, scheme and host of the reader as the application sees them."""
    seen = []

    def look() -> None:
        seen.append((request.remote_addr or "", request.scheme, request.host))

    installation.app.before_request_funcs.setdefault(None, []).append(look)
    try:
        installation.get("/healthz", headers=headers)
    finally:
        installation.app.before_request_funcs[None].remove(look)
    return seen[0]


FORWARDED = {
    "X-Forwarded-For": "198.51.100.7, 203.0.113.9, 10.1.2.3",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "erp.example",
}


def test_what_a_stranger_says_of_himself_is_not_believed(site: Installation) -> None:
    assert reader_of(site, **FORWARDED) == ("127.0.0.1", "http", site.url.removeprefix("http://"))


def test_a_trusted_proxy_is_believed_up_to_the_first_stranger(tmp_path: Path) -> None:
    with installed(tmp_path, trusted_proxies="127.0.0.1, 10.0.0.0/8") as trusting:
        assert reader_of(trusting, **FORWARDED) == ("203.0.113.9", "https", "erp.example")
        assert reader_of(trusting, **{"X-Forwarded-For": "nonsense"})[0] == "127.0.0.1", "no address, nobody"
        assert reader_of(trusting, **{"X-Forwarded-For": "10.1.1.1"})[0] == "10.1.1.1"
        assert reader_of(trusting, **{"X-Forwarded-Proto": "javascript"})[1] == "http"
        assert reader_of(trusting)[0] == "127.0.0.1"


def test_a_public_url_stands_above_what_proxies_say(tmp_path: Path) -> None:
    with installed(tmp_path, trusted_proxies="127.0.0.1", public_url="https://invoices.example") as public:
        assert reader_of(public, **{**FORWARDED, "X-Forwarded-Proto": "http"})[1:] == ("https", "invoices.example")


def test_the_process_is_up_and_everything_it_needs_answers(site: Installation) -> None:
    assert site.get("/healthz").json() == {"status": "ok"}
    ready = site.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "database": "ok", "blobs": "ok", "decoders": "ok"},
    )
    for path in ("/healthz", "/readyz"):
        assert site.get(path).headers["Cache-Control"] == "no-store"


def test_what_does_not_answer_is_named(tmp_path: Path) -> None:
    with installed(tmp_path) as broken:
        (tmp_path / "blobs").rename(tmp_path / "gone")
        answer = broken.get("/readyz")
        assert (answer.status_code, answer.json()["status"], answer.json()["blobs"]) == (503, "not_ready", "failed")
        assert answer.json()["database"] == "ok"
        assert broken.get("/healthz").status_code == 200


def test_an_old_schema_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OldSchema):
        create_app(Settings.load({"VIEWER_INSTANCE": str(tmp_path)}))


def test_a_restart_forgets_nothing(shared_cloud: ServedApp, sandbox: State, tmp_path: Path) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    with installed(tmp_path, cloud=shared_cloud.url) as first:
        before = first.whole(made.userkey)
    with installed(tmp_path, cloud=shared_cloud.url) as second:
        assert second.json(f"/bills/{made.userkey}") == before
    assert sandbox.calls("/files", made.userkey) == sandbox.calls("/m4", made.userkey) == 1
