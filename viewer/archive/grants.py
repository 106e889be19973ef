"""What a key in an address opens: a userkey its bill, an embed token the bill that it names."""

import hashlib
from functools import cached_property

from viewer.archive.bills import Bills
from viewer.config import Settings
from viewer.domain import embed_token
from viewer.domain.embed_token import Claims, TokenKey
from viewer.domain.grant import Grant, whole_bill
from viewer.domain.keys import is_token, parse_userkey
from viewer.errors import UnknownUserkey
from viewer.instance import TOKENS, signing_keys
from viewer.store import queries
from viewer.store.database import Database


class Grants:
    """The keys that readers hold."""

    def __init__(self, settings: Settings, database: Database, bills: Bills) -> None:
        self._settings = settings
        self._database = database
        self._bills = bills

    def of(self, key: str) -> Grant:
        """What a key opens. A userkey's bill is not looked up yet, a token's is.

        Raises BadKey, BadToken, ExpiredToken; for a token also UnknownUserkey where it names no bill or several, and an
        UpstreamError where upstream has to be asked for it.
        """
        if not is_token(key):
            return whole_bill(parse_userkey(key, access=self._settings.access))
        claims, expires = embed_token.read(key, self._keys)
        return Grant(
            key=key,
            userkey=self._userkey(claims),
            branch_id=claims.branch_id,
            views=claims.views,
            actions=claims.actions,
            reader=claims.sub,
            expires=expires,
        )

    def sign(self, claims: Claims, *, seconds: int) -> tuple[str, int]:
        """A token with these claims, and when it ends (Unix seconds)."""
        return embed_token.sign(claims, self._keys[0], seconds=seconds)

    def _userkey(self, claims: Claims) -> str:
        with self._database.read() as session:
            found = queries.find_userkeys(session, claims)
        if not found and claims.bill_id and self._settings.resolve_upstream == "1":
            return self._bills.resolve(claims.bill_id)
        if len(found) != 1:
            raise UnknownUserkey
        return found[0]

    @cached_property
    def _keys(self) -> list[TokenKey]:
        """Those that an ERP shares, the first of which signs; then the installation's own, which nobody else knows."""
        shared = [TokenKey(kid, secret) for kid, secret in self._settings.token_keys]
        own = signing_keys(self._settings, TOKENS)
        return [*shared, *(TokenKey(hashlib.sha256(secret).hexdigest()[:12], secret) for secret in own)]
