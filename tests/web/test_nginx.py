"""docs/nginx.conf in front of an installation: ready pictures don't reach Python, everything else does."""

import itertools
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image

from tests.commands import MINUTE, served, until
from tests.installations import JSON, Installation, files_of, installed, pages_of, problem_of
from tests.nginx import MISSING, find_nginx, nginx
from tests.tokens import TOKEN_KEYS, token
from viewer.domain.signed_page import SignedPage
from viewer.instance import signing_keys
from viewer.web.proxies import Environ, StartResponse, Wsgi

ADDRESS = re.compile(r'src="([^"]*/i/[^"]+)"')
READERS = 50
KEPT_AFTER = 0.1
"""Seconds from nginx's answer until it surely has it in its cache: the reader's bytes go out first."""


@pytest.fixture(scope="session")
def program() -> str:
    """An nginx; without one the tests skip, except in CI."""
    found = find_nginx()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return found


@dataclass
class Arrivals:
    """WSGI layer that notes what reaches Python: how often each path does, and the last environment of each."""

    app: Wsgi
    count: Counter[str] = field(default_factory=Counter)
    last: dict[str, Environ] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    """Paths whose next request is answered with 503."""
    held: dict[str, threading.Event] = field(default_factory=dict)
    """Paths whose answer waits."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.count[path] += 1
        if path in self.held:
            self.held[path].wait(MINUTE)
        if path in self.failing:
            self.failing.remove(path)
            start_response("503 Service Unavailable", [("Content-Length", "0"), ("Cache-Control", "max-age=60")])
            return []
        answer = self.app(environ, start_response)
        self.last[path] = environ
        return answer


@dataclass(frozen=True)
class Front:
    """An installation behind nginx."""

    url: str
    site: Installation
    arrivals: Arrivals
    key: str
    address: str
    """Of the bill's only picture, as its page has it."""

    def ask(self, method: str, path: str, **headers: str) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = requests.request(method, self.url + path, headers=given, timeout=MINUTE, allow_redirects=False)
        if path.startswith("/i/"):
            time.sleep(KEPT_AFTER)
        return answer

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.ask("GET", path, **headers)

    def signed_until(self, expires: int) -> str:
        """The picture's address, good until then."""
        segment = self.address.split("/")[2]
        keys = signing_keys(self.site.settings)
        signed = SignedPage.read(segment, keys)
        assert signed
        return self.address.replace(segment, replace(signed, expires=expires).sign(keys[0]))


def imported(site: Installation, folder: Path) -> str:
    """The key of a bill with one picture."""
    entry = folder / "BILL" / "1"
    entry.mkdir(parents=True)
    Image.effect_noise((65, 45), 90).resize((1300, 900), Image.Resampling.BICUBIC).save(entry / "scan.png")
    (bill,) = site.archive.imports.run(folder, lambda *_: None)
    site.whole(bill.userkey)
    return bill.userkey


def picture_on(page: str) -> str:
    *_, thumbnail = ADDRESS.findall(unescape(page))
    return str(thumbnail)


@contextmanager
def fronted(program: str, folder: Path, *more: tuple[str, str], **settings: str) -> Iterator[Front]:
    with installed(folder / "instance", trusted_proxies="127.0.0.1", **settings) as site:
        key = imported(site, folder / "bills")
        address = picture_on(site.page(f"/bills/{key}"))
        arrivals = Arrivals(site.app.wsgi_app)
        site.app.wsgi_app = arrivals  # type: ignore[method-assign]
        with nginx(program, folder / "nginx", site.url, *more) as url:
            yield Front(url, site, arrivals, key, address)


