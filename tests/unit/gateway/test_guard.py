"""Downloads from hostile places: where they lead, how long they last, how much they bring. Real sockets throughout."""

import gzip
import io
import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.addresses import INTERNAL, PUBLIC, SPELLINGS
from viewer.config import Settings
from viewer.errors import DownloadRefused, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from viewer.gateway import guard
from viewer.gateway.fetch import Fetched, Fetcher
from viewer.gateway.guard import check_link

Answer = Callable[[socket.socket], None]
PATIENCE = 30


class Place:
    """A server that answers every connection as a test wrote; `asked` holds the requests' heads."""

    def __init__(self, answer: Answer, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> None:
        self.asked: list[bytes] = []
        self._answer = answer
        self._context = context
        self._listening = socket.create_server((host, 0))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://{host}:{self.port}/file.pdf"
        self.name = f"{host}:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(connection,), daemon=True).start()

    def _take(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(PATIENCE)
            with self._context.wrap_socket(connection, server_side=True) if self._context else connection as talking:
                head = b""
                while b"\r\n\r\n" not in head and (piece := talking.recv(65536)):
                    head += piece
                self.asked.append(head)
                self._answer(talking)
        except OSError:
            return  # the viewer has had enough

    def close(self) -> None:
        self._listening.close()


@contextmanager
def place(*pieces: bytes, answer: Answer | None = None, **more: Any) -> Iterator[Place]:
    def say(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    served = Place(answer or say, **more)
    try:
        yield served
    finally:
        served.close()


def fetch(url: str, *, hosts: str = "", seconds: float = PATIENCE, most: int = 1_000_000) -> tuple[Fetched, bytes]:
    limits = {"VIEWER_DOWNLOAD_DEADLINE": str(seconds), "VIEWER_MAX_FILE_BYTES": str(most)}
    fetcher = Fetcher(Settings.load({"VIEWER_INSTANCE": "/nowhere", "VIEWER_FILE_HOSTS": hosts, **limits}))
    try:
        to = io.BytesIO()
        return fetcher.fetch(url, extension="pdf", to=to), to.getvalue()
    finally:
        fetcher.close()


def refused(url: str, **more: Any) -> str:
    """Why our own guard says no."""
    with pytest.raises(DownloadRefused) as told:
        fetch(url, **more)
    return told.value.problem


def answered(content: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(content), b"", content])


def redirect(url: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Iterator[list[str]]]:
    """What names resolve to, one answer after another; and only 127.0.0.2 passes for an address of the public internet, so
    that a server of this machine can be one."""
    known: dict[str, Iterator[list[str]]] = {}
    really = socket.getaddrinfo

    def resolve(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        if host in known:
            return [each for address in next(known[host]) for each in really(address, port, *given, **named)]
        return really(host, port, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(guard, "is_routable", lambda address: address == "127.0.0.2")
    monkeypatch.setattr(guard, "PORTS", range(65536))
    return known


# Where a download may lead


@pytest.mark.parametrize("address", INTERNAL)
def test_a_link_to_an_internal_address_is_refused_and_so_is_a_name_that_leads_there(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    literal = f"[{address.replace('%', '%25')}]" if ":" in address else address
    for scheme in ("http", "https"):
        assert refused(f"{scheme}://{literal}/x.pdf") in ("host_not_allowed", "bad_link")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        told = [(family, socket.SOCK_STREAM, 6, "", (each, 443)) for each in found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, told=told, **_named: told)
        assert refused("https://files.example/x.pdf") == "host_not_allowed"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_this_host_gets_past_the_guard(spelling: str) -> None:
    with place(answered(b"secret")) as inside:
        for port in ("", ":80", f":{inside.port}"):
            with pytest.raises(UpstreamError):
                fetch(f"http://{spelling}{port}/x.pdf")
        with pytest.raises(UpstreamError), place(redirect(f"http://{spelling}:{inside.port}/x.pdf")) as outside:
            fetch(outside.url, hosts=outside.name)
    assert inside.asked == []


@pytest.mark.parametrize("address", INTERNAL)
def test_a_redirect_to_an_internal_address_is_not_followed(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    with place(redirect(f"http://{literal}/latest")) as outside:
        assert refused(outside.url, hosts=outside.name) in ("host_not_allowed", "bad_link")
        assert len(outside.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://files.example/x", "gopher://files.example/", "//files.example/x", "x.pdf", ""),
        *("http://", "http:///x", "http://user@files.example/x", "http://user:pass@files.example/", "http://:@files.example/"),
        *("http://files.example:80@127.0.0.1/", "http://127.0.0.1\\@files.example/", "http://files.example\t/x", "http://a b/"),
        *("http://files.example:99999/", "http://files.example:-1/", "http://files.example:x/", "http://[::1/", "http://[/"),
        *("http://127.1/", "http://1/", "http://0x8.8/", "http://08.8.8.8/", "http://8.8.8.8.8/", "http://files.0x1/"),
        *("http://files%2eexample/", "http://files.example%23/", "https:files.example", "http://\x00/", "http://a\x7f/"),
    ],
)  # fmt: skip
def test_only_a_plain_link_is_fetched(url: str) -> None:
    with pytest.raises(DownloadRefused, match="bad_link"):
        check_link(url, ["files.example:80"])


def test_ports_other_than_the_webs_own_need_the_allow_list() -> None:
    for url in (
        "http://files.example/",
        "https://files.example:443/x",
        f"http://{PUBLIC[0]}/",
        "http://files.example:80/",
    ):
        check_link(url, [])
    for port in (22, 25, 6379, 8080, 9200):
        with pytest.raises(DownloadRefused, match="host_not_allowed"):
            check_link(f"http://files.example:{port}/", [])
        check_link(f"http://FILES.example:{port}/", [f"files.example:{port}"])


def test_a_host_on_the_allow_list_may_be_internal_and_its_other_ports_may_not() -> None:
    with place(answered(b"%PDF-1.7 inside")) as inside, place(answered(b"secret")) as neighbour:
        assert fetch(inside.url, hosts=inside.name)[1] == b"%PDF-1.7 inside"
        assert refused(neighbour.url, hosts=inside.name) == "host_not_allowed"
        assert neighbour.asked == []


def test_a_name_is_resolved_once_and_the_address_that_was_checked_is_dialled(
    names: dict[str, Iterator[list[str]]],
) -> None:
    with place(answered(b"public"), host="127.0.0.2") as outside:
        names["files.test"] = iter([["127.0.0.2"], ["127.0.0.1"]])
        assert fetch(f"http://files.test:{outside.port}/x.pdf")[1] == b"public"
        assert b"\r\nHost: files.test:%d\r\n" % outside.port in outside.asked[0]
        assert next(names["files.test"]) == ["127.0.0.1"], "the second answer was never asked for"


@pytest.mark.parametrize("found", [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "::1"]])
def test_one_internal_address_among_a_names_public_ones_is_enough_to_refuse_it(
    names: dict[str, Iterator[list[str]]], found: list[str]
) -> None:
    with place(answered(b"public"), host="127.0.0.2") as outside:
        names["files.test"] = iter([found])
        assert refused(f"http://files.test:{outside.port}/x.pdf") == "host_not_allowed"
        assert outside.asked == []


def test_a_redirect_to_the_same_name_is_checked_anew(names: dict[str, Iterator[list[str]]]) -> None:
    with place(answered(b"secret")) as inside, place(host="127.0.0.2") as outside:
        outside._answer = lambda talking: talking.sendall(redirect(f"http://files.test:{inside.port}/secret"))
        names["files.test"] = iter([["127.0.0.2"], ["127.0.0.1"]])
        assert refused(f"http://files.test:{outside.port}/x.pdf") == "host_not_allowed"
        assert inside.asked == []


def test_an_address_that_does_not_answer_is_passed_over_for_the_next(names: dict[str, Iterator[list[str]]]) -> None:
    with place(answered(b"public"), host="127.0.0.2") as outside, socket.create_server(("127.0.0.2", 0)) as gone:
        port = gone.getsockname()[1]
        gone.close()
        names["files.test"] = iter([["127.0.0.2"], ["127.0.0.2", "127.0.0.2"]])
        with pytest.raises(UpstreamUnreachable):
            fetch(f"http://files.test:{port}/x.pdf")
        assert fetch(f"http://files.test:{outside.port}/x.pdf")[1] == b"public"


def test_the_certificate_is_that_of_the_name_though_an_address_is_dialled(
    names: dict[str, Iterator[list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openssl = shutil.which("openssl")
    assert openssl, "install openssl"
    given = ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=files.test", "-addext", "subjectAltName=DNS:files.test"]
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    out = ["-keyout", str(key), "-out", str(certificate), "-days", "2"]
    subprocess.run([openssl, "req", "-x509", *given, *out], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    indicated: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: indicated.append(name)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with place(answered(b"over TLS"), host="127.0.0.2", context=context) as outside:
        for name in ("files.test", "other.test", "files.test."):
            names[name] = iter([["127.0.0.2"]])
        names["files.test"] = iter([["127.0.0.2"]] * 2)
        assert fetch(f"https://files.test:{outside.port}/x.pdf")[1] == b"over TLS"
        with pytest.raises(UpstreamUnreachable):
            fetch(f"https://other.test:{outside.port}/x.pdf")
        with pytest.raises(UpstreamUnreachable):
            fetch(f"https://127.0.0.2:{outside.port}/x.pdf")
    assert indicated == ["files.test", "other.test", None]


def test_proxies_and_passwords_of_the_environment_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with place(answered(b"by the proxy")) as proxy, place(answered(b"itself")) as inside:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.name}")
        assert fetch(inside.url, hosts=inside.name)[1] == b"itself"
        assert refused("http://169.254.169.254/latest") == "host_not_allowed"
        assert proxy.asked == []
        assert b"Authorization" not in inside.asked[0]


def test_a_servers_cookies_are_told_to_nobody() -> None:
    with place(answered(b"x", b"Set-Cookie: id=1; Path=/", b"Connection: close")) as inside:
        fetcher = Fetcher(Settings.load({"VIEWER_INSTANCE": "/nowhere", "VIEWER_FILE_HOSTS": inside.name}))
        for _ in range(2):
            fetcher.fetch(inside.url, extension="pdf", to=io.BytesIO())
        fetcher.close()
        assert len(inside.asked) == 2
        assert b"cookie" not in inside.asked[1].lower()


# How long, and how much


def for_ever(*pieces: bytes, before: bytes = b"", pause: float = 0.0) -> Answer:
    def say(talking: socket.socket) -> None:
        talking.sendall(before)
        waiting = threading.Event()
        for piece in itertools.cycle(pieces):
            talking.sendall(piece)
            waiting.wait(pause)

    return say


OK = b"HTTP/1.1 200 OK\r\n"
FIRST, LAST = ("nothing", "status", "header", "headers"), ("extension", "trailers", "packed")
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        for_ever(b"", pause=0.05),
        for_ever(b"H", pause=0.05),
        for_ever(b"X", before=OK, pause=0.05),
        for_ever(b"X: y\r\n", before=OK, pause=0.05),
        for_ever(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05),
        for_ever(b"x", before=OK + b"Content-Length: 900000\r\n\r\n", pause=0.05),
        for_ever(b"x", before=OK + b"\r\n", pause=0.05),
        for_ever(b"0", before=CHUNKED, pause=0.05),
        for_ever(b"1;x\r\nx\r\n", before=CHUNKED, pause=0.05),
        for_ever(b"1", before=CHUNKED + b"1;", pause=0.05),
        for_ever(b"X: y\r\n", before=CHUNKED + b"0\r\n", pause=0.05),
        for_ever(b"\x00\x00\x00\xff\xff", before=OK + b"Content-Encoding: deflate\r\n\r\n", pause=0.05),
    ],
    ids=[*FIRST, "interim", "body", "no-length", "chunk-length", "chunks", *LAST],
)
def test_whatever_drips_ends_at_the_deadline(answer: Answer) -> None:
    with place(answer=answer) as slow, pytest.raises((UpstreamTimeout, UpstreamUnreachable)):
        fetch(slow.url, hosts=slow.name, seconds=1)


@pytest.mark.parametrize(
    "answer",
    [
        for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        for_ever(b"HTTP/1.1 103 Early Hints\r\n" + b"X: %s\r\n" % (b"y" * 60_000) * 90 + b"\r\n"),
        for_ever(b"X: y\r\n" * 1000, before=OK),
        for_ever(b"x" * 65_536, before=OK + b"X: "),
        for_ever(b"x" * 65_536, before=OK + b"\r\n"),
        for_ever(b"x" * 65_536, before=OK + b"Content-Length: 9\r\nContent-Length: 99999999\r\n\r\n"),
        for_ever(b"1000\r\n" + b"x" * 4096 + b"\r\n", before=CHUNKED),
        for_ever(b"1;" + b"x" * 4000 + b"\r\nx\r\n", before=CHUNKED),
        for_ever(b"x" * 65_536, before=CHUNKED + b"1;"),
        for_ever(b"X: y\r\n" * 1000, before=CHUNKED + b"0\r\n"),
        for_ever(b"\x00\x00\x00\xff\xff" * 1000, before=OK + b"Content-Encoding: deflate\r\n\r\n"),
    ],
    ids=["interims", "large-interims", "headers", "header", "body", "two-lengths", "chunks", "extensions", *LAST],
)
def test_whatever_never_ends_costs_no_more_memory_than_a_file_may(answer: Answer) -> None:
    with place(answer=answer) as endless:
        tracemalloc.start()
        try:
            with pytest.raises(UpstreamError):
                fetch(endless.url, hosts=endless.name)
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_bomb_is_unpacked_no_further_than_a_file_may_be_large(coding: str) -> None:
    bomb = b"\0" * 300_000_000
    packed = zlib.compress(bomb, 9) if coding == "deflate" else gzip.compress(bomb, 9)
    packed = gzip.compress(packed, 9) if "," in coding else packed
    del bomb
    with place(answered(packed, b"Content-Encoding: " + coding.encode())) as inside:
        tracemalloc.start()
        try:
            assert refused(inside.url, hosts=inside.name) == "too_large"
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


def test_what_a_server_packs_though_nobody_asked_is_unpacked() -> None:
    with place(answered(gzip.compress(b"%PDF-1.7"), b"Content-Encoding: gzip")) as inside:
        found, content = fetch(inside.url, hosts=inside.name)
        assert (found.size, content) == (8, b"%PDF-1.7")
        assert b"Accept-Encoding: identity" in inside.asked[0]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (OK + b"Content-Length: 1000001\r\n\r\n", "too_large"),
        (OK + b"Content-Length: 99999999999999999999999999\r\n\r\n", "too_large"),
        (OK + b"Content-Length: 9\r\n\r\nx", UpstreamUnreachable),
        (CHUNKED + b"9\r\nx", UpstreamUnreachable),
        (CHUNKED + b"-9\r\nx\r\n0\r\n\r\n", UpstreamUnreachable),
        (CHUNKED + b"zz\r\n\r\n", UpstreamUnreachable),
        (OK + b"Content-Length: \xb2\r\n\r\nx", UpstreamUnreachable),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", UpstreamUnreachable),
        (b"\xff\xfe\x00", UpstreamUnreachable),
        (b"HTTP/9.9 what\r\n\r\n", UpstreamUnreachable),
        (b"", UpstreamUnreachable),
        (b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", UpstreamUnreachable),
        (b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe//\r\nContent-Length: 0\r\n\r\n", None),
    ],
)
def test_what_a_server_lies_about_is_not_kept(said: bytes, problem: str | type[UpstreamError] | None) -> None:
    with place(said) as lying, pytest.raises(UpstreamError) as told:
        fetch(lying.url, hosts=lying.name)
    if isinstance(problem, str):
        assert isinstance(told.value, DownloadRefused)
        assert told.value.problem == problem
    elif problem:
        assert isinstance(told.value, problem)


def test_more_than_was_announced_is_cut_there() -> None:
    with place(OK + b"Content-Length: 4\r\n\r\n%PDF and another answer") as lying:
        assert fetch(lying.url, hosts=lying.name)[1] == b"%PDF"


def test_a_loop_of_redirects_ends() -> None:
    with place() as looping:
        looping._answer = lambda talking: talking.sendall(redirect(looping.url))
        with pytest.raises(UpstreamUnreachable):
            fetch(looping.url, hosts=looping.name)
        assert len(looping.asked) == 3
