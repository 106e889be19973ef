"""Pictures at signed addresses, `/i/{signed}/{region}/{size}/{rotation}/{quality}.{format}`: what the pages show.

They are answered before Flask and without the database, and made now at their first need. Where there is none to answer with,
the route says why.
"""

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import NoReturn

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from werkzeug.http import parse_etags
from werkzeug.wrappers import Response as AnyResponse

from viewer import metrics
from viewer.archive.renditions import Renditions
from viewer.domain.grant import Grant
from viewer.domain.signed_page import SignedPage, end_of_next_hour, scope_of
from viewer.errors import N_, BadToken, NotFound, ViewerError
from viewer.imaging import info
from viewer.imaging.request import MEDIA_TYPES, ImageRequest
from viewer.store.models import File, Page
from viewer.store.queries import FoundPage
from viewer.web.access import mark_of
from viewer.web.proxies import Environ, StartResponse, Wsgi
from viewer.web.reader import archive

bp = Blueprint("signed", __name__)

PREFIX = "/i/"
NOSNIFF = ("X-Content-Type-Options", "nosniff")
ROUTE = "/i/<segment>/<region>/<size>/<rotation>/<name>"
WHY, SINCE = "viewer.why_no_picture", "viewer.since"
"""Where a request's environment holds the error that kept its picture from being made, and when that was begun
(`time.perf_counter`)."""
REMEMBERED = 4096
"""Addresses whose meaning is kept in memory."""


class SignedPages:
    """Makes signed segments and reads them; the first key signs, the others are still good."""

    def __init__(self, keys: list[bytes]) -> None:
        self._keys = keys

    def sign(self, grant: Grant, file: File, page: Page) -> str:
        """A page's segment for this grant's reader, good until the end of the next hour or of the token."""
        now = time.time()
        return SignedPage(
            page_id=page.page_id,
            source=FoundPage(page, file).source,
            expires=grant.until(end_of_next_hour(now), now=now),
            bill=file.bill_pk,
            scope=scope_of(grant.branch_key),
            reader=grant.reader,
            mark=mark_of(grant),
        ).sign(self._keys[0])

    def read(self, segment: str) -> SignedPage:
        """Raises BadToken for what nobody signed here; its end may be past."""
        signed = SignedPage.read(segment, self._keys)
        if signed is None:
            raise BadToken(N_("This picture's address is not valid. Open the bill again."))
        return signed

    def current(self, segment: str) -> SignedPage:
        """The same, unless its time is over."""
        signed = self.read(segment)
        if signed.expires <= time.time():
            raise BadToken(N_("This picture's address has expired. Load the page again."))
        return signed


class SignedPictures:
    """WSGI layer that answers with pictures and lets everything else through, as well as what keeps it from a picture."""

    def __init__(self, app: Wsgi, pages: SignedPages, renditions: Renditions) -> None:
        self._app = app
        self._pages = pages
        self._renditions = renditions
        self._meaning = lru_cache(REMEMBERED)(self._read)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX) and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            answer = self._answer(path, environ, start_response)
            if answer is not None:
                return answer
        return self._app(environ, start_response)

    def _answer(self, path: str, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        try:
            signed, asked, etag = self._meaning(path)
        except ViewerError:
            return None
        headers = picture_headers(signed, etag)
        if headers is None:
            return None
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and parse_etags(known).contains_weak(etag):
            start_response("304 Not Modified", headers)
            metrics.answered_ready()
            return []
        content = self._ready(signed, asked)
        if content is None:
            content = self._made(signed, asked, environ)
            if content is None:
                return None
            headers = picture_headers(signed, etag) or [NOSNIFF, ("Cache-Control", "no-store")]  # time went by
        size = ("Content-Length", str(len(content)))
        start_response("200 OK", [("Content-Type", MEDIA_TYPES[asked.suffix]), size, *headers])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    def _ready(self, signed: SignedPage, asked: ImageRequest) -> bytes | None:
        content = self._renditions.ready(signed.source, asked, signed.mark)
        if content is not None:
            metrics.answered_ready()
        return content

    def _made(self, signed: SignedPage, asked: ImageRequest, environ: Environ) -> bytes | None:
        """The picture, made now."""
        began = environ[SINCE] = time.perf_counter()
        try:
            content = self._renditions.marked(
                signed.source, asked, signed.mark, reader=f"{signed.bill}/{signed.reader}"
            )
        except Exception as error:  # noqa: BLE001  the route raises it again
            environ[WHY] = error
            return None
        seconds = time.perf_counter() - began
        metrics.answered(method=environ["REQUEST_METHOD"], route=ROUTE, status=200, seconds=seconds)
        return content

    def _read(self, path: str) -> tuple[SignedPage, ImageRequest, str]:
        """What an address means, whenever. Raises a ViewerError for one that means nothing."""
        segment, *parts = path.encode("latin-1").decode(errors="replace").removeprefix(PREFIX).split("/")
        signed = self._pages.read(segment)
        if len(parts) != len(("region", "size", "rotation", "name")):
            raise BadToken
        return signed, *_asked(self._renditions, signed, *parts)


@bp.get(ROUTE)
def picture(segment: str, region: str, size: str, rotation: str, name: str) -> NoReturn:
    """Why there is no picture: those that there are, `SignedPictures` has answered with. It takes an address as it is, and
    nothing that Werkzeug reads the same."""
    signed = signed_pages().current(segment)
    _asked(archive().renditions, signed, region, size, rotation, name)
    raise request.environ.get(WHY) or NotFound


@bp.get("/i/<segment>")
def service(segment: str) -> AnyResponse:
    """A service's own address leads to its info.json (Image API 3.0, section 2)."""
    signed_pages().current(segment)
    return redirect(f"{request.base_url}/info.json", code=303)


@bp.get("/i/<segment>/info.json")
def image_info(segment: str) -> Response:
    """What the page's signed image service can do; its tiles are asked for below the same segment."""
    signed = signed_pages().current(segment)
    address = request.base_url.removesuffix("/info.json")
    return jsonify(info.image_info(address, signed.source.size, max_area=archive().settings.decoder_pixels))


def signed_pages() -> SignedPages:
    composed: SignedPages = current_app.extensions["signed_pages"]
    return composed


def picture_headers(signed: SignedPage, etag: str) -> list[tuple[str, str]] | None:
    """How long a picture may be kept: as long as its address is good. None for one that isn't any more. It is no document: of
    what pages are told for safety's sake only that it is what it says means something to it, and thumbnails are many.

    X-Accel-Expires tells nginx, which would not keep what is private; it stays between the two. It names the last second
    in which the address is good, since nginx keeps an answer through the whole second that it is told.
    """
    left = signed.expires - int(time.time())
    if left <= 0:
        return None
    return [
        NOSNIFF,
        ("ETag", f'"{etag}"'),
        ("X-Accel-Expires", f"@{signed.expires - 1}"),
        ("Cache-Control", f"private, immutable, max-age={left}"),
        # A sandboxed frame may be of no origin; the address is the key.
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    ]


def _asked(
    renditions: Renditions, signed: SignedPage, region: str, size: str, rotation: str, name: str
) -> tuple[ImageRequest, str]:
    """The request and its ETag. Raises BadImageRequest."""
    quality, _, suffix = name.rpartition(".")
    asked = renditions.ask(signed.source, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix)
    return asked, renditions.etag(signed.source, asked, signed.mark)
