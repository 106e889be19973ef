"""Where an invoice lies on a pasted sheet: told exactly, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.sheets import Region
from viewer.domain.size import Box, Size

SHEET = Size(600, 400)
edges = st.integers(0, 700)


@pytest.mark.parametrize("region", ["[10,20,300,200]", "10,20,300,200", [10, 20, 300, 200], "[ 10 , 20.2, 300, 200 ]"])
def test_a_region_is_read_however_upstream_writes_its_list(region: object) -> None:
    assert Region.parse(region, "600,400") == Region(Box(10, 20, 300, 200), SHEET)


@pytest.mark.parametrize("region", [None, "", "[]", [], "[0,0,0,0]", "[0,0,600,400]"])
def test_where_no_part_of_an_image_is_told_there_is_no_region(region: object) -> None:
    assert Region.parse(region, "600,400") is None


@pytest.mark.parametrize(
    "region",
    ["1,2,3", "a,b,c,d", "[-10,0,50,50]", "[5,-2,50,50]", 7, {"x": 1}, "[0,0,0,10]", "[9,9,-5,5]", "[590,0,20,20]"],
)
def test_a_part_that_makes_no_sense_is_nowhere_rather_than_the_whole(region: object) -> None:
    told = Region.parse(region, "600,400")
    assert told
    assert Region.read(str(told)).within(SHEET) is None


def test_a_roundings_pixel_beyond_the_edge_is_cut_off() -> None:
    region = Region.parse("[-1,-1,300,402]", "600,400")
    assert region
    assert region.within(SHEET) == Box(0, 0, 299, 400)


def test_a_region_is_scaled_from_the_size_in_which_it_was_measured() -> None:
    region = Region.parse("[150,100,150,100]", "300,200")
    assert region
    assert region.within(SHEET) == Box(300, 200, 300, 200)


def test_without_that_size_it_is_in_the_images_own_pixels() -> None:
    region = Region.parse("[300,200,300,200]", None)
    assert region
    assert region.within(SHEET) == Box(300, 200, 300, 200)


@pytest.mark.parametrize(
    ("region", "pixel"),
    [
        ("[300,200,400,200]", None),
        ("[600,0,10,10]", None),
        ("[0,0,10,10]", "400,600"),
        ("[500,300,200,200]", "600,400"),
    ],
)
def test_a_region_that_does_not_fit_the_image_is_never_guessed(region: str, pixel: str | None) -> None:
    parsed = Region.parse(region, pixel)
    assert parsed
    assert parsed.within(SHEET) is None


@given(edges, edges, edges, edges, st.none() | st.builds(Size, st.integers(1, 2000), st.integers(1, 2000)))
def test_what_is_cut_lies_within_the_image(left: int, top: int, width: int, height: int, measured: Size | None) -> None:
    region = Region(Box(left, top, max(1, width), max(1, height)), measured)
    box = region.within(SHEET)
    if box is not None:
        assert 0 <= box.left < box.left + box.width <= SHEET.width
        assert 0 <= box.top < box.top + box.height <= SHEET.height


@given(edges, edges, edges, edges, st.none() | st.builds(Size, st.integers(1, 9999), st.integers(1, 9999)))
def test_a_stored_region_is_read_back_as_it_was(
    left: int, top: int, width: int, height: int, measured: Size | None
) -> None:
    region = Region(Box(left, top, width, height), measured)
    assert Region.read(str(region)) == region
