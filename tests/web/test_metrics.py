"""What operators watch at /metrics: who may ask, what is counted, and that all server processes count together."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.bills import new_bill
from tests.commands import MINUTE, families, served, until, viewer
from tests.installations import Installation, installed, pages_of, problem_of
from viewer.errors import UnreadableDocument
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

TOKEN = "an operator's own words"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PICTURE = "/i/<segment>/<region>/<size>/<rotation>/<name>"
Samples = dict[tuple[str, frozenset[str]], float]


@pytest.fixture(scope="module")
def watched(shared_cloud: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("watched")
    with installed(folder, cloud=shared_cloud.url, operator_token=TOKEN, upstream_deadline=1) as installation:
        yield installation


def read(address: str) -> Samples:
    """What is told at an installation's address: by name and label values."""
    response = requests.get(f"{address}/metrics", headers=BEARER, timeout=MINUTE)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def since(before: Samples, site: Installation) -> Callable[..., float]:
    """How much more there is now of a sample, by its name and the values of its labels."""
    now = read(site.url)

    def more(name: str, *labels: str) -> float:
        which = (name, frozenset(labels))
        return now.get(which, 0) - before.get(which, 0)

    return more


def test_only_the_operator_is_told(watched: Installation, site: Installation) -> None:
    for headers in ({}, {"Authorization": "Bearer another"}, {"Authorization": f"Basic {TOKEN}"}):
        response = watched.get("/metrics", headers={"Accept": "application/json", **headers})
        problem_of(response, 401, "bad_token")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert site.get("/metrics", headers=BEARER).status_code == 401, "no token is set there"


def test_an_opened_bill_is_counted_by_route_call_file_and_task_and_no_key_is_told(
    watched: Installation, sandbox: State
) -> None:
    made = new_bill(2)
    sandbox.put_bill(made)
    before = read(watched.url)
    bill = watched.whole(made.userkey)
    page = pages_of(bill)[0]
    address = f"/bills/{made.userkey}/iiif/{page}/full/200,/0/default.jpg"
    assert watched.get(address).status_code == 200
    more = since(before, watched)
    assert (
        more("viewer_requests_total", "GET", "/bills/<key>/iiif/<page_id>/<region>/<size>/<rotation>/<name>", "200")
        == 1
    )
    assert more("viewer_request_seconds_count", "GET", "/api/v1/bills/<key>") >= 1
    assert more("viewer_upstream_seconds_count", "/m4/fpzs/expense/invoices/query", "ok") == 1
    assert more("viewer_download_seconds_count", "file", "ok") == 2
    assert more("viewer_decoder_seconds_count", "take_in", "ok") == 2
    assert more("viewer_decoder_seconds_count", "draw_page", "ok") == 1
    assert more("viewer_bills", "upstream") == 1
    assert more("viewer_files", "ready") == 2
    assert read(watched.url)["viewer_database_up", frozenset()] == 1
    told = watched.get("/metrics", headers=BEARER).text
    assert made.userkey not in told
    assert page not in told


def test_pictures_that_were_made_before_are_counted_too(watched: Installation, sandbox: State) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    watched.whole(made.userkey)
    picture = re.findall(r'src="(/i/[^"]+)"', watched.page(f"/bills/{made.userkey}"))[0]
    before = read(watched.url)
    etag = [watched.get(picture) for _ in range(3)][-1].headers["ETag"]
    assert watched.get(picture, headers={"If-None-Match": etag}).status_code == 304
    more = since(before, watched)
    made_now = more("viewer_requests_total", "GET", PICTURE, "200")
    assert more("viewer_ready_pictures_total") == 4 - made_now


def test_the_time_that_was_spent_on_a_picture_that_failed_is_counted(
    watched: Installation, sandbox: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        time.sleep(0.3)
        raise UnreadableDocument(problem="damaged")

    made = new_bill(1)
    sandbox.put_bill(made)
    watched.whole(made.userkey)
    picture = re.findall(r'src="(/i/[^"]+)"', watched.page(f"/bills/{made.userkey}"))[0]
    before = read(watched.url)
    monkeypatch.setattr(watched.archive.renditions, "marked", fail)
    assert watched.get(re.sub(r"full/[^/]+", "full/77,", picture)).status_code == 422
    more = since(before, watched)
    assert more("viewer_requests_total", "GET", PICTURE, "422") == 1
    assert more("viewer_request_seconds_sum", "GET", PICTURE) >= 0.3


def test_what_upstream_did_wrong_is_told_by_its_code(watched: Installation, sandbox: State) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    sandbox.faults.add("/m4/fpzs/expense/invoices/query", "delay", 3)
    before = read(watched.url)
    assert watched.get(f"/api/v1/bills/{made.userkey}").status_code == 504
    more = since(before, watched)
    assert more("viewer_upstream_seconds_count", "/m4/fpzs/expense/invoices/query", "upstream_timeout") == 1
    assert more("viewer_requests_total", "GET", "/api/v1/bills/<key>", "504") == 1


def test_what_clients_make_up_becomes_no_label(watched: Installation) -> None:
    before = read(watched.url)
    watched.get("/made/up")
    watched.ask("MADEUP", "/healthz")
    more = since(before, watched)
    assert more("viewer_requests_total", "GET", "none", "404") == 1
    assert more("viewer_requests_total", "other", "none", "405") == 1
    assert "made" not in watched.get("/metrics", headers=BEARER).text.lower().replace("that had been made", "")


def test_where_the_database_is_gone_the_rest_is_still_told(tmp_path: Path) -> None:
    with installed(tmp_path, operator_token=TOKEN) as broken:
        broken.archive.database.close()
        (tmp_path / "viewer.db").rename(tmp_path / "gone")
        told = read(broken.url)
    assert told["viewer_database_up", frozenset()] == 0
    assert not [name for name, _ in told if name in ("viewer_bills", "viewer_files")]


def test_all_processes_count_together_and_what_one_counted_stays_when_it_dies(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    assert viewer(instance, "init").returncode == 0
    which = ("viewer_requests_total", frozenset({"GET", "/healthz", "200"}))
    with served(instance, WORKERS="2", OPERATOR_TOKEN=TOKEN) as (process, url):
        before = read(url).get(which, 0)
        for _ in range(20):
            assert requests.get(f"{url}/healthz", timeout=MINUTE).ok
        assert {read(url)[which] - before for _ in range(8)} == {20}
        workers = {child for child, parent in families().items() if parent == process.pid}
        os.kill(max(workers), signal.SIGKILL)
        until(lambda: len({child for child, parent in families().items() if parent == process.pid} - workers) == 1)
        assert {read(url)[which] - before for _ in range(4)} == {20}
