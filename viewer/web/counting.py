"""Counts what Flask answers, for `/metrics`."""

import time

from flask import Flask, Response, g, request

from viewer import metrics
from viewer.web.signed import SINCE

NOWHERE = "none"
"""The route of a request that leads nowhere."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
"""All that have a name of their own: what a client makes up is no label."""


def install(app: Flask) -> None:
    metrics.begin()
    app.before_request(begin)
    app.after_request(count)


def begin() -> None:
    g.began = request.environ.get(SINCE, time.perf_counter())


def count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else NOWHERE
    seconds = time.perf_counter() - g.pop("began", time.perf_counter())
    method = request.method if request.method in METHODS else "other"
    metrics.answered(method=method, route=route, status=response.status_code, seconds=seconds)
    return response
