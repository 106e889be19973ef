"""A browser's window whose bill takes long is shown that upstream is being asked; everybody else waits for the bill itself."""

import re

import pytest

from tests.installations import Installation
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.state import State

QUERY = "/m4/fpzs/expense/invoices/query"
DELAY = 1.2
"""Longer than a window waits, shorter than upstream's deadline here."""
FAQ = demo_bills()[0]
WINDOW = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"}
FRAME = {**WINDOW, "Sec-Fetch-Dest": "iframe"}
SCRIPT = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Accept": "text/html"}
ASKING = "正在向发票云查询"


@pytest.fixture
def slow(site: Installation, sandbox: State) -> State:
    """The cloud answers slowly, and the stored copy of the FAQ's bill is too old."""
    site.page(f"/bills/{FAQ.userkey}")
    site.expire(FAQ.userkey)
    sandbox.faults.add(QUERY, "delay", DELAY)
    return sandbox


@pytest.mark.parametrize("headers", [WINDOW, FRAME])
def test_a_window_is_shown_at_once_that_upstream_is_asked(
    site: Installation, slow: State, headers: dict[str, str]
) -> None:
    answer = site.get(f"/bills/{FAQ.userkey}", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert ASKING in answer.text
    assert 'aria-busy="true"' in answer.text
    assert FAQ.invoices[0].serial_no not in answer.text
    assert re.findall("<script(?![^>]* src=)", answer.text) == []
    assert FAQ.invoices[0].serial_no in site.get(f"/bills/{FAQ.userkey}", headers=SCRIPT).text


@pytest.mark.parametrize("headers", [{}, SCRIPT, {"Accept": "text/html"}, {**WINDOW, "Sec-Fetch-Dest": "image"}])
def test_other_clients_wait_for_the_bill_itself(site: Installation, slow: State, headers: dict[str, str]) -> None:
    answer = site.get(f"/bills/{FAQ.userkey}", headers=headers)
    assert ASKING not in answer.text
    assert FAQ.invoices[0].serial_no in answer.text


def test_without_scripts_the_window_comes_back_for_the_plain_answer(site: Installation, slow: State) -> None:
    waiting = site.get(f"/bills/{FAQ.userkey}", params={"lang": "en"}, headers=WINDOW).text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', waiting)
    assert found
    plain = found[1].replace("&amp;", "&")
    assert plain.endswith("lang=en&wait=1")
    answer = site.get(plain, headers=WINDOW)
    assert FAQ.invoices[0].serial_no in answer.text
    assert "wait=1" not in answer.text


def test_a_bill_that_is_here_is_answered_without_waiting(site: Installation, sandbox: State) -> None:
    site.page(f"/bills/{FAQ.userkey}")
    sandbox.faults.add(QUERY, "delay", DELAY)
    assert FAQ.invoices[0].serial_no in site.get(f"/bills/{FAQ.userkey}", headers=WINDOW).text


@pytest.mark.parametrize("path", ["", "/location?branch_id=x", "/paper?serialNo=x"])
def test_every_view_has_its_own_shape_while_it_waits(site: Installation, slow: State, path: str) -> None:
    answer = site.get(f"/bills/{FAQ.userkey}{path}", headers=WINDOW)
    shape = {"": "image", "/l": "location", "/p": "paper"}[path[:2]]
    assert f"{shape}-view waiting-page" in answer.text


def test_a_quick_failure_is_told_at_once_and_a_late_one_by_the_script(site: Installation, sandbox: State) -> None:
    unknown = "0" * 31 + "7"
    assert site.get(f"/bills/{unknown}", headers=WINDOW).status_code == 404
    assert site.get("/bills/nonsense", headers=WINDOW).status_code == 400
    sandbox.faults.add(QUERY, "delay", DELAY)
    assert site.get(f"/bills/{unknown}", headers=WINDOW).status_code == 200
    assert site.get(f"/bills/{unknown}", headers=SCRIPT).status_code == 404


def test_windows_and_scripts_share_one_asking(site: Installation, slow: State) -> None:
    slow.faults.clear()
    slow.faults.add(QUERY, "delay", DELAY, times=2)
    for _ in range(2):
        assert site.get(f"/bills/{FAQ.userkey}", headers=WINDOW).status_code == 200
    assert FAQ.invoices[0].serial_no in site.get(f"/bills/{FAQ.userkey}", headers=SCRIPT).text
    assert sum(fault.times or 0 for fault in slow.faults.all()) == 1, "the cloud was asked once"
