"""Pictures as images of a PDF: JPEGs and G4 faxes by their own bytes, PNGs by theirs as far as a PDF can read them, everything else
as its pixels."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from viewer.documents import image
from viewer.documents.papers.paper import Maker, Matrix, PaperPage
from viewer.documents.png import bare
from viewer.documents.shapes import Limits
from viewer.documents.sniff import JPEG, PNG, TIFF, sniff
from viewer.domain.size import Box, Size

MM = 72 / 25.4
A4 = (297 * MM, 210 * MM)
"""Long and short edge in points: what a picture is fitted to that doesn't say how large its paper was."""
BELIEVED = (100.0, 1300.0)
"""Dots an inch between which a picture's resolution is one of a scanner; 72 and 96 are what cameras and programs write anyway."""
LARGER = 1.05
SPACES = {"L": ("/DeviceGray", 1, b"GRAY"), "RGB": ("/DeviceRGB", 3, b"RGB "), "CMYK": ("/DeviceCMYK", 4, b"CMYK")}
"""Pillow's modes → a PDF's colours, how many, and what a profile of them calls itself."""
G4 = 4
COMPRESSION, PHOTOMETRIC, FILL_ORDER, STRIPS, STRIP_SIZES, ORIENTATION, T6_OPTIONS = 259, 262, 266, 273, 279, 274, 293
"""Tags of TIFF."""
UPRIGHT: dict[int, Matrix] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""EXIF orientation → how the unit square in which an image is drawn is turned upright."""


def add_picture(maker: Maker, content: bytes, limits: Limits) -> None:
    """All pages of a picture; what stays as it is isn't decoded. Raises whatever a damaged one makes the decoders raise."""
    kind = sniff(content)
    with image.opened(content, limits) as picture:
        size, dots = image.shown(picture), picture.info.get("dpi")
        if kind == JPEG and _add_jpeg(maker, content, picture, size, dots):
            return
        if kind == PNG and _add_png(maker, bare(content), image.orientation_of(picture), size, dots):
            return
        for number, size in enumerate(image.page_sizes(content, limits), 1):
            if number > 1:
                picture.seek(number - 1)
            dots = picture.info.get("dpi")
            if not (kind == TIFF and _add_fax(maker, content, picture, size, dots)):
                _add_pixels(maker, content, number, size, dots, limits)


def _add_jpeg(maker: Maker, content: bytes, picture: Image.Image, size: Size, dots: object) -> bool:
    """By its own bytes, unless it is of a kind that PDF readers don't know."""
    frame = _frame(content)
    if frame is None or picture.mode not in SPACES:
        return False
    space, count, _ = SPACES[picture.mode]
    inverted = picture.mode == "CMYK" and "adobe" in picture.info
    as_rgb = frame == (82, 71, 66) and "adobe" not in picture.info  # its components are named R, G, B
    told = [
        f"<</Type/XObject/Subtype/Image/Width {picture.width}/Height {picture.height}/BitsPerComponent 8",
        "/Filter/DCTDecode",
        "/DecodeParms<</ColorTransform 0>>" if as_rgb else "",
        "/Decode[1 0 1 0 1 0 1 0]" if inverted else "",
        "/ColorSpace ",
    ]
    profile = picture.info.get("icc_profile")
    if isinstance(profile, bytes) and profile[16:20] == SPACES[picture.mode][2] and profile[36:40] == b"acsp":
        own = maker.add([f"<</N {count}/Alternate{space}/Filter/FlateDecode>>"], zlib.compress(profile))
        body: list[str | int] = ["".join(told) + "[/ICCBased ", own, "]>>"]
    else:
        body = ["".join(told) + f"{space}>>"]
    _add_page(maker, maker.add(body, content), size, dots, image.orientation_of(picture))
    return True


