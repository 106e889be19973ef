"""A sheet to draw on: millimetres from the top left corner, one embedded font, colours that invoices are printed in."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from viewer.fonts import SERIF_SC
from viewer.gateway.sandbox.maker.qr import bars

Align = Literal["left", "center", "right"]

INK = Color(0.08, 0.08, 0.1)
BROWN = Color(0.52, 0.22, 0.1)
RED = Color(0.82, 0.1, 0.1)
SEAL = Color(0.85, 0.08, 0.08, alpha=0.82)
BLUE = Color(0.1, 0.2, 0.5)
GREY = Color(0.45, 0.45, 0.48)

_FONT = "SandboxSerif"
_CAP = 0.36
"""How far below the middle of a Chinese character its baseline lies, as a fraction of the size."""
_NOT_FIRST = "，。、；：！？）》”’"
"""Punctuation that must not begin a line."""


@cache
def _font() -> str:
    """Parses the 14.8 MB font once per process; every document then embeds only the characters it uses."""
    pdfmetrics.registerFont(TTFont(_FONT, SERIF_SC))
    return _FONT


def text_width(text: str, size: float) -> float:
    """The width of `text` in millimetres, at `size` points."""
    return pdfmetrics.stringWidth(text, _font(), size) / mm


def wrapped(text: str, size: float, width: float) -> list[str]:
    """`text` broken into lines of at most `width` millimetres; a closing mark hangs rather than begin a line."""
    lines, line = [], ""
    for char in text:
        if line and char not in _NOT_FIRST and text_width(line + char, size) > width:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line] if line else lines


def _along(rx: float, ry: float, sweep: float, count: int) -> list[float]:
    """The angles, left to right, of `count` points at equal distances along an ellipse's upper arc."""
    steps = 120
    angles = [math.radians(90 + sweep / 2 - sweep * step / steps) for step in range(steps + 1)]
    travelled = [0.0]
    for before, after in pairwise(angles):
        step = math.hypot(rx * (math.cos(after) - math.cos(before)), ry * (math.sin(after) - math.sin(before)))
        travelled.append(travelled[-1] + step)
    goals = [travelled[-1] * index / max(count - 1, 1) for index in range(count)]
    return [angles[min(bisect_left(travelled, goal), steps)] for goal in goals]


