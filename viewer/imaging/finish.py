"""From a page's drawn part to the answer's bytes."""

import io
from typing import Any

from PIL import Image

from viewer.imaging.request import ImageRequest

SAVED_AS: dict[str, dict[str, Any]] = {
    "jpg": {"format": "JPEG", "quality": 85, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "compress_level": 6},
    "webp": {"format": "WEBP", "quality": 82, "method": 2},
}


def finish(picture: Image.Image, ask: ImageRequest) -> bytes:
    """The picture as it was asked for, encoded."""
    encoded = io.BytesIO()
    picture.save(encoded, **SAVED_AS[ask.suffix])
    return encoded.getvalue()
