"""What a page's image service says of itself: info.json (iiif.io/api/image/3.0, section 5)."""

from typing import Any

from viewer.domain.size import Size
from viewer.imaging import levels
from viewer.imaging.request import QUALITIES

CONTEXT = "http://iiif.io/api/image/3/context.json"
LEVEL = "http://iiif.io/api/image/3/level2.json"
"""The profile document that the Link header names."""
FEATURES = (
    "canonicalLinkHeader",
    "mirroring",
    "profileLinkHeader",
    "regionSquare",
    "rotationArbitrary",
    "sizeUpscaling",
)


def image_info(service: str, page: Size, *, max_area: int) -> dict[str, Any]:
    """The info.json of a page whose image service has this address."""
    return {
        "@context": CONTEXT,
        "id": service,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": page.width,
        "height": page.height,
        "maxArea": max_area,
        "sizes": [{"width": size.width, "height": size.height} for size in levels.sizes(page, max_area)],
        "tiles": [{"width": levels.TILE, "height": levels.TILE, "scaleFactors": levels.scale_factors(page)}],
        "preferredFormats": ["jpg", "webp"],
        "extraFormats": ["webp"],
        "extraQualities": list(QUALITIES),
        "extraFeatures": list(FEATURES),
    }
