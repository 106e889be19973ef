"""The tables of a TrueType or OpenType font, read in place: of a mapped font only the pages that are touched are loaded."""

import struct
from functools import cached_property
from mmap import mmap

from viewer.documents.ofd.cmap import characters

Buffer = bytes | mmap

COLLECTION = b"ttcf"
MOST_TABLES = 100
PADDING = 3
"""Bytes that may be missing at a font's end."""


class Sfnt:
    """Raises ValueError or struct.error for what is no such font."""

    def __init__(self, data: Buffer) -> None:
        self.data = data
        start = struct.unpack_from(">I", data, 12)[0] if data[:4] == COLLECTION else 0
        (count,) = struct.unpack_from(">H", data, start + 4)
        if not 0 < count <= MOST_TABLES:
            raise ValueError("no tables")
        self.tables: dict[bytes, tuple[int, int]] = {}
        for number in range(count):
            tag, _, offset, length = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
            if offset + length <= len(data) + PADDING:
                self.tables.setdefault(tag, (offset, min(length, max(0, len(data) - offset))))

    def table(self, tag: bytes) -> bytes:
        offset, length = self.tables.get(tag, (0, 0))
        return self.data[offset : offset + length]

    @cached_property
    def units(self) -> int:
        """Per em."""
        return self._number(b"head", 18) or 1000

    @cached_property
    def count(self) -> int:
        """Of glyphs."""
        return self._number(b"maxp", 4)

    @cached_property
    def _long_metrics(self) -> int:
        """Glyphs that have an advance of their own."""
        return self._number(b"hhea", 34)

    @cached_property
    def bold(self) -> bool:
        return bool(self._number(b"head", 44) & 1) or self._number(b"OS/2", 4) >= 600

    @cached_property
    def height(self) -> tuple[float, float]:
        """Above and below the baseline, in ems; the second is negative."""
        offset, length = self.tables.get(b"hhea", (0, 0))
        if length < 8:
            return 0.88, -0.12
        above, below = struct.unpack_from(">hh", self.data, offset + 4)
        return above / self.units, below / self.units

    @cached_property
    def cmap(self) -> dict[int, int]:
        """Character → glyph."""
        return characters(self.table(b"cmap"))

    def advance(self, glyph: int) -> float:
        """In ems."""
        return self.metrics(glyph)[0] / self.units

    def metrics(self, glyph: int) -> tuple[int, int]:
        """Advance and left side bearing in font units."""
        offset, length = self.tables.get(b"hmtx", (0, 0))
        long = min(self._long_metrics, length // 4)
        if not long:
            return self.units, 0
        if glyph < long:
            advance, bearing = struct.unpack_from(">Hh", self.data, offset + 4 * glyph)
            return advance, bearing
        (advance,) = struct.unpack_from(">H", self.data, offset + 4 * long - 4)
        place = 4 * long + 2 * (glyph - long)
        bearing = struct.unpack_from(">h", self.data, offset + place)[0] if place + 2 <= length else 0
        return advance, bearing

    def _number(self, tag: bytes, place: int) -> int:
        offset, length = self.tables.get(tag, (0, 0))
        value: int = struct.unpack_from(">H", self.data, offset + place)[0] if length >= place + 2 else 0
        return value
