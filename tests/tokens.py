"""Embed tokens as an ERP signs them: by the book (RFC 7515, 7519) and with nothing of the viewer's own."""

import base64
import hmac
import json
import time
from typing import Any

KID, SECRET = "2026a", "7f4e2c1b9d8a6035f1e2d3c4b5a69788"
"""A key that an installation under test shares with its ERP."""
TOKEN_KEYS = f"{KID}:{SECRET}"
ALL_ACTIONS = ["view", "print", "download", "original", "rotate", "refresh"]


def token(*, secret: Any = SECRET, header: Any = None, **claims: Any) -> str:
    """A token for every view and action, for ten minutes, with these claims changed; None leaves one out."""
    now = int(time.time())
    told: dict[str, Any] = {
        "aud": "bill-viewer",
        "iat": now,
        "exp": now + 600,
        "views": ["image", "location"],
        "actions": ALL_ACTIONS,
        "sub": "zhang.san",
    }
    told |= claims
    return signed({"alg": "HS256", "typ": "JWT", "kid": KID} | (header or {}), told, secret)


def signed(header: dict[str, Any], claims: dict[str, Any], secret: str, digest: str = "sha256") -> str:
    given = [{name: value for name, value in part.items() if value is not None} for part in (header, claims)]
    told = ".".join(encoded(json.dumps(part, ensure_ascii=False).encode()) for part in given)
    return f"{told}.{encoded(hmac.digest(secret.encode(), told.encode(), digest))}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
