"""Documents as no sandbox makes them: turned, transparent, encrypted, damaged, endless."""

import io
import zlib
from collections.abc import Sequence
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
    drawing = zlib.compress(b"/G gs 0.5 0 0 rg\n" + b"0 0 600 600 re f\n" * 200_000)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents 4 0 R/Resources<</ExtGState<</G<</ca 0.5>>>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(drawing), drawing),
    ]
    content = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return content + trailer % (table, len(content))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes and very many pixels."""
    return encoded(Image.new("1", (width, height)), "PNG")
