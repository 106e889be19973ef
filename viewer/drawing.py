"""What a decoder process does for pictures and text of a page: draws, cuts, finishes, reads. It imports no more than that needs."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from viewer.documents import decode
from viewer.documents.shapes import Limits, Word
from viewer.documents.sniff import PDF
from viewer.domain.size import Box, Size
from viewer.domain.source import PageSource
from viewer.imaging import levels, watermark
from viewer.imaging.finish import encode, finish, jpeg_as_drawn
from viewer.imaging.request import ImageRequest

Content = bytes | Path
"""A stored file's bytes, or where a decoder can read them itself."""
DRAWN = 2
"""Levels of a ladder that are drawn from the content."""


def take_in(content: bytes, media_type: str, limits: Limits) -> tuple[list[Size], bytes | None]:
    """What a content that has just come is: its pages' sizes and, of a picture, a first smaller one from which thumbnails come,
    since all of it has to be decoded now anyway. Raises Unreadable."""
    sizes, picture = decode.taken_in(
        content, media_type, limits, lambda page: levels.thumbnails_from(page, limits.decoder_pixels)
    )
    return sizes, encode(picture, "fine jpg") if picture else None


def draw_page(content: Content, source: PageSource, ask: ImageRequest, limits: Limits) -> bytes:
    """The picture's bytes. Raises Unreadable."""
    read = _read(content)
    made = None
    if step := jpeg_as_drawn(ask):
        made = decode.encoded(read, source.media_type, source.number, ask.box, ask.size, limits, step=step)
    return made or finish(_drawn(read, source, ask.box, ask.size, limits), ask)


def stamp_page(content: bytes, source: PageSource, ask: ImageRequest, mark: str) -> bytes:
    """A finished picture of the page with a reader's mark."""
    return watermark.stamp(content, ask, source.size, mark)


def cut_ladder(content: Content, source: PageSource, limits: Limits) -> dict[str, bytes]:
    """The page in halves of itself: the name of each level's request → its JPEG. Raises Unreadable.

    The two largest are drawn, which decoders do quickest in the size that is needed; each further one comes from the level
    twice above it: of one only twice as large, thin print would suffer at every step.
    """
    found: dict[str, bytes] = {}
    pictures: list[Image.Image] = []
    for size in reversed(levels.stored_sizes(source.size, limits.decoder_pixels)):
        if len(pictures) < DRAWN:
            picture = _drawn(content, source, _whole(source.size), size, limits)
        else:
            picture = pictures[-DRAWN].resize((size.width, size.height), Image.Resampling.LANCZOS, reducing_gap=4.0)
        pictures.append(picture)
        found[levels.name_of_level(size)] = encode(picture, "fine jpg")
    return found


def cut_tiles(content: Content, source: PageSource, factor: int, band: levels.Band, limits: Limits) -> dict[str, bytes]:
    """The tiles of one scale factor in a band of the page, from as few decodes as the largest picture allows: the name of
    each tile's request → its JPEG. Raises Unreadable."""
    read = _read(content)
    tiles = {tile.box: tile for tile in levels.tiles(source.size, factor, top=band.top, rows=band.rows)}
    found = {}
    if factor == 1:
        for box, picture in decode.cut_out(read, source.media_type, list(tiles), limits):
            found[tiles.pop(box).name] = encode(picture, "jpg")
    if not tiles:
        return found
    for top, drawn in _drawn_bands(read, source, factor, band, limits):
        for tile in levels.tiles(source.size, factor, top=top, rows=drawn.height):
            left, upper = tile.box.left // factor, tile.box.top // factor - top
            part = drawn.crop((left, upper, left + tile.size.width, upper + tile.size.height))
            found[tile.name] = encode(part, "jpg")
    return found


def draw_sheet(content: bytes, width: int, limits: Limits) -> bytes:
    """The first page of a PDF that was made here, as a JPEG so wide. Raises Unreadable."""
    whole = decode.page_sizes(content, PDF, limits)[0]
    size = whole.scaled(width / whole.width).within(edge=4 * width)
    return encode(decode.draw(content, PDF, 1, _whole(whole), size, limits), "jpg")


def words(content: Content, source: PageSource, limits: Limits) -> list[Word]:
    """The words of the page with their places. Raises Unreadable."""
    return decode.words(_read(content), source.media_type, source.number, limits)


def _drawn_bands(
    content: bytes, source: PageSource, factor: int, band: levels.Band, limits: Limits
) -> Iterator[tuple[int, Image.Image]]:
    """The band of the page scaled down by `factor`, in one piece or in several of whole tiles, each within the largest
    picture: where each begins on the scaled page, and its pixels."""
    width = levels.scaled(source.size, factor).width
    rows = max(1, limits.decoder_pixels // width // levels.TILE) * levels.TILE
    for top in range(band.top, band.top + band.rows, rows):
        height = min(rows, band.top + band.rows - top)
        lower = min((top + height) * factor, source.size.height)
        box = Box(0, top * factor, source.size.width, lower - top * factor)
        yield top, _drawn(content, source, box, Size(width, height), limits)


def _drawn(content: Content, source: PageSource, box: Box, size: Size, limits: Limits) -> Image.Image:
    return decode.draw(_read(content), source.media_type, source.number, box, size, limits)


def _read(content: Content) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


def _whole(size: Size) -> Box:
    return Box(0, 0, size.width, size.height)
