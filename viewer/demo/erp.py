"""A bill-entry page such as an ERP has, on its own origin, with the viewer in it by the embed kit (without scripts by a plain
iframe).

It obtains userkeys as an ERP's server does: a signed call of the viewer for a bill and one of its entries.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote, urlencode

import requests
from flask import Flask, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from viewer.app import PACKAGE, template_folder
from viewer.config import Settings
from viewer.domain.keys import is_eas_id
from viewer.domain.money import total
from viewer.domain.signing import sign
from viewer.gateway.sandbox.catalogue import CatalogueBill, CatalogueEntry, CatalogueInvoice
from viewer.i18n import LANGUAGES, catalogue

PATIENCE = 30
"""Seconds to wait for the viewer, which asks its upstream itself."""

POLICY = (
    "default-src 'none'; script-src 'self' {viewer}; frame-src {viewer}; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'"
)
"""What an ERP's page has to allow for the kit: the viewer's script and its frame."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The viewer in the page."""

    viewer: str
    userkey: str
    language: str

    def address(self, bill: CatalogueBill, entry: CatalogueEntry | None, view: str) -> str:
        """The view of this entry: "location", "image" (marks the entry), or "invoices" (EAS's own: its serial numbers)."""
        path = f"/bills/{self.userkey}"
        query = {"branch_id": entry.branch_id} if entry else {}
        if entry and view == "location":
            path += "/location"
        if entry and view == "invoices":
            serial_nos = [invoice.serial_no for invoice in _invoices_of(bill, entry)]
            query = {"profile": "eas", "serialNo": ",".join(serial_nos)}
        return f"{self.viewer}{path}?{urlencode({**query, 'lang': self.language}, quote_via=quote)}"


class Stamps:
    """Hands out the timestamps of signed calls: Unix milliseconds, none of them twice. A stamp that comes again with another
    body is taken for a repeated call, and page loads overlap within a millisecond."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> str:
        with self._lock:
            self._last = max(time.time_ns() // 1_000_000, self._last + 1)
            return str(self._last)


def create_erp(settings: Settings, bills: tuple[CatalogueBill, ...], *, viewer_port: int) -> Flask:
    """The demo ERP over these bills."""
    app = Flask("viewer", static_folder=str(PACKAGE / "static"), template_folder=str(template_folder()))
    by_number = {bill.bill_no: bill for bill in bills}
    stamps = Stamps()

    @app.get("/")
    def first() -> Response:
        return redirect(url_for("bill_entry", number=bills[0].bill_no, lang=request.args.get("lang")))

    @app.get("/bill/<number>")
    def bill_entry(number: str) -> Response:
        """One bill: its header, its entry rows, and the viewer beside them. `entry` picks a row, `view` the view."""
        bill = by_number.get(number)
        if bill is None:
            abort(404)
        picked = next((entry for entry in bill.entries if entry.branch_id == request.args.get("entry")), None)
        asked = request.args.get("lang", "zh-CN")
        language = asked if asked in LANGUAGES else "zh-CN"
        words = catalogue(language)
        frame = Frame(
            viewer=f"http://{request.host.rsplit(':', 1)[0]}:{viewer_port}",
            userkey=_userkey(
                settings, viewer_port, bill, picked.branch_id if picked else None, timestamp=stamps.next()
            ),
            language=language,
        )
        view = request.args.get("view", "location") if picked else "image"
        page = render_template(
            "demo/erp.html",
            bill=bill,
            bills=bills,
            picked=picked,
            view=view,
            userkey=frame.userkey,
            viewer=frame.viewer,
            frame=frame.address(bill, picked, view),
            serial_nos=[invoice.serial_no for invoice in _invoices_of(bill, picked)]
            if picked and view == "invoices"
            else [],
            eas=any(is_eas_id(entry.branch_id) for entry in bill.entries),
            invoices_of=partial(_invoices_of, bill),
            address=partial(url_for, "bill_entry", lang=request.args.get("lang")),
            language=language,
            languages=LANGUAGES,
            _=words.gettext,
            ngettext=words.ngettext,
            sum_of=lambda entries: total(entry.amount for entry in entries),
        )
        response = make_response(page)
        response.headers["Content-Security-Policy"] = POLICY.format(viewer=frame.viewer)
        return response

    return app


def _invoices_of(bill: CatalogueBill, entry: CatalogueEntry) -> list[CatalogueInvoice]:
    return [invoice for invoice in bill.invoices if entry.branch_id in invoice.entry_ids]


def _userkey(
    settings: Settings, viewer_port: int, bill: CatalogueBill, branch_id: str | None, *, timestamp: str
) -> str:
    """What the viewer's `POST /api/v1/userkeys` answers: the same for every entry of a bill."""
    call: Mapping[str, str | None] = {"bill_id": bill.bill_id, "bill_no": bill.bill_no, "branch_id": branch_id}
    signature = sign(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        timestamp=timestamp,
        enc_type=settings.enc_type,
    )
    signed = {"client_id": settings.client_id, "timestamp": timestamp, "encType": settings.enc_type, "sign": signature}
    answer = requests.post(f"http://127.0.0.1:{viewer_port}/api/v1/userkeys", json={**call, **signed}, timeout=PATIENCE)
    answer.raise_for_status()
    userkey: str = answer.json()["userkey"]
    return userkey
