"""One demo and one browser for all browser tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, MISSING, find_chromium
from viewer.gateway.sandbox.catalogue import CatalogueBill, demo_bills

START = 240
"""Seconds that a first demo may take to make and fetch its documents."""
STEP = 10_000
"""Milliseconds that anything on a page may take."""


collect_ignore = [] if os.environ.get("OLD_CHROMIUM") else ["test_old_chromium.py"]
"""They need an interpreter with an old Chromium in it; without one there is nothing to collect."""


@dataclass(frozen=True)
class Demo:
    """A served demo: its address, and the catalogue that it shows."""

    url: str
    bills: dict[str, CatalogueBill]

    def image_view(self, bill_no: str, query: str = "") -> str:
        return f"{self.url}/bills/{self.bills[bill_no].userkey}?lang=en{query}"

    def location_view(self, bill_no: str, entry: int) -> str:
        bill = self.bills[bill_no]
        branch_id = quote(bill.entries[entry].branch_id, safe="")
        return f"{self.url}/bills/{bill.userkey}/location?lang=en&branch_id={branch_id}"


@dataclass
class Watch:
    """What a browser context asked for and complained about."""

    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._asked(request.url))
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _asked(self, url: str) -> None:
        if host := urlsplit(url).hostname:
            self.hosts.add(host)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`viewer demo` on free ports and an instance of its own."""
    folder = tmp_path_factory.mktemp("demo")
    port = _free_ports(3)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIEWER_")}
    environment["VIEWER_INSTANCE"] = str(folder / "instance")
    # All tests take longer than a bill's copy is fresh; the later ones would meet files that are just asked for anew.
    environment["VIEWER_BILL_TTL"] = "86400"
    output = folder / "output.txt"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "viewer", "demo", "--port", str(port)],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process, output)
        yield Demo(url, {bill.bill_no: bill for bill in demo_bills()})
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; without one the tests skip, except in CI."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A fresh page of 1280 × 900 pixels. Afterwards: nothing asked of another host, and no complaint in the console."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(STEP)
    watch.over(context)
    yield context.new_page()
    context.close()
    assert watch.hosts <= {"127.0.0.1"}
    assert watch.complaints == []


@pytest.fixture
def scriptless(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A page of a browser that runs no JavaScript. Afterwards: nothing asked of another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    context.set_default_timeout(STEP)
    watch.over(context)
    yield context.new_page()
    context.close()
    assert watch.hosts <= {"127.0.0.1"}


def _free_ports(count: int) -> int:
    """The first of so many free ports in a row."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            first: int = server.getsockname()[1]
        if all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _await(url: str, process: "subprocess.Popen[bytes]", output: Path) -> None:
    """Until the viewer answers. Raises AssertionError with the demo's words if it ended or is too slow."""
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(f"{url}/healthz", timeout=2).ok:
                return
        time.sleep(0.1)
    raise AssertionError(f"the demo doesn't answer:\n{output.read_text('utf-8', 'replace')}")
