"""The order of a page's texts: a PDF's text is read in the order in which it is drawn."""

from collections import defaultdict

from viewer.documents.ofd.objects import Item
from viewer.documents.ofd.values import Rect

DOWNWARDS = 1.5
"""How much higher than wide a text is that runs down the page."""
CLOSE = 1.15
"""How many heights of its box (1.3 ems) a character may stand below another whose label it continues."""
SHORTEST = 3
"""Characters of such a label; two cells may well be alike."""
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
    groups: list[list[Item]] = []
    for item in texts:
        if groups and _continues(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    found: list[Item] = []
    for group in groups:
        if len(group) < SHORTEST:
            found += group
            continue
        first, last = group[0].extent, group[-1].extent
        whole = first._replace(y=last.y, h=first.y + first.h - last.y)
        found.append(Item("\n".join(item.content for item in group), whole, "text"))
    return found


def _continues(group: list[Item], item: Item) -> bool:
    """Whether this character comes right below the group's. Cells of a column mostly hold the same one, and stand further
    apart."""
    above = group[-1]
    if len(item.text) != 1 or len(above.text) != 1 or any(item.text == each.text for each in group):
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
