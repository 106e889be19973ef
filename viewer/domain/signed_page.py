"""Signed pages: an address that carries all that a page's pictures need, and the right to see them for a while.

The signature covers the bill, the page, its content, the scope and the reader of the grant it was made under, and the end of
its time, so that whoever holds the address sees this page of this bill in this version, and nothing else, and that it is
known to whom it was given. One signature serves all regions and sizes.
"""

import hashlib
import hmac
import struct
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from viewer.domain.size import Size
from viewer.domain.source import PageSource

HOUR = 3600
FIELDS = struct.Struct(">I12s32sIIIQ8sHH")
"""End (Unix seconds), page_id, SHA-256, number, width, height, bill, scope, length of the reader's name and of the mark; these
follow, then the media type, then the signature."""
SIGNATURE = 16
"""Bytes of the HMAC-SHA-256 that are kept."""


WHOLE = ""
"""The scope of those who may see the whole bill."""


@dataclass(frozen=True, kw_only=True)
class SignedPage:
    """A page of a bill (its row's number), until `expires` (Unix seconds); `reader` is whom the token was made out to."""

    page_id: str
    source: PageSource
    expires: int
    bill: int
    scope: str = WHOLE
    reader: str = ""
    mark: str = ""
    """What is burned into its pictures."""

    def sign(self, key: bytes) -> str:
        """As one segment of an address."""
        source, reader, mark = self.source, self.reader.encode(), self.mark.encode()
        fields = FIELDS.pack(
            self.expires,
            bytes.fromhex(self.page_id),
            bytes.fromhex(source.sha256),
            source.number,
            source.size.width,
            source.size.height,
            self.bill,
            bytes.fromhex(self.scope),
            len(reader),
            len(mark),
        )
        told = fields + reader + mark + source.media_type.encode()
        return _text(told + _signature(told, key))

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
        if _text(given) != segment:
            return None  # another spelling of the same bytes: the last character has bits that count for nothing
        expires, page_id, sha256, number, width, height, bill, scope, length, marked = FIELDS.unpack_from(told)
        texts = told[FIELDS.size :]
        reader, mark = texts[:length].decode(), texts[length : length + marked].decode()
        return cls(
            page_id=page_id.hex(),
            source=PageSource(sha256.hex(), texts[length + marked :].decode(), number, Size(width, height)),
            expires=expires,
            bill=bill,
            scope=scope.hex() if any(scope) else WHOLE,
            reader=reader,
            mark=mark,
        )


def scope_of(branch_key: str | None) -> str:
    """What stands for an entry in a signed page; for the whole bill nothing."""
    return hashlib.sha256(branch_key.encode()).hexdigest()[:16] if branch_key else WHOLE


def end_of_next_hour(now: float) -> int:
    """Until when an address made now is good: the same for a whole hour, so that addresses repeat and are kept."""
    return (int(now) // HOUR + 2) * HOUR


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _signature(told: bytes, key: bytes) -> bytes:
    return hmac.digest(key, told, "sha256")[:SIGNATURE]
