"""OFDs made by code, each for one thing that the format can say."""

import io
import struct
from collections.abc import Mapping

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

from tests.papers import zipped
from viewer.documents.ofd import cff
from viewer.documents.ofd.cff import Cff

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
RED, BLUE = '<ofd:FillColor Value="255 0 0"/>', '<ofd:FillColor Value="0 0 255"/>'
SQUARE = "M 0 0 L 10 0 L 10 10 L 0 10 C"


def element(tag: str, inside: str, attributes: str = "") -> str:
    return f"{HEAD}<ofd:{tag} {NAMESPACE} {attributes}>{inside}</ofd:{tag}>"


def layers(objects: str, attributes: str = "") -> str:
    return f'<ofd:Content><ofd:Layer ID="9" {attributes}>{objects}</ofd:Layer></ofd:Content>'


def area(width: float, height: float) -> str:
    return f"<ofd:Area><ofd:PhysicalBox>0 0 {width} {height}</ofd:PhysicalBox></ofd:Area>"


def page(objects: str, *, size: tuple[float, float] = (100, 50), before: str = "") -> str:
    """A page's XML of these objects in one layer."""
    return element("Page", area(*size) + before + layers(objects))


def parts(*pages: str, resources: str = "", common: str = "", document: str = "", body: str = "") -> dict[str, bytes]:
    """The parts of a package of these pages, to be changed and packed."""
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="Pages/{number}.xml"/>' for number in range(1, len(pages) + 1))
    found = {
        "OFD.xml": element(
            "OFD",
            f"<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{body}</ofd:DocBody>",
            'DocType="OFD" Version="1.1"',
        ),
        "Doc_0/Document.xml": element(
            "Document",
            f"<ofd:CommonData><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>{common}</ofd:CommonData>"
            f"<ofd:Pages>{listed}</ofd:Pages>{document}",
        ),
        "Doc_0/PublicRes.xml": element("Res", resources, 'BaseLoc="Res"'),
    }
    found |= {f"Doc_0/Pages/{number}.xml": content for number, content in enumerate(pages, 1)}
    return {name: content.encode() for name, content in found.items()}


def ofd(
    *objects: str, resources: str = "", files: Mapping[str, bytes] | None = None, size: tuple[float, float] = (100, 50)
) -> bytes:
    """A package with a page of each of these objects; `files` lie in its Res folder."""
    found = parts(*(page(each, size=size) for each in objects), resources=resources)
    return zipped(found | {f"Doc_0/Res/{name}": content for name, content in (files or {}).items()})


def text(said: str, place: str = 'X="0" Y="8"', *, at: str = "10 10 80 10", more: str = "", inside: str = "") -> str:
    """A text object of 8 mm high letters."""
    return (
        f'<ofd:TextObject ID="5" Boundary="{at}" Font="1" Size="8" {more}>{inside}'
        f"<ofd:TextCode {place}>{said}</ofd:TextCode></ofd:TextObject>"
    )


