"""Who reads and how: the reader's language, and the key in the address."""

import time
from functools import partial

from flask import Response, after_this_request, current_app, g, request
from werkzeug.urls import iri_to_uri

from viewer.archive import Archive
from viewer.domain.grant import Grant
from viewer.domain.keys import HANDED
from viewer.i18n import DEFAULT, LANGUAGES
from viewer.store.models import File
from viewer.web.addresses import Addresses

THEMES = frozenset({"light", "dark", "contrast"})


def language() -> str:
    """`?lang=`, then Accept-Language, then zh-CN."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    spoken = {tag.partition("-")[0]: tag for tag in LANGUAGES}
    wanted = (tag.lower().partition("-")[0] for tag, quality in request.accept_languages if quality)
    return next((spoken[tag] for tag in wanted if tag in spoken), DEFAULT)


def locale() -> str:
    return LANGUAGES[language()]


def archive() -> Archive:
    """The installation's archive, composed once with the app."""
    composed: Archive = current_app.extensions["archive"]
    return composed


def key_of(key: str) -> str:
    """The key in an address; for the dash that stands for a handed one, what the header says: `Authorization: Bearer {key}`,
    "" where it says nothing.

    Several bills have the same addresses then, so that whatever keeps an answer has to tell them apart by the header."""
    if key != HANDED:
        return key
    g.handed = True
    after_this_request(_apart_by_key)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _apart_by_key(response: Response) -> Response:
    response.vary.add("Authorization")
    return response


def reader_of(file: File, grant: Grant) -> str:
    """Who is counted as one reader: whoever reads this bill under this name."""
    return f"{file.bill_pk}/{grant.reader}"


def addresses(grant: Grant) -> Addresses:
    """Addresses of the grant's bill, with its key unless that was handed over; a language and looks that were asked for in the
    address stay in all of them."""
    sign = partial(current_app.extensions["signed_pages"].sign, grant)
    return Addresses(request.script_root, _shown_key(grant), _carried(), sign)


def addresses_without_key() -> Addresses:
    """Those of a page that still waits for its key."""
    return Addresses(request.script_root, HANDED, _carried())


def _shown_key(grant: Grant) -> str:
    return HANDED if g.get("handed") else grant.key


def _carried() -> tuple[tuple[str, str], ...]:
    asked = {"lang": request.args.get("lang", ""), "theme": request.args.get("theme", "")}
    return tuple(
        (name, asked[name]) for name, known in (("lang", LANGUAGES), ("theme", THEMES)) if asked[name] in known
    )


def kept_for(grant: Grant, seconds: int) -> int:
    """How long a browser may keep an answer that would be good for so many seconds: not beyond its reader's token."""
    now = int(time.time())
    return max(0, grant.until(now + seconds, now=now) - now)


def theme() -> str:
    """The looks that the address asks for; none means the system's."""
    asked = request.args.get("theme", "")
    return asked if asked in THEMES else ""


def absolute_addresses(grant: Grant) -> Addresses:
    """The same with scheme and host, as the reader sees them: IIIF's ids are absolute."""
    return Addresses(iri_to_uri(request.root_url).rstrip("/"), _shown_key(grant))
