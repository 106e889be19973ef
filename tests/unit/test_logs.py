"""Logs without keys."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens import encoded, token
from viewer.domain.signed_page import SignedPage
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.logs import keep_keys_out, redacted

KEY = "dda807c9e4e4b1d86b1921d0e0619e45"
SEGMENT = SignedPage(
    page_id="0" * 24, source=PageSource("a" * 64, "image/jpeg", 1, Size(9, 9)), expires=1, bill=1, reader="张三"
).sign(b"key")

SPACED = ".".join(map(encoded, (b'{ "alg": "HS256" }', b'{"aud": "bill-viewer"}', bytes(32))))
"""A token as a library that writes JSON with spaces makes it."""


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (f"GET /bills/{KEY}/location", "GET /bills/dda8…/location"),
        (f"userKey={KEY.upper()}&serialNo=1", "userKey=DDA8…&serialNo=1"),
        (f"('{KEY}',)", "('dda8…',)"),
        (f"/i/{SEGMENT}/full/max/0/default.jpg", "/i/…/full/max/0/default.jpg"),
        (f"/bills/{token(bill_id='x')}/iiif", "/bills/[token]/iiif"),
        (f"令牌{token(bill_id='x')}", "令牌[token]"),
        (f"/bills/{SPACED}/iiif", "/bills/[token]/iiif"),
        ("sign=0123abc&encType=2", "sign=…&encType=2"),
        ('{"client_secret": "s3cr3t", "x": 1}', '{"client_secret": "…", "x": 1}'),
        ("sha256 " + "ab" * 32, "sha256 " + "ab" * 32),
        ("page 0123456789ab0123456789ab of 7", "page 0123456789ab0123456789ab of 7"),
    ],
)
def test_a_text_loses_its_keys_and_nothing_else(said: str, logged: str) -> None:
    assert redacted(said) == logged


@given(st.text(), st.text())
def test_no_surroundings_save_a_key(before: str, after: str) -> None:
    if before[-1:].isalnum() or after[:1].isalnum():
        before, after = f"{before}/", f"/{after}"
    assert KEY not in redacted(f"{before}{KEY}{after}")


def test_words_facts_and_tracebacks_are_logged_without_keys(caplog: pytest.LogCaptureFixture) -> None:
    keep_keys_out()
    keep_keys_out()
    log, rows = logging.getLogger("somebody.else"), dict[str, str]()
    try:
        rows[f"no row for {KEY}"]
    except KeyError:
        log.exception("asking for %s failed: %s", KEY, {"userKey": KEY}, stack_info=True)
    log.warning("%d is no number: %s", "x", KEY)
    log.warning("plain 100% " + KEY)
    assert KEY not in caplog.text
    assert caplog.text.count("dda8…") >= 4
    assert "KeyError" in caplog.text
