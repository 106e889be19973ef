"""The scan of an A4 form on which small papers are glued, each a little askew."""

import math
from collections.abc import Callable
from decimal import Decimal
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from viewer.gateway.sandbox import pasting
from viewer.gateway.sandbox.maker import money
from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.operations import GREY
from viewer.gateway.sandbox.maker.raster import Matrix, edge, page_size, render, scanned
from viewer.gateway.sandbox.papers import Paper, PastedSheet, Piece

Draw = Callable[[Paper], bytes]
"""A paper as a PDF; of a pasted sheet the bare form."""


def draw_form(sheet: PastedSheet) -> Sheet:
    """The form before anything is glued on it: its head, a frame for the papers, and what they come to."""
    width, height = pasting.A4_MM
    total = sum((piece.paper.total for piece in sheet.pieces), Decimal("0.00"))
    form = Sheet(width, height, sheet.name)
    form.text(width / 2, 11, sheet.name, 15, align="center", bold=True, spacing=3)
    form.frame(8, 17, width - 8, height - 13, color=GREY)
    form.text(9, height - 7.5, f"单据张数：{len(sheet.pieces)} 张", 9.5)
    form.text(width - 9, height - 7.5, f"合计金额：{money.yuan(total)}", 9.5, align="right")
    return form


def pasted_scan(sheet: PastedSheet, draw: Draw, dice: Random) -> bytes:
    """The sheet with its papers as a JPEG; each lies inside its `pasting.box`, and nothing else does."""
    form = draw(sheet)
    scale = pasting.SCAN[0] / page_size(form)[0]
    image = render(form, pasting.SCAN, (scale, 0, 0, scale, 0, 0))
    for piece in sheet.pieces:
        _glue(image, piece, draw(piece.paper))
    return scanned(image, dice)


def _glue(image: Image.Image, piece: Piece, pdf: bytes) -> None:
    """Lays the paper on the form with the shadow of its edge; security print that runs off the paper ends there."""
    left, top, width, height = pasting.box(piece)
    outline = [(x - left, y - top) for x, y in pasting.corners(piece)]
    cut = Image.new("L", (width, height), 0)
    ImageDraw.Draw(cut).polygon(outline, fill=255)
    below = image.crop((left, top, left + width, top + height))
    below.paste(render(pdf, below.size, _matrix(piece, outline[0])), (0, 0), cut.filter(ImageFilter.BoxBlur(1)))
    edge(below, outline)
    image.paste(below, (left, top))


def _matrix(piece: Piece, corner: tuple[float, float]) -> Matrix:
    """From the paper's points to pixels, its upper left corner at `corner`."""
    scale, angle = pasting.DPI / 72, math.radians(piece.angle)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    return cos, sin, -sin, cos, *corner
