"""Subsets of bare CFF fonts (Adobe's Technical Note 5176): indexes and dictionaries are cut and put together again, the
programs that draw the glyphs stay as they are."""

import struct
from collections.abc import Iterator
from itertools import pairwise

CHARSET, CHARSTRINGS, PRIVATE, SUBRS, FDARRAY, FDSELECT = 15, 17, 18, 19, (12, 36), (12, 37)
ROS, MATRIX, CID_COUNT = (12, 30), (12, 7), (12, 34)
ENCODING = 16
UNIQUE = 13
"""Operators of the dictionaries."""
REAL = str.maketrans({"a": ".", "b": "E", "c": "E-", "d": "", "e": "-"})
"""Half bytes of a real number."""
Operator = int | tuple[int, int]
Dictionary = dict[Operator, bytes]
"""Operator → its operands as they are written."""


class Cff:
    """Raises ValueError, IndexError or struct.error for what is no such font."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        place = data[2]
        self.names, place = index(data, place)
        tops, place = index(data, place)
        self.strings, place = index(data, place)
        self.subrs, _ = index(data, place)
        self.top = dictionary(tops[0])
        self.charstrings, _ = index(data, _whole(self.top[CHARSTRINGS]))
        self.keyed = ROS in self.top
        self.count = len(self.charstrings)
        self._by_cid: dict[int, int] = {}

    @property
    def units(self) -> int:
        values = list(operands(self.top.get(MATRIX, b"")))
        scale = values[0] if len(values) == 6 else 0.001
        return round(1 / scale) if 0 < scale <= 0.1 else 1000

    def glyph_of(self, cid: int) -> int:
        """The place of a CID; in a font without CIDs they are the places themselves."""
        return self._cids().get(cid, 0) if self.keyed else cid

    def _cids(self) -> dict[int, int]:
        if not self._by_cid:
            self._by_cid = {cid: place for place, cid in enumerate(_charset(self.data, self.top, self.count))}
        return self._by_cid

    def subset(self, glyphs: list[int]) -> bytes:
        """A font whose glyph n + 1 draws place `glyphs[n]`; CIDs are glyphs' numbers then."""
        chosen = [
            self.charstrings[0],
            *(self.charstrings[glyph] if glyph < self.count else b"\x0e" for glyph in glyphs),
        ]
        top = {key: value for key, value in self.top.items() if key not in (CHARSET, ENCODING, PRIVATE, UNIQUE)}
        top[CHARSET] = top[CHARSTRINGS] = _number(0)
        if self.keyed:
            top[FDARRAY] = top[FDSELECT] = _number(0)
            top[CID_COUNT] = _number(len(chosen))
        else:
            top[PRIVATE] = _number(0) * 2
        charset = b"\x02" + struct.pack(">HH", 1, max(0, len(chosen) - 2)) if len(chosen) > 1 else b"\x00"
        head = self.data[:2] + b"\x04\x04" + written([self.names[0]])
        after = written(self.strings) + written(self.subrs)
        start = len(head) + len(written([written_dictionary(top)])) + len(after)
        programs = written(chosen)
        top[CHARSET] = _number(start)
        top[CHARSTRINGS] = _number(start + len(charset))
        tail = charset + programs
        if self.keyed:
            fonts, _ = index(self.data, _whole(self.top[FDARRAY]))
            chooser = _chosen_fonts(self.data, _whole(self.top[FDSELECT]), self.count)
            select = bytes([0, *(chooser[glyph] if glyph < self.count else 0 for glyph in (0, *glyphs))])
            top[FDSELECT] = _number(start + len(tail))
            tail += select
            entries = []
            for font in map(dictionary, fonts):
                private = self._private(font.get(PRIVATE))
                size, block = private
                font[PRIVATE] = _number(size) + _number(start + len(tail))
                tail += block
                entries.append(written_dictionary(font))
            top[FDARRAY] = _number(start + len(tail))
            tail += written(entries)
        else:
            size, block = self._private(self.top.get(PRIVATE))
            top[PRIVATE] = _number(size) + _number(start + len(tail))
            tail += block
        return head + written([written_dictionary(top)]) + after + tail

    def _private(self, place: bytes | None) -> tuple[int, bytes]:
        """A private dictionary with its own subroutines right behind it: the dictionary's length, and both."""
        size, offset = (int(value) for value in list(operands(place or _number(0) * 2))[:2])
        private = dictionary(self.data[offset : offset + size])
        if SUBRS not in private:
            plain = written_dictionary(private)
            return len(plain), plain
        subrs, _ = index(self.data, offset + _whole(private[SUBRS]))
        private[SUBRS] = _number(0)
        length = len(written_dictionary(private))
        private[SUBRS] = _number(length)
        return length, written_dictionary(private) + written(subrs)


