"""Writes a sheet as a PDF with one embedded font."""

from io import BytesIO

from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.font import BASELINE, registered
from viewer.gateway.sandbox.maker.operations import (
    BOLD,
    INK,
    Block,
    Code,
    Ellipse,
    Frame,
    Grid,
    Lines,
    Mark,
    Polygon,
    Seal,
    Text,
    Turned,
)
from viewer.gateway.sandbox.maker.qr import bars


def write_pdf(sheet: Sheet) -> bytes:
    """All the sheet's pages; equal sheets give equal bytes."""
    buffer = BytesIO()
    size = (sheet.width * mm, sheet.height * mm)
    name = registered()  # in place of Helvetica, which no PDF embeds
    canvas = Canvas(buffer, pagesize=size, invariant=1, initialFontName=name)  # type: ignore[arg-type]
    canvas.setTitle(sheet.title)
    canvas.setCreator("bill-viewer sandbox")
    pen = _Pen(canvas, sheet.height)
    for page in sheet.pages:
        for mark in page:
            pen.draw(mark)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class _Pen:
    """Draws marks on the current page of a ReportLab canvas."""

    def __init__(self, canvas: Canvas, height: float) -> None:
        self._canvas, self._height = canvas, height

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x * mm, (self._height - y) * mm

    def draw(self, mark: Mark) -> None:
        """One mark, in a graphics state of its own."""
        match mark:
            case Text():
                self._text(mark)
            case Grid():
                for character, left, y in mark.places():
                    self._text(Text(x=left, y=y, text=character, size=mark.size, color=mark.color))
            case Turned():
                self._turned(mark)
            case Lines():
                self._lines(mark)
            case Frame() | Block():
                self._rectangle(mark)
            case Polygon():
                self._polygon(mark)
            case Ellipse():
                self._ellipse(mark)
            case Code():
                self._code(mark)
            case Seal():
                for part in mark.marks:
                    self.draw(part)

    def _text(self, mark: Text) -> None:
        self._canvas.saveState()
        line = self._canvas.beginText(mark.x * mm, (self._height - mark.y) * mm - mark.size * BASELINE)
        line.setFont(registered(), mark.size)
        line.setFillColor(mark.color)
        if mark.bold:  # the one weight at hand, thickened by an outline
            self._canvas.setStrokeColor(mark.color)
            self._canvas.setLineWidth(mark.size * BOLD)
            line.setTextRenderMode(2)
        if mark.spacing:
            line.setCharSpace(mark.spacing)
        if mark.squeeze != 1.0:
            line.setHorizScale(mark.squeeze * 100)
        line.textOut(mark.text)
        self._canvas.drawText(line)
        self._canvas.restoreState()

    def _turned(self, mark: Turned) -> None:
        self._canvas.saveState()
        self._canvas.translate(*self._at(mark.x, mark.y))
        self._canvas.rotate(mark.angle)
        self._canvas.setFillColor(mark.color)
        self._canvas.setFont(registered(), mark.size)
        self._canvas.drawCentredString(0, -mark.size * BASELINE, mark.character)
        self._canvas.restoreState()

    def _lines(self, mark: Lines) -> None:
        self._stroke(mark.color, mark.width)
        if mark.dash:
            self._canvas.setDash(mark.dash[0] * mm, mark.dash[1] * mm)
        self._canvas.lines([(*self._at(x1, y1), *self._at(x2, y2)) for x1, y1, x2, y2 in mark.segments])
        self._canvas.restoreState()

    def _rectangle(self, mark: Frame | Block) -> None:
        size = ((mark.right - mark.left) * mm, (mark.bottom - mark.top) * mm)
        if isinstance(mark, Frame):
            self._stroke(mark.color, mark.width)
            self._canvas.rect(*self._at(mark.left, mark.bottom), *size)
        else:
            self._fill(mark.color)
            self._canvas.rect(*self._at(mark.left, mark.bottom), *size, stroke=0, fill=1)
        self._canvas.restoreState()

    def _polygon(self, mark: Polygon) -> None:
        path = self._canvas.beginPath()
        path.moveTo(*self._at(*mark.points[0]))
        for point in mark.points[1:]:
            path.lineTo(*self._at(*point))
        if mark.width:
            self._stroke(mark.color, mark.width)
            self._canvas.drawPath(path)
        else:
            path.close()
            self._fill(mark.color)
            self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()

    def _ellipse(self, mark: Ellipse) -> None:
        self._stroke(mark.color, mark.width)
        corners = (*self._at(mark.x - mark.rx, mark.y + mark.ry), *self._at(mark.x + mark.rx, mark.y - mark.ry))
        self._canvas.ellipse(*corners)
        self._canvas.restoreState()

    def _code(self, mark: Code) -> None:
        """As one path, so that no seam shows between its rows."""
        count, runs = bars(mark.text)
        module = mark.side / count
        path = self._canvas.beginPath()
        for row, column, length in runs:
            left, bottom = self._at(mark.x + column * module, mark.y + (row + 1) * module)
            path.rect(left, bottom, length * module * mm, module * mm)
        self._fill(INK)
        self._canvas.drawPath(path, stroke=0, fill=1)
        self._canvas.restoreState()

    def _stroke(self, color: Color, width: float) -> None:
        self._canvas.saveState()
        self._canvas.setStrokeColor(color)
        self._canvas.setLineWidth(width * mm)

    def _fill(self, color: Color) -> None:
        self._canvas.saveState()
        self._canvas.setFillColor(color)
