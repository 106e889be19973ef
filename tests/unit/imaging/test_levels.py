"""Sizes and tiles that are made ahead: named as the requests that ask for them, covering each page once."""

from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.size import Size
from viewer.imaging import levels
from viewer.imaging.request import ImageRequest

MAX_AREA = 36_000_000
edges = st.integers(1, 6_000)
pages = st.builds(Size, edges, edges)


def named(page: Size, name: str) -> ImageRequest:
    region, size, rotation, last = name.split("/")
    quality, _, suffix = last.partition(".")
    return ImageRequest.parse(
        page, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix, max_area=MAX_AREA
    )


@settings(max_examples=50)
@given(pages)
def test_every_tile_bears_the_name_of_its_own_request(page: Size) -> None:
    for factor in levels.scale_factors(page):
        for tile in levels.tiles(page, factor, top=0, rows=levels.scaled(page, factor).height):
            ask = named(page, tile.name)
            assert (ask.box, ask.size, ask.stored_as) == (tile.box, tile.size, tile.name)
            assert levels.tile_factors(page).get(tile.name, factor) == factor


@settings(max_examples=50)
@given(pages, st.integers(1, 8))
def test_the_tiles_of_a_level_cover_the_page_once_however_it_is_cut_into_bands(page: Size, rows: int) -> None:
    for factor in levels.scale_factors(page):
        height = levels.scaled(page, factor).height
        step = rows * levels.TILE
        found = [
            tile
            for top in range(0, height, step)
            for tile in levels.tiles(page, factor, top=top, rows=min(step, height - top))
        ]
        assert sum(tile.box.width * tile.box.height for tile in found) == page.pixels
        assert len({tile.name for tile in found}) == len(found)


@given(pages | st.builds(Size, st.integers(1, 500), st.integers(60_000, 200_000)))
def test_every_level_bears_the_name_of_the_request_for_it_and_is_smaller_than_the_page(page: Size) -> None:
    for size in levels.stored_sizes(page, MAX_AREA):
        assert named(page, levels.name_of_level(size)).stored_as == levels.name_of_level(size)
        assert size.width < page.width
