"""What is cut from one decode: levels and tiles are the pictures that drawing each of them alone would give."""

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from tests.papers import encoded, pdf
from tests.unit.documents.test_decode import LIMITS
from viewer import drawing
from viewer.documents import image
from viewer.documents.decode import page_sizes
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import JPEG, PDF, PNG
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.imaging import levels
from viewer.imaging.request import ImageRequest

ROOMY = replace(LIMITS, decoder_pixels=36_000_000, max_pixels=100_000_000)
SCENE = Image.effect_noise((12, 10), 90).resize((1300, 1100), Image.Resampling.BICUBIC).convert("RGB")
ImageDraw.Draw(SCENE).rectangle((700, 500, 1299, 620), fill="red")
UPRIGHT = Image.Exif()
UPRIGHT[0x0112] = 6
PAPERS = {
    "a photo": (encoded(SCENE, "JPEG", quality=95), JPEG),
    "a photo of a camera held upright": (encoded(SCENE, "JPEG", quality=95, exif=UPRIGHT), JPEG),
    "a screenshot": (encoded(SCENE, "PNG"), PNG),
    "a clear screenshot": (encoded(SCENE.convert("RGBA"), "PNG"), PNG),
    "a document": (pdf(1, size=(300, 250)), PDF),
}


def source_of(name: str) -> tuple[bytes, PageSource]:
    content, media_type = PAPERS[name]
    return content, PageSource("0" * 64, media_type, 1, page_sizes(content, media_type, ROOMY)[0])


def alone(content: bytes, source: PageSource, name: str) -> Image.Image:
    """The picture of this name, drawn for itself."""
    region, size, rotation, last = name.split("/")
    given = {"region": region, "size": size, "rotation": rotation, "quality": last.split(".")[0], "suffix": "jpg"}
    ask = ImageRequest.parse(source.size, **given, max_area=ROOMY.decoder_pixels)
    return Image.open(io.BytesIO(drawing.draw_page(content, source, ask, ROOMY))).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, in levels of 256."""
    assert one.size == other.size
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize("name", PAPERS)
def test_a_level_is_the_page_in_its_size(name: str) -> None:
    content, source = source_of(name)
    found = drawing.cut_ladder(content, source, ROOMY)
    assert list(found) == [
        levels.name_of_level(size) for size in reversed(levels.stored_sizes(source.size, 36_000_000))
    ]
    for level, made in found.items():
        assert apart(Image.open(io.BytesIO(made)).convert("RGB"), alone(content, source, level)) < 4


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("largest", [36_000_000, 700_000])
@pytest.mark.parametrize("name", PAPERS)
def test_a_tile_is_its_part_of_the_page_also_where_the_page_is_cut_in_bands(
    name: str, largest: int, parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, source = source_of(name)
    if name == "a document":
        largest = ROOMY.decoder_pixels  # a document's own size depends on it
    monkeypatch.setattr(levels, "WORTH_PARTING", 0)
    limits = replace(ROOMY, decoder_pixels=largest)
    found: dict[str, bytes] = {}
    for factor in levels.scale_factors(source.size)[:-1]:
        for band in levels.bands(source.size, factor, parts):
            found |= drawing.cut_tiles(content, source, factor, band, limits)
    assert found.keys() == levels.tile_factors(source.size).keys()
    for tile, made in found.items():
        assert apart(Image.open(io.BytesIO(made)).convert("RGB"), alone(content, source, tile)) < 4


@pytest.mark.parametrize("name", ["a photo", "a photo of a camera held upright", "a screenshot", "a clear screenshot"])
def test_a_picture_that_is_taken_in_brings_the_picture_from_which_thumbnails_come(name: str) -> None:
    content, source = source_of(name)
    sizes, first = drawing.take_in(content, source.media_type, ROOMY)
    level = levels.thumbnails_from(source.size, ROOMY.decoder_pixels)
    assert level
    assert sizes == [source.size]
    assert first
    picture = Image.open(io.BytesIO(first)).convert("RGB")
    assert apart(picture, alone(content, source, levels.name_of_level(level))) < 1


def test_of_a_document_nothing_more_is_made() -> None:
    content, source = source_of("a document")
    assert drawing.take_in(content, source.media_type, ROOMY) == ([source.size], None)


def test_of_a_small_picture_nothing_more_is_made() -> None:
    small = encoded(SCENE.resize((600, 500)), "JPEG")
    assert drawing.take_in(small, JPEG, ROOMY) == ([Size(600, 500)], None)


def test_of_a_page_too_long_for_a_jpeg_nothing_more_is_made() -> None:
    page = Size(960, 140_000)
    content = encoded(Image.new("1", (page.width, page.height)), "PNG")
    assert drawing.take_in(content, PNG, replace(ROOMY, max_pixels=200_000_000)) == ([page], None)


@pytest.mark.parametrize("name", ["a photo", "a screenshot", "a clear screenshot"])
def test_a_truncated_picture_is_not_taken_in(name: str) -> None:
    content, source = source_of(name)
    with pytest.raises(Unreadable):
        drawing.take_in(content[: len(content) * 2 // 3], source.media_type, ROOMY)


def test_a_picture_that_cannot_be_drawn_so_is_taken_in_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    content, source = source_of("a photo")
    monkeypatch.setattr(image, "draw", lambda *_: 1 / 0)
    assert drawing.take_in(content, source.media_type, ROOMY) == ([source.size], None)
