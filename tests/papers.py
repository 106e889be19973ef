"""Documents as no sandbox makes them: turned, transparent, encrypted, damaged, endless."""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

ORIENTATION = 0x0112
RED, WHITE = (255, 0, 0), (255, 255, 255)


def cornered(mode: str = "RGB", size: tuple[int, int] = (64, 32)) -> Image.Image:
    """A white picture whose top left corner is red, so that one sees how it is turned."""
    picture = Image.new("RGB", size, WHITE)
    picture.paste(RED, (0, 0, size[0] // 4, size[1] // 4))
    return picture.convert(mode)


TURNS = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.ROTATE_180,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_90,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_270,
)
"""By orientation - 1: how a camera that was held so stores an upright scene (each undoes what a reader has to do)."""


def turned(orientation: int, form: str = "JPEG") -> bytes:
    """The cornered picture as a camera stores it that was held so, with the note that says how to turn it."""
    turn = TURNS[orientation - 1]
    stored = cornered() if turn is None else cornered().transpose(turn)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(stored, form, exif=exif)


def encoded(picture: Image.Image, form: str, **how: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, form, **how)
    return content.getvalue()


def tiff(sizes: Sequence[tuple[int, int]]) -> bytes:
    """A TIFF with a page of each size."""
    first, *others = (cornered(size=size) for size in sizes)
    return encoded(first, "TIFF", save_all=True, append_images=others)


def pdf(pages: int = 1, *, size: tuple[float, float] = (200, 100), password: str = "", owner: str = "") -> bytes:
    """A PDF with a red rectangle in the top left corner of each page."""
    encrypted = StandardEncryption(password, ownerPassword=owner) if password or owner else None
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=size, encrypt=encrypted)
    for _ in range(pages):
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, size[1] * 3 / 4, size[0] / 4, size[1] / 4, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return content.getvalue()


def endless_pdf() -> bytes:
    """A small PDF, quickly measured, whose page takes minutes to draw: half-transparent, over and over."""
    drawing = b"/G gs 0.5 0 0 rg\n" + b"0 0 600 600 re f\n" * 200_000
    page = b"/MediaBox[0 0 600 600]/Resources<</ExtGState<</G<</ca 0.5>>>>>>"
    return pdf_of(page, stream(zlib.compress(drawing), b"/Filter/FlateDecode"))


def pdf_of(page: bytes, drawing: bytes, *others: bytes, catalog: bytes = b"", pages: bytes = b"1") -> bytes:
    """A PDF of one page by hand; `others` are the objects from 5 on, `pages` is the number that it announces."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count %s>>" % pages,
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%s>>" % page,
        drawing,
        *others,
    ]
    content = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return content + trailer % (len(objects) + 1, table, len(objects) + 1, len(content))


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


def chinese_pdf(text: str, font: str = "STSong-Light", encoding: str = "UniGB-UCS2-H") -> bytes:
    """A page of 200 × 60 points with Chinese text in a font that isn't embedded."""
    name, coded = font.encode(), text.encode("gbk" if encoding.startswith("GB") else "utf-16-be")
    return pdf_of(
        b"/MediaBox[0 0 200 60]/Resources<</Font<</F 5 0 R>>>>",
        stream(b"BT /F 40 Tf 10 15 Td <%s> Tj ET" % coded.hex().encode()),
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/%s/DescendantFonts[6 0 R]>>" % (name, encoding.encode()),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/%s/DW 1000/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>" % name,
        b"<</Type/FontDescriptor/FontName/%s/Flags 6/Ascent 880/Descent -120/CapHeight 700/ItalicAngle 0/StemV 80"
        b"/FontBBox[0 -200 1000 900]>>" % name,
    )


def signed_pdf(*, rotated: int = 0) -> bytes:
    """A page cropped to 200 × 100 points: blue in its lower left corner, then a red signature, a green form field, and an
    orange stamp, 40 points each, drawn by their appearances alone."""

    def seal(color: bytes) -> bytes:
        return stream(b"%s rg 0 0 40 40 re f" % color, b"/Type/XObject/Subtype/Form/BBox[0 0 40 40]")

    field = b"<</Type/Annot/Subtype/Widget/FT/%s/T(%s)/F 4/Rect[%s]/AP<</N %d 0 R>>>>"
    return pdf_of(
        b"/MediaBox[0 0 300 300]/CropBox[50 50 250 150]/Rotate %d/Annots[5 0 R 7 0 R 9 0 R]" % rotated,
        stream(b"0 0 1 rg 50 50 20 20 re f 0 1 1 rg 0 0 40 300 re f"),
        field % (b"Sig", b"signature", b"100 60 140 100", 6),
        seal(b"1 0 0"),
        field % (b"Tx", b"text", b"150 60 190 100", 8),
        seal(b"0 0.6 0"),
        b"<</Type/Annot/Subtype/Stamp/F 4/Rect[200 60 240 100]/AP<</N 10 0 R>>>>",
        seal(b"1 0.5 0"),
        catalog=b"/AcroForm<</Fields[5 0 R 7 0 R]/SigFlags 3>>",
    )


def archive(*names: str) -> bytes:
    """A ZIP with a short file under each name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, f"<?xml version='1.0'?><!-- {name} -->")
    return content.getvalue()


def zipped(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP with these files, in this order."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as packed:
        for name, member in members.items():
            packed.writestr(name, member)
    return content.getvalue()


def encrypted_zip(members: Mapping[str, bytes]) -> bytes:
    """A ZIP all of whose entries say that they need a password, as indeed nobody can read them."""
    content = bytearray(zipped({name: bytes(byte ^ 0x5A for byte in member) for name, member in members.items()}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(header)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(header, place + 4)
    return bytes(content)


def overlapping_zip(member: bytes, times: int) -> bytes:
    """A ZIP that lists the same packed bytes under many names."""
    content = zipped({"a.pdf": member})
    directory, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    size = (end - directory) * times
    ending = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, times & 0xFFFF, times & 0xFFFF, size, directory, 0)
    return content[:directory] + content[directory:end] * times + ending


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes and very many pixels."""
    return encoded(Image.new("1", (width, height)), "PNG")


HEIC = {
    1: base64.b64decode(
        "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
        "ACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAADoAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
        "AAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
        "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5j"
        "bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBp"
        "eGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAEJtZGF0AAAANigBrwngFVwMH/8ibv/yIdl7vZsysQW+V6+7pd//"
        "wD23V7+f+vqIDZkL/MnAU6+EEycsevPPRg=="
    ),
    6: base64.b64decode(
        "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
        "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAEEAAgAAAAACLQABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
        "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
        "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
        "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
        "cAAAACAAAAABAAAAQAAAAAH////gAAAAAgAAAAAAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
        "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAG1tZGF0AAAAPSgBrwngOdvaD7x/iXpoF/m3d2Deejf/pvj/+zu0"
        "PrNRylJqtQMVEtqxaLrE1O/5qjfhBniB6EeuSBfHpJgAAAAGRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA="
    ),
}
"""By orientation: the cornered picture as a phone stores it (HEVC; nothing here can encode that)."""
