"""Pixels of a paper: the screenshot, the scan on an A4 flatbed, and all its pages in black and white."""

import ctypes
import math
import threading
from collections.abc import Sequence
from io import BytesIO
from random import Random

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from viewer.gateway.sandbox.pasting import DPI, SCAN

PDFIUM = threading.Lock()
"""PDFium keeps global state: one thread at a time may be inside it."""

Matrix = tuple[float, float, float, float, float, float]
"""x' = a·x + c·y + e, y' = b·x + d·y + f: from the page's points (y downwards) to pixels."""

_FAX_DPI = 200
_DARK = 168
"""What is no lighter becomes black."""
_TILE = 512


def render(pdf: bytes, size: tuple[int, int], matrix: Matrix, number: int = 0) -> Image.Image:
    """A page (the first is 0) seen through `matrix`, on white; turning the vectors is sharper than turning pixels."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        bitmap = pypdfium2.PdfBitmap.new_native(*size, format=pdfium.FPDFBitmap_BGR)
        page = document[number]
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
            clip = pdfium.FS_RECTF(0, 0, *size)
            pdfium.FPDF_RenderPageBitmapWithMatrix(
                bitmap, page, ctypes.byref(pdfium.FS_MATRIX(*matrix)), ctypes.byref(clip), 0
            )
            image: Image.Image = bitmap.to_pil().copy()
        finally:
            page.close()
            bitmap.close()
            document.close()
    return image


def page_size(pdf: bytes) -> tuple[float, float]:
    """The first page's width and height in points."""
    return page_sizes(pdf)[0]


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Every page's width and height in points."""
    with PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [document.get_page_size(number) for number in range(len(document))]
        finally:
            document.close()


def screenshot(pdf: bytes) -> bytes:
    """The page at 144 dpi as a PNG."""
    width, height = page_size(pdf)
    image = render(pdf, (round(width * 2), round(height * 2)), (2, 0, 0, 2, 0, 0))
    file = BytesIO()
    image.save(file, "PNG", compress_level=4, dpi=(144, 144))
    return file.getvalue()


def scan(pdf: bytes, dice: Random) -> bytes:
    """The paper on the upper half of a white A4 at 300 dpi: a little skewed, tinted and noisy."""
    width, height = page_size(pdf)
    angle = math.radians(dice.choice((-1, 1)) * dice.uniform(0.3, 1.2))
    scale = DPI / 72
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    middle = (SCAN[0] / 2, max(SCAN[1] / 4, height * scale / 2 + dice.uniform(0, 40)))
    left = middle[0] - (cos * width - sin * height) / 2
    top = middle[1] - (sin * width + cos * height) / 2
    image = render(pdf, SCAN, (cos, sin, -sin, cos, left, top))
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    edge(image, [(cos * x - sin * y + left, sin * x + cos * y + top) for x, y in corners])
    return scanned(image, dice)


def scanned(image: Image.Image, dice: Random) -> bytes:
    """An A4 picture as a flatbed delivers it: tinted and noisy, as a JPEG."""
    tint = Image.new("RGB", (1, 1), (252 - dice.randint(0, 3), 251 - dice.randint(0, 3), 247 - dice.randint(0, 5)))
    image = ImageChops.multiply(image, tint.resize(SCAN))
    image = ImageChops.add(image, noise(SCAN, dice, 7), 1, -128)
    file = BytesIO()
    image.save(file, "JPEG", quality=80, dpi=(DPI, DPI))
    return file.getvalue()


def fax(pdf: bytes) -> bytes:
    """All pages at 200 dpi in black and white: a TIFF, compressed as fax machines and archives do it (CCITT G4)."""
    scale = _FAX_DPI / 72
    pages = []
    for number, (width, height) in enumerate(page_sizes(pdf)):
        image = render(pdf, (round(width * scale), round(height * scale)), (scale, 0, 0, scale, 0, 0), number)
        pages.append(image.convert("L").point([255 * (value > _DARK) for value in range(256)], "1"))
    file = BytesIO()
    first, *others = pages
    dpi = (_FAX_DPI, _FAX_DPI)
    first.save(file, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=others)
    return file.getvalue()


def edge(image: Image.Image, corners: Sequence[tuple[float, float]]) -> None:
    """The thin shadow that the paper's edge throws on the lid behind it; only the strip it crosses is blurred."""
    shade = Image.new("L", (image.width // 4, image.height // 4), 0)
    ImageDraw.Draw(shade).polygon([(x / 4, y / 4) for x, y in corners], outline=60, width=2)
    shade = shade.filter(ImageFilter.GaussianBlur(1.2)).resize(image.size, Image.Resampling.BILINEAR)
    image.paste((150, 150, 155), (0, 0), shade)


def noise(size: tuple[int, int], dice: Random, strength: int) -> Image.Image:
    """Grain around 128 for `ImageChops.add(…, 1, -128)`: one random tile laid over the whole picture."""
    tile = Image.frombytes("L", (_TILE, _TILE), dice.randbytes(_TILE * _TILE))
    tile = tile.point([128 + (value * strength // 255 - strength // 2) for value in range(256)])
    grain = Image.new("L", size)
    for x in range(0, size[0], _TILE):
        for y in range(0, size[1], _TILE):
            grain.paste(tile, (x, y))
    return Image.merge("RGB", (grain, grain, grain))
