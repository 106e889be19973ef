"""Prints and bundles opened again: what pages are, what they say, how they look. By pikepdf, PDFium and Poppler, none of which
made them."""

import io
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2
from PIL import Image

from viewer.documents import decode
from viewer.documents.shapes import Limits
from viewer.documents.sniff import sniff
from viewer.domain.size import Box, Size

MM = 72 / 25.4
LIMITS = Limits(
    max_pixels=100_000_000,
    max_pages=1000,
    page_dpi=300,
    page_edge=6000,
    decoder_pixels=36_000_000,
    archive_entries=5000,
    archive_bytes=300_000_000,
    archive_ratio=200,
)
ACTIVE = re.compile(rb"/(JavaScript|JS|OpenAction|AA|Launch|URI|EmbeddedFiles?|Filespec|Annots|AcroForm)(?![\w+])")
"""Names by which something acts, leads elsewhere or hides a file."""


def opened(content: bytes) -> pikepdf.Pdf:
    """Opened, and sound to qpdf."""
    document = pikepdf.open(io.BytesIO(content))
    assert not document.check_pdf_syntax()
    return document


def extents(content: bytes) -> list[tuple[int, int]]:
    """Every page's width and height in millimetres."""
    return [
        (round(float(page.mediabox[2]) / MM), round(float(page.mediabox[3]) / MM)) for page in opened(content).pages
    ]


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def shown(content: bytes, page: int = 1, *, width: int) -> Image.Image:
    """A page as PDFium draws it."""
    document = pypdfium2.PdfDocument(content)
    try:
        found = document[page - 1]
        picture: Image.Image = found.render(scale=width / found.get_width()).to_pil().convert("RGB")
        return picture
    finally:
        document.close()


def shown_by_poppler(content: bytes, page: int = 1, *, width: int) -> Image.Image | None:
    """The same by a program that shares no code with PDFium; None where the machine hasn't it."""
    if not shutil.which("pdftoppm"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "it.pdf"
        path.write_bytes(content)
        size = ["-scale-to-x", str(width), "-scale-to-y", "-1"]
        drawn = subprocess.run(
            ["pdftoppm", "-f", str(page), "-l", str(page), *size, str(path)], capture_output=True, check=True
        )
        return Image.open(io.BytesIO(drawn.stdout)).convert("RGB")


def original_shown(content: bytes, page: int = 1, *, size: tuple[int, int]) -> Image.Image:
    """The file's page as the viewer shows it, in this size."""
    kind = sniff(content)
    whole = decode.page_sizes(content, kind, LIMITS)[page - 1]
    return decode.draw(content, kind, page, Box(0, 0, whole.width, whole.height), Size(*size), LIMITS).convert("RGB")


def bookmarks(content: bytes) -> list[tuple[int, str, int]]:
    """Every bookmark: how deep, its title, and the page that it leads to, from 1."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [(mark.level, mark.get_title(), mark.get_dest().get_index() + 1) for mark in document.get_toc()]
    finally:
        document.close()


@dataclass(frozen=True)
class Embedded:
    """An image of a document: its bytes as they lie there, how these are packed, and its pixels."""

    size: tuple[int, int]
    packing: str
    raw: bytes
    picture: Image.Image


def images(content: bytes) -> list[Embedded]:
    """Every image of the document, once."""
    with opened(content) as document:
        found = [each for each in document.objects if isinstance(each, pikepdf.Stream)]
        return [
            Embedded(
                (int(each.Width), int(each.Height)),
                str(each.Filter),
                each.read_raw_bytes(),
                pikepdf.PdfImage(each).as_pil_image(),
            )
            for each in found
            if str(each.get("/Subtype")) == "/Image"
        ]


def is_calm(content: bytes) -> bool:
    """Whether nothing in it acts by itself, leads elsewhere, or hides a file."""
    with opened(content) as document:
        held = (each for each in document.objects if isinstance(each, pikepdf.Object))
        told = (each.stream_dict if isinstance(each, pikepdf.Stream) else each for each in held)
        return not any(ACTIVE.search(each.unparse(resolved=True)) for each in told)
