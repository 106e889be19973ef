"""The one font of all papers: how wide its characters are, and cuts of it that hold only the characters of one file."""

import struct
from functools import cache

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontMaker

from viewer.fonts import SERIF_SC

BASELINE = 0.36
"""How far below the middle of a Chinese character its baseline lies, as a fraction of the size."""

_NAME = "SandboxSerif"


@cache
def _font() -> TTFont:
    """Parses the 14.8 MB font once per process."""
    font = TTFont(_NAME, SERIF_SC)
    pdfmetrics.registerFont(font)
    return font


def registered() -> str:
    """The name under which ReportLab knows the font; every document then embeds only the characters it uses."""
    return str(_font().fontName)


def text_width(text: str, size: float) -> float:
    """The width of `text` in millimetres, at `size` points."""
    return pdfmetrics.stringWidth(text, registered(), size) / mm


class Cut:
    """A TrueType file in the making, with the characters that were asked for; glyph 0 stands for what the font lacks."""

    def __init__(self) -> None:
        self._glyphs: dict[int, int] = {0: 0}
        self._characters: dict[str, int] = {}

    def glyph(self, character: str) -> int:
        """The character's number in the file; characters that look the same share one."""
        if character not in self._characters:
            own = _font().face.charToGlyph.get(ord(character), 0)
            self._characters[character] = self._glyphs.setdefault(own, len(self._glyphs))
        return self._characters[character]

    def file(self) -> bytes:
        """ReportLab's subset numbers glyphs as they come; its table of codes 0, 1, 2, … gives way to one of Unicode."""
        made = _font().face.makeSubset([ord(character) for character in self._characters])
        tables = _tables(made) | {b"cmap": _unicode_table(self._characters)}
        maker = TTFontMaker()
        for tag, table in tables.items():
            maker.add(tag.decode("latin-1"), table)
        return bytes(maker.makeStream())


def _tables(font: bytes) -> dict[bytes, bytes]:
    """A TrueType file's tables by their tags (OpenType: table directory)."""
    (count,) = struct.unpack_from(">H", font, 4)
    entries = (struct.unpack_from(">4sLLL", font, 12 + 16 * index) for index in range(count))
    return {tag: font[start : start + length] for tag, _, start, length in entries}


def _unicode_table(glyphs: dict[str, int]) -> bytes:
    """A `cmap` for Windows and Unicode (3, 1) in format 4: one segment for each character, and the closing one."""
    codes = sorted((ord(character), glyph) for character, glyph in glyphs.items() if ord(character) < 0xFFFF)
    count = len(codes) + 1
    power = 1 << count.bit_length() - 1
    ends = [code for code, _ in codes] + [0xFFFF]
    deltas = [(glyph - code) & 0xFFFF for code, glyph in codes] + [1]
    search = (count * 2, power * 2, power.bit_length() - 1, (count - power) * 2)
    body = struct.pack(f">{4 + 4 * count + 1}H", *search, *ends, 0, *ends, *deltas, *[0] * count)
    return struct.pack(">HHHHLHHH", 0, 1, 3, 1, 12, 4, len(body) + 6, 0) + body
