"""What runs inside a decoder process: two plain functions, so that any damage or crash stays there."""

from types import ModuleType

from PIL import Image

from viewer.documents import image, pdf
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.sniff import IMAGES, PDF
from viewer.domain.size import Box, Size

DECODERS: dict[str, ModuleType] = {PDF: pdf, **dict.fromkeys(IMAGES, image)}
"""Media types whose pages can be shown → how."""


def page_sizes(content: bytes, media_type: str, limits: Limits) -> list[Size]:
    """Every page's size in pixels; no pages for a type that can't be shown. Raises Unreadable."""
    decoder = DECODERS.get(media_type)
    if decoder is None:
        return []
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    try:
        sizes: list[Size] = decoder.page_sizes(content, limits)
    except Image.DecompressionBombWarning as error:
        raise Unreadable("too_many_pixels") from error
    except Image.DecompressionBombError as error:
        raise Unreadable("too_many_pixels") from error
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("damaged") from error
    return sizes


def draw(content: bytes, media_type: str, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """The part `box` of page `number` (from 1), upright RGB on white, in exactly `size`. Raises Unreadable."""
    if size.pixels > limits.decoder_pixels:
        raise Unreadable("too_many_pixels")
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    try:
        picture: Image.Image = DECODERS[media_type].draw(content, number, box, size, limits)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("damaged") from error
    return picture
