"""PDF through PDFium. Only for decoder processes: PDFium is not thread-safe."""

import ctypes
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.size import Box, Size

POINTS_PER_INCH = 72
LOCKED = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
"""A password or a certificate is missing."""
NOTHING = b"no document"
"""PDFium names its last problem, but not every document that fails gives it a new one: this one does."""

BYTES = ctypes.POINTER(ctypes.c_char)


def use_fonts(folder: Path) -> None:
    """Gives PDFium the fonts of `folder`, and no others, for text whose own font isn't embedded in the document.

    To be called once in a process, before it opens any document: the library starts anew. The machine's own fonts are
    left out, so that a page looks the same wherever it is drawn.
    """
    path = ctypes.create_string_buffer(str(folder).encode())
    folders = (BYTES * 2)(ctypes.cast(path, BYTES))  # the second stays NULL: the end
    pdfium.FPDF_DestroyLibrary()
    pdfium.FPDF_InitLibraryWithConfig(pdfium.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=folders))
    _kept.append((path, folders))


_kept: list[object] = []
"""What PDFium has the address of."""


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The size of every page at the page resolution, after the page's own rotation, within the longest edge.

    A document that announces more pages than it has is shown with those it has; a page that can't be read among others
    that can takes the size of the one before it.
    """
    with opened(content) as document:
        if len(document) > limits.max_pages:
            raise Unreadable("too_many_pages")
        found = [_points(document, number) for number in range(len(document))]
        while found and found[-1] is None:
            found.pop()
        sizes: list[Size] = []
        for points in found:
            if points is None and not sizes:
                raise Unreadable("damaged")
            sizes.append(size_of(points, limits) if points else sizes[-1])
        if not sizes:
            raise Unreadable("damaged")
        return sizes


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """A part of page `number` (from 1) on white in exactly `size`, with annotations, form fields and signature appearances.

    PDFium draws the whole page shifted and scaled so that the part fills the bitmap; what lies outside isn't drawn.
    """
    with opened(content) as document:
        document.init_forms()
        page = document[number - 1]
        whole = size_of(page.get_size(), limits)
        across, down = size.width / box.width, size.height / box.height
        bitmap = pypdfium2.PdfBitmap.new_native(size.width, size.height, pdfium.FPDFBitmap_BGRx)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, size.width, size.height)
        corner = (round(-box.left * across), round(-box.top * down))
        extent = (max(1, round(whole.width * across)), max(1, round(whole.height * down)))
        place = (bitmap, page, *corner, *extent, 0, pdfium.FPDF_ANNOT)
        pdfium.FPDF_RenderPageBitmap(*place)
        if document.formenv:
            pdfium.FPDF_FFLDraw(document.formenv, *place)
        pixels = ("RGB", (size.width, size.height), bitmap.buffer)
        picture = Image.frombuffer(*pixels, "raw", "BGRX", bitmap.stride, 1)  # in one step, and a copy
        bitmap.close()
        page.close()
        return picture


def written_anew(content: bytes) -> bytes:
    """The same document as PDFium understands it, with annotations and form fields made part of its pages as they are shown.

    Also those that bring no appearance of their own: PDFium makes one up. Raises Unreadable.
    """
    with opened(content) as document:
        settings = pdfium.FPDF_FORMFILLINFO(version=2)
        filling = pdfium.FPDFDOC_InitFormFillEnvironment(document, settings)
        for number in range(len(document)):
            if _points(document, number):
                page = document[number]
                pdfium.FORM_OnAfterLoadPage(page, filling)  # what has no appearance gets one, until the page is closed
                pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
                pdfium.FORM_OnBeforeClosePage(page, filling)
                page.close()
        pdfium.FPDFDOC_ExitFormFillEnvironment(filling)
        written = io.BytesIO()
        document.save(written)
        return written.getvalue()


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document, with one page at least. Raises Unreadable: protected by a password, or damaged."""
    pdfium.FPDF_LoadMemDocument(NOTHING, len(NOTHING), None)
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("password" if error.err_code in LOCKED else "damaged") from error
    try:
        if not len(document):
            raise Unreadable("damaged")
        yield document
    finally:
        document.close()


def _points(document: pypdfium2.PdfDocument, number: int) -> tuple[float, float] | None:
    """Width and height of the page `number` (from 0) in points; None for one that isn't there or has no extent."""
    try:
        width, height = document.get_page_size(number)
    except pypdfium2.PdfiumError:
        return None
    usable = math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0
    return (width, height) if usable else None


def size_of(points: tuple[float, float], limits: Limits) -> Size:
    """The pixels of a page of so many points; capped before anything is drawn."""
    width, height = points
    scale = limits.page_dpi / POINTS_PER_INCH
    scale = min(scale, limits.page_edge / max(width, height), math.sqrt(limits.decoder_pixels / (width * height)))
    return Size(max(1, math.floor(width * scale + 1e-6)), max(1, math.floor(height * scale + 1e-6)))
