"""A page's text with its places, so that what a page shows can be selected, copied and searched."""

import json

from flask import Blueprint, Response, jsonify, request

from viewer.domain.grant import Grant
from viewer.web.access import opens
from viewer.web.audit import seen_file
from viewer.web.reader import archive

bp = Blueprint("text", __name__)


@bp.get("/bills/<key>/iiif/<page_id>/text.json")
@opens("view", view="any")
def text(grant: Grant, page_id: str) -> Response:
    """The page's words in reading order with their boxes in the page's pixels; a picture has none."""
    found = archive().files.page(grant, page_id)
    seen_file("text", found.file, hourly=True)
    words = json.loads(archive().renditions.text(found.source))
    page = found.page
    response = jsonify({"page_id": page.page_id, "width": page.width, "height": page.height, "words": words})
    response.add_etag()
    response.make_conditional(request)
    return response
