"""The sandbox: a Flask app that answers as the invoice cloud does, from its own small state."""

from typing import Any

from flask import Flask, Response, jsonify, render_template_string, request

from viewer.gateway.sandbox import spoiling
from viewer.gateway.sandbox.calls import Calls
from viewer.gateway.sandbox.envelope import Refusal, refuse
from viewer.gateway.sandbox.links import Links
from viewer.gateway.sandbox.state import State

LINK_SECONDS = 7 * 86400
"""Links of files can live seven days."""

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


def create_sandbox(state: State, *, client_id: str, client_secret: str, link_seconds: float = LINK_SECONDS) -> Flask:
    """The WSGI app, for one tenant with these credentials."""
    app = Flask("sandbox", static_folder=None, template_folder=None)
    links = Links(secret=client_secret, seconds=link_seconds)
    calls = Calls(state=state, client_id=client_id, client_secret=client_secret, links=links)
    app.post("/base/oauth/token")(calls.token)
    app.post("/m4/fpzs/getUserKey")(calls.user_key)
    app.post("/m4/fpzs/getLinkKey")(calls.link_key)
    app.post("/m4/fpzs/expense/invoices/query")(calls.invoices_of_userkey)
    app.post("/m4/fpzs/expense/invoice/detail/query")(calls.invoice_details)
    app.get("/m4/fpzs/bxdInvoices")(calls.invoices_of_bill)
    app.get("/files/<file_id>/<path:name>")(calls.download)
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