@pytest.fixture(scope="module")
def front(program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with fronted(program, tmp_path_factory.mktemp("front")) as found:
        yield found


@pytest.fixture(scope="module")
def cold(front: Front) -> Callable[[], str]:
    """Makes addresses of pictures that nobody has asked for yet."""
    widths = itertools.count(50)
    return lambda: front.address.replace("/full/325,", f"/full/{next(widths)},")


def test_a_picture_reaches_python_once_whoever_asks_for_it_then(front: Front, cold: Callable[[], str]) -> None:
    address = cold()
    first = front.get(address)
    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/jpeg")
    for asked in (
        front.get(address),
        front.get(address + "?lang=en"),
        front.get(address, Accept_Encoding="br"),
        front.get(address, Host="other.example", Accept="image/webp", Cookie="a=b", Authorization="Bearer x"),
        front.get(address, Cache_Control="no-cache", Pragma="no-cache"),
    ):
        assert (asked.status_code, asked.content) == (200, first.content)
        for name in ("ETag", "Cache-Control", "Content-Type", "X-Content-Type-Options", "Cross-Origin-Resource-Policy"):
            assert asked.headers[name] == first.headers[name]
    assert front.arrivals.count[address] == 1


def test_what_the_reader_has_already_and_a_head_are_answered_without_python(
    front: Front, cold: Callable[[], str]
) -> None:
    address = cold()
    first = front.get(address)
    same = front.get(address, If_None_Match=f'"other", W/{first.headers["ETag"]}')
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert same.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert front.get(address, If_None_Match='"other"').content == first.content
    head = front.ask("HEAD", address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(first.content))
    assert front.arrivals.count[address] == 1


def test_a_first_head_or_if_none_match_brings_the_whole_picture_in(front: Front, cold: Callable[[], str]) -> None:
    for method, headers in (("HEAD", {}), ("GET", {"If_None_Match": '"other"'}), ("GET", {"Range": "bytes=0-9"})):
        address = cold()
        assert front.ask(method, address, **headers).status_code in (200, 206)
        assert front.get(address).content == front.site.get(address).content
        assert front.arrivals.count[address] == 2  # nginx once, and this test past it


def test_ready_pictures_are_shown_while_the_viewer_is_away(program: str, tmp_path: Path) -> None:
    with installed(tmp_path / "instance") as site:
        key = imported(site, tmp_path / "bills")
    with (
        served(tmp_path / "instance", WORKERS="1", TRUSTED_PROXIES="127.0.0.1") as (process, upstream),
        nginx(program, tmp_path / "nginx", upstream) as url,
    ):
        address = picture_on(requests.get(f"{url}/bills/{key}", timeout=MINUTE).text)
        first = requests.get(url + address, timeout=MINUTE)
        assert (first.status_code, first.headers["Content-Type"]) == (200, "image/jpeg")
        process.terminate()
        process.wait(MINUTE)
        again = requests.get(url + address, timeout=MINUTE)
        assert (again.status_code, again.content) == (200, first.content)
        same = requests.get(url + address, headers={"If-None-Match": first.headers["ETag"]}, timeout=MINUTE)
        assert same.status_code == 304
        assert requests.head(url + address, timeout=MINUTE).status_code == 200
        assert requests.get(url + address.replace("/325,", "/77,"), timeout=MINUTE).status_code == 502
        assert requests.get(f"{url}/bills/{key}", timeout=MINUTE).status_code == 502


def test_many_who_ask_at_once_for_a_picture_that_is_not_made_yet_reach_python_once(
    front: Front, cold: Callable[[], str]
) -> None:
    address = cold()
    together = threading.Barrier(READERS + 1)
    front.arrivals.held[address] = threading.Event()

    def ask(_: int) -> tuple[int, bytes]:
        together.wait()
        answer = front.get(address)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(READERS) as threads:
        asked = [threads.submit(ask, number) for number in range(READERS)]
        together.wait()
        time.sleep(0.5)  # time for all of them to reach Python, which none but one may
        front.arrivals.held.pop(address).set()
        answers = {future.result() for future in asked}
    ((status, content),) = answers
    assert (status, content) == (200, front.get(address).content)
    assert front.arrivals.count[address] == 1


def test_an_address_whose_time_is_over_is_refused_though_nginx_had_its_picture(front: Front) -> None:
    assert front.site.get(front.address).status_code == 200  # made, so that the next one takes no time
    expires = int(time.time()) + 3
    address = front.signed_until(expires)
    assert [front.get(address).status_code for _ in range(2)] == [200, 200]
    assert front.arrivals.count[address] == 1
    time.sleep(expires - time.time() + 0.01)
    for times in (2, 3):
        problem_of(front.get(address, Accept=JSON), 401, "bad_token")
        assert front.arrivals.count[address] == times
    assert front.get(address, If_None_Match="*").status_code == 401


def test_a_browser_that_gets_an_older_answer_keeps_it_no_longer_than_its_address_is_good(
    front: Front, cold: Callable[[], str]
) -> None:
    address = cold()
    signed = SignedPage.read(address.split("/")[2], signing_keys(front.site.settings))
    assert signed
    first = front.get(address)
    time.sleep(1.1)
    for later in (front.get(address), front.get(address, If_None_Match=first.headers["ETag"])):
        made = parsedate_to_datetime(later.headers["Date"].split(" GMT")[0] + " GMT").timestamp()
        kept = re.search(r"max-age=(\d+)", later.headers["Cache-Control"])
        assert kept
        assert abs(made + int(kept[1]) - signed.expires) <= 1
        assert later.headers["Date"] == first.headers["Date"]


def test_refusals_and_failures_are_not_kept(front: Front, cold: Callable[[], str]) -> None:
    address = cold()
    forged = address.replace("/i/", "/i/A")
    for times in (1, 2):
        problem_of(front.get(forged, Accept=JSON), 401, "bad_token")
        assert front.arrivals.count[forged] == times
    larger = front.address.replace("/full/325,", "/full/5000,")
    for times in (1, 2):
        problem_of(front.get(larger, Accept=JSON), 400, "bad_image_request")
        assert front.arrivals.count[larger] == times
    front.arrivals.failing.add(address)
    assert [front.get(address).status_code for _ in range(3)] == [503, 200, 200]
    assert front.arrivals.count[address] == 2


def test_pages_and_data_are_never_kept(front: Front) -> None:
    (page_id,) = pages_of(front.site.json(f"/bills/{front.key}"))
    paths = (
        "/",
        f"/bills/{front.key}",
        f"/api/v1/bills/{front.key}",
        f"/bills/{front.key}/iiif/manifest.json",
        f"/bills/{front.key}/iiif/{page_id}/full/60,/0/default.jpg",
        front.address.split("/full/")[0] + "/info.json",
    )
    for path in paths:
        before = front.arrivals.count[path]
        assert [front.get(path).status_code for _ in range(2)] == [200, 200]
        assert front.arrivals.count[path] == before + 2, path


def test_absolute_addresses_are_those_of_the_reader_whatever_he_says_of_himself(front: Front) -> None:
    (page_id,) = pages_of(front.site.json(f"/bills/{front.key}"))
    lies = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https"}
    for service in (front.address.split("/full/")[0], f"/bills/{front.key}/iiif/{page_id}"):
        for host in ("invoices.example.com", "invoices.example.com:8443"):
            info = front.get(f"{service}/info.json", Host=host, **lies).json()
            assert info["id"] == f"http://{host}{service}"


def test_the_readers_address_is_the_one_that_nginx_sees(front: Front) -> None:
    where = urlsplit(front.url)
    assert where.hostname
    stranger = HTTPConnection(where.hostname, where.port, timeout=MINUTE, source_address=("127.0.0.2", 0))
    stranger.request("GET", "/healthz", headers={"X-Forwarded-For": "198.51.100.7"})
    assert stranger.getresponse().status == 200
    stranger.close()
    assert front.arrivals.last["/healthz"]["REMOTE_ADDR"] == "127.0.0.2"


def test_nginx_keeps_its_own_words_to_itself(front: Front, cold: Callable[[], str]) -> None:
    address = cold()
    direct = front.site.get(address)
    assert "X-Accel-Expires" in direct.headers
    for asked in (front.get(address), front.get(address), front.get(address, If_None_Match=direct.headers["ETag"])):
        assert [name for name in asked.headers if name.lower().startswith("x-accel")] == []
        assert asked.headers["Server"] == "nginx"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity"])
def test_what_the_viewer_compresses_arrives_as_the_reader_wants_it(front: Front, encoding: str) -> None:
    page = front.get(f"/bills/{front.key}", Accept_Encoding=encoding)
    assert page.headers.get("Content-Encoding", "identity") == encoding
    assert front.get("/api/v1/bills/unknown").headers["Content-Type"] == "application/problem+json"


def test_originals_are_downloaded_in_ranges(front: Front) -> None:
    bill = front.site.json(f"/bills/{front.key}")
    (file,) = files_of(bill)
    path = f"/api/v1/bills/{front.key}/files/{file['file_id']}"
    whole = front.get(f"{path}?download=1")
    assert (whole.status_code, len(whole.content)) == (200, file["size"])
    assert whole.headers["ETag"] == f'"{file["sha256"]}"'
    assert whole.headers["Content-Disposition"].startswith("attachment")
    for asked, part in (("0-9", slice(0, 10)), ("1000-", slice(1000, None)), ("-7", slice(-7, None))):
        answer = front.get(path, Range=f"bytes={asked}", If_Range=whole.headers["ETag"])
        assert (answer.status_code, answer.content) == (206, whole.content[part])
        assert answer.headers["Content-Range"].endswith(f"/{file['size']}")
    problem_of(front.get(path, Range=f"bytes={file['size']}-"), 416, "bad_range")


def test_under_a_path_pictures_are_kept_too(program: str, tmp_path: Path) -> None:
    under = (
        ("    location /i/ {", "    location /invoices/i/ {"),
        ("    location / {", "    location /invoices/ {"),
    )
    with fronted(program, tmp_path, *under, public_url="https://erp.example/invoices") as front:
        address = picture_on(front.get(f"/invoices/bills/{front.key}").text)
        assert address.startswith("/invoices/i/")
        first = front.get(address)
        assert (first.status_code, first.headers["Content-Type"]) == (200, "image/jpeg")
        assert front.get(address).content == first.content
        assert front.arrivals.count[address] == 1
        service = address.split("/full/")[0]
        assert front.get(f"{service}/info.json").json()["id"] == f"https://erp.example{service}"
        assert front.get(address.removeprefix("/invoices")).status_code == 404


def test_the_log_that_nginx_writes_holds_no_key(program: str, tmp_path: Path) -> None:
    with fronted(program, tmp_path, token_keys=TOKEN_KEYS) as front:
        key, made = front.key, token(bill_no="BILL")
        for path in (
            *(f"/bills/{key}", f"/bills/{made}/location?branch_id=1", f"/api/v1/bills/{key}/views/image?x=1"),
            *(f"/api/v1/userkeys/{key}", f"/m4-web/fpzs/expense/showInvoice?userKey={key}", f"/?userkey={key}"),
            *(front.address, f"/bills/{key}/iiif/manifest.json", f"/bills/{key.upper()}"),
        ):
            assert front.get(path, Referer=f"https://erp.example/{key}/{made}").status_code < 400, path
        log = tmp_path / "nginx" / "access.log"
        until(lambda: log.read_text("utf-8").count("\n") == 8)
        said = log.read_text("utf-8") + (tmp_path / "nginx" / "error.log").read_text("utf-8")
    assert '"GET /bills/-/iiif/manifest.json" 200' in said
    assert '"GET /m4-web/fpzs/expense/showInvoice" 200' in said
    for secret in (key, key.upper(), made, made.split(".")[1], front.address.split("/")[2], "erp.example"):
        assert secret not in said
