"""What runs inside a decoder process: plain functions, so that any damage or crash stays there."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType

from PIL import Image

from viewer.documents import bundle, image, ofd, xml_invoice
from viewer.documents.shapes import Finding, Limits, Unreadable, Word, every_fault_told
from viewer.documents.sniff import IMAGES, JPEG, OFD, PNG, XML, ZIP
from viewer.domain.size import Box, Size

DECODERS: dict[str, ModuleType] = {**bundle.PAPERS, ZIP: bundle, XML: xml_invoice}
"""Media types whose pages can be shown → how."""
WORDS: dict[str, Callable[[bytes, int, Limits], list[Word]]] = {
    **bundle.TEXTS,
    ZIP: bundle.words,
    XML: xml_invoice.words,
}
"""Media types whose pages have a text → how it is read."""
FINDINGS: dict[str, Callable[[bytes, Limits], list[Finding]]] = {OFD: ofd.findings, ZIP: bundle.findings}
"""Media types of which is known what of their pages can't be shown → how it is found."""
ONE_PASS = frozenset({JPEG, PNG})
"""Media types of which a JPEG may be made without drawing the page first."""


def page_sizes(content: bytes, media_type: str, limits: Limits) -> list[Size]:
    """Every page's size in pixels; no pages for a type that can't be shown. Raises Unreadable."""
    decoder = DECODERS.get(media_type)
    if decoder is None:
        return []
    with every_fault_told():
        sizes: list[Size] = decoder.page_sizes(content, limits)
        return sizes


def taken_in(
    content: bytes, media_type: str, limits: Limits, wanted: Callable[[Size], Size | None]
) -> tuple[list[Size], Image.Image | None]:
    """`page_sizes`, for which the first page of a picture is decoded, and that page as it comes out of it in the size that
    is wanted of a page so large; None where none is wanted, or drawing fails. Raises Unreadable."""
    with contextlib.suppress(Unreadable), every_fault_told():
        if media_type in IMAGES and (size := wanted((sizes := image.told_sizes(content, limits))[0])):
            return sizes, image.draw(content, 1, Box(0, 0, sizes[0].width, sizes[0].height), size, limits)
    return page_sizes(content, media_type, limits), None


def draw(content: bytes, media_type: str, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """The part `box` of page `number` (from 1), upright on white, RGB or L, in exactly `size`. Raises Unreadable."""
    if size.pixels > limits.decoder_pixels:
        raise Unreadable("too_many_pixels")
    with every_fault_told():
        picture: Image.Image = DECODERS[media_type].draw(content, number, box, size, limits)
        return picture


def cut_out(content: bytes, media_type: str, parts: Iterable[Box], limits: Limits) -> Iterator[tuple[Box, Image.Image]]:
    """Parts of the first page in its own size, in whichever order one pass comes to them, where one pass does; those that are
    missing have to be drawn. Raises Unreadable."""
    if media_type == JPEG:
        with every_fault_told():
            yield from image.cut_out(content, parts, limits)


def encoded(
    content: bytes,
    media_type: str,
    number: int,
    box: Box,
    size: Size,
    limits: Limits,
    *,
    step: int,
) -> bytes | None:
    """The same as a JPEG, where that is made in one pass; None where the part has to be drawn first. Raises Unreadable."""
    if media_type not in ONE_PASS or size.pixels > limits.decoder_pixels:
        return None
    with every_fault_told():
        return image.encoded(content, number, box, size, limits, step=step)


def words(content: bytes, media_type: str, number: int, limits: Limits) -> list[Word]:
    """The words of page `number` (from 1) with their places, in reading order; none for pictures. Raises Unreadable."""
    reader = WORDS.get(media_type)
    if reader is None:
        return []
    with every_fault_told():
        return reader(content, number, limits)


def findings(content: bytes, media_type: str, limits: Limits) -> list[Finding]:
    """What of its pages can't be shown as the document says; nothing where nobody knows. Raises Unreadable."""
    reader = FINDINGS.get(media_type)
    if reader is None:
        return []
    with every_fault_told():
        return reader(content, limits)
