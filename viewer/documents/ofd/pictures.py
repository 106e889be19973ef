"""Pictures for the PDF: as they are stored where PDF knows the form, else decoded by Pillow."""

import io
import struct
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image

from viewer.documents.ofd import jbig2
from viewer.documents.shapes import Limits

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
PNG_SPACES = {0: (Name.DeviceGray, 1), 2: (Name.DeviceRGB, 3)}
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "JPEG2000")
FAULTS = (OSError, ValueError, IndexError, KeyError, SyntaxError, EOFError, struct.error, zlib.error, TypeError)
"""What decoders raise for a damaged picture."""


def embedded(pdf: pikepdf.Pdf, content: bytes, mask: bytes | None, limits: Limits) -> pikepdf.Object:
    """An image for the PDF; with a mask, what is dark in that is transparent. Raises one of `FAULTS`."""
    image = _image(pdf, content, limits)
    if mask is not None:
        image["/SMask"] = _gray(pdf, mask, limits)
    return image


def _image(pdf: pikepdf.Pdf, content: bytes, limits: Limits) -> pikepdf.Object:
    if content.startswith(jbig2.MAGIC) or content[:4] == b"\0\0\0\0":
        found = jbig2.embedded(content)
        return _stream(pdf, found.data, found.width, found.height, Name.DeviceGray, 1, limits, Name.JBIG2Decode)
    if content.startswith(PNG):
        plain = _plain_png(pdf, content, limits)
        if plain is not None:
            return plain
    Image.MAX_IMAGE_PIXELS = None  # counted right below
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        _check(picture.width, picture.height, limits)
        if picture.format == "JPEG" and picture.mode in ("L", "RGB", "CMYK"):
            return _jpeg(pdf, content, picture, limits)
        return _decoded(pdf, picture, limits)


def _jpeg(pdf: pikepdf.Pdf, content: bytes, picture: Image.Image, limits: Limits) -> pikepdf.Object:
    space = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}[picture.mode]
    stream = _stream(pdf, content, picture.width, picture.height, space, 8, limits, Name.DCTDecode)
    if picture.mode == "CMYK" and "adobe" in picture.info:
        stream["/Decode"] = Array([1, 0] * 4)  # Adobe's programs store CMYK inverted
    return stream


def _plain_png(pdf: pikepdf.Pdf, content: bytes, limits: Limits) -> pikepdf.Object | None:
    """A PNG's own compressed rows, where it has neither transparency nor interlacing."""
    width, height, bits, kind, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    if interlaced or kind not in (0, 2, 3) or bits > 8:
        return None
    rows, palette, tag, place = [], b"", b"", 8
    while place + 8 <= len(content):
        length, tag = struct.unpack_from(">I4s", content, place)
        piece = content[place + 8 : place + 8 + length]
        if tag == b"tRNS":
            return None
        if tag == b"PLTE":
            palette = piece
        elif tag == b"IDAT":
            rows.append(piece)
        place += 12 + length
    if tag != b"IEND":
        return None  # cut off
    if kind == 3:
        if not palette:
            return None
        space: pikepdf.Object = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, palette])
        channels = 1
    else:
        space, channels = PNG_SPACES[kind]
    stream = _stream(pdf, b"".join(rows), width, height, space, bits, limits, Name.FlateDecode)
    stream["/DecodeParms"] = Dictionary(Predictor=15, Colors=channels, BitsPerComponent=bits, Columns=width)
    return stream


def _decoded(pdf: pikepdf.Pdf, picture: Image.Image, limits: Limits) -> pikepdf.Object:
    alpha = None
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        alpha = clear.getchannel("A")
        shown = clear.convert("RGB")
    elif picture.mode in ("1", "L", "I", "F") or picture.mode.startswith("I;"):
        shown = picture.convert("L") if picture.mode in ("1", "L") else _narrowed(picture)
    else:
        shown = picture.convert("RGB")
    space = Name.DeviceGray if shown.mode == "L" else Name.DeviceRGB
    stream = _flat(pdf, shown, space, limits)
    if alpha is not None and alpha.getextrema() != (255, 255):
        stream["/SMask"] = _flat(pdf, alpha, Name.DeviceGray, limits)
    return stream


def _gray(pdf: pikepdf.Pdf, content: bytes, limits: Limits) -> pikepdf.Object:
    """A mask's opacity."""
    if content.startswith(jbig2.MAGIC):
        return _image(pdf, content, limits)
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        _check(picture.width, picture.height, limits)
        mask = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else picture.convert("L")
        return _flat(pdf, mask, Name.DeviceGray, limits)


def _narrowed(picture: Image.Image) -> Image.Image:
    """Sixteen bits of gray as eight."""
    return picture.convert("I").point(lambda value: value / 257).convert("L")


def _flat(pdf: pikepdf.Pdf, picture: Image.Image, space: pikepdf.Object, limits: Limits) -> pikepdf.Object:
    data = zlib.compress(picture.tobytes(), 1)
    return _stream(pdf, data, picture.width, picture.height, space, 8, limits, Name.FlateDecode)


def _stream(
    pdf: pikepdf.Pdf,
    data: bytes,
    width: int,
    height: int,
    space: pikepdf.Object,
    bits: int,
    limits: Limits,
    packed: pikepdf.Object,
) -> pikepdf.Object:
    _check(width, height, limits)
    return pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=space,
        BitsPerComponent=bits,
        Filter=packed,
    )


def _check(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise ValueError("too many pixels")
