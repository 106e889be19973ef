"""The table of an invoice: its rows, each cell told by the heading above it.

A page's rows count only where all of them fit: every cell under one heading, in the headings' order and of its column's form.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from viewer.documents.fields import values
from viewer.documents.fields.lines import Line, joined, plain
from viewer.documents.shapes import Word
from viewer.domain.invoice_fields import Item

HEADINGS = re.compile(
    r"(?P<number>序号)?(?P<name>(?:项目|货物[^\d]{0,14})名称)(?P<spec>规格型号)(?P<unit>单位)(?P<quantity>数量)(?P<price>单价)"
    r"(?P<amount>金额)(?P<tax_rate>税率(?:/征收率)?)(?P<tax>税额)"
)
END = re.compile(r"合计|小计|总计|价税合计")
LISTED = re.compile(r"\(详见.{0,6}清单\)")
"""Instead of rows that stand on other pages, with their sum or without."""
READERS: dict[str, values.Reader] = {
    "name": values.text,
    "spec": values.text,
    "unit": values.text,
    "quantity": values.number,
    "price": values.number,
    "amount": values.amount,
    "tax_rate": values.rate,
    "tax": values.amount,
}
WRITTEN = frozenset({"name", "spec"})
"""Columns whose cells may go on in the lines below."""
FREE_OF_TAX = re.compile(r"\*+")
CELL_GAP = 0.5
"""Heights of a line between words of one cell, at most."""

Columns = dict[str, tuple[int, int]]
"""Name of a column → where its heading begins and ends."""


def rows_of(lines: list[Line]) -> tuple[Item, ...] | None:
    """The rows of a page's table; none on a page without one; None where anything doesn't fit."""
    start = next((number for number, line in enumerate(lines) if HEADINGS.search(line.text)), None)
    if start is None:
        return ()
    columns = _columns(lines[start])
    rows: list[dict[str, str]] = []
    for line in lines[start + 1 :]:
        if END.match(line.text):
            items = [_item(row) for row in rows]
            return tuple(item for item in items if item) if None not in items else None
        cells = _cells(line, columns)
        if cells is None:
            return None
        if LISTED.search(plain(cells.get("name", ""))):
            continue
        if "amount" in cells:
            rows.append(cells)
        elif rows and cells.keys() <= WRITTEN:
            rows[-1] |= {name: rows[-1].get(name, "") + text for name, text in cells.items()}
        else:
            return None
    return None


def add_up(rows: list[Item], amount: str | None, tax: str | None) -> bool:
    """Whether these are all rows of an invoice with such sums."""
    return bool(rows) and (_sum(row.amount for row in rows), _sum(row.tax for row in rows)) == (
        _sum([amount]),
        _sum([tax]),
    )


def _sum(amounts: Iterable[str | None]) -> Decimal:
    return sum((Decimal(amount or 0) for amount in amounts), Decimal(0))


def _columns(line: Line) -> Columns:
    found = HEADINGS.search(line.text)
    assert found
    columns = {}
    for name, text in found.groupdict().items():
        if text:
            first, last = line.word_at(found.start(name)), line.word_at(found.end(name) - 1)
            columns[name] = line.words[first].x, line.words[last].x + line.words[last].w
    return columns


def _cells(line: Line, columns: Columns) -> dict[str, str] | None:
    """The texts of a line by their columns; None where two are in one, or not in the order of the headings."""
    order = list(columns)
    found: dict[str, str] = {}
    last = -1
    for cell in _grouped(line.words):
        left, right = cell[0].x, cell[-1].x + cell[-1].w
        name = max(order, key=lambda each: min(right, columns[each][1]) - max(left, columns[each][0]))
        if order.index(name) <= last:
            return None
        last = order.index(name)
        found[name] = joined(cell, spaces=True)
    found.pop("number", None)
    return found


def _grouped(words: list[Word]) -> Iterator[list[Word]]:
    cell: list[Word] = []
    for word in words:
        if cell and word.x - cell[-1].x - cell[-1].w > CELL_GAP * min(word.h, cell[-1].h):
            yield cell
            cell = []
        cell.append(word)
    if cell:
        yield cell


def _item(row: dict[str, str]) -> Item | None:
    """None where a cell isn't of its column's form."""
    told = {name: READERS[name](text) for name, text in row.items()}
    free = FREE_OF_TAX.fullmatch(plain(row.get("tax", "")))
    if any(value is None for name, value in told.items() if not (name == "tax" and free)):
        return None
    return Item(**told)
