"""The one place that composes the application."""

from collections.abc import Callable
from pathlib import Path

from apiflask import APIFlask
from flask import Flask, Response
from flask_babel import Babel
from flask_compress import Compress

from viewer import __doc__ as description
from viewer.archive import Archive
from viewer.config import Settings
from viewer.i18n import DEFAULT, LANGUAGES, TRANSLATIONS
from viewer.instance import signing_keys
from viewer.logs import keep_keys_out
from viewer.web import (
    api,
    bundles,
    counting,
    errors,
    health,
    images,
    openapi,
    operator,
    pages,
    panel,
    reader,
    signed,
    text,
    words,
)
from viewer.web.bodies import FewBodies
from viewer.web.compact import Compact
from viewer.web.json import Json
from viewer.web.proxies import BehindProxies

PACKAGE = Path(__file__).parent
NOT_USED = (
    *("accelerometer", "autoplay", "camera", "clipboard-read", "display-capture", "encrypted-media", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "usb"),
)
PERMISSIONS = ", ".join(["clipboard-write=(self)", "fullscreen=(self)", *(f"{name}=()" for name in NOT_USED)])
"""What a page may ask the browser for: copying and full screen, nothing else."""
VERSION = "1"
"""Of the API, whose addresses carry it."""


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application of an installation. Raises OldSchema where `viewer upgrade` has to run first."""
    keep_keys_out()
    settings = settings or Settings.load()
    archive = Archive.compose(settings)
    app = APIFlask(
        "viewer",
        title="Bill viewer",
        version=VERSION,
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=str(PACKAGE / "static"),
        template_folder=str(template_folder()),
        instance_path=str(settings.instance),
    )
    app.description = (description or "").strip()
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        BABEL_DEFAULT_LOCALE=LANGUAGES[DEFAULT],
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        VALIDATION_ERROR_STATUS_CODE=400,
        VALIDATION_ERROR_DESCRIPTION="bad_request",
        PROPAGATE_EXCEPTIONS=False,
        COMPRESS_MIMETYPES=[
            *("text/html", "text/css", "text/javascript"),
            *("application/json", "application/ld+json", "application/problem+json"),
        ],
        COMPRESS_BR_LEVEL=4,
    )
    app.json = Json(app)
    app.jinja_env.add_extension(Compact)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.redirect_defaults = False
    app.extensions["archive"] = archive
    app.extensions["signed_pages"] = signed_pages = signed.SignedPages(signing_keys(settings))
    Babel(app, locale_selector=reader.locale)
    Compress(app)
    app.spec_processor(openapi.complete)
    errors.install(app)
    words.install(app)
    panel.install(app)
    for blueprint in (pages.bp, signed.bp, images.bp, text.bp, api.bp, bundles.bp, health.bp, operator.bp):
        app.register_blueprint(blueprint)
    app.after_request(_headers(settings))
    counting.install(app)
    pictures = signed.SignedPictures(app.wsgi_app, signed_pages, archive.renditions)
    app.wsgi_app = BehindProxies(FewBodies(pictures, most=settings.bodies, largest=settings.max_body_bytes), settings)  # type: ignore[method-assign]
    return app


def template_folder() -> Path:
    """The templates: top-level in a checkout, inside the package in an installed wheel."""
    checkout = PACKAGE.parent / "templates"
    return checkout if checkout.is_dir() else PACKAGE / "templates"


def _always(settings: Settings) -> dict[str, str]:
    """Headers of every answer but finished pictures: nothing from other hosts, no inline script, who may frame us."""
    page = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "frame-src blob:; form-action 'self'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": f"{page}; frame-ancestors {settings.frame_ancestors}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
    }


def _headers(settings: Settings) -> Callable[[Response], Response]:
    """These headers; a handler's own policy says who may frame us too. Nothing is kept unless its handler says for how long."""
    always, framed = _always(settings), f"frame-ancestors {settings.frame_ancestors}"

    def add(response: Response) -> Response:
        own = response.headers.get("Content-Security-Policy")
        response.headers.update(always)
        if own:
            response.headers["Content-Security-Policy"] = f"{own}; {framed}"
        response.headers.setdefault("Cache-Control", "no-store")
        if response.is_streamed and (close := getattr(response.response, "close", None)):
            response.call_on_close(close)  # Flask-Compress puts its own stream in place and would leave the file open
        return response

    return add
