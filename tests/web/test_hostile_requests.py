"""Requests that nobody sends by mistake, against a real server: none crashes it, hangs it or ends in a 5xx.

What the API's document allows is asked at random elsewhere; here the bytes on the wire are wrong, too.
"""

import random
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import requests

from tests.clouds import ScriptedCloud
from tests.commands import MINUTE, below, served, viewer
from tests.papers import pdf
from viewer.app import create_app
from viewer.config import Settings

ROUNDS = 8
"""Random requests to each address."""
SEED = 20261122
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "get",
    "G\tT",
    "",
    "GET" * 2000,
)
SEGMENTS = (
    *(
        "..",
        ".",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "a%00b",
        "%ff%fe",
        "%C0%AF",
        "%ED%A0%80",
        "%",
        "%zz",
        "\\..\\",
    ),
    *(
        "0" * 24,
        "f" * 24,
        "-1",
        "1" * 400,
        "x" * 5000,
        "%F0%9F%A7%BE",
        "é",
        "<script>",
        "'--",
        "${7*7}",
        "{{7*7}}",
        ";",
        "a;b=c",
    ),
    *("full", "max", "^max", "0", "!0", "default.jpg", "pct:nan,0,0,0", "0,0,99999999999999999999,1", "^99999,99999"),
    *("info.json", "e30.e30.", "e30.e30.e30", "a.b.c", "\u202e", "٣" * 32, "0" * 32, "dda807c9" * 4),
)
QUERIES = (
    *(
        "",
        "?",
        "?%",
        "?=",
        "?&&&",
        "?branch_id=%00",
        "?branch_id=%ff",
        "?branch_id=" + "A" * 5000,
        "?serialNo=" + "S," * 2000,
    ),
    *(
        "?profile=x",
        "?view=x",
        "?wait=nan",
        "?wait=-1",
        "?wait=1e309",
        "?q=%00",
        "?q=" + "%F0%9F%A7%BE" * 60,
        "?lang=%00",
    ),
    *(
        "?theme=../..",
        "?page=99999999999999999999",
        "?file[]=1",
        "?download=maybe",
        "?userkey=%0d%0aX:1",
        "?userKey=%ff",
    ),
    *("?" + "a=b&" * 2000, "?step=next&branch_id=x", "?attachment=%00", "?layout=9up&paper=A0", "?lang=en&lang=zh"),
)
HEADERS = (
    *("Accept: \x00", "Accept: " + "a/b," * 3000, "Accept: application/json;q=nan", "Accept-Language: " + "x-" * 3000),
    *(
        "Range: bytes=-",
        "Range: bytes=0-0,1-1,2-2",
        "Range: bytes=99999999999999999999-",
        "Range: bytes=5-2",
        "Range: lines=1-2",
    ),
    *(
        "If-None-Match: *",
        "If-None-Match: " + '"x",' * 3000,
        "If-Modified-Since: yesterday",
        "If-Range: \xff",
        "Cookie: a=\xff",
    ),
    *(
        "X-Forwarded-For: '; DROP TABLE bill",
        "X-Forwarded-For: " + "1.1.1.1," * 2000,
        "X-Forwarded-Host: a\tb",
        "Host: \xff",
    ),
    *(
        "X-Forwarded-Proto: javascript",
        "Forwarded: for=\x7f",
        "Content-Type: application/json; charset=utf-99",
        "Expect: 999",
    ),
    *("Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 5", "Transfer-Encoding: chunked"),
    *(
        "Transfer-Encoding: gzip, chunked",
        "Content-Encoding: br",
        "Sec-Fetch-Mode: navigate",
        "Upgrade: websocket",
        "X: " + "y" * 60_000,
    ),
    *(
        "Authorization: Bearer \xff",
        "Authorization: Basic ::",
        "Accept-Encoding: br;q=x",
        "Accept-Encoding: \x01",
        "no colon",
        " : x",
    ),
)
BODIES = (
    *(
        b"",
        b"{",
        b"{}",
        b"null",
        b"[]",
        b'"x"',
        b"\x00",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"a":' * 20_000,
        b"1e999",
        b"NaN",
    ),
    *(
        b'{"rotation": 1e400}',
        b'{"rotation": "90"}',
        b'{"bill_id": "\\ud800"}',
        b'{"bill_id": "\\u0000"}',
        b"x" * 300_000,
    ),
    *(b'{"timestamp": 1' + b"0" * 5000 + b"}", b"0\r\n\r\n", b"5\r\nabc", b"a=b&c=%ff", b"branch_id=%00&serialNo=%ff"),
)
POST = b"POST /api/v1/userkeys HTTP/1.1\r\nHost: x\r\n"
TYPES = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "\xff",
    "",
)


