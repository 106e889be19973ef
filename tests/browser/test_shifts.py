"""Nothing on a page moves while it is loading."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from playwright.sync_api import Page

from tests.browser.conftest import Demo
from tests.browser.looks import shifts

BILLS = ("BX-2026-09-000121", "BX-2026-10-000204", "BX-2026-10-000187", "BX-2026-10-000233", "BX-2026-11-000300")
PAINTED = """() => [...document.querySelectorAll("main img")]
  .filter((image) => image.getBoundingClientRect().top < innerHeight)
  .every((image) => image.complete)"""
PIECE, PAUSE = 60, 0.003
"""Bytes of a page that come at once over a slow line, and the seconds between them."""


def load(page: Page, address: str, width: int) -> None:
    """Opens it and waits until what can be seen has come."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(PAINTED)


@pytest.fixture(scope="module")
def slow_line(demo: Demo) -> Iterator[Demo]:
    """The same demo, whose pages come in pieces so small that the browser paints between any two of them."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = requests.get(demo.url + self.path, headers={"Accept-Encoding": "identity"}, timeout=60)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in ("connection", "content-length", "date", "server", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            size = PIECE if is_page else len(answer.content) or 1
            for start in range(0, len(answer.content), size):
                self.wfile.write(answer.content[start : start + size])
                time.sleep(PAUSE if is_page else 0)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Line) as server:
        threading.Thread(target=server.serve_forever).start()
        yield Demo(f"http://127.0.0.1:{server.server_port}", demo.bills)
        server.shutdown()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("bill_no", BILLS)
def test_nothing_moves_while_an_image_view_loads(page: Page, demo: Demo, bill_no: str, width: int) -> None:
    load(page, demo.image_view(bill_no), width)
    assert shifts(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("bill_no", BILLS)
def test_nothing_moves_while_a_location_view_loads(page: Page, demo: Demo, bill_no: str, width: int) -> None:
    load(page, demo.location_view(bill_no, 0), width)
    assert shifts(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("bill_no", BILLS[1:3])
def test_nothing_moves_while_a_page_trickles_in(page: Page, slow_line: Demo, bill_no: str, width: int) -> None:
    load(page, slow_line.image_view(bill_no), width)
    assert shifts(page) == []
    load(page, slow_line.location_view(bill_no, 0), width)
    assert shifts(page) == []


def test_what_moves_is_told(page: Page, demo: Demo) -> None:
    load(page, demo.image_view(BILLS[0]), 1280)
    page.evaluate("document.querySelector('main').style.marginTop = '99px'")
    assert shifts(page) != []