def path(
    data: str = SQUARE, *, at: str = "10 10 10 10", more: str = 'Fill="true" Stroke="false"', inside: str = RED
) -> str:
    return (
        f'<ofd:PathObject ID="6" Boundary="{at}" {more}>{inside}'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def image(resource: str = "7", *, at: str = "10 10 20 10", more: str = 'CTM="20 0 0 10 0 0"', inside: str = "") -> str:
    return f'<ofd:ImageObject ID="8" Boundary="{at}" ResourceID="{resource}" {more}>{inside}</ofd:ImageObject>'


def font(name: str = "宋体", file: str = "") -> str:
    where = f"<ofd:FontFile>{file}</ofd:FontFile>" if file else ""
    return f'<ofd:Fonts><ofd:Font ID="1" FontName="{name}">{where}</ofd:Font></ofd:Fonts>'


def media(**files: str) -> str:
    """Pictures by ID: `media(_7="a.png")`."""
    listed = "".join(
        f'<ofd:MultiMedia ID="{ident[1:]}" Type="Image"><ofd:MediaFile>{file}</ofd:MediaFile></ofd:MultiMedia>'
        for ident, file in files.items()
    )
    return f"<ofd:MultiMedias>{listed}</ofd:MultiMedias>"


# Seals


def der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def seal(picture: bytes, kind: bytes = b"PNG", *, version: int = 4) -> bytes:
    """An electronic seal around a picture as GM/T 0031 puts it, in its first or its present version."""
    shown = der(0x30, der(0x16, kind) + der(0x04, picture) + der(0x02, b"\x1e") + der(0x02, b"\x14"))
    head = der(0x30, der(0x16, b"ES") + der(0x02, bytes([version])) + der(0x16, b"maker"))
    info = der(0x30, head + der(0x16, b"no. 1") + der(0x30, der(0x02, b"\1") + der(0x0C, "章".encode())) + shown)
    if version == 4:
        return der(0x30, info + der(0x04, b"certificate") + der(0x06, b"\x2a\x81") + der(0x03, b"\0signed"))
    return der(0x30, info + der(0x30, der(0x04, b"certificate") + der(0x03, b"\0signed")))


def signed(seal: bytes, *, version: int = 4) -> bytes:
    """A signed value around a seal."""
    inner = der(0x30, der(0x02, bytes([version])) + seal + der(0x18, b"20260101000000Z") + der(0x03, b"\0hash"))
    return der(0x30, inner + der(0x04, b"certificate") + der(0x03, b"\0signed"))


def stamped(
    objects: str,
    *stamps: str,
    value: bytes = b"",
    file: bytes = b"",
    resources: str = "",
    pages: int = 1,
) -> bytes:
    """A package that is signed with a seal, in the signed value or in a file of its own; `stamps` are StampAnnots."""
    where = "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal>" if file else ""
    found = parts(
        *[page(objects)] * pages,
        resources=resources,
        body="<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>",
    )
    found |= {
        "Doc_0/Signs/Signatures.xml": element(
            "Signatures", '<ofd:Signature ID="1" BaseLoc="Sign_0/Signature.xml"/>'
        ).encode(),
        "Doc_0/Signs/Sign_0/Signature.xml": element(
            "Signature",
            f"<ofd:SignedInfo>{''.join(stamps)}{where}</ofd:SignedInfo>"
            "<ofd:SignedValue>/Doc_0/Signs/Sign_0/SignedValue.dat</ofd:SignedValue>",
        ).encode(),
    }
    found |= {"Doc_0/Signs/Sign_0/SignedValue.dat": value} if value else {}
    found |= {"Doc_0/Signs/Sign_0/Seal.esl": file} if file else {}
    return zipped(found)


# Fonts


def truetype(*, named: bool = True) -> bytes:
    """A font whose A is a full square of an em, B one half as wide, C both as a composite; without `named` its
    characters have no table."""
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "A", "B", "C"])
    builder.setupCharacterMap({65: "A", 66: "B", 67: "C"} if named else {})
    glyphs = {".notdef": TTGlyphPen(None).glyph(), "A": _square(1000), "B": _square(500)}
    pen = TTGlyphPen(glyphs)
    pen.addComponent("B", (0.5, 0, 0, 1, 0, 0))
    pen.addComponent("B", (0.5, 0, 0, 1, 750, 0))
    builder.setupGlyf(glyphs | {"C": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (1000, 0), "B": (500, 0), "C": (1000, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def _square(width: int) -> object:
    pen = TTGlyphPen(None)
    for number, point in enumerate([(0, 0), (0, 1000), (width, 1000), (width, 0)]):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    return pen.glyph()


def opentype() -> bytes:
    """The same A and B as an OpenType font with CFF outlines."""
    builder = FontBuilder(1000, isTTF=False)
    builder.setupGlyphOrder([".notdef", "A", "B"])
    builder.setupCharacterMap({65: "A", 66: "B"})
    drawn = {}
    for name, width in ((".notdef", 0), ("A", 1000), ("B", 500)):
        pen = T2CharStringPen(1000, None)
        if width:
            pen.moveTo((0, 0))
            pen.lineTo((0, 1000))
            pen.lineTo((width, 1000))
            pen.lineTo((width, 0))
            pen.closePath()
        drawn[name] = pen.getCharString()
    builder.setupCFF("Test", {"FullName": "Test"}, drawn, {})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "A": (1000, 0), "B": (500, 0)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def bare_cff() -> bytes:
    """The CFF table alone, as many OFDs embed it under the name "font.ttf"."""
    content = opentype()
    (count,) = struct.unpack_from(">H", content, 4)
    for number in range(count):
        tag, _, place, length = struct.unpack_from(">4sIII", content, 12 + 16 * number)
        if tag == b"CFF ":
            return content[place : place + length]
    raise AssertionError


def keyed_cff(*cids: int) -> bytes:
    """The same glyphs in a CFF that knows them by CIDs."""
    plain = Cff(bare_cff())
    programs = cff.written(plain.charstrings)
    charset = b"\0" + struct.pack(f">{len(cids)}H", *cids)
    select = b"\0" * (1 + len(plain.charstrings))
    head = b"\1\0\4\4" + cff.written([b"Keyed"])
    after = cff.written(plain.strings) + cff.written(plain.subrs)
    rights = struct.pack(">BhBhB", 28, 391, 28, 392, 139)

    def top(*places: int) -> bytes:
        keys: list[cff.Operator] = [cff.CHARSET, cff.CHARSTRINGS, cff.FDSELECT, cff.FDARRAY]
        numbers = {key: b"\x1d" + struct.pack(">i", place) for key, place in zip(keys, places, strict=True)}
        return cff.written([cff.written_dictionary({cff.ROS: rights, **numbers})])

    start = len(head) + len(top(0, 0, 0, 0)) + len(after)
    at = start + len(charset)
    chosen = at + len(programs)
    fonts_at = chosen + len(select)
    fonts = cff.written([cff.written_dictionary({cff.PRIVATE: (b"\x1d" + b"\0" * 4) * 2})])
    return head + top(start, at, chosen, fonts_at) + after + charset + programs + select + fonts
