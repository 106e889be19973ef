"""Image requests in IIIF's syntax: understood, or refused with the request in the words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.size import Box, Size
from viewer.errors import BadImageRequest
from viewer.imaging.request import ImageRequest

PAGE = Size(1000, 500)
MAX_AREA = 1_000_000
WHOLE = {"region": "full", "size": "max", "rotation": "0", "quality": "default", "suffix": "jpg"}


def ask(page: Size = PAGE, /, **parts: str) -> ImageRequest:
    return ImageRequest.parse(page, **{**WHOLE, **parts}, max_area=MAX_AREA)


def parsed(page: Size, canonical: str) -> ImageRequest:
    """The request that an address's last four parts are."""
    region, size, rotation, name = canonical.split("/")
    quality, _, suffix = name.rpartition(".")
    return ask(page, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix)


def test_max_is_the_page_itself() -> None:
    assert ask().size == PAGE


def test_max_honours_the_largest_area() -> None:
    found = ask(Size(4000, 1000))
    assert found.size.pixels <= MAX_AREA
    assert found.size == Size(2000, 500)
    assert found.canonical == "full/max/0/default.jpg"


@pytest.mark.parametrize(
    ("region", "box"),
    [
        ("full", Box(0, 0, 1000, 500)),
        ("square", Box(250, 0, 500, 500)),
        ("10,20,30,40", Box(10, 20, 30, 40)),
        ("0,0,1000,500", Box(0, 0, 1000, 500)),
        ("0,0,99999999999,99999999999", Box(0, 0, 1000, 500)),
        ("990,490,100,100", Box(990, 490, 10, 10)),
        ("pct:10,20,30,40", Box(100, 100, 300, 200)),
        ("pct:0,0,100,100", Box(0, 0, 1000, 500)),
        ("pct:12.55,0,0.05,1000", Box(126, 0, 1, 500)),
        ("pct:0,0,0.0001,0.0001", Box(0, 0, 1, 1)),
    ],
)
def test_a_region_is_a_box_cut_to_the_page(region: str, box: Box) -> None:
    assert ask(region=region).box == box


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1000,", PAGE),
        ("500,", Size(500, 250)),
        ("1,", Size(1, 1)),
        (",250", Size(500, 250)),
        ("pct:50", Size(500, 250)),
        ("pct:33.3", Size(333, 167)),
        ("123,321", Size(123, 321)),
        ("!300,300", Size(300, 150)),
        ("!300,100", Size(200, 100)),
        ("!9000,100", Size(200, 100)),
        ("^max", Size(1414, 707)),
        ("^1200,", Size(1200, 600)),
        ("^,600", Size(1200, 600)),
        ("^500,", Size(500, 250)),
        ("^pct:120", Size(1200, 600)),
        ("^1,900", Size(1, 900)),
        ("^!1200,1200", Size(1200, 600)),
        ("^!100,100", Size(100, 50)),
        ("^!90000,90000", Size(1414, 707)),
    ],
)
def test_a_size_is_width_and_height(size: str, expected: Size) -> None:
    assert ask(size=size).size == expected


def test_a_size_is_of_the_region_not_of_the_page() -> None:
    assert ask(region="0,0,100,200", size="max").size == Size(100, 200)
    assert ask(region="0,0,100,200", size="50,").size == Size(50, 100)
    assert ask(region="950,0,100,200", size=",100").size == Size(25, 100)
    with pytest.raises(BadImageRequest, match="100 × 200"):
        ask(region="0,0,100,200", size="101,")


@pytest.mark.parametrize(
    ("rotation", "mirror", "degrees", "canonical"),
    [
        ("0", False, "0", "0"),
        ("360", False, "0", "0"),
        ("0.0", False, "0", "0"),
        ("90", False, "90", "90"),
        ("100", False, "100", "100"),
        ("!0", True, "0", "!0"),
        ("!180", True, "180", "!180"),
        ("22.50", False, "22.5", "22.5"),
        ("!0.25", True, "0.25", "!0.25"),
        ("359.9999999999", False, "359.9999999999", "359.9999999999"),
    ],
)
def test_a_rotation_may_mirror_and_has_one_spelling(rotation: str, mirror: bool, degrees: str, canonical: str) -> None:
    found = ask(rotation=rotation, size="100,")
    assert (found.mirror, found.rotation) == (mirror, Decimal(degrees))
    assert found.canonical == f"full/100,50/{canonical}/default.jpg"


