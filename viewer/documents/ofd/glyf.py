"""Subsets of TrueType fonts: the outlines in use are copied as they lie there, without reading their curves.

fontTools' own subsetter takes a hundred times as long, because it understands all of a font.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple

from viewer.documents.ofd.sfnt import Buffer, Sfnt

WORDS, XY, SCALE, MORE, BOTH_SCALES, MATRIX, INSTRUCTIONS = 0x01, 0x02, 0x08, 0x20, 0x40, 0x80, 0x100
OWN_METRICS = 0x200
"""Flags of a composite's component."""
MOST_COMPONENTS = 20_000
"""Glyphs of a subset, parts of composites included."""


class Drawn(NamedTuple):
    """A glyph as it is used: scaled across, then shifted, in ems."""

    glyph: int
    scale: float = 1.0
    shift: float = 0.0


class TrueType(Sfnt):
    """A font with a `glyf` table."""

    def __init__(self, data: Buffer) -> None:
        super().__init__(data)
        if not {b"glyf", b"loca", b"head", b"maxp"} <= self.tables.keys():
            raise ValueError("no outlines")
        self._long = bool(self._number(b"head", 50))

    def outline(self, glyph: int) -> bytes:
        """The glyph's record without its instructions; "" for an empty or broken one."""
        record = self._record(glyph)
        if len(record) < 12:
            return b""
        (contours,) = struct.unpack_from(">h", record)
        if contours < 0:
            return record
        place = 10 + 2 * contours
        if place + 2 > len(record):
            return b""
        (length,) = struct.unpack_from(">H", record, place)
        return record[:place] + b"\0\0" + record[place + 2 + length :]

    def _record(self, glyph: int) -> bytes:
        if not 0 <= glyph < self.count:
            return b""
        loca, loca_length = self.tables[b"loca"]
        glyf, length = self.tables[b"glyf"]
        width = 4 if self._long else 2
        if (glyph + 2) * width > loca_length:
            return b""
        start, end = struct.unpack_from(">II" if self._long else ">HH", self.data, loca + glyph * width)
        if not self._long:
            start, end = 2 * start, 2 * end
        return self.data[glyf + start : glyf + min(end, length)] if start < end <= length + 3 else b""


def subset(font: TrueType, drawn: list[Drawn]) -> bytes:
    """A font whose glyph n + 1 is `drawn[n]`; glyph 0 is empty. It holds what PDF asks of an embedded one, no more."""
    records: list[bytes] = [b""] * (1 + len(drawn))
    metrics: list[tuple[int, int]] = [(font.units, 0)] + [(0, 0)] * len(drawn)
    places: dict[int, int] = {}

    def place_of(glyph: int) -> int:
        """Where the plain glyph lies in the subset."""
        if glyph not in places:
            if len(records) >= MOST_COMPONENTS:
                return 0
            places[glyph] = len(records)
            records.append(b"")
            metrics.append(font.metrics(glyph))
            record = font.outline(glyph)
            records[places[glyph]] = _renumbered(record, place_of) if record[:1] >= b"\x80" else record
        return places[glyph]

    for number, each in enumerate(drawn, 1):
        if each.scale == 1 and each.shift == 0 and each.glyph not in places:
            places[each.glyph] = number
            record = font.outline(each.glyph)
            records[number] = _renumbered(record, place_of) if record[:1] >= b"\x80" else record
            metrics[number] = font.metrics(each.glyph)
        else:
            records[number], metrics[number] = _changed(font, each, place_of(each.glyph))
    return _written(font, records, metrics)


def _changed(font: TrueType, drawn: Drawn, base: int) -> tuple[bytes, tuple[int, int]]:
    """A composite that draws a glyph of the subset narrower and further on; and its metrics."""
    record = font.outline(drawn.glyph)
    advance, bearing = font.metrics(drawn.glyph)
    shift = round(drawn.shift * font.units)
    narrowed = round(bearing * drawn.scale) + shift, round(advance * drawn.scale)
    if not record:
        return b"", (narrowed[1], 0)
    left, bottom, right, top = struct.unpack_from(">4h", record, 2)
    across = [_short(round(x * drawn.scale) + shift) for x in (left, right)]
    head = struct.pack(">h4h", -1, across[0], bottom, across[1], top)
    factor = max(-0x8000, min(0x7FFF, round(drawn.scale * 0x4000)))
    part = struct.pack(">HHhhhh", WORDS | XY | BOTH_SCALES, base, _short(shift), 0, factor, 0x4000)
    return head + part, (narrowed[1], _short(narrowed[0]))


def _renumbered(record: bytes, place_of: Callable[[int], int]) -> bytes:
    """A composite whose parts are numbered as in the subset, without its instructions."""
    found, place = bytearray(record), 10
    while place + 4 <= len(found):
        flags, glyph = struct.unpack_from(">HH", found, place)
        new = flags & ~(INSTRUCTIONS | OWN_METRICS)
        struct.pack_into(">HH", found, place, new, place_of(glyph))
        place += 4 + (4 if flags & WORDS else 2)
        place += 2 if flags & SCALE else 4 if flags & BOTH_SCALES else 8 if flags & MATRIX else 0
        if not flags & MORE:
            break
    return bytes(found[:place])


def _written(font: TrueType, records: list[bytes], metrics: list[tuple[int, int]]) -> bytes:
    offsets, length = [0], 0
    padded = []
    for record in records:
        piece = record + b"\0" * (-len(record) % 4)
        padded.append(piece)
        length += len(piece)
        offsets.append(length)
    head = bytearray(font.table(b"head")[:54].ljust(54, b"\0"))
    struct.pack_into(">H", head, 50, 1)
    maxp = bytearray(font.table(b"maxp")[:32].ljust(32, b"\0"))
    struct.pack_into(">IH", maxp, 0, 0x00010000, len(records))
    struct.pack_into(">H", maxp, 26, 0)  # longest instructions: none are left
    hhea = bytearray(font.table(b"hhea")[:36].ljust(36, b"\0"))
    struct.pack_into(">I", hhea, 0, 0x00010000)
    struct.pack_into(">H", hhea, 34, len(records))
    return assembled(
        {
            b"glyf": b"".join(padded),
            b"head": bytes(head),
            b"hhea": bytes(hhea),
            b"hmtx": b"".join(struct.pack(">Hh", advance & 0xFFFF, bearing) for advance, bearing in metrics),
            b"loca": struct.pack(f">{len(offsets)}I", *offsets),
            b"maxp": bytes(maxp),
        }
    )


def assembled(tables: dict[bytes, bytes]) -> bytes:
    """A TrueType file of these tables."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    place, lines, pieces = 12 + 16 * count, [], []
    for tag, table in sorted(tables.items()):
        piece = table + b"\0" * (-len(table) % 4)
        check = sum(struct.unpack(f">{len(piece) // 4}I", piece)) & 0xFFFFFFFF
        lines.append(struct.pack(">4sIII", tag, check, place, len(table)))
        pieces.append(piece)
        place += len(piece)
    return head + b"".join(lines) + b"".join(pieces)


def _short(value: int) -> int:
    return max(-0x8000, min(0x7FFF, value))
