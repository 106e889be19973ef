"""Who reads and how: the reader's language, and the key in the address."""

from flask import Response, after_this_request, current_app, request
from werkzeug.urls import iri_to_uri

from viewer.archive import Archive
from viewer.domain.keys import HANDED, parse_userkey
from viewer.i18n import DEFAULT, LANGUAGES
from viewer.web.addresses import Addresses

ACTIONS = ("view", "print", "download", "original", "rotate", "refresh")
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


def userkey_of(key: str) -> str:
    """The canonical userkey of the key in an address, or of the handed one. Raises BadKey or BadToken."""
    return parse_userkey(handed_key() if key == HANDED else key, access=archive().settings.access)


def handed_key() -> str:
    """The key that the page around the viewer handed over: `Authorization: Bearer {key}`; "" where there is none.

    Several bills have the same addresses then, so that whatever keeps an answer has to tell them apart by the header."""
    after_this_request(_apart_by_key)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _apart_by_key(response: Response) -> Response:
    response.vary.add("Authorization")
    return response


def addresses(key: str) -> Addresses:
    """Addresses of this bill; a language and looks that were asked for in the address stay in all of them."""
    asked = {"lang": request.args.get("lang", ""), "theme": request.args.get("theme", "")}
    carried = tuple(
        (name, asked[name]) for name, known in (("lang", LANGUAGES), ("theme", THEMES)) if asked[name] in known
    )
    sign = current_app.extensions["signed_pages"].sign
    return Addresses(request.script_root, key, carried, sign)


def actions() -> tuple[str, ...]:
    """What this reader may do; pages leave out what isn't among it. A userkey opens everything."""
    return ACTIONS


def theme() -> str:
    """The looks that the address asks for; none means the system's."""
    asked = request.args.get("theme", "")
    return asked if asked in THEMES else ""


def absolute_addresses(key: str) -> Addresses:
    """The same with scheme and host, as the reader sees them: IIIF's ids are absolute."""
    return Addresses(iri_to_uri(request.root_url).rstrip("/"), key)
