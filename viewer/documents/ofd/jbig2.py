"""JBIG2 files (ISO/IEC 14492 annex D) as the bare segments that PDF embeds."""

import struct
from typing import NamedTuple

MAGIC = b"\x97JB2\r\n\x1a\n"
PAGE, END_OF_PAGE, END_OF_FILE = 48, 49, 51
GENERIC_REGION = 38
UNKNOWN = 0xFFFFFFFF


class Bilevel(NamedTuple):
    width: int
    height: int
    data: bytes


class _Segment(NamedTuple):
    kind: int
    header: bytes
    length: int


def embedded(content: bytes) -> Bilevel:
    """The first page's size and the segments without what PDF must not hold: the file's header, ends of page and file.

    In files for random access all headers come first; there each is put before its data. Raises ValueError or struct.error.
    """
    place, sequential = 0, True
    if content.startswith(MAGIC):
        flags = content[8]
        sequential = bool(flags & 1)
        place = 9 if flags & 2 else 13
    pieces: list[tuple[_Segment, bytes]] = []
    if sequential:
        while place < len(content):
            segment, place = _segment(content, place)
            data, place = _data(content, place, segment)
            pieces.append((segment, data))
            if segment.kind == END_OF_FILE:
                break
    else:
        segments = []
        while place < len(content):
            segment, place = _segment(content, place)
            segments.append(segment)
            if segment.kind == END_OF_FILE:
                break
        for segment in segments:
            data, place = _data(content, place, segment)
            pieces.append((segment, data))
    page = next((data for segment, data in pieces if segment.kind == PAGE), b"")
    width, height = struct.unpack_from(">II", page)
    if not (0 < width < UNKNOWN and 0 < height < UNKNOWN):
        raise ValueError("no page")
    kept = [segment.header + data for segment, data in pieces if segment.kind not in (END_OF_PAGE, END_OF_FILE)]
    return Bilevel(width, height, b"".join(kept))


def _segment(content: bytes, start: int) -> tuple[_Segment, int]:
    number, flags, referred = struct.unpack_from(">IBB", content, start)
    place = start + 5
    if referred >> 5 == 7:
        count = struct.unpack_from(">I", content, place)[0] & 0x1FFFFFFF
        place += 4 + (count + 8) // 8
    else:
        count = referred >> 5
        place += 1
    place += count * (1 if number <= 256 else 2 if number <= 65536 else 4)
    place += 4 if flags & 0x40 else 1
    (length,) = struct.unpack_from(">I", content, place)
    return _Segment(flags & 0x3F, content[start : place + 4], length), place + 4


def _data(content: bytes, place: int, segment: _Segment) -> tuple[bytes, int]:
    length = segment.length
    if length == UNKNOWN:
        if segment.kind != GENERIC_REGION:
            raise ValueError("no length")
        ending = b"\0\0" if content[place + 17] & 1 else b"\xff\xac"
        found = content.find(ending, place + 18)
        if found < 0:
            raise ValueError("no end")
        length = found + 2 + 4 - place
    if place + length > len(content):
        raise ValueError("no data")
    return content[place : place + length], place + length
