"""PDF through PDFium. Only for decoder processes: PDFium is not thread-safe."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.size import Box, Size

POINTS_PER_INCH = 72


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The size of every page at the page resolution, after the page's own rotation, within the longest edge."""
    with _opened(content) as document:
        if len(document) > limits.max_pages:
            raise Unreadable("too_many_pages")
        return [_size(document.get_page_size(number), limits) for number in range(len(document))]


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """A part of page `number` (from 1) on white in exactly `size`, with annotations, form fields and signature appearances.

    PDFium draws the whole page shifted and scaled so that the part fills the bitmap; what lies outside isn't drawn.
    """
    with _opened(content) as document:
        document.init_forms()
        page = document[number - 1]
        whole = _size(document.get_page_size(number - 1), limits)
        across, down = size.width / box.width, size.height / box.height
        bitmap = pypdfium2.PdfBitmap.new_native(size.width, size.height, pdfium.FPDFBitmap_BGRx)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, size.width, size.height)
        corner = (round(-box.left * across), round(-box.top * down))
        extent = (round(whole.width * across), round(whole.height * down))
        place = (bitmap, page, *corner, *extent, 0, pdfium.FPDF_ANNOT)
        pdfium.FPDF_RenderPageBitmap(*place)
        if document.formenv:
            pdfium.FPDF_FFLDraw(document.formenv, *place)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()
        return picture


@contextmanager
def _opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("password" if error.err_code == pdfium.FPDF_ERR_PASSWORD else "damaged") from error
    try:
        if not len(document):
            raise Unreadable("damaged")
        yield document
    finally:
        document.close()


def _size(points: tuple[float, float], limits: Limits) -> Size:
    width, height = points
    if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
        raise Unreadable("damaged")
    scale = limits.page_dpi / POINTS_PER_INCH
    scale = min(scale, limits.page_edge / max(width, height), math.sqrt(limits.decoder_pixels / (width * height)))
    return Size(max(1, math.floor(width * scale + 1e-6)), max(1, math.floor(height * scale + 1e-6)))
