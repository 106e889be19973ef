"""Where pages come to lie on paper: nothing is cut off, nothing overlaps, proportions stay."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.paper_sizes import FOOTER, MARGIN, PAPERS, POINTS
from viewer.domain.print_layout import LAYOUTS, PrintOptions, Sheet, sheets
from viewer.errors import BadRequest

edges = st.floats(5, 5000)
pages = st.lists(st.tuples(edges, edges), min_size=1, max_size=12)
options = st.builds(
    PrintOptions,
    layout=st.sampled_from(list(LAYOUTS)),
    paper=st.sampled_from(list(PAPERS)),
    binding=st.integers(0, 50).map(float),
    edge=st.sampled_from(["left", "top"]),
    footer=st.booleans(),
    grey=st.booleans(),
)
SLACK = 1e-6


@given(pages=pages, how=options)
def test_every_page_is_printed_once_and_in_order(pages: list[tuple[float, float]], how: PrintOptions) -> None:
    laid = sheets(pages, how)
    assert [placed.page for sheet in laid for placed in sheet.placed] == list(range(len(pages)))
    assert all(1 <= len(sheet.placed) <= LAYOUTS[how.layout] for sheet in laid)
    footers = [footer.page for sheet in laid for footer in sheet.footers]
    assert footers == (list(range(len(pages))) if how.footer else [])


@given(pages=pages, how=options)
def test_nothing_lies_beyond_its_cell_or_on_a_margin_a_footer_or_the_cut(
    pages: list[tuple[float, float]], how: PrintOptions
) -> None:
    margin = 0 if how.layout == "asis" else MARGIN * POINTS
    for sheet in sheets(pages, how):
        for placed in sheet.placed:
            left, low, right, high = extent(placed.x, placed.y, pages[placed.page], placed.scale)
            binding = how.binding * POINTS
            assert left >= margin + (binding if how.edge == "left" else 0) - SLACK
            assert high <= sheet.height - margin - (binding if how.edge == "top" else 0) + SLACK
            assert right <= sheet.width - margin + SLACK
            assert low >= margin + (FOOTER * POINTS if how.footer else 0) - SLACK
            for x1, y1, x2, y2 in sheet.cuts:
                assert x1 != x2 or right <= x1 - margin + SLACK or left >= x1 + margin - SLACK
                assert y1 != y2 or high <= y1 - margin + SLACK or low >= y1 + margin - SLACK
        for footer in sheet.footers:
            assert footer.x + footer.width <= sheet.width - margin + SLACK


@given(pages=pages, how=options)
def test_pages_are_as_large_as_their_cell_allows_and_as_they_are_with_asis(
    pages: list[tuple[float, float]], how: PrintOptions
) -> None:
    for sheet in sheets(pages, how):
        for placed in sheet.placed:
            if how.layout == "asis":
                assert placed.scale == 1
                continue
            width, height = room(sheet, how)
            shown = pages[placed.page][0] * placed.scale, pages[placed.page][1] * placed.scale
            assert shown[0] == pytest.approx(width) or shown[1] == pytest.approx(height)


def extent(x: float, y: float, page: tuple[float, float], scale: float) -> tuple[float, float, float, float]:
    return x, y, x + page[0] * scale, y + page[1] * scale


def room(sheet: Sheet, how: PrintOptions) -> tuple[float, float]:
    """What a cell of this sheet leaves for a page."""
    columns = 1 + sum(x1 == x2 for x1, _, x2, _ in sheet.cuts)
    rows = 1 + sum(y1 == y2 for _, y1, _, y2 in sheet.cuts)
    left, top = (how.binding, 0.0) if how.edge == "left" else (0.0, how.binding)
    footer = FOOTER if how.footer else 0
    return (
        sheet.width / columns - (2 * MARGIN + left) * POINTS,
        sheet.height / rows - (2 * MARGIN + top + footer) * POINTS,
    )


def millimetres(sheet: Sheet) -> tuple[int, int]:
    return round(sheet.width / POINTS), round(sheet.height / POINTS)


def test_two_invoices_share_a_standing_a4_cut_in_its_middle() -> None:
    invoice = (210 * POINTS, 140 * POINTS)
    (sheet,) = sheets([invoice, invoice], PrintOptions(layout="2up"))
    assert millimetres(sheet) == (210, 297)
    ((_, y1, _, y2),) = sheet.cuts
    assert y1 == y2 == sheet.height / 2
    assert sheet.placed[0].y > sheet.height / 2 > sheet.placed[1].y, "in reading order"


def test_sheets_that_are_cut_lie_all_one_way_as_most_of_their_pages_need() -> None:
    invoice, photo = (210 * POINTS, 140 * POINTS), (90 * POINTS, 160 * POINTS)
    standing, lying = (210, 297), (297, 210)
    for pages, expected in (([invoice, photo], standing), ([invoice, photo, photo, invoice, photo], lying)):
        printed = sheets(pages, PrintOptions(layout="2up"))
        assert {millimetres(sheet) for sheet in printed} == {expected}


def test_four_tickets_share_an_a4() -> None:
    ticket = (180 * POINTS, 120 * POINTS)
    (sheet,) = sheets([ticket] * 4, PrintOptions(layout="4up"))
    assert millimetres(sheet) == (297, 210), "lying, they become larger"
    corners = [(placed.x < sheet.width / 2, placed.y > sheet.height / 2) for placed in sheet.placed]
    assert corners == [(True, True), (False, True), (True, False), (False, False)]


def test_paper_stands_or_lies_as_its_pages_need_but_vouchers_always_lie() -> None:
    wide, high = (200.0, 100.0), (100.0, 200.0)
    for paper, standing, lying in (("A4", (210, 297), (297, 210)), ("A5", (148, 210), (210, 148))):
        assert [millimetres(sheet) for sheet in sheets([wide, high], PrintOptions(paper=paper))] == [lying, standing]
    assert {millimetres(sheet) for sheet in sheets([wide, high], PrintOptions(paper="240x140"))} == {(240, 140)}


def test_as_it_is_a_page_keeps_its_size_and_what_is_added_goes_around_it() -> None:
    page = (210 * POINTS, 140 * POINTS)
    (plain,) = sheets([page], PrintOptions(layout="asis", footer=False))
    assert millimetres(plain) == (210, 140)
    (bound,) = sheets([page], PrintOptions(layout="asis", binding=20))
    assert millimetres(bound) == (230, 145)


@pytest.mark.parametrize(
    "given",
    [
        *({"layout": value} for value in ("3up", "1UP", "2up ")),
        *({"paper": value} for value in ("A3", "a4", "240×140")),
        *({"binding": value} for value in ("-1", "51", "1.5", "x", "１")),
        *({name: value} for name, value in itertools.product(("footer", "grey"), ("2", "true", "x"))),
        {"edge": "right"},
    ],
)
def test_a_value_that_is_none_of_the_allowed_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadRequest) as told:
        PrintOptions.parse(given)
    assert next(iter(given)) in str(told.value)


def test_what_is_missing_or_empty_has_its_default() -> None:
    assert PrintOptions.parse({}) == PrintOptions.parse({"layout": "", "binding": "", "grey": ""}) == PrintOptions()
    assert PrintOptions.parse({"layout": "4up", "binding": "15", "edge": "top", "footer": "0", "grey": "1"}) == (
        PrintOptions(layout="4up", binding=15, edge="top", footer=False, grey=True)
    )
