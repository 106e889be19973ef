"""Signed pages: an address that carries all that a page's pictures need, and the right to see them for a while.

The signature covers the page (which belongs to one bill), its content and the end of its time, so that whoever holds the
address sees this page of this bill in this version, and nothing else. One signature serves all regions and sizes.
"""

import hmac
import struct
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from viewer.domain.size import Size
from viewer.domain.source import PageSource

HOUR = 3600
FIELDS = struct.Struct(">I12s32sIII")
"""End (Unix seconds), page_id, SHA-256, number, width, height; the media type follows, then the signature."""
SIGNATURE = 16
"""Bytes of the HMAC-SHA-256 that are kept."""


@dataclass(frozen=True)
class SignedPage:
    """A page of a bill, until `expires` (Unix seconds)."""

    page_id: str
    source: PageSource
    expires: int

    def sign(self, key: bytes) -> str:
        """As one segment of an address."""
        source = self.source
        fields = FIELDS.pack(
            self.expires,
            bytes.fromhex(self.page_id),
            bytes.fromhex(source.sha256),
            source.number,
            source.size.width,
            source.size.height,
        )
        told = fields + source.media_type.encode()
        return urlsafe_b64encode(told + _signature(told, key)).rstrip(b"=").decode()

    @classmethod
    def read(cls, segment: str, keys: Sequence[bytes]) -> "SignedPage | None":
        """The page of a segment that was signed with one of the keys; None for anything else. Its end may be past."""
        try:
            given = b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
        except ValueError:  # not base64, or not even ASCII
            return None
        told, signature = given[:-SIGNATURE], given[-SIGNATURE:]
        if not any(hmac.compare_digest(signature, _signature(told, key)) for key in keys):
            return None
        expires, page_id, sha256, number, width, height = FIELDS.unpack_from(told)
        media_type = told[FIELDS.size :].decode()
        return cls(page_id.hex(), PageSource(sha256.hex(), media_type, number, Size(width, height)), expires)


def end_of_next_hour(now: float) -> int:
    """Until when an address made now is good: the same for a whole hour, so that addresses repeat and are kept."""
    return (int(now) // HOUR + 2) * HOUR


def _signature(told: bytes, key: bytes) -> bytes:
    return hmac.digest(key, told, "sha256")[:SIGNATURE]
