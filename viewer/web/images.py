"""Pages as pictures: the IIIF addresses, and the first page of a file that is still on its way."""

from flask import Blueprint, Response, request, send_file

from viewer.domain.codes import PROBLEMS
from viewer.errors import FileUnavailable, UnreadableDocument
from viewer.store.models import File
from viewer.store.queries import FoundPage
from viewer.web.reader import archive, userkey_of

bp = Blueprint("images", __name__)

KEPT = 24 * 3600
"""Seconds a browser keeps a picture. A page's address changes with its content, so it is never a stale one."""


@bp.get("/bills/<key>/iiif/<page_id>/<region>/<size>/<rotation>/<quality>.<suffix>")
def image(key: str, page_id: str, region: str, size: str, rotation: str, quality: str, suffix: str) -> Response:
    """An image of a page, after the IIIF Image API 3.0."""
    found = archive().files.page(userkey_of(key), page_id)
    response = _picture(found, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix)
    response.headers["Cache-Control"] = f"private, max-age={KEPT}, immutable"
    return response


@bp.after_app_request
def for_every_origin(response: Response) -> Response:
    """IIIF's pictures and errors may be read from anywhere; there are no cookies that could come along."""
    if "/iiif/" in request.path:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/bills/<key>/pictures/<file_id>/<int(min=1, max=10000):width>.jpg")
def pending_picture(key: str, file_id: str, width: int) -> Response:
    """The first page of a file, waited for while the file is on its way; never kept, since the address has no version."""
    file = archive().files.file(userkey_of(key), file_id)
    page = archive().files.first_page(file)
    if page is None:
        raise _no_picture(file)
    size = f"{min(width, page.width)},"
    response = _picture(FoundPage(page, file), region="full", size=size, rotation="0", quality="default", suffix="jpg")
    response.headers["Cache-Control"] = "no-store"
    return response


def _no_picture(file: File) -> FileUnavailable | UnreadableDocument:
    words = PROBLEMS[file.problem] if file.problem else None
    return FileUnavailable(words) if file.state == "unavailable" else UnreadableDocument(words)


def _picture(found: FoundPage, *, region: str, size: str, rotation: str, quality: str, suffix: str) -> Response:
    renditions = archive().renditions
    ask = renditions.ask(found, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix)
    path = renditions.picture(found, ask)
    return send_file(path, mimetype=ask.media_type, conditional=True, etag=path.name, max_age=KEPT)
