"""Pictures through Pillow: upright, in sRGB on white."""

import contextlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pi_heif
from PIL import Image, ImageFile, PngImagePlugin

from viewer.documents import aside
from viewer.documents.colour import finished, scalable
from viewer.documents.png import bare
from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.size import Box, Size

Image.init()
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 2**24
"""Of the few texts that `bare` leaves in a PNG; some programs pack a photo's whole EXIF into one."""

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → how to turn the stored pixels upright."""
TURNED = frozenset({5, 6, 7, 8})
"""EXIF orientations that swap width and height."""
MIRRORED_ACROSS, MIRRORED_DOWN = frozenset({2, 3, 6, 7}), frozenset({3, 4, 7, 8})
"""EXIF orientations whose upright x, or y, runs against the stored axis that it lies on."""
UPRIGHT_ALREADY = frozenset({"TIFF", "HEIF"})
"""Formats whose pixels their decoders turn."""
FINER = 2
"""So many times as fine as it is shown, a JPEG is decoded at least: its own shrinking alone is 38 dB off, at an eighth 35."""
FAR = 4
"""So many times smaller, Pillow's JPEGs are the quicker ones: there most of the time goes into reading them."""
JPEG_START = b"\xff\xd8"
DRAFTED = 4_000_000
"""Pixels up to which libvips takes over what Pillow decoded, such as a JPEG that was halved meanwhile."""
MUCH = 1_000_000
"""Pixels from which on it pays to decode a picture smaller, or to set libvips up."""
FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "AVIF", "JPEG2000", "HEIF")


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The size of every page as shown. Only TIFF has pages here; an animation shows its first frame.

    A chain of pages is followed only as far as the limit; the first page is decoded, so that a truncated picture is
    told now, not when somebody looks at it.
    """
    with opened(content, limits) as picture:
        sizes = _told(picture, limits)
        if len(sizes) > 1:
            picture.seek(0)
        quickly = picture.format == "PNG" and _is_for_vips(picture, 1, 1)
        if quickly and _vips().shrunk(content, Size(*picture.size), Size(1, 1)):
            return sizes
        picture.draft("RGB", (1, 1))  # a JPEG is read to its end, but at an eighth of the cost
        picture.load()
        return sizes


def told_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The same as the file tells it, before anything of it is decoded."""
    with opened(content, limits) as picture:
        return _told(picture, limits)


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """A part of page `number` (from 1) in exactly `size`: decoded no larger than that needs, turned when it is small."""
    with opened(content, limits) as picture:
        if number > 1:
            picture.seek(number - 1)
            _check(picture, limits)
        whole, orientation = shown(picture), orientation_of(picture)
        across = (size.height, size.width) if orientation in TURNED else (size.width, size.height)
        is_whole = box == Box(0, 0, whole.width, whole.height)
        if is_whole and _is_for_vips(picture, *across):
            made: Image.Image | None = _vips().shrunk(content, Size(*picture.size), Size(*across))
            if made:
                return _turned_upright(made, orientation)
        cut = _cut(_stored_part(box, whole, orientation, Size(*picture.size)), across)
        if cut and not is_whole and picture.format == "JPEG" and _is_large_and_plain(picture):
            for made in _vips().cut_out(content, Size(*picture.size), [cut]):
                return _turned_upright(made, orientation)
        profile = picture.info.get("icc_profile")
        stored: Image.Image | None = None
        if picture.format == "PNG" and not is_whole and _is_for_vips(picture, *picture.size):
            stored = _vips().shrunk(content, Size(*picture.size), Size(*picture.size))
        if stored is None:
            needed = Size(round(whole.width * size.width / box.width), round(whole.height * size.height / box.height))
            finer = (FINER * needed.width, FINER * needed.height)
            if picture.width * picture.height > MUCH:  # a small one, such as a level, would spare little and lose 2 dB
                picture.draft("RGB", finer[::-1] if orientation in TURNED else finer)
            picture.decodermaxblock = len(content)  # in one piece: between two the decoder goes slowly
            picture.load()
            stored = scalable(picture)
        part = _stored_part(box, whole, orientation, Size(*stored.size))
        small = _part_in(stored, part, across)
        return _turned_upright(finished(small, profile if isinstance(profile, bytes) else None), orientation)


def cut_out(content: bytes, parts: Iterable[Box], limits: Limits) -> Iterator[tuple[Box, Image.Image]]:
    """Parts of a JPEG's page in its own size, as one pass comes to them; those that it doesn't reach have to be drawn."""
    with opened(content, limits) as picture:
        whole, orientation, stored = shown(picture), orientation_of(picture), Size(*picture.size)
        if not _is_large_and_plain(picture):
            return
    places = []
    for part in parts:
        across = (part.height, part.width) if orientation in TURNED else (part.width, part.height)
        if (place := _cut(_stored_part(part, whole, orientation, stored), across)) is None:
            return
        places.append((place, part))
    places.sort(key=lambda each: (each[0].top, each[0].left))
    found = _vips().cut_out(content, stored, [place for place, _ in places])
    for (_, part), pixels in zip(places, found, strict=False):
        yield part, _turned_upright(pixels, orientation)


