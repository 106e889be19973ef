"""Signed embed tokens: JWTs with which an ERP gives one reader one bill, or one entry of it, for a while.

The claims can be read by anyone who sees the token; only the signature makes them believed. It is HS256 with a key that
the ERP and this server share; several keys are believed at a time, told apart by `kid`, so that they can be replaced.
"""

import time
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jwt

from viewer.domain.grant import ACTIONS, LEEWAY, VIEWS, Action, View
from viewer.errors import N_, BadToken, ExpiredToken

AUDIENCE = "bill-viewer"
ALGORITHM = "HS256"
BILL_CLAIMS = ("bill_id", "bill_no", "image_number")
CLAIMS = (*BILL_CLAIMS, "branch_id", "views", "actions", "sub")
LONGEST = 4096
"""Characters of a token; an address holds no more."""
LONGEST_ID, LONGEST_SUB = 200, 64
"""Characters of an id, and of the reader's name: it is part of every picture's address."""


LONGEST_TTL = 30 * 86400
"""Seconds for which this server signs a token."""


class TokenKey(NamedTuple):
    """A key that signs tokens; `kid` is its name in their headers."""

    kid: str
    secret: bytes


class WrongClaim(ValueError):
    """A claim is missing or makes no sense; the argument is its name."""


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a token says. Exactly one of the first three names the bill."""

    bill_id: str | None = None
    bill_no: str | None = None
    image_number: str | None = None
    branch_id: str | None = None
    views: frozenset[View] = VIEWS
    actions: frozenset[Action] = frozenset({"view"})
    sub: str = ""

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> "Claims":
        """Claims from JSON; without `views` both, without `actions` looking alone. Raises WrongClaim."""
        given = [name for name in BILL_CLAIMS if told.get(name) is not None]
        if len(given) != 1:
            raise WrongClaim(" | ".join(BILL_CLAIMS))
        return cls(
            **{given[0]: _text(told, given[0], LONGEST_ID)},
            branch_id=None if told.get("branch_id") is None else _text(told, "branch_id", LONGEST_ID),
            views=_some(told, "views", VIEWS, VIEWS),
            actions=_some(told, "actions", ACTIONS, frozenset({"view"})),
            sub="" if told.get("sub") in (None, "") else _text(told, "sub", LONGEST_SUB),
        )

    def stored(self) -> dict[str, Any]:
        """As JSON, without what isn't claimed."""
        texts = {name: getattr(self, name) for name in (*BILL_CLAIMS, "branch_id", "sub")}
        found = {name: value for name, value in texts.items() if value}
        return {**found, "views": sorted(self.views), "actions": sorted(self.actions)}


def sign(claims: Claims, key: TokenKey, *, seconds: int) -> tuple[str, int]:
    """A token that is good for so many seconds from now, and when it ends (Unix seconds)."""
    now = int(time.time())
    told = {"aud": AUDIENCE, "iat": now, "exp": now + seconds, **claims.stored()}
    return jwt.encode(told, key.secret, ALGORITHM, headers={"kid": key.kid}), now + seconds


def read(token: str, keys: Sequence[TokenKey]) -> tuple[Claims, int]:
    """A token's claims and its end (Unix seconds).

    Raises BadToken for one that none of these keys signed, that is meant for somebody else or says something that makes
    no sense; ExpiredToken for one that was all right in its time.
    """
    if len(token) > LONGEST:
        raise BadToken
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise BadToken from error
    for key in keys:
        if kid is None or kid == key.kid:
            try:
                told = jwt.decode(
                    token,
                    key.secret,
                    algorithms=[ALGORITHM],
                    audience=AUDIENCE,
                    leeway=LEEWAY,
                    options={"require": ["aud", "iat", "exp"], "strict_aud": True},
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.ExpiredSignatureError as error:
                raise ExpiredToken from error
            except (jwt.PyJWTError, ValueError, RecursionError) as error:
                raise BadToken from error
            return _claims(told)
    raise BadToken


def _claims(told: dict[str, Any]) -> tuple[Claims, int]:
    try:
        return Claims.parse(told), int(told["exp"])
    except WrongClaim as error:
        raise BadToken(
            N_("The link's claim “{name}” is missing or wrong. The ERP has to sign it anew."), name=str(error)
        ) from error


def _text(told: Mapping[str, Any], name: str, longest: int) -> str:
    value = told[name]
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise WrongClaim(name)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise WrongClaim(name)
    return value


def _some(told: Mapping[str, Any], name: str, known: frozenset[Any], default: frozenset[Any]) -> frozenset[Any]:
    value = told.get(name)
    if value is None:
        return default
    if not isinstance(value, list) or not all(isinstance(each, str) and each in known for each in value):
        raise WrongClaim(name)
    return frozenset(value)