def test_at_an_odd_angle_the_canvas_holds_the_turned_picture() -> None:
    assert ask(rotation="45", size="100,100").canvas == Size(142, 142)
    assert ask(rotation="270", size="100,").canvas == Size(50, 100)


def test_a_canvas_that_grows_beyond_the_largest_area_is_refused() -> None:
    assert ask(rotation="90", size="^1400,").size == Size(1400, 700)
    with pytest.raises(BadImageRequest, match="more than 1000000 pixels"):
        ask(rotation="45", size="^1400,")


@pytest.mark.parametrize(
    ("parts", "canonical"),
    [
        ({"region": "0,0,1000,500"}, "full/max/0/default.jpg"),
        ({"region": "pct:50,50,50,50"}, "500,250,500,250/max/0/default.jpg"),
        ({"region": "square", "size": "!100,100"}, "250,0,500,500/100,100/0/default.jpg"),
        ({"size": "^1000,"}, "full/max/0/default.jpg"),
        ({"size": "^pct:110"}, "full/^1100,550/0/default.jpg"),
        ({"size": "^!9999,9999"}, "full/^max/0/default.jpg"),
        ({"quality": "color"}, "full/max/0/default.jpg"),
        ({"quality": "gray", "suffix": "png"}, "full/max/0/gray.png"),
        ({"quality": "bitonal", "suffix": "webp"}, "full/max/0/bitonal.webp"),
    ],
)
def test_the_canonical_spelling_is_the_shortest(parts: dict[str, str], canonical: str) -> None:
    assert ask(**parts).canonical == canonical


def test_what_is_stored_is_named_by_its_figures_so_that_another_largest_area_is_another_picture() -> None:
    wide = Size(4000, 1000)
    names = {ImageRequest.parse(wide, **WHOLE, max_area=most).stored_as for most in (MAX_AREA, 4 * MAX_AREA)}
    assert names == {"full/2000,500/0/default.jpg", "full/4000,1000/0/default.jpg"}


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")]
)
def test_formats_have_their_media_types(suffix: str, media_type: str) -> None:
    assert ask(suffix=suffix).media_type == media_type


def test_two_spellings_of_one_picture_are_one() -> None:
    assert ask(size="max").canonical == ask(size="1000,", quality="color").canonical != ask(size="999,").canonical


@pytest.mark.parametrize(
    "wrong",
    [
        *({"size": size} for size in ("", "0,", "1001,", "-1,", "5", ",", "a,", "1.5,", "1e3,", "٣,", " 5,", "05,")),
        *({"size": size} for size in ("9999999,", ",501", "1001,1", "1,501", "0,0", ",0", "0,5", "5,0", "full", "MAX")),
        *(
            {"size": size}
            for size in ("pct:0", "pct:100.1", "pct:-1", "pct:", "pct:0.01", "pct:1e1", "pct:.5", "pct:5.")
        ),
        *({"size": size} for size in ("!5", "!,5", "!5,", "!1001,501", "!!5,5", "^", "^^max", "!^5,5", "^!5", "^full")),
        *({"size": size} for size in ("^1001,1000", "^9999,", "^,708", "^pct:142", "^pct:0")),
        *({"region": region} for region in ("", "FULL", "0,0,0,0", "full ", "9999,0,1,1", "0,500,1,1", "1000,0,5,5")),
        *({"region": region} for region in ("1,2,3", "1,2,3,4,5", "-1,0,5,5", "1.5,0,5,5", "00,0,5,5", "0,0,5,0")),
        *(
            {"region": region}
            for region in ("pct:0,0,0,5", "pct:100,0,5,5", "pct:1,2,3", "pct:a,0,5,5", "square,", "٣,0,5,5")
        ),
        *(
            {"rotation": rotation}
            for rotation in ("", "361", "x", "-90", "00", "nan", "360.1", "!", "90!", "!!0", ".5")
        ),
        *({"rotation": rotation} for rotation in ("5.", "1e2", "+1", "٣", "inf", "090")),
        *({"quality": quality} for quality in ("", "native", "Default", "grey")),
        *({"suffix": suffix} for suffix in ("", "tif", "JPG", "jpeg", "exe", "gif")),
    ],
    ids=str,
)
def test_anything_else_is_refused_and_named(wrong: dict[str, str]) -> None:
    with pytest.raises(BadImageRequest) as refused:
        ask(PAGE, **wrong)
    (value,) = wrong.values()
    assert value in str(refused.value)