class Sheet:
    """A PDF in the making; `y` grows downwards, and text is placed by the middle of its height."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height = width, height
        self._buffer = BytesIO()
        size = (width * mm, height * mm)
        name = _font()  # in place of Helvetica, which no PDF embeds
        self._canvas = Canvas(self._buffer, pagesize=size, invariant=1, initialFontName=name)  # type: ignore[arg-type]
        self._canvas.setTitle(title)
        self._canvas.setCreator("bill-viewer sandbox")

    def next_page(self) -> None:
        self._canvas.showPage()

    def finish(self) -> bytes:
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x * mm, (self.height - y) * mm

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        color: Color = INK,
        align: Align = "left",
        bold: bool = False,
        fit: float | None = None,
        spacing: float = 0,
    ) -> None:
        """Writes one line; with `fit` it is made smaller, then narrower, until it takes no more than that width."""
        if not text:
            return
        width = text_width(text, size) + spacing / mm * (len(text) - 1)
        squeeze = 1.0
        if fit is not None and width > fit:
            smaller = max(fit / width, 0.75)
            size, width = size * smaller, width * smaller
            squeeze = min(1.0, fit / width)
            width *= squeeze
        left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        self._write(left, y, text, size, color, bold=bold, spacing=spacing, squeeze=squeeze)

    def _write(
        self, x: float, y: float, text: str, size: float, color: Color, *, bold: bool, spacing: float, squeeze: float
    ) -> None:
        self._canvas.saveState()
        line = self._canvas.beginText(x * mm, (self.height - y) * mm - size * _CAP)
        line.setFont(_font(), size)
        line.setFillColor(color)
        if bold:  # the one weight at hand, thickened by an outline
            self._canvas.setStrokeColor(color)
            self._canvas.setLineWidth(size * 0.035)
            line.setTextRenderMode(2)
        if spacing:
            line.setCharSpace(spacing)
        if squeeze != 1.0:
            line.setHorizScale(squeeze * 100)
        line.textOut(text)
        self._canvas.drawText(line)
        self._canvas.restoreState()

    def column(self, x: float, top: float, bottom: float, text: str, size: float = 9, *, color: Color = INK) -> None:
        """Writes `text` from top to bottom, one character per line, spread over the height."""
        step = min((bottom - top) / len(text), size / mm * 1.5)
        y = (top + bottom) / 2 - step * (len(text) - 1) / 2
        for index, char in enumerate(text):
            self.text(x, y + step * index, char, size, color=color, align="center")

    def paragraph(
        self, x: float, y: float, text: str, size: float, width: float, *, height: float = 297, leading: float = 1.4
    ) -> float:
        """Writes wrapped text whose first line is at `y`, smaller if it needs more than `height`, never below 4 points.

        Returns where the next line would be.
        """
        lines = wrapped(text, size, width)
        while len(lines) * size * leading / mm > height and size > 4:
            size -= 0.5
            lines = wrapped(text, size, width)
        for line in lines:
            self.text(x, y, line, size)
            y += size * leading / mm
        return y

    def lines(
        self,
        segments: Sequence[tuple[float, float, float, float]],
        *,
        color: Color = BROWN,
        width: float = 0.25,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """Rules from (x1, y1) to (x2, y2), `width` millimetres thick."""
        self._canvas.saveState()
        self._canvas.setStrokeColor(color)
        self._canvas.setLineWidth(width * mm)
        if dash:
            self._canvas.setDash(dash[0] * mm, dash[1] * mm)
        self._canvas.lines([(*self._at(x1, y1), *self._at(x2, y2)) for x1, y1, x2, y2 in segments])
        self._canvas.restoreState()

    def frame(self, left: float, top: float, right: float, bottom: float, *, color: Color = BROWN) -> None:
        """The outer border of a table."""
        self._canvas.saveState()
        self._canvas.setStrokeColor(color)
        self._canvas.setLineWidth(0.35 * mm)
        self._canvas.rect(*self._at(left, bottom), (right - left) * mm, (bottom - top) * mm)
        self._canvas.restoreState()

    def block(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        """A filled rectangle."""
        self._canvas.saveState()
        self._canvas.setFillColor(color)
        self._canvas.rect(*self._at(left, bottom), (right - left) * mm, (bottom - top) * mm, stroke=0, fill=1)
        self._canvas.restoreState()

    def polygon(self, points: Sequence[tuple[float, float]], color: Color, *, width: float = 0) -> None:
        """A filled shape, or with a `width` an open line through the points."""
        path = self._canvas.beginPath()
        path.moveTo(*self._at(*points[0]))
        for point in points[1:]:
            path.lineTo(*self._at(*point))
        self._canvas.saveState()
        if width:
            self._canvas.setStrokeColor(color)
            self._canvas.setLineWidth(width * mm)
            self._canvas.drawPath(path)
        else:
            path.close()
            self._canvas.setFillColor(color)
            self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()

    def ellipse(self, x: float, y: float, rx: float, ry: float, *, color: Color = SEAL, width: float = 0.3) -> None:
        self._canvas.saveState()
        self._canvas.setStrokeColor(color)
        self._canvas.setLineWidth(width * mm)
        self._canvas.ellipse(*self._at(x - rx, y + ry), *self._at(x + rx, y - ry))
        self._canvas.restoreState()

    def arc_text(
        self, x: float, y: float, rx: float, ry: float, text: str, size: float, *, sweep: float, color: Color = SEAL
    ) -> None:
        """Writes over the top of an ellipse, `sweep` degrees from first to last character, feet to the centre."""
        for angle, char in zip(_along(rx, ry, sweep, len(text)), text, strict=True):
            turn = math.degrees(math.atan2(math.sin(angle) / ry, math.cos(angle) / rx)) - 90
            self._canvas.saveState()
            self._canvas.translate(*self._at(x + rx * math.cos(angle), y - ry * math.sin(angle)))
            self._canvas.rotate(turn)
            self._canvas.setFillColor(color)
            self._canvas.setFont(_font(), size)
            self._canvas.drawCentredString(0, -size * _CAP, char)
            self._canvas.restoreState()

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code of `side` millimetres as one path, so that no seam shows between its rows."""
        count, runs = bars(text)
        module = side / count
        path = self._canvas.beginPath()
        for row, column, length in runs:
            left, bottom = self._at(x + column * module, y + (row + 1) * module)
            path.rect(left, bottom, length * module * mm, module * mm)
        self._canvas.saveState()
        self._canvas.setFillColor(INK)
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()
