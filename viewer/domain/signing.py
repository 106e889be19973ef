"""The upstream's request signature, which both sides of a call compute.

`encType` 0 and 1 are the MD5 and SHA-256 hex digests of `client_id + client_secret + timestamp`; 2 is the HMAC-SHA256 hex
digest of the same string with the client secret as key. `timestamp` is milliseconds since 1970 as decimal text.
(Source: the vendor's interface description, "签名".)
"""

import hashlib
import hmac
from typing import Literal

EncType = Literal["0", "1", "2"]
ENC_TYPES: tuple[EncType, ...] = ("0", "1", "2")


def sign(*, client_id: str, client_secret: str, timestamp: str, enc_type: EncType) -> str:
    """The lower-case hex signature for one call."""
    text = (client_id + client_secret + timestamp).encode()
    if enc_type == "0":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    if enc_type == "1":
        return hashlib.sha256(text).hexdigest()
    return hmac.new(client_secret.encode(), text, hashlib.sha256).hexdigest()


def is_signed(signature: str, *, client_id: str, client_secret: str, timestamp: str, enc_type: EncType) -> bool:
    """Whether `signature` (any case) is the right one, compared in constant time."""
    right = sign(client_id=client_id, client_secret=client_secret, timestamp=timestamp, enc_type=enc_type)
    return hmac.compare_digest(right.encode(), signature.lower().encode())
