"""The one place in which a key becomes what it opens. A handler below a key declares what it needs and is given a grant:

    @bp.get("/bills/<key>/paper")
    @opens("view", view="image")
    def paper(grant: Grant) -> str: ...

The archive takes nothing but grants, so that bill and scope go along wherever a handler turns. A test walks all addresses
and refuses one with a key whose handler declares nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Literal

from flask import g, has_request_context, request

from viewer.domain import selection
from viewer.domain.grant import ACTIONS, VIEWS, Action, Grant, View
from viewer.errors import BadKey, BadToken, ExpiredToken, UnknownUserkey, ViewerError
from viewer.web.reader import archive, key_of

Needed = View | Literal["asked", "any"]


@dataclass(frozen=True)
class Needs:
    """What a handler needs of a grant: an action, and a view ("asked": the one that the query names, "any": either)."""

    action: Action
    view: Needed


def opens(action: Action, *, view: Needed) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares what a handler needs and gives it the key's grant in place of the key.

    A request whose key doesn't open that ends in BadKey, BadToken, UnknownUserkey or NotAllowed before the handler runs.
    """
    needs = Needs(action, view)

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        def with_grant(*, key: str, **more: Any) -> Any:
            return handler(grant=granted(key, needs), **more)

        with_grant.needs = needs  # type: ignore[attr-defined]
        return with_grant

    return declare


def granted(key: str, needs: Needs) -> Grant:
    """The key's grant, which allows what is needed."""
    grant = looked_up(key_of(key))
    g.grant = grant
    grant.require(needs.action, _views(needs.view))
    return grant


def looked_up(key: str) -> Grant:
    """What a key opens. A client that comes with too many keys that nobody gave out ends in TooManyRequests, except with those
    of stored bills and with rightly signed tokens; upstream is not asked then."""
    guesses = archive().guesses
    try:
        grant = archive().grants.of(key)
    except ExpiredToken:
        raise
    except (BadKey, BadToken):
        guesses.check(client())
        guesses.failed(client())
        raise
    g.is_guess = not grant.is_token and not archive().bills.is_stored(grant.userkey)
    if g.is_guess:
        guesses.check(client())
    return grant


def note_failure(error: ViewerError) -> None:
    """Counts a look-up that ended so, where its key was neither stored nor known upstream."""
    if isinstance(error, UnknownUserkey) and g.pop("is_guess", False):
        archive().guesses.failed(client())


def failure_note() -> Callable[[ViewerError], None]:
    """The same as `note_failure`, of this request, for when it is over and Flask no longer knows it."""
    guesses, address, is_guess = archive().guesses, client(), g.get("is_guess", False)

    def note(error: ViewerError) -> None:
        if is_guess and isinstance(error, UnknownUserkey):
            guesses.failed(address)

    return note


def client() -> str:
    """The address that the request came from, as far as proxies are trusted."""
    return request.remote_addr or ""


def mark_of(grant: Grant) -> str:
    """What is burned into pictures for this reader: the name, or else the address, and the hour; "" where that is off."""
    settings = archive().settings
    if settings.watermark == "off":
        return ""
    hour = datetime.now(settings.timezone).strftime("%Y-%m-%d %H:00")
    return f"{grant.reader or client()} {hour}"


def current() -> Grant | None:
    """The grant of the request that is being answered; None where its address has no key, or one that opens nothing."""
    return g.get("grant") if has_request_context() else None


def may(action: Action) -> bool:
    """Whether the reader may do that: what a page offers."""
    grant = current()
    return grant is not None and grant.may(action)


def actions() -> list[Action]:
    """All that the reader may do, as the scripts are told."""
    return sorted(action for action in ACTIONS if may(action))


def may_view(view: View) -> bool:
    grant = current()
    return grant is not None and grant.may_view(view)


def _views(needed: Needed) -> frozenset[View]:
    if needed == "any":
        return VIEWS
    return frozenset({selection.parse_view(request.args.get("view")) if needed == "asked" else needed})
