"""Fonts in the PDF: what is used of a face becomes a composite font with CIDs of our own.

A CID stands for a glyph with its character and the width that the OFD declares for it, so that a reader of the PDF's text
sees no gaps where the OFD has none, and each character's place is the OFD's.
"""

import struct
import zlib
from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name

from viewer.documents.ofd.faces import Face
from viewer.documents.ofd.glyf import Drawn

MOST_CIDS = 0xFFFE
TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /OFD def /CMapType 2 def\n"
    "1 begincodespacerange <0000> <FFFF> endcodespacerange\n{}endcmap end end"
)
LEVEL = 4
"""Of compression: in half of zlib's usual time, for a few hundredths more bytes."""
MOST_OF_A_BLOCK = 100
"""Lines of a block in a ToUnicode map."""


class UsedFont:
    """A face in one writing direction, as far as a document uses it."""

    def __init__(self, name: str, face: Face, *, down: bool) -> None:
        self.name = name
        self.face = face
        self._down = down
        self._cids: dict[tuple[Drawn, str, int], int] = {}
        self._drawn: dict[Drawn, int] = {}

    def cid(self, drawn: Drawn, text: str, width: float) -> int | None:
        """The CID of a character that goes on by `width` ems; None where there is no room for more."""
        key = drawn, text, round(width * 1000)
        found = self._cids.get(key)
        if found is None:
            if len(self._cids) >= MOST_CIDS:
                return None
            found = self._cids[key] = len(self._cids) + 1
            self._drawn.setdefault(drawn, len(self._drawn) + 1)
        return found

    def written(self, pdf: pikepdf.Pdf) -> pikepdf.Object:
        """The font's dictionary. Raises what `Face.program` raises."""
        ttf = self.face.kind == "FontFile2"
        base = Name(f"/OFDSUB+{self.name}")
        # In a CFF font CIDs are glyphs' numbers, so a glyph of several widths lies in it several times.
        program = self.face.program(list(self._drawn) if ttf else [drawn for drawn, _, _ in self._cids])
        above, below = (round(1000 * part) for part in self.face.height)
        file = packed(pdf, program)
        if not ttf:
            file["/Subtype"] = Name("/CIDFontType0C")
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=base,
            Flags=4,
            FontBBox=Array([0, below, 1000, above]),
            ItalicAngle=0,
            Ascent=above,
            Descent=below,
            CapHeight=above,
            StemV=80,
        )
        descriptor[f"/{self.face.kind}"] = file
        widths = [width for _, _, width in self._cids]
        font = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2 if ttf else Name.CIDFontType0,
            BaseFont=base,
            CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=1000,
        )
        if self._down:
            font[Name.DW2] = Array([0, -1000])
            font[Name.W2] = Array([1, Array([part for width in widths for part in (-width, 0, 0)])])
        else:
            font[Name.W] = Array([1, Array(widths)])
        if ttf:
            glyphs = [0, *(self._drawn[drawn] for drawn, _, _ in self._cids)]
            font[Name.CIDToGIDMap] = packed(pdf, struct.pack(f">{len(glyphs)}H", *glyphs))
        whole = Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=base,
            Encoding=Name("/Identity-V" if self._down else "/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(font)]),
            ToUnicode=packed(pdf, _to_unicode(text for _, text, _ in self._cids)),
        )
        return pdf.make_indirect(whole)


def packed(pdf: pikepdf.Pdf, data: bytes, **entries: object) -> pikepdf.Object:
    """A compressed stream."""
    return pdf.make_stream(zlib.compress(data, LEVEL), Filter=Name.FlateDecode, **entries)


def _to_unicode(texts: Iterable[str]) -> bytes:
    lines = [
        f"<{cid:04X}> <{text.encode('utf-16-be', 'replace').hex()}>\n" for cid, text in enumerate(texts, 1) if text
    ]
    blocks = [lines[start : start + MOST_OF_A_BLOCK] for start in range(0, len(lines), MOST_OF_A_BLOCK)]
    return TO_UNICODE.format(
        "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
    ).encode()
