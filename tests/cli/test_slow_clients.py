"""Slow clients at a real server: whatever they hold, everybody else is answered."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.commands import MINUTE, served, until, viewer
from viewer.archive.renditions import REQUESTS
from viewer.cli.server import THREADS
from viewer.config import Settings

MANY = THREADS + 20
JSON_POST = b"POST /api/v1/userkeys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@contextmanager
def clients(url: str, said: bytes, count: int = MANY) -> Iterator[list[socket.socket]]:
    """So many connections that said this and nothing more, and read nothing."""
    host, _, port = url.rpartition("/")[2].partition(":")
    with ExitStack() as stack:
        found = []
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(MINUTE)
            client.connect((host, int(port)))
            client.sendall(said)
            found.append(client)
        yield found


def test_no_reader_can_hold_all_threads_of_a_process() -> None:
    settings = Settings.load({})
    assert settings.reader_pictures <= REQUESTS
    assert REQUESTS + settings.reader_downloads + settings.bodies <= THREADS - 16


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
        JSON_POST + b"Content-Length: 1000\r\n\r\n{",
        JSON_POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["header", "body of a GET", "body", "chunk"],
)
def test_clients_that_never_finish_their_request_keep_nobody_from_being_answered(instance: Path, said: bytes) -> None:
    with served(instance, WORKERS="1", BODIES="4") as (_, url):
        with clients(url, said):
            for _ in range(20):
                assert requests.get(f"{url}/healthz", timeout=MINUTE).ok
        call = {"bill_id": "1"}
        until(lambda: requests.post(f"{url}/api/v1/userkeys", json=call, timeout=MINUTE).status_code == 401)


def test_more_bodies_than_may_be_read_at_the_same_time_are_refused(instance: Path) -> None:
    with served(instance, WORKERS="1", BODIES="1") as (_, url):

        def second_is_refused() -> bool:
            """Unless it was the first to be read."""
            with clients(url, JSON_POST + b"Content-Length: 9\r\n\r\n{", 1):
                answer = requests.post(f"{url}/api/v1/userkeys", json={"bill_id": "1"}, timeout=MINUTE)
            return answer.status_code == 429

        until(second_is_refused)


def test_clients_that_read_nothing_of_what_they_asked_for_keep_nobody_from_being_answered(
    instance: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bills" / "B-1" / "E-1"
    folder.mkdir(parents=True)
    (folder / "large.bin").write_bytes(b"0" * 30_000_000)
    viewer(instance, "import", tmp_path / "bills")
    with served(instance, WORKERS="1", DOWNLOADS="6", READER_DOWNLOADS="4") as (_, url):
        key = only_userkey(instance)
        bill = requests.get(f"{url}/api/v1/bills/{key}", timeout=MINUTE).json()
        address = f"/api/v1/bills/{key}/files/{bill['invoices'][0]['files'][0]['file_id']}"
        with clients(url, f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as found:
            for _ in range(20):
                assert requests.get(f"{url}/healthz", timeout=MINUTE).ok
            refused = requests.get(url + address, timeout=MINUTE)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
            assert int(refused.headers["Retry-After"]) > 0
            del found
        until(lambda: requests.get(url + address, timeout=MINUTE, stream=True).status_code == 200)


def test_static_files_and_pages_that_nobody_reads_hold_no_thread(instance: Path) -> None:
    with served(instance, WORKERS="1") as (_, url):
        page = requests.get(url, timeout=MINUTE).text
        style = next(part.split('"')[0] for part in page.split('href="')[1:] if ".css" in part.split('"')[0])
        for address in (style, "/", "/api/openapi.json"):
            with clients(url, f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode()):
                for _ in range(20):
                    assert requests.get(f"{url}/healthz", timeout=MINUTE).ok


def only_userkey(instance: Path) -> str:

    with sqlite3.connect(instance / "viewer.db") as database:
        ((userkey,),) = database.execute("SELECT userkey FROM bill")
    return str(userkey)
