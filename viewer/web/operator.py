"""The operator's pages: whoever bears VIEWER_OPERATOR_TOKEN, in the Authorization header or typed into a form."""

import hmac
import logging
from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext

from viewer import metrics
from viewer.archive.doctor import Clues, report, told
from viewer.domain.checkup import CHECK_STATES, CHECKS, UNKNOWN_ERROR, UNKNOWN_TRACE, VERDICTS
from viewer.errors import N_, BadToken
from viewer.web.access import client
from viewer.web.errors import wants_json
from viewer.web.reader import archive, language

log = logging.getLogger(__name__)

bp = Blueprint("operator", __name__)

REFUSED = N_("This page takes the operator's token (VIEWER_OPERATOR_TOKEN) as a bearer token.")


def require_operator(token: str | None = None) -> None:
    """Raises BadToken unless the request bears the operator's token; nobody does where none is set.

    A wrong one counts as a failed look-up. A client that was stopped ends in TooManyRequests with the right one too, which
    may be its next guess; that takes no database, since the doctor is asked where it is gone.
    """
    scheme, _, borne = request.headers.get("Authorization", "").partition(" ")
    given = token if token is not None else borne.strip() if scheme.lower() == "bearer" else ""
    right = archive().settings.operator_token or ""
    if not given or not right:
        raise BadToken(REFUSED)
    guesses = archive().guesses
    guesses.check_here(client())
    if not hmac.compare_digest(given.encode("utf-8", "replace"), right.encode("utf-8", "replace")):
        guesses.check(client())
        guesses.failed(client())
        raise BadToken(REFUSED)


def clues_of(given: Mapping[str, str]) -> Clues:
    """What a request says of the one that failed."""
    return Clues(**{name: given.get(name, "").strip() for name in ("client_id", "tax_no", "account", "serial_no")})


@bp.get("/doctor")
def doctor() -> Response:
    """The report for a bearer; for anybody else a form that asks for the token."""
    try:
        require_operator()
    except BadToken:
        if wants_json():
            raise
        return _page(401)
    return _page(200, checked=True)


@bp.get("/metrics")
def watched() -> Response:
    """What Prometheus asks for, with the operator's token as its bearer token."""
    require_operator()
    try:
        stock = archive().stock()
    except Exception:
        log.exception("the database doesn't answer")
        stock = None
    response = Response(metrics.page(stock))
    response.content_type = metrics.TEXT
    return response


@bp.post("/doctor")
def ask_doctor() -> Response:
    """The same with the token from the form, which the page keeps for the next question."""
    token = request.form.get("token", "")
    try:
        require_operator(token)
    except BadToken:
        return _page(401, wrong=True)
    return _page(200, checked=True, token=token)


def _page(status: int, *, checked: bool = False, wrong: bool = False, token: str = "") -> Response:
    given = request.form if request.method == "POST" else request.args
    text = given.get("error", "").strip() if checked else ""
    healer = archive().doctor
    explained = told(healer.explain(text, clues_of(given)), language(), gettext) if text else None
    found = report(healer.check_up(), gettext) if checked and not text else None
    page = render_template(
        "doctor.html",
        found=found,
        explained=explained,
        asked=text,
        given=given,
        checked=checked,
        wrong=wrong,
        token=token,
        check_names=CHECKS,
        check_states=CHECK_STATES,
        verdicts=VERDICTS,
        unknown_error=UNKNOWN_ERROR,
        unknown_trace=UNKNOWN_TRACE,
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
