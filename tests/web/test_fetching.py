"""Bringing files in: once, from allowed hosts only, within the limits, and a failure costs its own file alone."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Response
from sqlalchemy import event

from tests.bills import new_bill
from tests.clouds import ScriptedCloud, row_of, scripted
from tests.installations import Installation, files_of, installed
from tests.papers import cornered, encoded, pdf
from viewer.gateway.sandbox.shapes import CatalogueBill
from viewer.gateway.sandbox.state import State

QUERY = "/m4/fpzs/expense/invoices/query"


@pytest.fixture
def made(sandbox: State) -> CatalogueBill:
    """A bill that this installation hasn't seen: two entries, three invoices."""
    bill = new_bill(1, 2)
    sandbox.put_bill(bill)
    return bill


def reasons(site: Installation, key: str) -> list[tuple[str, str | None]]:
    """State and reason (in English) of each file, when none is pending any more."""
    site.whole(key)
    return [(file["state"], file["problem"]) for file in files_of(site.json(f"/bills/{key}", lang="en"))]


# Once


def test_opening_a_cold_bill_makes_one_list_call(site: Installation, sandbox: State, made: CatalogueBill) -> None:
    site.whole(made.userkey)
    site.page(f"/bills/{made.userkey}")
    site.page(f"/bills/{made.userkey}/location", branch_id=made.entries[1].branch_id)
    assert sandbox.calls(QUERY, made.userkey) == sandbox.calls("/m4", made.userkey) == 1
    assert sandbox.calls("/files", made.userkey) == 3