def test_a_format_that_cannot_hold_so_long_an_edge_is_refused() -> None:
    ribbon = Size(20_000, 10)
    assert ask(ribbon, suffix="png").size == ask(ribbon).size == ribbon
    with pytest.raises(BadImageRequest, match="16383"):
        ask(ribbon, suffix="webp")


edges = st.integers(1, 3_000)
sides = st.integers(0, 4_000).map(str)
percents = st.decimals(0, 130, places=2).map(str)
PARTS = {
    "region": st.sampled_from(["full", "square"])
    | st.lists(sides, min_size=4, max_size=4).map(",".join)
    | st.lists(percents, min_size=4, max_size=4).map(lambda each: "pct:" + ",".join(each)),
    "size": st.builds(
        lambda enlarging, form: enlarging + form,
        st.sampled_from(["", "^"]),
        st.just("max")
        | percents.map(lambda each: f"pct:{each}")
        | st.builds(lambda fit, width, height: f"{fit}{width},{height}", st.sampled_from(["", "!"]), sides, sides)
        | sides.map(lambda each: f"{each},")
        | sides.map(lambda each: f",{each}"),
    ),
    "rotation": st.builds(
        lambda mirror, degrees: mirror + degrees,
        st.sampled_from(["", "!"]),
        st.integers(0, 360).map(str) | st.decimals(0, 360, places=3).map(str),
    ),
    "quality": st.sampled_from(["default", "color", "gray", "bitonal"]),
    "suffix": st.sampled_from(["jpg", "png", "webp"]),
}


@given(st.fixed_dictionaries({name: st.text(max_size=8) | given for name, given in PARTS.items()}))
def test_any_request_is_understood_or_refused(parts: dict[str, str]) -> None:
    try:
        found = ask(PAGE, **parts)
    except BadImageRequest:
        return
    assert 1 <= found.size.pixels <= MAX_AREA


@given(st.builds(Size, edges, edges), st.fixed_dictionaries(PARTS))
def test_a_picture_lies_within_the_page_and_the_area_and_only_the_mark_enlarges(
    page: Size, parts: dict[str, str]
) -> None:
    try:
        found = ask(page, **parts)
    except BadImageRequest:
        return
    box = found.box
    assert 0 <= box.left < box.left + box.width <= page.width
    assert 0 <= box.top < box.top + box.height <= page.height
    assert found.size.width >= 1
    assert found.size.height >= 1
    assert found.size.pixels <= MAX_AREA
    assert found.canvas.pixels <= MAX_AREA
    assert 0 <= found.rotation < 360
    if not parts["size"].startswith("^"):
        assert found.size.width <= box.width
        assert found.size.height <= box.height


@given(st.builds(Size, edges, edges), st.fixed_dictionaries(PARTS))
def test_the_canonical_spelling_asks_for_the_same_picture(page: Size, parts: dict[str, str]) -> None:
    try:
        found = ask(page, **parts)
    except BadImageRequest:
        return
    assert parsed(page, found.canonical) == found


@given(edges, edges, st.integers(1, 4_000))
def test_a_width_keeps_the_shape(width: int, height: int, asked: int) -> None:
    try:
        found = ask(Size(width, height), size=f"{asked},")
    except BadImageRequest:
        assert asked > width or asked * height * asked / width > MAX_AREA - asked
        return
    assert found.size.width == asked
    assert abs(found.size.height - height * asked / width) <= 0.5 or found.size.height == 1
