"""What info.json says can be asked for."""

from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.size import Size
from viewer.imaging.info import image_info
from viewer.imaging.levels import TILE
from viewer.imaging.request import ImageRequest

MAX_AREA = 4_000_000
edges = st.integers(1, 9_000)


def ask(page: Size, region: str, size: str) -> ImageRequest:
    given = {"rotation": "0", "quality": "default", "suffix": "jpg"}
    return ImageRequest.parse(page, region=region, size=size, **given, max_area=MAX_AREA)


def test_an_info_has_what_the_specification_requires() -> None:
    info = image_info("https://erp.example/iiif/1", Size(2480, 3508), max_area=MAX_AREA)
    assert info["@context"] == "http://iiif.io/api/image/3/context.json"
    assert (info["id"], info["type"]) == ("https://erp.example/iiif/1", "ImageService3")
    assert (info["protocol"], info["profile"]) == ("http://iiif.io/api/image", "level2")
    assert (info["width"], info["height"], info["maxArea"]) == (2480, 3508, MAX_AREA)
    assert info["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4, 8]}]
    assert info["sizes"][-1] == {"width": 1240, "height": 1754}


@given(st.builds(Size, edges, edges))
def test_every_size_that_it_names_is_what_its_width_alone_gives(page: Size) -> None:
    for size in image_info("x", page, max_area=MAX_AREA)["sizes"]:
        named = Size(size["width"], size["height"])
        assert (
            ask(page, "full", f"{named.width},").size
            == ask(page, "full", f"{named.width},{named.height}").size
            == named
        )


@given(st.builds(Size, edges, edges), st.data())
def test_every_tile_that_a_viewer_builds_from_it_is_answered(page: Size, data: st.DataObject) -> None:
    (tiles,) = image_info("x", page, max_area=MAX_AREA)["tiles"]
    assert max(page.width, page.height) <= TILE * tiles["scaleFactors"][-1]
    factor = data.draw(st.sampled_from(tiles["scaleFactors"]))
    step = TILE * factor
    left = data.draw(st.integers(0, (page.width - 1) // step)) * step
    top = data.draw(st.integers(0, (page.height - 1) // step)) * step
    width, height = min(step, page.width - left), min(step, page.height - top)
    size = Size(-(-width // factor), -(-height // factor))
    found = ask(page, f"{left},{top},{width},{height}", f"{size.width},{size.height}")
    assert found.size == size
