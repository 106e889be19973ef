"""Where pages come to lie on paper. Places are in points from the sheet's lower left corner.

Every sheet is cut into equal cells, so that what is cut apart is equal too; each cell keeps a margin, the binding margin, and
its own footer. A page is made as large as its cell allows, in its own proportions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from viewer.domain.paper_sizes import FOOTER, MARGIN, PAPERS, POINTS, VOUCHER
from viewer.errors import N_, BadRequest

Layout = Literal["1up", "2up", "4up", "asis"]
Extent = tuple[float, float]
"""Width and height in points."""
LAYOUTS = {"1up": 1, "2up": 2, "4up": 4, "asis": 1}
"""How many pages come on a sheet."""
EDGES = ("left", "top")
MOST_BINDING = 50
SWITCHES = {"": None, "1": True, "0": False}


@dataclass(frozen=True, kw_only=True)
class PrintOptions:
    """How pages are printed; `binding` in millimetres."""

    layout: Layout = "1up"
    paper: str = "A4"
    binding: float = 0
    edge: str = "left"
    footer: bool = True
    grey: bool = False

    @classmethod
    def parse(cls, given: dict[str, str]) -> "PrintOptions":
        """Raises BadRequest, which names the parameter; what is missing or empty has its default."""
        return cls(
            layout=cast(Layout, _choice(given, "layout", tuple(LAYOUTS))),
            paper=_choice(given, "paper", tuple(PAPERS)),
            binding=_millimetres(given),
            edge=_choice(given, "edge", EDGES),
            footer=_switch(given, "footer", default=True),
            grey=_switch(given, "grey", default=False),
        )


@dataclass(frozen=True)
class Placed:
    """A page: which one, the lower left corner of where it lies, and how much larger than itself it is there."""

    page: int
    x: float
    y: float
    scale: float


@dataclass(frozen=True)
class FooterPlace:
    """Where the footer below a page begins, and its width."""

    page: int
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Sheet:
    width: float
    height: float
    placed: tuple[Placed, ...]
    footers: tuple[FooterPlace, ...] = ()
    cuts: tuple[tuple[float, float, float, float], ...] = ()
    """Lines along which it is cut apart."""


@dataclass(frozen=True)
class _Cell:
    x: float
    y: float
    width: float
    height: float


def sheets(pages: Sequence[Extent], options: PrintOptions) -> list[Sheet]:
    """The sheets on which pages of these sizes come, in their order."""
    if options.layout == "asis":
        return [_as_it_is(number, page, options) for number, page in enumerate(pages)]
    count = LAYOUTS[options.layout]
    groups = [range(start, min(start + count, len(pages))) for start in range(0, len(pages), count)]
    if count == 1:
        return [sheet for group in groups for sheet in _turned_best([group], pages, options)]
    # Sheets that are cut lie on each other then: one photo that stands doesn't turn its sheet away from the others.
    return _turned_best(groups, pages, options)


def _turned_best(groups: list[range], pages: Sequence[Extent], options: PrintOptions) -> list[Sheet]:
    """All standing or all lying, whichever makes more of the pages larger; standing where that is equal."""
    first, *others = ([_laid(paper, group, pages, options) for group in groups] for paper in _papers(options.paper))
    for other in others:
        gains = sum((new > old) - (new < old) for new, old in zip(_scales(other), _scales(first), strict=True))
        if gains > 0:
            return other
    return first


def _scales(sheets: list[Sheet]) -> list[float]:
    return [placed.scale for sheet in sheets for placed in sheet.placed]


def _papers(name: str) -> Iterator[Extent]:
    width, height = PAPERS[name]
    yield width * POINTS, height * POINTS
    if name != VOUCHER:
        yield height * POINTS, width * POINTS


def _laid(paper: Extent, numbers: range, pages: Sequence[Extent], options: PrintOptions) -> Sheet:
    columns, rows = _grid(paper, LAYOUTS[options.layout])
    cells = list(_cells(paper, columns, rows))
    placed, footers = [], []
    for number, cell in zip(numbers, cells, strict=False):
        area = _area(cell, options)
        width, height = pages[number]
        scale = min(area.width / width, area.height / height)
        x, y = area.x + (area.width - width * scale) / 2, area.y + (area.height - height * scale) / 2
        placed.append(Placed(number, x, y, scale))
        if options.footer:
            footers.append(FooterPlace(number, area.x, cell.y + MARGIN * POINTS, area.width))
    return Sheet(*paper, tuple(placed), tuple(footers), tuple(_cuts(paper, columns, rows)))


def _grid(paper: Extent, count: int) -> tuple[int, int]:
    """Columns and rows: two lie one above the other on a standing sheet and side by side on a lying one."""
    if count == 4:
        return 2, 2
    return (1, count) if paper[1] > paper[0] else (count, 1)


def _cells(paper: Extent, columns: int, rows: int) -> Iterator[_Cell]:
    """In reading order."""
    width, height = paper[0] / columns, paper[1] / rows
    for row in range(rows):
        for column in range(columns):
            yield _Cell(column * width, paper[1] - (row + 1) * height, width, height)


def _area(cell: _Cell, options: PrintOptions) -> _Cell:
    """What of a cell a page may take."""
    margin, footer = MARGIN * POINTS, FOOTER * POINTS if options.footer else 0
    left = options.binding * POINTS if options.edge == "left" else 0
    top = options.binding * POINTS if options.edge == "top" else 0
    return _Cell(
        cell.x + margin + left,
        cell.y + margin + footer,
        cell.width - 2 * margin - left,
        cell.height - 2 * margin - footer - top,
    )


def _cuts(paper: Extent, columns: int, rows: int) -> Iterator[tuple[float, float, float, float]]:
    for column in range(1, columns):
        yield (paper[0] * column / columns, 0, paper[0] * column / columns, paper[1])
    for row in range(1, rows):
        yield (0, paper[1] * row / rows, paper[0], paper[1] * row / rows)


def _as_it_is(number: int, page: Extent, options: PrintOptions) -> Sheet:
    """In its own size; what is added goes around it."""
    binding, footer = options.binding * POINTS, FOOTER * POINTS if options.footer else 0
    left, top = (binding, 0.0) if options.edge == "left" else (0.0, binding)
    width, height = page
    footers = (FooterPlace(number, left, 0, width),) if options.footer else ()
    return Sheet(width + left, height + footer + top, (Placed(number, left, footer, 1.0),), footers)


def _choice(given: dict[str, str], name: str, allowed: Sequence[str]) -> str:
    value = given.get(name) or allowed[0]
    if value not in allowed:
        raise BadRequest(N_("{name} is one of {allowed}."), name=name, allowed=", ".join(allowed))
    return value


def _switch(given: dict[str, str], name: str, *, default: bool) -> bool:
    value = given.get(name, "")
    if value not in SWITCHES:
        raise BadRequest(N_("{name} is one of {allowed}."), name=name, allowed="0, 1")
    found = SWITCHES[value]
    return default if found is None else found


def _millimetres(given: dict[str, str]) -> float:
    value = given.get("binding") or "0"
    if not value.isascii() or not value.isdigit() or int(value) > MOST_BINDING:
        raise BadRequest(
            N_("{name} is a whole number from {least} to {most}."), name="binding", least=0, most=MOST_BINDING
        )
    return float(value)