@dataclass(frozen=True)
class Server:
    url: str
    process: int
    addresses: tuple[str, ...]
    known: dict[str, str]
    """What stands in an address of the bill that is there."""


@pytest.fixture(scope="module")
def server(odd_cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with one bill, and every address of the application."""
    instance = tmp_path_factory.mktemp("hostile") / "instance"
    key = odd_cloud.put_bill({"one.pdf": pdf(), "two.bin": b"two"})
    given = {
        "GATEWAY_URL": odd_cloud.url,
        "CLIENT_ID": "x",
        "CLIENT_SECRET": "y",
        "WORKERS": "1",
        "FAILED_LOOKUPS": "1000000",
    }
    viewer(instance, "init")
    app = create_app(Settings.load({"VIEWER_INSTANCE": str(instance)}))
    addresses = tuple(sorted({rule.rule for rule in app.url_map.iter_rules()}))
    app.extensions["archive"].close()
    with served(instance, **given) as (process, url):
        bill = requests.get(f"{url}/api/v1/bills/{key}?wait=20", timeout=MINUTE).json()
        file = bill["invoices"][0]["files"][0]
        known = {"key": key, "file_id": file["file_id"], "page_id": file["pages"][0]["page_id"]}
        yield Server(url, process.pid, addresses, known)


def status_of(server: Server, request: bytes) -> int | None:
    """The status of the answer, None where the server closes the connection instead. A server that says nothing fails."""
    host, _, port = server.url.rpartition("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=MINUTE) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            said = connection.recv(65536)
        except OSError:  # it has had enough
            return None
    found = re.match(rb"HTTP/1\.[01] (\d{3})", said)
    return int(found[1]) if found else None


def filled(dice: random.Random, address: str, known: dict[str, str]) -> str:
    """The address with each of its variables what it should be, or something hostile."""

    def value(match: "re.Match[str]") -> str:
        name = match[1].rpartition(":")[2]
        if name in known and dice.random() < 0.6:
            return known[name]
        chosen = dice.choice(SEGMENTS)
        return quote(chosen, safe="%./\\;<>'${}:,!^-") if dice.random() < 0.7 else chosen

    return re.sub(r"<([^>]+)>", value, address)


def random_request(dice: random.Random, address: str, known: dict[str, str]) -> bytes:
    path = filled(dice, address, known) + (dice.choice(QUERIES) if dice.random() < 0.6 else "")
    method = dice.choice(METHODS) if dice.random() < 0.4 else dice.choice(("GET", "GET", "POST", "PUT", "HEAD"))
    lines = [
        f"{method} {path} HTTP/1.{dice.choice('1110')}",
        "Host: x",
        *dice.sample(HEADERS, dice.choice((0, 0, 1, 1, 2, 3))),
    ]
    body = b""
    if method in ("POST", "PUT", "PATCH") or dice.random() < 0.1:
        body = dice.choice(BODIES)
        lines += [f"Content-Type: {dice.choice(TYPES)}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def test_no_request_crashes_the_server_hangs_it_or_ends_in_a_bug(server: Server) -> None:
    dice = random.Random(SEED)
    before = below(server.process)
    wrong = []
    for address in server.addresses:
        for _ in range(ROUNDS):
            request = random_request(dice, address, server.known)
            status = status_of(server, request)
            if status is not None and status >= 500:
                wrong.append((status, request[:300]))
    assert wrong == []
    assert requests.get(f"{server.url}/readyz", timeout=MINUTE).json()["status"] == "ok"
    assert before <= below(server.process), "every process is the one that it was"


@pytest.mark.parametrize(
    "request_",
    [
        *(b"", b"\r\n\r\n", b"\x00" * 4096, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n"),
        *(b"GET / HTTP/9.9\r\n\r\n", b"GET //x/..// HTTP/1.1\r\n\r\n"),
        *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 9, b"GET http://169.254.169.254/ HTTP/1.1\r\nHost: x\r\n\r\n"),
        *(b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
        POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
        POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_hardly_http_is_refused_or_cut_off(server: Server, request_: bytes) -> None:
    status = status_of(server, request_)
    assert status is None or status < 500
    assert requests.get(f"{server.url}/healthz", timeout=MINUTE).ok


@pytest.mark.parametrize("length", ["2000000", None], ids=["announced", "in chunks"])
def test_a_body_that_is_too_large_is_refused(server: Server, length: str | None) -> None:
    pieces = iter([b"[" * 100_000] * 20)
    data = b"[" * 2_000_000 if length else pieces
    answer = requests.post(
        f"{server.url}/api/v1/userkeys", data=data, headers={"Content-Type": "application/json"}, timeout=MINUTE
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
