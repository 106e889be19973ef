"""A bill-entry page such as an ERP has, on its own origin, with the viewer in an iframe.

It obtains userkeys as an ERP's server does: a signed call of the viewer for a bill and one of its entries.
"""

import time
from collections.abc import Mapping

import requests
from flask import Flask, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from viewer.app import PACKAGE, template_folder
from viewer.config import Settings
from viewer.domain.money import total
from viewer.domain.signing import sign
from viewer.gateway.sandbox.catalogue import CatalogueBill
from viewer.i18n import LANGUAGES, catalogue

PATIENCE = 30
"""Seconds to wait for the viewer, which asks its upstream itself."""


def create_erp(settings: Settings, bills: tuple[CatalogueBill, ...], *, viewer_port: int) -> Flask:
    """The demo ERP over these bills."""
    app = Flask("viewer", static_folder=str(PACKAGE / "static"), template_folder=str(template_folder()))
    by_number = {bill.bill_no: bill for bill in bills}

    @app.get("/")
    def first() -> Response:
        return redirect(f"/bill/{bills[0].bill_no}")

    @app.get("/bill/<number>")
    def bill_entry(number: str) -> str:
        """One bill: its header, its entry rows, and the viewer beside them. `entry` picks a row, `view` the view."""
        bill = by_number.get(number)
        if bill is None:
            abort(404)
        picked = next((entry for entry in bill.entries if entry.branch_id == request.args.get("entry")), None)
        asked = request.args.get("lang", "zh-CN")
        language = asked if asked in LANGUAGES else "zh-CN"
        viewer = f"http://{request.host.rsplit(':', 1)[0]}:{viewer_port}"
        userkey = _userkey(settings, viewer_port, bill, picked.branch_id if picked else None)
        return render_template(
            "demo/erp.html",
            bill=bill,
            bills=bills,
            picked=picked,
            view="location" if picked and request.args.get("view") != "image" else "image",
            userkey=userkey,
            viewer=viewer,
            language=language,
            _=catalogue(language).gettext,
            sum_of=lambda entries: total(entry.amount for entry in entries),
        )

    return app


def _userkey(settings: Settings, viewer_port: int, bill: CatalogueBill, branch_id: str | None) -> str:
    """What the viewer's `POST /api/v1/userkeys` answers: the same for every entry of a bill."""
    call: Mapping[str, str | None] = {"bill_id": bill.bill_id, "bill_no": bill.bill_no, "branch_id": branch_id}
    timestamp = str(time.time_ns() // 1_000_000)
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
