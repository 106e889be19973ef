"""From a page's drawn part to the answer's bytes: mirrored, turned, recoloured, encoded, in the order that IIIF sets
(iiif.io/api/image/3.0, section 4)."""

import io
from typing import Any

from PIL import Image

from viewer.imaging import colours, levels
from viewer.imaging.request import ImageRequest

STEPS = {"jpg": 8, "fine jpg": 6, "small jpg": 7}
"""What a JPEG's frequencies are rounded to multiples of. It is the same step for all of them and for all colours, so that what is
lost spreads evenly: the usual tables, coarser the finer a structure is, take 10 to 30 % more bytes to be as near to the page, and
fine structure is what print is made of. All hold colours in full, but a tile does only where it has colours so fine: of more than a
tile, one small red word would be too little to be noticed."""
SAVED_AS: dict[str, dict[str, Any]] = {
    **{kind: {"format": "JPEG", "qtables": [[step] * 64] * 2, "subsampling": "4:4:4"} for kind, step in STEPS.items()},
    "png": {"format": "PNG", "compress_level": 2},
    "webp": {"format": "WEBP", "quality": 88, "method": 2},
}
"""JPEG as faithful as a seal's red and thin print need, and quick. Fine are levels, from which other sizes are made. Small pictures
have Huffman tables of their own, which makes them 9 to 13 % smaller in half a millisecond."""
SMALL = 300_000
"""Pixels up to which a whole page has so much in each of them that it loses 2 to 4 dB more than a large picture does."""
RIGHT_ANGLES = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
"""Degrees clockwise → Pillow's word, which counts the other way."""
DARKEST_PAPER, LIGHTEST_INK = 96, 192


def finish(picture: Image.Image, ask: ImageRequest) -> bytes:
    """The picture as it was asked for, encoded."""
    for step in (mirror, rotate, recolour):
        picture = step(picture, ask)
    return encode(picture, kind_of(ask))


def jpeg_as_drawn(ask: ImageRequest) -> int | None:
    """The step in which the picture is to be encoded where that is all there is to finish: a JPEG of the page as it is drawn."""
    as_drawn = not (ask.mirror or ask.rotation) and ask.quality in ("default", "color")
    return STEPS["jpg"] if kind_of(ask) == "jpg" and as_drawn else None


def encode(picture: Image.Image, kind: str) -> bytes:
    """The picture in one of the ways in which pictures are saved."""
    options = SAVED_AS[kind]
    is_tile = kind == "jpg" and picture.mode == "RGB" and picture.width * picture.height <= levels.TILE**2
    if is_tile and not colours.are_fine(picture):
        options = {**options, "subsampling": "4:2:0"}
    encoded = _saved(picture, **options)
    if kind == "small jpg" and len(encoded) <= 2 * picture.width * picture.height:  # of more, Pillow can't hold it
        encoded = _saved(picture, **options, optimize=True)
    return encoded


def _saved(picture: Image.Image, **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, **options)
    return content.getvalue()


def kind_of(ask: ImageRequest) -> str:
    """In which of the ways this picture is saved."""
    if ask.suffix != "jpg":
        return ask.suffix
    return "small jpg" if ask.region == "full" and ask.size.pixels <= SMALL else "jpg"


def mirror(picture: Image.Image, ask: ImageRequest) -> Image.Image:
    """Left to right, before it is turned (section 4.3)."""
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if ask.mirror else picture


def rotate(picture: Image.Image, ask: ImageRequest) -> Image.Image:
    """Clockwise. At an odd angle the canvas grows; the new corners are clear where the format can say so, else white."""
    if ask.rotation in RIGHT_ANGLES:
        return picture.transpose(RIGHT_ANGLES[int(ask.rotation)])
    if ask.rotation:
        if ask.suffix != "jpg" and ask.quality != "bitonal":
            picture = picture.convert("RGBA")
        white = (255, 255, 255, 0)[: len(picture.getbands())]
        picture = picture.rotate(-float(ask.rotation), Image.Resampling.BICUBIC, expand=True, fillcolor=white)
    return picture


def recolour(picture: Image.Image, ask: ImageRequest) -> Image.Image:
    """Gray, or black on white: one threshold for the whole picture and no dithering, whose dots eat thin strokes."""
    if ask.quality == "gray":
        return picture.convert("LA" if picture.mode == "RGBA" else "L")
    if ask.quality == "bitonal":
        gray = picture.convert("L")
        least = threshold(gray.histogram())
        return gray.point([0] * least + [255] * (256 - least), "1" if ask.suffix == "png" else "L")
    return picture


def threshold(histogram: list[int]) -> int:
    """The least brightness that becomes white: where ink and paper part best (Otsu 1979), so that pale print on gray
    paper stays readable.

    Within bounds: a part of a page that is all paper (or all ink) has only noise to part, and stays white (or black).
    """
    count, total = sum(histogram), sum(level * many for level, many in enumerate(histogram))
    best, found, darker, darker_total = -1.0, 128, 0, 0
    for level, many in enumerate(histogram[:-1]):
        darker, darker_total = darker + many, darker_total + level * many
        if darker and darker < count:
            apart = (darker_total / darker - (total - darker_total) / (count - darker)) ** 2
            if (parted := darker * (count - darker) * apart) > best:
                best, found = parted, level + 1
    return min(max(found, DARKEST_PAPER), LIGHTEST_INK)
