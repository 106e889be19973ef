"""One handler turns the error tree into problem+json or a page; anything else is a bug: 500, logged, nothing leaked."""

import logging

from apiflask import HTTPError
from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.exceptions import MethodNotAllowed as WrongMethod
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.routing import RequestRedirect

from viewer.errors import N_, BadRange, BadRequest, MethodNotAllowed, NotFound, TooLarge, ViewerError
from viewer.logs import redacted
from viewer.web import access

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    app.register_error_handler(ViewerError, answer)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(HTTPError, answer_parameter)
    app.register_error_handler(Exception, answer_bug)


def answer(error: ViewerError) -> Response:
    """The error as its reader wants it: problem+json under /api and /iiif and where JSON is asked for, else a page."""
    access.note_failure(error)
    title, detail = gettext(error.title), _told(error)
    if wants_json():
        problem = {"type": "about:blank", "title": title, "status": error.status, "detail": detail, "code": error.code}
        response = jsonify(problem)
        response.content_type = "application/problem+json"
    else:
        response = make_response(render_template("error.html", error=error, title=title, detail=detail))
    response.status_code = error.status
    response.headers["Cache-Control"] = "no-store"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, BadRange):
        response.headers["Content-Range"] = f"bytes */{error.params['size']}"
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if allowed := error.params.get("allowed"):
        response.headers["Allow"] = str(allowed)
    return response


def _told(error: ViewerError) -> str:
    """What happened and what to do. Upstream's own words may be among it; a token's bearer is told no userkey in them."""
    words, grant = error.text(gettext), access.current()
    return redacted(words) if grant and grant.is_token else words


def answer_http(error: HTTPException) -> Response | HTTPException:
    """Werkzeug's own refusals, in our shape; redirects go through."""
    if isinstance(error, RequestRedirect) or (error.code or 500) < 400:
        return error
    if isinstance(error, NoRoute):
        return answer(NotFound())
    if isinstance(error, WrongMethod):
        return answer(MethodNotAllowed(allowed=", ".join(sorted(error.valid_methods or ()))))
    if isinstance(error, RequestEntityTooLarge):
        return answer(TooLarge())
    return answer(BadRequest()) if (error.code or 500) < 500 else answer(ViewerError())


def answer_parameter(error: HTTPError) -> Response:
    """A parameter that fails its schema: the first such field is named."""
    detail = error.detail if isinstance(error.detail, dict) else {}
    fields = next((fields for fields in detail.values() if isinstance(fields, dict) and fields), {})
    name = next(iter(fields), "")
    return answer(
        BadRequest(N_("The parameter “{name}” is missing or wrong."), name=name)
        if name.strip("_") == name != ""
        else BadRequest()
    )


def answer_bug(error: Exception) -> Response:
    log.exception("a bug answered %s %s", request.method, request.endpoint)
    if current_app.testing and current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    return answer(ViewerError())


def wants_json() -> bool:
    path = request.path
    if path == "/api" or path.startswith("/api/") or "/iiif/" in path:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"
