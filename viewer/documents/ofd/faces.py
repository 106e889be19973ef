"""Faces: what draws characters. Those that an OFD embeds, and the shipped ones that stand in for all others."""

import mmap
import struct
from collections.abc import Hashable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

from fontTools import agl
from fontTools.cffLib import CFFFontSet

from viewer.documents.ofd.cff import Cff
from viewer.documents.ofd.glyf import Drawn, TrueType, subset
from viewer.documents.ofd.sfnt import Sfnt

HALF, FULL = 0.5, 1.0
"""Ems: how wide a letter and a Chinese character most likely are where a font doesn't say."""
CHINESE = 0x2E80
"""From here on characters are a whole em wide, nearly all of them."""


class Face(Hashable, Protocol):
    """`kind` says how PDF embeds it."""

    kind: str
    bold: bool
    height: tuple[float, float]
    units: int

    def glyph_for(self, code: int) -> int | None:
        """The glyph of a character; None where the face has none."""
        ...

    def glyph_at(self, number: int) -> int | None:
        """The glyph that an OFD means by a number in CGTransform; None where the face has none."""
        ...

    def advance(self, glyph: int, code: int) -> float:
        """In ems."""
        ...

    def program(self, drawn: list[Drawn]) -> bytes:
        """A font program whose glyph n + 1 is `drawn[n]`."""
        ...


class TrueTypeFace:
    kind = "FontFile2"

    def __init__(self, data: "bytes | mmap.mmap") -> None:
        self._font = TrueType(data)
        self.bold = self._font.bold
        self.height = self._font.height
        self.units = self._font.units

    def glyph_for(self, code: int) -> int | None:
        return self._font.cmap.get(code)

    def glyph_at(self, number: int) -> int | None:
        return number if 0 <= number < self._font.count else None

    def advance(self, glyph: int, code: int) -> float:
        return self._font.advance(glyph)

    def program(self, drawn: list[Drawn]) -> bytes:
        return subset(self._font, drawn)


class CffFace:
    """Bare CFF, or the CFF table of an OpenType font, whose cmap is read then."""

    kind = "FontFile3"

    def __init__(self, data: bytes, wrapping: Sfnt | None = None) -> None:
        self._data = data
        self._font = Cff(data)
        self._wrapping = wrapping
        self._by_name: dict[int, int] | None = None
        self.bold = wrapping.bold if wrapping else False
        self.height = wrapping.height if wrapping else (0.88, -0.12)
        self.units = self._font.units

    def glyph_for(self, code: int) -> int | None:
        if self._wrapping and self._wrapping.cmap:
            return self._wrapping.cmap.get(code)
        if self._by_name is None:
            self._by_name = {} if self._font.keyed else _by_name(self._data)
        return self._by_name.get(code)

    def glyph_at(self, number: int) -> int | None:
        """Numbers are CIDs in a bare font that has them, and glyphs' places otherwise."""
        place = number if self._wrapping else self._font.glyph_of(number)
        return place if 0 <= place < self._font.count else None

    def advance(self, glyph: int, code: int) -> float:
        if self._wrapping and b"hmtx" in self._wrapping.tables:
            return self._wrapping.advance(glyph)
        return FULL if code >= CHINESE else HALF

    def program(self, drawn: list[Drawn]) -> bytes:
        return self._font.subset([each.glyph for each in drawn])


def face_of(data: bytes) -> Face:
    """An embedded font, whatever its name says it is. Raises ValueError, IndexError, KeyError or struct.error where it
    is none that can be embedded."""
    if data[:1] == b"\x01" and data[:4] != b"\0\1\0\0":
        return CffFace(data)
    font = Sfnt(data)
    if b"CFF " in font.tables:
        return CffFace(font.table(b"CFF "), font)
    return TrueTypeFace(data)


@cache
def shipped(path: Path) -> TrueTypeFace:
    """A shipped face, mapped; once in a process."""
    with path.open("rb") as file:
        return TrueTypeFace(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _by_name(data: bytes) -> dict[int, int]:
    """Character → glyph of a font that knows its glyphs by their names only."""
    fonts = CFFFontSet()
    try:
        fonts.decompile(BytesIO(data), None)
        names = fonts[0].getGlyphOrder()
    except (struct.error, IndexError, KeyError, ValueError, AssertionError, AttributeError):
        return {}
    found: dict[int, int] = {}
    for place, name in enumerate(names):
        text = agl.toUnicode(name)
        if len(text) == 1:
            found.setdefault(ord(text), place)
    return found
