"""A font's table of characters (OpenType `cmap`), in the forms that fonts for Chinese and Latin have."""

import struct
from collections.abc import Iterator

MOST_CHARACTERS = 0x20000
"""Of one table."""
SYMBOLS = 0xF000
"""Fonts for symbols have their characters this much higher."""


def characters(table: bytes) -> dict[int, int]:
    """Character → glyph, from all of its tables; the fullest one for Unicode counts most. What is damaged is left out."""
    if len(table) < 4:
        return {}
    (count,) = struct.unpack_from(">H", table, 2)
    places = []
    for number in range(count):
        if 12 + 8 * number <= len(table):
            platform, encoding, place = struct.unpack_from(">HHI", table, 4 + 8 * number)
            places.append((platform in (0, 3), platform == 3 and encoding == 10, encoding != 0, platform, place))
    found: dict[int, int] = {}
    for *_, unicode, platform, place in sorted(places):
        try:
            pairs = dict(_pairs(table, place))
        except struct.error:
            continue
        if platform == 3 and not unicode:
            pairs |= {code - SYMBOLS: glyph for code, glyph in pairs.items() if SYMBOLS <= code < SYMBOLS + 256}
        found |= pairs
    return found


def _pairs(table: bytes, place: int) -> Iterator[tuple[int, int]]:
    (form,) = struct.unpack_from(">H", table, place)
    if form == 0:
        yield from enumerate(struct.unpack_from(">256B", table, place + 6))
    elif form == 4:
        yield from _ranges(table, place)
    elif form == 6:
        first, count = struct.unpack_from(">HH", table, place + 6)
        yield from enumerate(struct.unpack_from(f">{count}H", table, place + 10), first)
    elif form == 12:
        (groups,) = struct.unpack_from(">I", table, place + 12)
        left = MOST_CHARACTERS
        for number in range(min(groups, MOST_CHARACTERS)):
            first, last, glyph = struct.unpack_from(">III", table, place + 16 + 12 * number)
            count = min(last - first + 1, left)
            left -= max(0, count)
            yield from zip(range(first, first + count), range(glyph, glyph + max(0, count)), strict=False)


def _ranges(table: bytes, place: int) -> Iterator[tuple[int, int]]:
    """Format 4: ranges of characters with a distance to their glyphs, or a list of them."""
    count = struct.unpack_from(">H", table, place + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, place + 14)
    starts = struct.unpack_from(f">{count}H", table, place + 16 + 2 * count)
    distances = struct.unpack_from(f">{count}H", table, place + 16 + 4 * count)
    lists = struct.unpack_from(f">{count}H", table, place + 16 + 6 * count)
    for number, (first, last, distance, listed) in enumerate(zip(starts, ends, distances, lists, strict=True)):
        if not listed:
            for code in range(first, last + 1):
                glyph = (code + distance) & 0xFFFF
                if glyph and code != 0xFFFF:
                    yield code, glyph
            continue
        at = place + 16 + 6 * count + 2 * number + listed
        for code in range(first, last + 1):
            if at + 2 * (code - first) + 2 > len(table):
                break
            (glyph,) = struct.unpack_from(">H", table, at + 2 * (code - first))
            if glyph:
                yield code, (glyph + distance) & 0xFFFF
