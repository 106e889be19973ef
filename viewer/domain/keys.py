"""Keys and ids as they arrive from outside: userkeys, embed tokens and entry ids."""

import re
from collections.abc import Iterable

from viewer.errors import BadKey, BadToken

USERKEY = re.compile(r"[0-9a-fA-F]{32}")
TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HANDED = "-"
"""Stands in an address for a key that isn't in it: the page around the viewer handed it over, and it comes in a header."""
EAS_ID = re.compile(r"[0-9A-Za-z+/]{20,43}={0,2}")


def parse_userkey(key: str, *, access: str) -> str:
    """The canonical (lower-case) userkey.

    Raises BadKey for what is neither a userkey nor a token. Raises BadToken for a token, which is no userkey, and for every
    raw userkey where `access` is "token", whether it exists or not.
    """
    if is_token(key):
        raise BadToken
    if not USERKEY.fullmatch(key):
        raise BadKey
    if access == "token":
        raise BadToken
    return key.lower()


def is_token(key: str) -> bool:
    """Whether a key has the form of an embed token: three parts separated by dots."""
    return bool(TOKEN.fullmatch(key))


def branch_key(branch_id: str) -> str:
    """What two spellings of one entry id share: GUIDs compare without case, EAS's base64-like ids exactly.

    >>> branch_key("aaa14b00-d169-45ab-9331-1ffc9f12b9e5")
    'AAA14B00-D169-45AB-9331-1FFC9F12B9E5'
    """
    return branch_id.upper() if GUID.fullmatch(branch_id) else branch_id


def find_branch_id(asked: str, known: Iterable[str]) -> str | None:
    """The stored spelling of the asked entry id, or None.

    A raw `+` in a query arrives as a space, so an id that matches nothing is tried again with spaces read as `+`.
    """
    stored = {branch_key(branch_id): branch_id for branch_id in known}
    return stored.get(branch_key(asked)) or stored.get(branch_key(asked.replace(" ", "+")))


def is_eas_id(identifier: str) -> bool:
    """Whether an id has the form of EAS's (base64 of 16+4 bytes, such as "jbYAAAAB8aBnb3TT/x+Q0kg=").

    A plain alphanumeric id is not taken for one: only the characters that set EAS's apart decide.
    """
    return bool(EAS_ID.fullmatch(identifier)) and any(mark in identifier for mark in "+/=")
