"""For load balancers: is the process up, and does everything it needs answer."""

import logging

from flask import Blueprint, Response, jsonify

from viewer.web.reader import archive

log = logging.getLogger(__name__)

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """The process is up."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Database, blobs and decoders answer; 503 names those that don't."""
    parts = {"database": archive().database.check, "blobs": archive().blobs.check, "decoders": archive().decoders.check}
    found = {}
    for name, check in parts.items():
        try:
            check()
            found[name] = "ok"
        except Exception:
            log.exception("%s doesn't answer", name)
            found[name] = "failed"
    ready = all(state == "ok" for state in found.values())
    return jsonify({"status": "ok" if ready else "not_ready", **found}), 200 if ready else 503
