"""The image view is sent in parts: the stage before the list has been made."""

import zlib
from collections.abc import Iterator
from typing import Any

import brotli
import pytest

from tests.installations import Installation
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.web.listing import levels

USERKEY = demo_bills()[0].userkey


def parts(site: Installation, encoding: str) -> Iterator[bytes]:
    """What the application hands to its server, one part after another."""
    answer = site.app.test_client().get(f"/bills/{USERKEY}", headers={"Accept-Encoding": encoding}, buffered=False)
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Content-Length" not in answer.headers
    yield from answer.iter_encoded()


def unpacker(encoding: str) -> Any:
    """Bytes → what can be read of them so far."""
    if encoding == "br":
        return brotli.Decompressor().process
    return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress if encoding else bytes


@pytest.mark.parametrize("encoding", ["br", "gzip", ""])
def test_the_stage_can_be_read_before_the_list_arrives(site: Installation, encoding: str) -> None:
    site.whole(USERKEY)
    unpack, arriving = unpacker(encoding), parts(site, encoding)
    first = unpack(next(arriving)).decode()
    assert "<invoice-stage" in first
    assert first.count('<article class="card"') < 2
    whole = first + b"".join(map(unpack, arriving)).decode()
    assert whole.rstrip().endswith("</html>")
    assert whole.count('<article class="card"') == len(site.json(f"/bills/{USERKEY}")["invoices"])


def test_a_page_that_breaks_off_says_so(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    site.whole(USERKEY)
    asked: list[Any] = []

    def failing(invoice: Any) -> list[str]:
        asked.append(invoice)
        if len(asked) > 1:
            raise ZeroDivisionError
        return levels(invoice)

    monkeypatch.setattr("viewer.web.pages.levels", failing)
    page = site.page(f"/bills/{USERKEY}", lang="en")
    assert page.count('<article class="card"') == 1
    assert "The page breaks off here" in page.partition('<article class="card"')[2]


def test_a_page_that_fails_at_its_start_is_an_error_page(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viewer.web.pages.stated", lambda bill: 1 / 0)
    answer = site.get(f"/bills/{USERKEY}?lang=en")
    assert answer.status_code == 500
    assert "internal" in answer.text
