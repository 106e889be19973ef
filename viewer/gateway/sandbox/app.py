"""The sandbox: a Flask app that answers as the invoice cloud does, from its own small state."""

import re
from typing import Any

from flask import Flask, Response, jsonify, render_template_string, request

from viewer.domain.issuing import ASYNCHRONOUS, SYNCHRONOUS
from viewer.gateway.issuing_guard import PROOF, PROOF_PATH
from viewer.gateway.sandbox import spoiling
from viewer.gateway.sandbox.calls import TOKEN_SECONDS, Calls
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_COMPANY_ID,
    SANDBOX_COMPANY_SECRET,
    SANDBOX_TAX_NO,
)
from viewer.gateway.sandbox.entries import EntryCalls
from viewer.gateway.sandbox.envelope import Refusal, refuse
from viewer.gateway.sandbox.issuing import IssuingCalls
from viewer.gateway.sandbox.links import Links
from viewer.gateway.sandbox.state import State

LINK_SECONDS = 7 * 86400
"""Links of files can live seven days."""

LARGEST_BODY = 50 * 1024 * 1024
"""Bytes of an attachment that is uploaded."""

FRONT_PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>发票云沙箱</title></head>
<body>
<h1>发票云沙箱 · Invoice cloud sandbox</h1>
<h2>单据 · Bills</h2>
<table>
<tr><th>userkey</th><th>bxd_key</th><th>billNumber</th><th>发票 · Invoices</th></tr>
{% for bill in bills %}<tr>
<td><code>{{ bill.userkey }}</code></td><td><code>{{ bill.facts.bxd_key }}</code></td>
<td>{{ bill.facts.billNumber }}</td><td>{{ bill.invoices | length }}</td>
</tr>
{% endfor %}</table>
<h2>接口 · Endpoints</h2>
<ul>
{% for endpoint in endpoints %}<li><code>{{ endpoint }}</code></li>
{% endfor %}</ul>
</body>
</html>
"""


def create_sandbox(
    state: State,
    *,
    client_id: str,
    client_secret: str,
    link_seconds: float = LINK_SECONDS,
    token_seconds: float = TOKEN_SECONDS,
    push_url: str = "",
) -> Flask:
    """The WSGI app, for one tenant with these credentials and a company of it that can issue invoices."""
    state.issuers.put_client(client_id, client_secret, is_tenant=True)
    state.issuers.put_client(SANDBOX_COMPANY_ID, SANDBOX_COMPANY_SECRET, is_tenant=False)
    state.issuers.put(client_id, SANDBOX_TAX_NO, SANDBOX_ACCOUNT)
    app = Flask("sandbox", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    links = Links(secret=client_secret, seconds=link_seconds)
    calls = Calls(state=state, links=links, token_seconds=token_seconds)
    issuing = IssuingCalls(state=state, links=links)
    entries = EntryCalls(state=state, push_url=push_url)
    app.post("/base/oauth/token")(calls.token)
    app.post("/m4/fpzs/getUserKey")(calls.user_key)
    app.post("/m4/fpzs/getLinkKey")(calls.link_key)
    app.post("/m4/fpzs/expense/invoices/query")(calls.invoices_of_userkey)
    app.post("/m4/fpzs/expense/invoice/detail/query")(calls.invoice_details)
    app.get("/m4/fpzs/bxdInvoices")(calls.invoices_of_bill)
    app.get("/files/<file_id>/<path:name>")(calls.download)
    app.post(SYNCHRONOUS)(issuing.push)
    app.post(ASYNCHRONOUS)(issuing.push_asynchronously)
    app.get("/invoice/query")(issuing.query)
    app.post("/m4/fpzs/expense/entry/cache")(entries.cache)
    app.post("/m4/fpzs/expense/entry/save")(entries.save)
    app.post("/m4/fpzs/expense/entry/delete")(entries.delete)
    app.post("/m4/fpzs/expense/invoice/del/entry")(entries.unbind)
    app.post("/m4/fpzs/expense/invoice/status/update")(entries.set_status)
    app.post("/m4/fpzs/attachBill/upload")(entries.upload)
    app.register_error_handler(Refusal, refuse)
    spoiling.install(app, state, client_id)
    _own_pages(app, state)
    return app


def _own_pages(app: Flask, state: State) -> None:
    """What isn't the cloud's: a page for people, and the control of the faults."""

    @app.get("/")
    def front() -> str:
        bills = [bill for bill in map(state.bill, state.userkeys()) if bill]
        endpoints = [f"{_method(rule.methods)} {rule.rule}" for rule in app.url_map.iter_rules()]
        return render_template_string(FRONT_PAGE, bills=bills, endpoints=endpoints)

    @app.get(PROOF_PATH)
    def environment() -> Response:
        return Response(PROOF, content_type="text/plain")

    @app.get("/_sandbox/issuer")
    def issuer() -> Response:
        """What of an issuer can't be found: what the cloud itself doesn't tell, and a doctor wants to know."""
        asked = [request.args.get(name, "") for name in ("clientId", "taxNo", "account")]
        return jsonify({"missing": state.issuers.missing(*asked)})

    @app.put("/_sandbox/delay")
    def delay() -> tuple[str, int]:
        """The body is how many seconds an issuing takes from now on."""
        text = request.get_data(as_text=True).strip()
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text):
            return "the body must be seconds, below 1000\n", 400
        state.pool.delay = float(text)
        return "", 204

    @app.get("/_sandbox/faults")
    def faults() -> Response:
        return jsonify([fault.__dict__ for fault in state.faults.all()])

    @app.post("/_sandbox/faults")
    def add_fault() -> tuple[Response, int]:
        rule: Any = request.get_json(force=True, silent=True)
        try:
            return jsonify(state.faults.add(**rule).__dict__), 201
        except (TypeError, ValueError) as wrong:
            return jsonify({"error": str(wrong)}), 400

    @app.delete("/_sandbox/faults")
    def clear_faults() -> tuple[str, int]:
        state.faults.clear()
        return "", 204


def _method(methods: set[str] | None) -> str:
    return " ".join(sorted((methods or set()) - {"HEAD", "OPTIONS"}))