def encoded(content: bytes, number: int, box: Box, size: Size, limits: Limits, *, step: int) -> bytes | None:
    """What `draw` draws as a JPEG, where one pass makes that of the content; None where it has to be drawn first."""
    if content.startswith(JPEG_START) and box.width >= FAR * size.width:
        return None
    with opened(content, limits) as picture:
        upright = orientation_of(picture) not in UPRIGHT
        whole = number == 1 and box == Box(0, 0, picture.width, picture.height)
        if not (upright and whole and _is_for_vips(picture, size.width, size.height)):
            return None
        made: bytes | None = _vips().encoded(content, Size(*picture.size), size, step=step)
        return made


@contextmanager
def opened(content: bytes, limits: Limits) -> Iterator[ImageFile.ImageFile]:
    """The picture with no more read than its head. Raises Unreadable where that announces too many pixels."""
    Image.MAX_IMAGE_PIXELS = None  # counted right below; Pillow would only warn up to twice its own limit
    with Image.open(io.BytesIO(bare(content)), formats=FORMATS) as picture:
        _check(picture, limits)
        yield picture


def _told(picture: ImageFile.ImageFile, limits: Limits) -> list[Size]:
    sizes = [shown(picture)]
    while picture.format == "TIFF" and _turned_to(picture, len(sizes)):
        if len(sizes) == limits.max_pages:
            raise Unreadable("too_many_pages")
        _check(picture, limits)
        sizes.append(shown(picture))
    return sizes


def _part_in(stored: Image.Image, part: tuple[float, float, float, float], size: tuple[int, int]) -> Image.Image:
    """The part of the stored pixels in this size; just cut out where no pixel has to change."""
    if cut := _cut(part, size):
        return stored.crop((cut.left, cut.top, cut.left + cut.width, cut.top + cut.height))
    is_whole = all(edge == whole for edge, whole in zip(part, (0, 0, *stored.size), strict=True))
    is_smaller = size[0] < stored.width and size[1] < stored.height and stored.width * stored.height <= DRAFTED
    if is_whole and is_smaller and stored.mode in ("L", "RGB") and not aside.is_here():
        resized: Image.Image = _vips().resized(stored, Size(*size))
        return resized
    return stored.resize(size, Image.Resampling.LANCZOS, box=part, reducing_gap=4.0)


def _cut(part: tuple[float, float, float, float], size: tuple[int, int]) -> Box | None:
    """The part as a box, where just that has to be cut out and no pixel changes."""
    left, top, right, bottom = (round(edge) for edge in part)
    as_it_is = all(edge.is_integer() for edge in map(float, part)) and (right - left, bottom - top) == size
    return Box(left, top, *size) if as_it_is else None


def _is_plain(picture: Image.Image) -> bool:
    """Whether its stored pixels are the colours to show, as in most scans, photos and screenshots."""
    special = {"icc_profile", "transparency"} & picture.info.keys()
    return picture.format in ("JPEG", "PNG") and picture.mode in ("L", "RGB") and not special


def _is_for_vips(picture: Image.Image, width: int, height: int) -> bool:
    """Whether libvips is quicker for a plain picture, as it is with large PNGs, and where resizing a JPEG takes most of the
    time: Pillow decodes JPEGs faster, above all small."""
    if not _is_large_and_plain(picture):
        return False
    if picture.format == "PNG":
        return width <= picture.width and height <= picture.height
    return width < picture.width < FAR * width and height < picture.height


def _is_large_and_plain(picture: Image.Image) -> bool:
    """Whether libvips may be quicker. Its threads outlive the work, so it is not for what is done aside."""
    return picture.width * picture.height >= MUCH and _is_plain(picture) and not aside.is_here()


def _vips() -> ModuleType:
    """Only decoder processes have it."""
    from viewer.documents import shrink

    return shrink


def _turned_upright(picture: Image.Image, orientation: int) -> Image.Image:
    return picture.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else picture


def _check(picture: Image.Image, limits: Limits) -> None:
    if picture.width * picture.height > limits.max_pixels:
        raise Unreadable("too_many_pixels")


def _turned_to(picture: Image.Image, number: int) -> bool:
    try:
        picture.seek(number)
    except EOFError:
        return False
    return True


def shown(picture: Image.Image) -> Size:
    turned = orientation_of(picture) in TURNED
    return Size(picture.height, picture.width) if turned else Size(picture.width, picture.height)


def orientation_of(picture: Image.Image) -> int:
    """How the decoded pixels have to be turned; not at all where the notes that say so are damaged."""
    if picture.format in UPRIGHT_ALREADY:
        return 1
    found: object = 1
    with contextlib.suppress(Exception):
        found = Image.Image.getexif(picture).get(ORIENTATION, 1)  # a PNG's own would decode it first
    return found if isinstance(found, int) else 1


def _stored_part(box: Box, whole: Size, orientation: int, stored: Size) -> tuple[float, float, float, float]:
    """Where the upright `box` lies among the stored pixels, which may be fewer than the page's: left, top, right, bottom."""
    across = _edges(box.left, box.width, whole.width, mirrored=orientation in MIRRORED_ACROSS)
    down = _edges(box.top, box.height, whole.height, mirrored=orientation in MIRRORED_DOWN)
    (left, right), full_width = (down, whole.height) if orientation in TURNED else (across, whole.width)
    (top, bottom), full_height = (across, whole.width) if orientation in TURNED else (down, whole.height)
    return (
        left * stored.width / full_width,
        top * stored.height / full_height,
        right * stored.width / full_width,
        bottom * stored.height / full_height,
    )


def _edges(start: int, length: int, whole: int, *, mirrored: bool) -> tuple[int, int]:
    return (whole - start - length, whole - start) if mirrored else (start, start + length)
