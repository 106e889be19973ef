"""Faults on demand really happen, on the wire, to whom they are meant for, and as often as asked."""

import time
from collections.abc import Iterator

import pytest
import requests

from tests.sandboxes import SECONDS, rows_of, serving, without_pixels
from viewer.gateway.sandbox.catalogue import FAQ_USERKEY, demo_bills
from viewer.gateway.sandbox.seeding import seed
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

FAQ, SEVERAL = (without_pixels(bill) for bill in demo_bills()[:2])
QUERY = "/m4/fpzs/expense/invoices/query"
CONTROL = "/_sandbox/faults"
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> State:
    state = State(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")
    seed(state, (FAQ, SEVERAL), workers=1)
    return state


@pytest.fixture(scope="module")
def cloud(filled: State) -> Iterator[ServedApp]:
    with serving(filled) as served:
        yield served


@pytest.fixture
def state(filled: State) -> Iterator[State]:
    """The state without any fault, before and after."""
    yield filled
    filled.faults.clear()


def ask(cloud: ServedApp, userkey: str = FAQ_USERKEY) -> requests.Response:
    return requests.post(cloud.url + QUERY, json={"userKey": userkey}, timeout=SECONDS)


def file_of(cloud: ServedApp, row: int = 0) -> dict[str, str]:
    file: dict[str, str] = rows_of(cloud, FAQ_USERKEY)[row]["invoiceFiles"][0]
    return file


def fetch(url: str) -> requests.Response:
    return requests.get(url, timeout=SECONDS)


def test_a_delay_keeps_the_caller_waiting(cloud: ServedApp, state: State) -> None:
    state.faults.add(QUERY, "delay", 0.4, times=1)
    started = time.monotonic()
    assert ask(cloud).json()["errcode"] == "0000"
    assert time.monotonic() - started >= 0.4


def test_a_status_comes_instead_of_an_answer(cloud: ServedApp, state: State) -> None:
    state.faults.add(QUERY, "status", 503)
    assert ask(cloud).status_code == 503


@pytest.mark.parametrize(
    ("value", "errcode", "description"),
    [("1307 处理中，请重试", "1307", "处理中，请重试"), ("9999", "9999", "系统繁忙，请稍后重试")],
)
def test_an_errcode_is_an_ordinary_refusal(
    cloud: ServedApp, state: State, value: str, errcode: str, description: str
) -> None:
    state.faults.add(QUERY, "errcode", value)
    refused = ask(cloud)
    assert refused.status_code == 200
    assert (refused.json()["errcode"], refused.json()["description"]) == (errcode, description)


def test_html_is_a_login_page_with_status_200(cloud: ServedApp, state: State) -> None:
    state.faults.add("/m4", "html")
    page = ask(cloud)
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html;charset=UTF-8")
    assert "请登录" in page.text


@pytest.mark.parametrize("value", ["", "0", "100"])
def test_a_cut_breaks_the_connection_in_mid_answer(cloud: ServedApp, state: State, value: str) -> None:
    state.faults.add(QUERY, "cut", value, times=1)
    with pytest.raises(BROKEN):
        ask(cloud)
    assert ask(cloud).json()["errcode"] == "0000"


def test_a_download_can_be_cut_too(cloud: ServedApp, state: State) -> None:
    file = file_of(cloud)
    state.faults.add("/files", "cut", 1000, times=1)
    with pytest.raises(BROKEN):
        fetch(file["url"])


def test_a_truncated_answer_looks_whole_and_is_not(cloud: ServedApp, state: State) -> None:
    file = file_of(cloud)
    state.faults.add("/files", "truncated", 1000)
    state.faults.add(QUERY, "truncated")
    short = fetch(file["url"])
    assert (short.status_code, short.headers["Content-Length"], len(short.content)) == (200, "1000", 1000)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        ask(cloud).json()


def test_a_dripping_answer_arrives_whole_in_its_time(cloud: ServedApp, state: State) -> None:
    whole = fetch(file_of(cloud)["url"]).content
    state.faults.add("/files", "drip", 0.6)
    url = file_of(cloud)["url"]
    started = time.monotonic()
    with requests.get(url, timeout=SECONDS, stream=True) as response:
        parts = [(time.monotonic() - started, part) for part in response.iter_content(1000)]
    assert b"".join(part for _, part in parts) == whole
    assert parts[-1][0] - parts[0][0] >= 0.4


def test_a_slow_answer_meets_the_callers_patience(cloud: ServedApp, state: State) -> None:
    state.faults.add(QUERY, "delay", 1, times=1)
    with pytest.raises(requests.ReadTimeout):
        requests.post(cloud.url + QUERY, json={"userKey": FAQ_USERKEY}, timeout=0.2)


def test_links_can_expire_before_their_time_for_one_file_only(cloud: ServedApp, state: State) -> None:
    expired, healthy = file_of(cloud, 0), file_of(cloud, 1)
    state.faults.add("/files", "expired", file_id=expired["id"])
    refused = fetch(expired["url"])
    assert (refused.status_code, refused.json()["errcode"]) == (403, "1301")
    assert fetch(healthy["url"]).status_code == 200


def test_an_expired_link_leaves_the_calls_alone(cloud: ServedApp, state: State) -> None:
    state.faults.add("/", "expired")
    assert ask(cloud).json()["errcode"] == "0000"


def test_a_fault_can_be_one_bills_own(cloud: ServedApp, state: State) -> None:
    file = file_of(cloud)
    state.faults.add("/", "status", 500, userkey=FAQ_USERKEY)
    assert ask(cloud).status_code == 500
    assert fetch(file["url"]).status_code == 500
    assert ask(cloud, SEVERAL.userkey).json()["errcode"] == "0000"


def test_faults_take_turns_and_a_delay_goes_with_any(cloud: ServedApp, state: State) -> None:
    state.faults.add(QUERY, "delay", 0.2, times=1)
    state.faults.add(QUERY, "status", 500, times=2)
    state.faults.add(QUERY, "status", 502, times=1)
    started = time.monotonic()
    assert ask(cloud).status_code == 500
    assert time.monotonic() - started >= 0.2
    assert [ask(cloud).status_code for _ in range(3)] == [500, 502, 200]
    assert state.faults.all() == ()


def test_faults_are_set_and_cleared_over_http(cloud: ServedApp, state: State) -> None:
    control = cloud.url + CONTROL
    added = requests.post(control, json={"endpoint": QUERY, "kind": "status", "value": 503}, timeout=SECONDS)
    assert added.status_code == 201
    assert fetch(control).json() == [added.json()]
    assert ask(cloud).status_code == 503
    assert requests.delete(control, timeout=SECONDS).status_code == 204
    assert fetch(control).json() == []
    assert ask(cloud).json()["errcode"] == "0000"


@pytest.mark.parametrize(
    "rule",
    [
        {},
        [],
        {"endpoint": "m4", "kind": "html"},
        {"endpoint": 4, "kind": "html"},
        {"endpoint": "/m4", "kind": "fire"},
        {"endpoint": "/m4", "kind": "html", "times": 0},
        {"endpoint": "/m4", "kind": "html", "times": "often"},
        {"endpoint": "/m4", "kind": "html", "colour": "red"},
        {"endpoint": "/m4", "kind": "status", "value": "ok"},
        {"endpoint": "/m4", "kind": "status", "value": 99},
        {"endpoint": "/m4", "kind": "errcode"},
        {"endpoint": "/m4", "kind": "delay", "value": "nan"},
        {"endpoint": "/m4", "kind": "cut", "value": -1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(cloud: ServedApp, state: State, rule: object) -> None:
    refused = requests.post(cloud.url + CONTROL, json=rule, timeout=SECONDS)
    assert refused.status_code == 400
    assert refused.json()["error"]
    assert state.faults.all() == ()
