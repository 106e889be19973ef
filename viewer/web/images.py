"""Pages as pictures: the IIIF addresses, and the first page of a file that is still on its way."""

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from viewer.domain.codes import PROBLEMS
from viewer.domain.grant import Grant
from viewer.domain.size import Size
from viewer.errors import FileUnavailable, UnreadableDocument
from viewer.imaging import info
from viewer.imaging.request import ImageRequest
from viewer.store.models import File
from viewer.store.queries import FoundPage
from viewer.web import manifest
from viewer.web.access import mark_of, opens
from viewer.web.addresses import size_for
from viewer.web.audit import seen, seen_file
from viewer.web.reader import absolute_addresses, archive, kept_for, reader_of
from viewer.web.viewed import asked_view

bp = Blueprint("images", __name__)

KEPT = 24 * 3600
"""Seconds a browser keeps a picture. A page's address changes with its content, so it is never a stale one."""
JSON, JSON_LD = "application/json", "application/ld+json"


@bp.get("/bills/<key>/iiif/<page_id>")
@opens("view", view="any")
def service(grant: Grant, page_id: str) -> AnyResponse:
    """A service's own address leads to its info.json (Image API 3.0, section 2)."""
    found = archive().files.page(grant, page_id)
    return redirect(f"{absolute_addresses(grant).image_service(found.page)}/info.json", code=303)


@bp.get("/bills/<key>/iiif/<page_id>/info.json")
@opens("view", view="any")
def image_info(grant: Grant, page_id: str) -> Response:
    """What the page's image service can do (Image API 3.0, section 5)."""
    found = archive().files.page(grant, page_id)
    seen_file("picture", found.file, hourly=True)
    page = found.page
    address = absolute_addresses(grant).image_service(page)
    told = info.image_info(address, Size(page.width, page.height), max_area=archive().settings.decoder_pixels)
    response = _json(told, info.CONTEXT)
    response.headers["Link"] = _links(profile=info.LEVEL)
    return response


@bp.get("/bills/<key>/iiif/<page_id>/<region>/<size>/<rotation>/<name>")
@opens("view", view="any")
def image(grant: Grant, page_id: str, region: str, size: str, rotation: str, name: str) -> Response:
    """An image of a page; `name` is its quality and format (Image API 3.0, section 4)."""
    found = archive().files.page(grant, page_id)
    quality, _, suffix = name.rpartition(".")
    asked = archive().renditions.ask(
        found.source, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix
    )
    seen_file("picture", found.file, hourly=True)
    response = _picture(grant, found, asked)
    response.headers["Cache-Control"] = f"private, max-age={kept_for(grant, KEPT)}, immutable"
    canonical = f"{absolute_addresses(grant).image_service(found.page)}/{asked.canonical}"
    response.headers["Link"] = _links(profile=info.LEVEL, canonical=canonical)
    return response


@bp.get("/bills/<key>/iiif/manifest.json")
@opens("view", view="asked")
def view_manifest(grant: Grant) -> Response:
    """The image view or a location view for IIIF viewers (Presentation API 3.0): what is ready, and the rest later."""
    bill = archive().bills.open(grant)
    archive().files.bring_in(bill)
    at = absolute_addresses(grant)
    given = [
        (name, value)
        for name in ("view", "branch_id", "profile", "serialNo")
        for value in request.args.getlist(name)
        if value
    ]
    shown = asked_view(bill, grant).shown
    seen("manifest", bill, shown.owners, branch_id=grant.entry(request.args.get("branch_id")))
    response = _json(manifest.build(bill, shown, at, address=at.manifest(given)), manifest.CONTEXT)
    if manifest.is_complete(shown):
        response.add_etag()
        response.make_conditional(request)
    return response


@bp.after_app_request
def for_every_origin(response: Response) -> Response:
    """IIIF's answers and errors may be read from anywhere; there are no cookies that could come along."""
    if "/iiif/" in request.path:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Link"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "*"
            response.headers["Access-Control-Max-Age"] = str(KEPT)
    return response


@bp.get("/bills/<key>/pictures/<file_id>/<int(min=1, max=10000):width>.jpg")
@opens("view", view="any")
def pending_picture(grant: Grant, file_id: str, width: int) -> Response:
    """The first page of a file, waited for while the file is on its way; never kept, since the address has no version."""
    file = archive().files.file(grant, file_id)
    page = archive().files.first_page(file)
    if page is None:
        raise _no_picture(file)
    found, size, rotation = FoundPage(page, file), size_for(file, page, width), str(file.rotation)
    asked = archive().renditions.ask(
        found.source, region="full", size=size, rotation=rotation, quality="default", suffix="jpg"
    )
    seen_file("picture", file, hourly=True)
    response = _picture(grant, found, asked)
    response.headers["Cache-Control"] = "no-store"
    return response


def _no_picture(file: File) -> FileUnavailable | UnreadableDocument:
    words = PROBLEMS[file.problem] if file.problem else None
    return FileUnavailable(words) if file.state == "unavailable" else UnreadableDocument(words)


def _picture(grant: Grant, found: FoundPage, asked: ImageRequest) -> Response:
    renditions, mark = archive().renditions, mark_of(grant)
    response = make_response(renditions.marked(found.source, asked, mark, reader=reader_of(found.file, grant)))
    response.mimetype = asked.media_type
    response.set_etag(renditions.etag(found.source, asked, mark))
    response.make_conditional(request)
    return response


def _json(told: dict[str, Any], context: str) -> Response:
    """JSON-LD for those who ask for it by name, plain JSON else (Image API 3.0, section 5.1)."""
    response = jsonify(told)
    wanted = {name.partition(";")[0].strip().lower(): quality for name, quality in request.accept_mimetypes}
    if wanted.get(JSON_LD, 0) and wanted[JSON_LD] >= wanted.get(JSON, 0):
        response.content_type = f'{JSON_LD};profile="{context}"'
    response.vary.add("Accept")
    return response


def _links(**links: str) -> str:
    return ", ".join(f'<{address}>;rel="{rel}"' for rel, address in links.items())
