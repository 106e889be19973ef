"""What a key opens: one bill or one entry of it, in which views, for which actions, for whom and until when.

Whatever a reader's request may reach is reached by a grant, never by a userkey: so the scope goes along by itself.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from viewer.domain.keys import branch_key
from viewer.errors import NotAllowed

View = Literal["image", "location"]
Action = Literal["view", "print", "download", "original", "rotate", "refresh"]

VIEWS: frozenset[View] = frozenset(get_args(View))
ACTIONS: frozenset[Action] = frozenset(get_args(Action))

LEEWAY = 60
"""Seconds by which the clocks of an ERP and of this server may differ."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The right of whoever holds a key.

    `key` stands in all addresses that its bearer is given; under a token the userkey is told in none. `branch_id` is the
    entry to which a token is limited (as the ERP spelled it), None for the whole bill. `reader` is whom a token was made
    out to, `expires` when it ends (Unix seconds); a userkey names nobody and ends never.
    """

    key: str
    userkey: str
    branch_id: str | None = None
    views: frozenset[View] = VIEWS
    actions: frozenset[Action] = ACTIONS
    reader: str = ""
    expires: int | None = None

    @property
    def is_token(self) -> bool:
        return self.expires is not None

    @property
    def token_id(self) -> str:
        """What tells a token from others without being one; "" for a userkey."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:16] if self.is_token else ""

    @property
    def bill_mark(self) -> str:
        """What tells one bill's page from another's without being its key."""
        return hashlib.sha256(self.userkey.lower().encode()).hexdigest()[:16]

    @property
    def branch_key(self) -> str | None:
        """The entry's id as the store compares it."""
        return branch_key(self.branch_id) if self.branch_id else None

    @property
    def shown_userkey(self) -> str | None:
        """The userkey as an answer may tell it: not to a token's bearer."""
        return None if self.is_token else self.userkey

    @property
    def sees_sheets(self) -> bool:
        """Whether pasted sheets, the header's invoices and whatever else only the image view lists is within reach."""
        return self.may_view("image")

    def may(self, action: Action) -> bool:
        return action in self.actions

    def may_view(self, view: View) -> bool:
        """A token that is limited to an entry has no image view, whatever it claims."""
        return view in self.views and not (view == "image" and self.branch_id)

    def require(self, action: Action, views: Iterable[View]) -> None:
        """Raises NotAllowed unless the action is allowed, and at least one of these views."""
        if not self.may(action):
            raise NotAllowed(what=action)
        asked = sorted(views)
        if not any(map(self.may_view, asked)):
            raise NotAllowed(what=" / ".join(asked))

    def entry(self, asked: str | None) -> str | None:
        """The asked entry; the token's own where none is asked for."""
        return asked or self.branch_id

    def until(self, end: int, *, now: float) -> int:
        """When something that would be good until `end` ends for this reader (Unix seconds): with the token at the latest.

        A token that has ended but is still taken, for the clocks' sake, gives the rest of that time.
        """
        if self.expires is None:
            return end
        return min(end, self.expires if self.expires > now else self.expires + LEEWAY)


def whole_bill(userkey: str) -> Grant:
    """All of a bill, as its userkey opens it."""
    return Grant(key=userkey, userkey=userkey)
