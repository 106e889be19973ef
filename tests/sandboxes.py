"""A sandbox to test against: bills small enough to fill one in a blink, and calls signed as the cloud wants them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import requests

from viewer.domain.signing import EncType, sign
from viewer.gateway.sandbox.app import LINK_SECONDS, create_sandbox
from viewer.gateway.sandbox.calls import TOKEN_SECONDS
from viewer.gateway.sandbox.catalogue import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from viewer.gateway.sandbox.papers import PastedSheet
from viewer.gateway.sandbox.server import ServedApp, serve_in_thread
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueFile
from viewer.gateway.sandbox.state import State

SECONDS = 10
"""No call of a test may take longer."""


@contextmanager
def serving(
    state: State, *, link_seconds: float = LINK_SECONDS, token_seconds: float = TOKEN_SECONDS, push_url: str = ""
) -> Iterator[ServedApp]:
    """The sandbox over this state, on a free port."""
    app = create_sandbox(
        state,
        client_id=SANDBOX_CLIENT_ID,
        client_secret=SANDBOX_CLIENT_SECRET,
        link_seconds=link_seconds,
        token_seconds=token_seconds,
        push_url=push_url,
    )
    with serve_in_thread(app) as served:
        yield served


def signed(enc_type: EncType = "2", *, at: float | None = None, **more: str) -> dict[str, str]:
    """The parameters of a rightly signed call; `at` is its time in seconds since 1970."""
    timestamp = str(int((time.time() if at is None else at) * 1000))
    signature = sign(
        client_id=SANDBOX_CLIENT_ID, client_secret=SANDBOX_CLIENT_SECRET, timestamp=timestamp, enc_type=enc_type
    )
    return {"client_id": SANDBOX_CLIENT_ID, "timestamp": timestamp, "sign": signature, "encType": enc_type} | more


def post(served: ServedApp, path: str, body: dict[str, str]) -> Any:
    """The envelope of a JSON call."""
    response = requests.post(served.url + path, json=body, timeout=SECONDS)
    assert response.status_code == 200
    return response.json()


def rows_of(served: ServedApp, userkey: str) -> Any:
    """The rows of a bill's list call."""
    answer = post(served, "/m4/fpzs/expense/invoices/query", {"userKey": userkey})
    assert answer["errcode"] == "0000", answer
    return answer["data"]


def without_pixels(bill: CatalogueBill) -> CatalogueBill:
    """The same bill with every picture a PDF, which takes milliseconds to make; only a pasted sheet stays a scan."""
    return replace(bill, invoices=tuple(replace(it, files=tuple(map(_as_pdf, it.files))) for it in bill.invoices))


def _as_pdf(file: CatalogueFile) -> CatalogueFile:
    return (
        file
        if file.form in ("xml", "ofd") or isinstance(file.paper, PastedSheet)
        else replace(file, form="pdf", extends="pdf")
    )
