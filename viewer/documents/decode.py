"""What runs inside a decoder process: two plain functions, so that any damage or crash stays there."""

import io
from types import ModuleType
from typing import Any

from PIL import Image

from viewer.documents import image, pdf
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.sniff import IMAGES, PDF
from viewer.domain.size import Size

DECODERS: dict[str, ModuleType] = {PDF: pdf, **dict.fromkeys(IMAGES, image)}
"""Media types whose pages can be shown → how."""

SAVED_AS: dict[str, dict[str, Any]] = {
    "jpg": {"format": "JPEG", "quality": 85, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "compress_level": 6},
    "webp": {"format": "WEBP", "quality": 82, "method": 2},
}


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


def draw(content: bytes, media_type: str, number: int, size: Size, suffix: str, limits: Limits) -> bytes:
    """Page `number` (from 1) in exactly `size`, encoded as `suffix` (jpg, png, webp). Raises Unreadable."""
    if size.pixels > limits.decoder_pixels:
        raise Unreadable("too_many_pixels")
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    try:
        picture: Image.Image = DECODERS[media_type].draw(content, number, size)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable("damaged") from error
    encoded = io.BytesIO()
    picture.save(encoded, **SAVED_AS[suffix])
    return encoded.getvalue()
