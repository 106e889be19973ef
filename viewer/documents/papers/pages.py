"""The pages that a print or a bundle has of its own: a cover with a list and sums, a page in place of a file that can't be shown,
footers. Their words come in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viewer.documents.papers.paper import Maker
from viewer.documents.papers.pdf import add_pdf
from viewer.documents.shapes import Limits
from viewer.domain.paper_sizes import FOOTER, NOTICE

if TYPE_CHECKING:
    from viewer.documents.typeset import Sheet

WIDTH, HEIGHT, EDGE = 210.0, 297.0, 15.0
STEP = 6.4
"""Millimetres from one line of the list to the next."""
FIRST_LINE, LAST_LINE = 62.0, 280.0
NEXT_LINE = 30.0
"""Where the list begins on the first page and on further ones, and where it ends."""


@dataclass(frozen=True)
class Column:
    """A column of the cover's list: its heading, its width in millimetres, and whether it holds figures."""

    heading: str
    width: float
    figures: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the list; a strong one heads or sums up others."""

    cells: tuple[str, ...]
    strong: bool = False


@dataclass(frozen=True)
class Cover:
    """`facts` are what is told of the bill: label and value."""

    title: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Notice:
    """A page in place of a file: whose it is, what the matter is, and the file's name."""

    title: str
    words: str
    name: str


@dataclass(frozen=True)
class Footer:
    """A line below a page, `width` in points: what stands at its left and at its right end."""

    left: str
    right: str
    width: float


def cover_pages(rows: int) -> int:
    """How many pages the cover takes with so many lines in its list."""
    first, further = _lines(FIRST_LINE), _lines(NEXT_LINE)
    return 1 + max(0, -(-(rows - first) // further))


def cover_paper(cover: Cover, limits: Limits) -> bytes:
    """The cover as a packed paper, whose pages are as many as `cover_pages` says."""
    return _packed([_cover(cover)], limits)


def notice_paper(notice: Notice, limits: Limits) -> bytes:
    return _packed([_notice(notice)], limits)


def footer_paper(footers: Sequence[Footer], limits: Limits) -> bytes:
    """A page for each footer, in order."""
    return _packed([_footers(footers)], limits)


def _packed(documents: Sequence[bytes], limits: Limits) -> bytes:
    maker = Maker()
    for document in documents:
        add_pdf(maker, document, limits)
    return maker.packed()


def _lines(top: float) -> int:
    return int((LAST_LINE - top) / STEP)


def _cover(cover: Cover) -> bytes:
    from viewer.documents.typeset import GREY, Sheet  # its font takes a moment that decoders of other files don't need

    sheet = Sheet(WIDTH, HEIGHT)
    pages = list(_paged(cover.rows))
    for number, rows in enumerate(pages, 1):
        top = FIRST_LINE if number == 1 else NEXT_LINE
        sheet.text(EDGE, 18, cover.title, 17 if number == 1 else 10, fit=WIDTH - 2 * EDGE - 20)
        sheet.text(WIDTH - EDGE, 18, f"{number} / {len(pages)}", 9, color=GREY, align="right")
        if number == 1:
            for place, (label, value) in enumerate(cover.facts[:6]):
                x, y = EDGE + 92 * (place % 2), 29 + 6.5 * (place // 2)
                sheet.text(x, y, label, 9.5, color=GREY, fit=24)
                sheet.text(x + 26, y, value, 9.5, fit=60)
        _line(sheet, cover.columns, [column.heading for column in cover.columns], top - STEP)
        sheet.lines((EDGE, top - STEP / 2, WIDTH - EDGE, top - STEP / 2), width=0.4)
        for place, row in enumerate(rows):
            y = top + STEP * place
            if row.strong and place:
                sheet.lines((EDGE, y - STEP / 2, WIDTH - EDGE, y - STEP / 2), width=0.15)
            _line(sheet, cover.columns, row.cells, y, strong=row.strong)
        sheet.next_page()
    return sheet.finish()


def _line(sheet: "Sheet", columns: Sequence[Column], cells: Sequence[str], y: float, *, strong: bool = False) -> None:
    """One line of the list. Of a strong one the first words may run over the columns up to the next that says something."""
    x = EDGE
    for number, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        room = column.width - 1.5
        if strong and not column.figures:
            for other, said in zip(columns[number + 1 :], cells[number + 1 :], strict=True):
                if said:
                    break
                room += other.width
        if cell and column.figures:
            sheet.text(x + column.width - 1.5, y, cell, 9, align="right", fit=room)
        elif cell:
            sheet.text(x, y, cell, 9.5 if strong else 9, fit=room)
        x += column.width


def _paged(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    start, room = 0, _lines(FIRST_LINE)
    while True:
        yield rows[start : start + room]
        start, room = start + room, _lines(NEXT_LINE)
        if start >= len(rows):
            return


def _notice(notice: Notice) -> bytes:
    from viewer.documents.typeset import GREY, Sheet, wrapped

    width, height = NOTICE
    sheet = Sheet(width, height)
    sheet.lines((8, 8, width - 8, 8), (8, height - 8, width - 8, height - 8), width=0.3)
    sheet.lines((8, 8, 8, height - 8), (width - 8, 8, width - 8, height - 8), width=0.3)
    y = 40.0
    for text, size in ((notice.title, 15.0), (notice.words, 11.5)):
        for line in wrapped(text, size, width - 50, 6):
            sheet.text(25, y, line, size)
            y += size * 0.62
        y += 6
    sheet.text(25, y, notice.name, 9, color=GREY, fit=width - 50)
    sheet.next_page()
    return sheet.finish()


def _footers(footers: Sequence[Footer]) -> bytes:
    from reportlab.lib.units import mm

    from viewer.documents.typeset import Sheet, text_width

    widths = [footer.width / mm for footer in footers]
    sheet = Sheet(widths[0], FOOTER)
    for number, footer in enumerate(footers):
        right = text_width(footer.right, 8)
        sheet.text(0, FOOTER / 2, footer.left, 8, fit=max(1.0, widths[number] - right - 4))
        sheet.text(widths[number], FOOTER / 2, footer.right, 8, align="right", fit=widths[number])
        sheet.next_page(widths[number + 1] if number + 1 < len(widths) else None)
    return sheet.finish()