def _frame(content: bytes) -> tuple[int, ...] | None:
    """The names of a JPEG's components; None for one that a PDF may not have: not baseline or progressive, or not of 8 bits."""
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            return None
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in (0xC0, 0xC1, 0xC2):
            count = content[place + 9]
            return tuple(content[place + 10 : place + 10 + 3 * count : 3]) if content[place + 4] == 8 else None
        if 0xC3 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return None
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _add_png(maker: Maker, content: bytes, orientation: int, size: Size, dots: object) -> bool:
    """By its own packed lines, which PDF knows too, unless it has transparency, interlacing or colours of its own."""
    chunks = list(_chunks(content))
    names = {name for name, _ in chunks}
    head = next((data for name, data in chunks if name == b"IHDR" and len(data) == 13), b"")
    if not head or names & {b"tRNS", b"iCCP", b"gAMA", b"cHRM", b"cICP", b"acTL"}:
        return False
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if interlaced or kind not in (0, 2, 3):
        return False
    palette = next((data for name, data in chunks if name == b"PLTE"), b"")[:768]
    colours = 3 if kind == 2 else 1
    space = {0: "/DeviceGray", 2: "/DeviceRGB", 3: f"[/Indexed/DeviceRGB {len(palette) // 3 - 1}<{palette.hex()}>]"}[
        kind
    ]
    if kind == 3 and len(palette) < 3:
        return False
    body = (
        f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent {depth}/ColorSpace {space}"
        f"/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors {colours}/BitsPerComponent {depth}/Columns {width}>>>>"
    )
    lines = b"".join(data for name, data in chunks if name == b"IDAT")
    _add_page(maker, maker.add([body], lines), size, dots, orientation)
    return True


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 8 <= len(content):
        size = int.from_bytes(content[place : place + 4], "big")
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        place += 12 + size


def _add_fax(maker: Maker, content: bytes, picture: Image.Image, size: Size, dots: object) -> bool:
    """A page in two colours as G4: by its own bytes where they lie in one piece, else packed anew."""
    if picture.mode != "1":
        return False
    tags = picture.tag_v2  # type: ignore[attr-defined]
    starts, sizes = tags.get(STRIPS, ()), tags.get(STRIP_SIZES, ())
    as_it_is = (
        (tags.get(COMPRESSION), len(starts), len(sizes)) == (G4, 1, 1)
        and tags.get(FILL_ORDER, 1) == 1
        and not tags.get(T6_OPTIONS, 0) & 2
    )
    if as_it_is:
        columns, rows = tags[256], tags[257]
        black_is_1 = tags.get(PHOTOMETRIC) == 1
        packed, orientation = content[starts[0] : starts[0] + sizes[0]], tags.get(ORIENTATION, 1)
    else:
        picture.load()
        buffer = io.BytesIO()
        upright = picture.convert("1")
        upright.save(buffer, "TIFF", compression="group4", strip_size=2**30)
        with Image.open(buffer) as again:
            own = again.tag_v2  # type: ignore[attr-defined]
            packed = buffer.getvalue()[own[STRIPS][0] : own[STRIPS][0] + own[STRIP_SIZES][0]]
            black_is_1 = own.get(PHOTOMETRIC) == 1
        columns, rows, orientation = *upright.size, 1
    body = (
        f"<</Type/XObject/Subtype/Image/Width {columns}/Height {rows}/BitsPerComponent 1/ColorSpace/DeviceGray"
        f"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns {columns}/Rows {rows}"
        f"/BlackIs1 {'true' if black_is_1 else 'false'}>>>>"
    )
    _add_page(maker, maker.add([body], packed), size, dots, orientation)
    return True


def _add_pixels(maker: Maker, content: bytes, number: int, size: Size, dots: object, limits: Limits) -> None:
    """As it is shown, upright in sRGB on white, and nothing lost."""
    whole = Box(0, 0, size.width, size.height)
    encoded = io.BytesIO()
    drawn = image.draw(content, number, whole, size, limits)
    drawn.save(encoded, "PNG", compress_level=3)
    assert _add_png(maker, encoded.getvalue(), 1, size, dots)


def _add_page(maker: Maker, number: int, size: Size, dots: object, orientation: int) -> None:
    width, height = _extent(size, dots)
    a, b, c, d, e, f = UPRIGHT.get(orientation, UPRIGHT[1])
    matrix = (a * width, b * height, c * width, d * height, e * width, f * height)
    maker.pages.append(PaperPage(number, matrix, width, height))


def _extent(size: Size, dots: object) -> tuple[float, float]:
    """Width and height in points: by the picture's own resolution where that gives a paper up to A4, else fitted to A4."""
    long, short = max(size.width, size.height), min(size.width, size.height)
    scale = min(A4[0] / long, A4[1] / short)
    if isinstance(dots, tuple) and len(dots) == 2:
        across, down = (float(each) if each else 0.0 for each in dots)
        told = (
            72 / across
            if across and BELIEVED[0] <= across <= BELIEVED[1] and abs(across / (down or 1) - 1) < 0.02
            else 0
        )
        if told and told <= scale * LARGER:
            scale = told
    return size.width * scale, size.height * scale