def index(data: bytes, place: int) -> tuple[list[bytes], int]:
    """The items of an INDEX, and where it ends."""
    (count,) = struct.unpack_from(">H", data, place)
    if not count:
        return [], place + 2
    width = data[place + 2]
    if not 1 <= width <= 4 or place + 3 + (count + 1) * width > len(data):
        raise ValueError("no index")
    offsets = [
        int.from_bytes(data[at : at + width], "big") for at in range(place + 3, place + 3 + (count + 1) * width, width)
    ]
    base = place + 2 + (count + 1) * width
    if sorted(offsets) != offsets or base + offsets[-1] > len(data):
        raise ValueError("no index")
    return [data[base + start : base + end] for start, end in pairwise(offsets)], base + offsets[-1]


def written(items: list[bytes]) -> bytes:
    if not items:
        return b"\0\0"
    offsets = [1]
    for item in items:
        offsets.append(offsets[-1] + len(item))
    return struct.pack(">HB", len(items), 4) + struct.pack(f">{len(offsets)}I", *offsets) + b"".join(items)


def dictionary(data: bytes) -> Dictionary:
    found: Dictionary = {}
    place = start = 0
    while place < len(data):
        byte = data[place]
        if byte <= 21:
            operator: Operator = byte
            end = place + 1
            if byte == 12:
                operator = (12, data[place + 1])
                end += 1
            found[operator] = data[start:place]
            place = start = end
        else:
            place += _length(data, place)
    return found


def written_dictionary(entries: Dictionary) -> bytes:
    """ROS has to come first."""
    ordered = sorted(entries.items(), key=lambda item: item[0] != ROS)
    return b"".join(value + bytes(key if isinstance(key, tuple) else (key,)) for key, value in ordered)


def operands(data: bytes) -> Iterator[float]:
    place = 0
    while place < len(data):
        byte, length = data[place], _length(data, place)
        if byte == 28:
            yield struct.unpack_from(">h", data, place + 1)[0]
        elif byte == 29:
            yield struct.unpack_from(">i", data, place + 1)[0]
        elif byte == 30:
            digits = data[place + 1 : place + length].hex().partition("f")[0]
            yield float(digits.translate(REAL))
        elif byte <= 246:
            yield byte - 139
        elif byte <= 250:
            yield (byte - 247) * 256 + data[place + 1] + 108
        else:
            yield -(byte - 251) * 256 - data[place + 1] - 108
        place += length


def _length(data: bytes, place: int) -> int:
    """Of the operand at this place."""
    byte = data[place]
    if byte == 30:
        end = place + 1
        while end < len(data) and data[end] & 0x0F != 0x0F and data[end] >> 4 != 0x0F:
            end += 1
        return end + 1 - place
    return {28: 3, 29: 5}.get(byte, 1 if byte <= 246 else 2)


def _whole(data: bytes) -> int:
    return int(list(operands(data))[-1])


def _number(value: int) -> bytes:
    """Always as long, so that offsets can be set when all lengths are known."""
    return b"\x1d" + struct.pack(">i", value)


def _charset(data: bytes, top: Dictionary, count: int) -> Iterator[int]:
    """The CID of each glyph."""
    place = _whole(top[CHARSET]) if CHARSET in top else 0
    yield 0
    if place <= 2:
        yield from range(1, count)
        return
    kind, place, left = data[place], place + 1, count - 1
    while left > 0:
        (first,) = struct.unpack_from(">H", data, place)
        more = 0 if kind == 0 else data[place + 2] if kind == 1 else struct.unpack_from(">H", data, place + 2)[0]
        place += 2 + min(kind, 2)
        yield from range(first, first + min(more + 1, left))
        left -= more + 1


def _chosen_fonts(data: bytes, place: int, count: int) -> bytes:
    """For each glyph the dictionary that it belongs to."""
    if data[place] == 0:
        return data[place + 1 : place + 1 + count].ljust(count, b"\0")
    (ranges,) = struct.unpack_from(">H", data, place + 1)
    found = bytearray(count)
    for number in range(ranges):
        first, font, end = struct.unpack_from(">HBH", data, place + 3 + 3 * number)
        found[first:end] = bytes([font]) * len(found[first:end])
    return bytes(found)
