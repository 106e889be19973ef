"""Pages that are made here: lines of text and rules, as a PDF with a text layer."""

from functools import cache
from io import BytesIO
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from viewer.fonts import SERIF_SC

Align = Literal["left", "center", "right"]

INK, GREY = Color(0.08, 0.08, 0.1), Color(0.45, 0.45, 0.48)
FONT = "ViewerSerif"
BASELINE = 0.36
"""How far below the middle of a Chinese character its baseline lies, as a fraction of the size."""


class Sheet:
    """A PDF in the making. Its size is in millimetres, and so are places, from the upper left corner; a text's is the middle of
    its height."""

    def __init__(self, width: float, height: float, *, line: Color = GREY) -> None:
        self._content = BytesIO()
        self._height = height
        self._line = line
        size = (width * mm, height * mm)
        self._canvas = Canvas(self._content, pagesize=size, invariant=1, initialFontName=_font())  # type: ignore[arg-type]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        color: Color = INK,
        align: Align = "left",
        fit: float | None = None,
    ) -> None:
        """One line; with `fit` it is made narrower where it would be wider than that."""
        wide = text_width(text, size)
        narrowed = min(1.0, fit / wide) if fit and wide else 1.0
        left = x - wide * narrowed * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        line = self._canvas.beginText(left * mm, (self._height - y) * mm - size * BASELINE)
        line.setFont(_font(), size)
        line.setFillColor(color)
        line.setHorizScale(100 * narrowed)
        line.textOut(text)
        self._canvas.drawText(line)

    def down(self, x: float, top: float, bottom: float, text: str) -> None:
        """A label that runs from top to bottom."""
        step = (bottom - top) / len(text)
        for number, char in enumerate(text):
            self.text(x, top + step * (number + 0.5), char, 8.5, color=self._line, align="center")

    def lines(self, *segments: tuple[float, float, float, float], width: float = 0.25) -> None:
        self._canvas.setStrokeColor(self._line)
        self._canvas.setLineWidth(width * mm)
        self._canvas.lines(
            [(x1 * mm, (self._height - y1) * mm, x2 * mm, (self._height - y2) * mm) for x1, y1, x2, y2 in segments]
        )

    def next_page(self, width: float | None = None) -> None:
        """Ends the page; the following ones have this width, if it is told."""
        self._canvas.showPage()
        if width:
            self._canvas.setPageSize((width * mm, self._height * mm))

    def finish(self) -> bytes:
        self._canvas.save()
        return self._content.getvalue()


@cache
def _font() -> str:
    """Read once in a process; a document has the characters in it that it uses."""
    pdfmetrics.registerFont(TTFont(FONT, SERIF_SC))
    return FONT


def text_width(text: str, size: float) -> float:
    return pdfmetrics.stringWidth(text, _font(), size) / mm


def wrapped(text: str, size: float, width: float, most: int) -> list[str]:
    """Lines no wider than `width`; what doesn't go into `most` of them is cut off with an ellipsis."""
    lines = [""]
    for char in text:
        if text_width(lines[-1] + char, size) > width:
            if len(lines) == most:
                return [*lines[:-1], lines[-1][:-1] + "…"]
            lines.append("")
        lines[-1] += char
    return lines