def test_everybody_who_asks_at_once_shares_one_list_call_and_one_download(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    together = threading.Barrier(8)

    def ask(number: int) -> int:
        together.wait()
        path = (f"/bills/{made.userkey}", f"/api/v1/bills/{made.userkey}?wait=20")[number % 2]
        return site.get(path).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {200}
    site.whole(made.userkey)
    assert sandbox.calls(QUERY, made.userkey) == 1
    assert sandbox.calls("/files", made.userkey) == 3


def test_a_picture_that_is_still_on_its_way_is_waited_for(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    sandbox.faults.add("/files", "delay", 0.5)
    page = site.page(f"/bills/{made.userkey}")
    addresses = [part.split('"')[0] for part in page.split('src="')[1:] if "/pictures/" in part.split('"')[0]]
    assert len(addresses) == 3 + 1, "one for each file, and the stage's"
    with ThreadPoolExecutor(4) as threads:
        pictures = list(threads.map(site.get, addresses))
    for picture in pictures:
        assert picture.status_code == 200
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert picture.headers["Cache-Control"] == "no-store"
    ready = site.page(f"/bills/{made.userkey}")
    assert "/pictures/" not in ready
    assert sandbox.calls("/files", made.userkey) == 3


def test_an_original_that_is_still_on_its_way_is_waited_for(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    sandbox.faults.add("/files", "delay", 0.3)
    first = files_of(site.json(f"/bills/{made.userkey}"))[0]
    assert (first["state"], first["pages"], first["sha256"]) == ("pending", [], None)
    assert site.get(f"/api/v1/bills/{made.userkey}/files/{first['file_id']}").content.startswith(b"%PDF-")


def test_a_bill_answers_before_its_files_are_here_unless_one_waits(
    site: Installation, sandbox: State, made: CatalogueBill
) -> None:
    sandbox.faults.add("/files", "delay", 1)
    assert {file["state"] for file in files_of(site.json(f"/bills/{made.userkey}"))} == {"pending"}
    assert {file["state"] for file in files_of(site.json(f"/bills/{made.userkey}", wait="0.1"))} == {"pending"}
    assert {file["state"] for file in files_of(site.json(f"/bills/{made.userkey}", wait=20))} == {"ready"}


def test_only_so_many_requests_wait_and_the_others_are_told_to_come_again(
    site: Installation, sandbox: State, made: CatalogueBill, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.faults.add("/files", "delay", 1)
    monkeypatch.setattr(site.archive.files, "_waiting", threading.BoundedSemaphore(1))
    first, second, _ = (file["file_id"] for file in files_of(site.json(f"/bills/{made.userkey}")))
    with ThreadPoolExecutor(2) as threads:
        answers = list(
            threads.map(site.get, [f"/api/v1/bills/{made.userkey}/files/{each}" for each in (first, second)])
        )
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    (refused,) = [answer for answer in answers if answer.status_code == 503]
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["code"] == "not_ready"


# Links that have run out


def test_an_expired_link_is_asked_for_once_more(
    site: Installation, sandbox: State, made: CatalogueBill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sandbox's next list has other links, as if it came a second later."""
    sandbox.faults.add("/files", "expired", times=1)
    site.json(f"/userkeys/{made.userkey}")
    later_lists_differ(monkeypatch)
    assert [state for state, _ in reasons(site, made.userkey)] == ["ready"] * 3
    assert sandbox.calls(QUERY, made.userkey) == 2
    assert sandbox.calls("/files", made.userkey) == 4


def test_links_that_stay_expired_cost_one_list_and_leave_the_files_unavailable(
    site: Installation, sandbox: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_bill(6)
    sandbox.put_bill(made)
    sandbox.faults.add("/files", "expired")
    site.json(f"/userkeys/{made.userkey}")
    later_lists_differ(monkeypatch)
    found = reasons(site, made.userkey)
    assert {state for state, _ in found} == {"unavailable"}
    assert all("expired" in str(problem) for _, problem in found)
    assert sandbox.calls(QUERY, made.userkey) == 2, "all of them share the one fresh list"
    assert site.page(f"/bills/{made.userkey}").count("data-serial-no=") == 6


def later_lists_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two seconds had passed in the sandbox, whose links name the second in which they run out."""
    later = SimpleNamespace(time=lambda: time.time() + 2)
    monkeypatch.setattr("viewer.gateway.sandbox.links.time", later)


def test_what_was_unavailable_comes_with_a_later_list(site: Installation, sandbox: State, made: CatalogueBill) -> None:
    sandbox.faults.add("/files", "expired")
    assert {state for state, _ in reasons(site, made.userkey)} == {"unavailable"}
    sandbox.faults.clear()
    site.age(made.userkey, 11)
    assert site.post(f"/api/v1/bills/{made.userkey}/refresh").status_code == 200
    assert {state for state, _ in reasons(site, made.userkey)} == {"ready"}


# Files that don't come


@pytest.mark.parametrize(
    ("kind", "value", "state", "word"),
    [
        ("status", "500", "unavailable", "reached"),
        ("status", "403", "unavailable", "expired"),
        ("html", "", "unavailable", "expired"),
        ("errcode", "1301 no", "unavailable", "expired"),
        ("cut", "", "unavailable", "reached"),
        ("cut", "0", "unavailable", "reached"),
        ("truncated", "500", "unreadable", "damaged"),
    ],
)
def test_a_file_that_does_not_come_is_marked_and_its_neighbours_are_shown(
    site: Installation, sandbox: State, made: CatalogueBill, kind: object, value: str, state: str, word: str
) -> None:
    record = sandbox.bill(made.userkey)
    assert record
    spoiled = record.invoices[1].files[0].file_id
    sandbox.faults.add("/files", kind, value, file_id=spoiled)  # type: ignore[arg-type]
    first, second, third = reasons(site, made.userkey)
    assert first == third == ("ready", None)
    assert (second[0], word in str(second[1])) == (state, True), second
    page = site.page(f"/bills/{made.userkey}", lang="en")
    assert page.count("data-serial-no=") == 3
    assert page.count('class="no-picture problem"') == 1


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[ScriptedCloud]:
    """A server of files that is on nobody's allow-list."""
    with scripted() as cloud:
        yield cloud


def test_a_host_that_is_not_on_the_list_is_never_asked(
    odd_site: Installation, odd_cloud: ScriptedCloud, elsewhere: ScriptedCloud
) -> None:
    url = elsewhere.put_file("secret.pdf", pdf())
    port = url.split(":")[2].split("/")[0]
    urls = [
        url,
        f"http://localhost:{port}/files/secret.pdf",
        "http://127.0.0.1/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
    ]
    urls += [
        "http://169.254.169.254/latest",
        "//127.0.0.1/x",
        "nonsense",
        f"{odd_cloud.url}@127.0.0.1:{port}/files/secret.pdf",
    ]
    urls += [f"http://127.0.0.1:{port}\\@{odd_cloud.url[7:]}/files/secret.pdf", "http://[::1", "http://a:99999/"]
    key = odd_cloud.put_list([row_of(f"{number}.pdf", each) for number, each in enumerate(urls)])
    assert {state for state, _ in reasons(odd_site, key)} == {"unavailable"}
    assert elsewhere.asked["secret.pdf"] == 0
    assert odd_site.page(f"/bills/{key}").count("data-serial-no=") == len(urls)


def test_a_page_links_to_no_file_that_could_not_be_fetched(
    odd_site: Installation, odd_cloud: ScriptedCloud, elsewhere: ScriptedCloud
) -> None:
    rows = [
        row_of("l-here.pdf", odd_cloud.put_file("l-here.pdf", pdf())),
        row_of("l-gone.pdf", elsewhere.put_file("l-gone.pdf", pdf())),
    ]
    key = odd_cloud.put_list(rows)
    here, gone = files_of(odd_site.whole(key))
    html = odd_site.page(f"/bills/{key}")
    assert f"/files/{here['file_id']}?download=1" in html
    assert gone["file_id"] not in html
    assert "l-gone.pdf" in html


def test_a_server_that_fails_with_a_page_of_its_own_is_no_expired_link(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    failing = odd_cloud.put_behaviour("fails.pdf", lambda: Response("<h1>Oops</h1>", 500, content_type="text/html"))
    ((state, problem),) = reasons(odd_site, odd_cloud.put_list([row_of("fails.pdf", failing)]))
    assert (state, "can't be reached" in str(problem)) == ("unavailable", True)


def test_a_redirect_is_followed_to_allowed_hosts_only(
    odd_site: Installation, odd_cloud: ScriptedCloud, elsewhere: ScriptedCloud
) -> None:
    target = elsewhere.put_file("hidden.pdf", pdf())
    home = odd_cloud.put_file("home.pdf", pdf())
    away = odd_cloud.put_redirect("away.pdf", target)
    back = odd_cloud.put_redirect("back.pdf", home)
    loop = odd_cloud.put_redirect("loop.pdf", f"{odd_cloud.url}/files/loop.pdf")
    rows = [row_of("r-away.pdf", away), row_of("r-back.pdf", back), row_of("r-loop.pdf", loop)]
    found = reasons(odd_site, odd_cloud.put_list(rows))
    assert [state for state, _ in found] == ["unavailable", "ready", "unavailable"]
    assert "VIEWER_FILE_HOSTS" in str(found[0][1])
    assert elsewhere.asked["hidden.pdf"] == 0
    assert odd_cloud.asked["loop.pdf"] == 3


def test_a_file_beyond_the_limit_is_not_kept(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    announced = odd_cloud.put_file("large.pdf", b"%PDF-" + b"0" * 2_000_000)
    endless = odd_cloud.put_drip("endless.pdf", 4)
    fits = odd_cloud.put_file("fits.bin", b"0" * 2_000_000)
    rows = [row_of("l.pdf", announced), row_of("e.pdf", endless), row_of("f.bin", fits)]
    found = reasons(odd_site, odd_cloud.put_list(rows))
    assert [state for state, _ in found] == ["unavailable", "unavailable", "ready"]
    assert "larger" in str(found[0][1])
    assert "too long" in str(found[1][1])


def test_an_invoice_without_a_link_is_listed_without_its_picture(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    key = odd_cloud.put_list([{"serialNo": "bare", "invoiceNo": "1"}, row_of("empty.pdf", "")])
    assert [state for state, _ in reasons(odd_site, key)] == ["unavailable"]
    assert odd_site.page(f"/bills/{key}").count("data-serial-no=") == 2


def test_a_bills_files_beyond_the_limit_are_listed_and_not_fetched(odd_cloud: ScriptedCloud, tmp_path: Path) -> None:
    files = {f"many-{number}.bin": b"x" for number in range(5)}
    key = odd_cloud.put_bill(files)
    with installed(tmp_path, cloud=odd_cloud.url, max_bill_files=3) as small:
        assert [state for state, _ in reasons(small, key)] == ["ready"] * 3 + ["unavailable"] * 2
    assert [odd_cloud.asked[name] for name in files] == [1, 1, 1, 0, 0]


# What else upstream may say


def test_a_list_full_of_oddities_is_a_bill_all_the_same(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    guid = "AAA14B00-D169-45AB-9331-1FFC9F12B9E5"
    content = (
        b'{"errcode": "0000", "data": [null, 7, "x", [], {}, {"serialNo": ""},'
        b'{"serialNo": "S-1", "entryid": "%s", "branchId": "%s", "checkTime": "0001-01-01 00:00:00",'
        b' "invoiceDate": "0001-01-01", "totalAmount": 1E400, "taxAmount": "n/a", "buyerName": "A\\ud800\\u0000B",'
        b' "new": [NaN, 1e999, {"deep": [[[]]]}], "verifyResult": {"no": "list"}, "invoiceFiles": "none"},'
        b'{"serialNo": 12345678901234567890, "entryid": ["%s"], "remark": "\\udfff", "invoiceType": 26.0}],'
        b' "attachList": [null, {"fileName": "?"}]}'
    ) % (guid.encode(), guid.lower().encode(), guid.encode())
    key = odd_cloud.put_answer(content)
    bill = odd_site.whole(key)
    assert [(each["serial_no"], each["branch_ids"]) for each in bill["invoices"]] == [
        ("S-1", [guid]),
        ("12345678901234567890", [guid]),
    ]
    assert (bill["invoices"][0]["checked_at"], bill["invoices"][0]["invoice_date"]) == (None, None)
    assert bill["invoices"][0]["total_amount"] is None
    assert odd_site.page(f"/bills/{key}").count("data-serial-no=") == 2


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{}", b"{", b'{"errcode": "0000", "data": [1E99999999999999999999]}', b"\xff"]
)
def test_an_answer_that_makes_no_sense_is_an_upstream_that_failed(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr("viewer.gateway.transport.PAUSES", (0.01, 0.01))
    key = odd_cloud.put_answer(content or b" ")
    assert odd_site.get(f"/api/v1/bills/{key}").json()["code"] == "upstream_unreachable"


def test_markup_in_what_upstream_says_is_text(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    evil = '"><script>alert(1)</script>'
    row = row_of("x.bin", odd_cloud.put_file("x.bin", b"x"))
    row |= {"serialNo": f"S{evil}", "entryid": f"E{evil}", "salerName": evil, "costTypeName": evil, "billNumber": evil}
    row["invoiceFiles"][0]["fileName"] = evil
    key = odd_cloud.put_list([row], attachList=[{"attachSerialNo": evil, "fileName": evil, "url": evil}])
    for page in (odd_site.page(f"/bills/{key}"), odd_site.page(f"/bills/{key}/location", branch_id=f"E{evil}")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    link = "javascript:alert(1)"
    bad = odd_cloud.put_list([row_of("j.pdf", link)])
    odd_site.whole(bad)
    assert "javascript:" not in odd_site.page(f"/bills/{bad}")


# How much it costs


def test_the_number_of_queries_does_not_grow_with_the_bill(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    url = odd_cloud.put_file("one.png", encoded(cornered(), "PNG"))
    queries: list[str] = []
    counts = {}
    for size in (10, 200):
        rows = [row_of(f"{size}-{number}.bin", url) | {"entryid": f"E-{number % 60}"} for number in range(size)]
        key = odd_cloud.put_list(rows)
        odd_site.whole(key)

        def count(*given: object) -> None:
            queries.append(str(given[2]))

        event.listen(odd_site.archive.database.engine, "before_cursor_execute", count)
        try:
            for path in (f"/bills/{key}", f"/api/v1/bills/{key}", f"/api/v1/bills/{key}/views/image"):
                queries.clear()
                assert odd_site.get(path).text.count(rows[0]["serialNo"]) >= 1
                counts[path.replace(key, ""), size] = len(queries)
        finally:
            event.remove(odd_site.archive.database.engine, "before_cursor_execute", count)
    for path in {path for path, _ in counts}:
        assert 0 < counts[path, 10] == counts[path, 200] <= 12
