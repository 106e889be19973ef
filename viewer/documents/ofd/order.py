"""The order of a page's texts: a PDF's text is read in the order in which it is drawn."""

from collections import defaultdict

from viewer.documents.ofd.objects import Item
from viewer.documents.ofd.values import Rect

DOWNWARDS = 1.5
"""How much higher than wide a text is that runs down the page."""
CLOSE = 1.15
"""How many heights of its box (1.3 ems) a character may stand below another whose label it continues."""
CELL, MOST_CELLS = 4.0, 4096
"""Points of a cell's side, and cells a page has in each direction at most, where what covers texts is looked up."""


def in_reading_order(items: list[Item]) -> list[Item]:
    """Texts moved behind all else, line by line from the top: a PDF's text is read in the order in which it is drawn, and
    templates would put all labels before all values. A text that something drawn later covers stays where it is."""
    kept: list[Item] = []
    texts: list[Item] = []
    covered = _Covered()
    for item in reversed(items):
        if item.kind == "text" and not covered.meets(item.extent):
            texts.append(item)
            continue
        kept.append(item)
        if item.kind == "area":
            covered.add(item.extent)
    kept.reverse()
    texts.reverse()
    return kept + _by_lines(_columns(texts))


def _columns(texts: list[Item]) -> list[Item]:
    """Labels that run down the page in an object for each character, put together to one text."""
    found: list[Item] = []
    for item in texts:
        above = found[-1] if found else None
        if above and _continues(above, item):
            bottom = item.extent.y
            whole = above.extent._replace(y=bottom, h=above.extent.y + above.extent.h - bottom)
            found[-1] = Item(f"{above.content}\n{item.content}", whole, "text", above.text + item.text)
        else:
            found.append(item)
    return found


def _continues(above: Item, item: Item) -> bool:
    """Whether this character comes right below. Cells of a column mostly hold the same one, and stand further apart."""
    if len(item.text) != 1 or item.text in above.text or item.extent.h < 0.5 * item.extent.w:
        return False
    if len(above.text) > 1 and above.extent.h < DOWNWARDS * above.extent.w:
        return False
    step = above.extent.y - item.extent.y
    return (
        abs(item.extent.x - above.extent.x) < 0.1 * item.extent.w
        and abs(item.extent.w - above.extent.w) < 0.1 * item.extent.w
        and 0 < step < CLOSE * item.extent.h
    )


def _by_lines(texts: list[Item]) -> list[Item]:
    """A text is on a line where its middle lies within the line's first text; what runs down the page is a line of its
    own, from its top. Heights count upwards here."""
    lines: list[list[Item]] = []
    bottom = float("inf")
    down = [item for item in texts if item.extent.h > DOWNWARDS * item.extent.w]
    along = [item for item in texts if item.extent.h <= DOWNWARDS * item.extent.w]
    for item in sorted(along, key=lambda item: (-(item.extent.y + item.extent.h / 2), item.extent.x)):
        if item.extent.y + item.extent.h / 2 < bottom:
            lines.append([])
            bottom = item.extent.y
        lines[-1].append(item)
    lines += [[item] for item in down]
    lines.sort(key=lambda line: -max(item.extent.y + item.extent.h for item in line))
    return [item for line in lines for item in sorted(line, key=lambda item: item.extent.x)]


class _Covered:
    """What is covered, in cells: a row is a number with a bit for each of its cells."""

    def __init__(self) -> None:
        self._rows: defaultdict[int, int] = defaultdict(int)

    def add(self, extent: Rect) -> None:
        bits = self._bits(extent)
        for row in self._range(extent.y, extent.h):
            self._rows[row] |= bits

    def meets(self, extent: Rect) -> bool:
        bits = self._bits(extent)
        return any(self._rows.get(row, 0) & bits for row in self._range(extent.y, extent.h))

    def _bits(self, extent: Rect) -> int:
        across = self._range(extent.x, extent.w)
        return (1 << across.stop) - (1 << across.start)

    @staticmethod
    def _range(start: float, length: float) -> range:
        first = min(MOST_CELLS, max(0, int(start / CELL)))
        return range(first, min(MOST_CELLS, max(first, int((start + length) / CELL) + 1)))
