"""ZIP archives as bytes: what they list, and what lies in them, within limits. Nothing is ever written anywhere.

Sizes that an archive declares decide nothing: what is unpacked is counted while it is unpacked, so that neither a false
size nor several entries over the same bytes get past the limits.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from viewer.documents.shapes import Limits, Unreadable

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LOCATOR_64, END_64 = b"PK\x06\x07", b"PK\x06\x06"
ELSEWHERE = 0xFFFFFFFF
"""In place of a number too large for 32 bits: it stands in the entry's ZIP64 field."""
ENCRYPTED, UTF_8 = 0x0001, 0x0800
"""Bits of an entry's flags."""
STORED, DEFLATED = 0, 8
"""The two ways of packing that every tool writes; members packed otherwise can't be shown."""
HARMLESS = 1_000_000
"""Bytes that may come of any archive, however small: a blank picture packs a thousand times smaller."""
PIECE_IN, PIECE_OUT = 2**16, 2**20
HEAD_IN = 2**12


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an archive's directory; `start` is where its local header lies."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    start: int

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & ENCRYPTED)

    @property
    def shown_name(self) -> str:
        """The name in the encoding that it is most likely in: Windows in China writes GBK and says nothing."""
        for encoding in ("utf-8", "gb18030"):
            try:
                return self.name.decode(encoding)
            except UnicodeDecodeError:
                if self.flags & UTF_8:
                    break
        return self.name.decode("latin-1")


def listed(content: bytes) -> Iterator[Entry]:
    """The entries of the directory, as far as it can be read; none where there is no directory."""
    found = _directory(content)
    if found is None:
        return
    place, end, shift = found
    while place + 46 <= end and content[place : place + 4] == CENTRAL:
        flags, method, _, crc, packed, unpacked, named, extra, comment = struct.unpack_from(
            "<HHIIIIHHH", content, place + 8
        )
        (start,) = struct.unpack_from("<I", content, place + 42)
        after_name = place + 46 + named
        if ELSEWHERE in (packed, start):
            wide = _zip64_numbers(content[after_name : after_name + extra])
            if unpacked == ELSEWHERE:
                next(wide, 0)
            packed = next(wide, 0) if packed == ELSEWHERE else packed
            start = next(wide, 0) if start == ELSEWHERE else start
        yield Entry(content[place + 46 : after_name], flags, method, crc, packed, start + shift)
        place = after_name + extra + comment


class Unpacking:
    """Takes members out of an archive; all that it takes out whole counts together."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self._content = content
        self._left = min(limits.archive_bytes, max(HARMLESS, limits.archive_ratio * len(content)))

    def head(self, entry: Entry, length: int) -> bytes:
        """The beginning of a member, "" where it can't be read."""
        packed = self._packed(entry, HEAD_IN)
        if entry.method == STORED:
            return packed[:length]
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, length) if entry.method == DEFLATED else b""
        except zlib.error:
            return b""

    def whole(self, entry: Entry) -> bytes:
        """A member's bytes. Raises Unreadable: "archive_too_large" where more comes out than may, "damaged" where it isn't
        what was packed."""
        pieces, crc = [], 0
        try:
            for piece in self._pieces(entry):
                self._left -= len(piece)
                if self._left < 0:
                    raise Unreadable("archive_too_large")
                crc = zlib.crc32(piece, crc)
                pieces.append(piece)
            unpacked = b"".join(pieces)
        except MemoryError as error:
            raise Unreadable("archive_too_large") from error
        if crc != entry.crc:
            raise Unreadable("damaged")
        return unpacked

    def _pieces(self, entry: Entry) -> Iterator[bytes]:
        packed = self._packed(entry, entry.packed)
        if entry.method == STORED:
            yield packed
            return
        if entry.method != DEFLATED:
            raise Unreadable("damaged")
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for start in range(0, len(packed), PIECE_IN):
                fed = packed[start : start + PIECE_IN]
                while fed and not unpacker.eof:
                    yield unpacker.decompress(fed, PIECE_OUT)
                    fed = unpacker.unconsumed_tail
            while not unpacker.eof and (piece := unpacker.decompress(b"", PIECE_OUT)):
                yield piece
        except zlib.error as error:
            raise Unreadable("damaged") from error

    def _packed(self, entry: Entry, most: int) -> bytes:
        """The first bytes of a member as they lie in the archive; fewer where the archive ends."""
        header = self._content[entry.start : entry.start + 30]
        if entry.start < 0 or len(header) < 30 or not header.startswith(LOCAL):
            return b""
        named, extra = struct.unpack_from("<HH", header, 26)
        start = entry.start + 30 + named + extra
        return self._content[start : start + min(entry.packed, most)]


def _directory(content: bytes) -> tuple[int, int, int] | None:
    """Where the directory begins and ends, and by how much its entries' places are off for what was put before the archive."""
    end = content.rfind(END, max(0, len(content) - 0x10000 - 22))
    if end < 0 or end + 22 > len(content):
        return None
    size, offset = struct.unpack_from("<II", content, end + 12)
    locator = end - 20
    if locator >= 56 and content[locator : locator + 4] == LOCATOR_64:
        wide = locator - 56
        if content[wide : wide + 4] == END_64:
            size, offset = struct.unpack_from("<QQ", content, wide + 40)
            end = wide
    place = end - size  # the directory lies right before its end record
    return (place, end, place - offset) if place >= 0 else None


def _zip64_numbers(extra: bytes) -> Iterator[int]:
    """The numbers of an entry's ZIP64 field, in their order."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == 1:
            field = extra[place + 4 : place + 4 + length]
            yield from (number for (number,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8]))
            return
        place += 4 + length
