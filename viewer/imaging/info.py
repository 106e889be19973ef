"""What a page's image service says of itself: info.json (iiif.io/api/image/3.0, section 5)."""

import math
from typing import Any

from viewer.domain.size import Size
from viewer.imaging.request import QUALITIES

CONTEXT = "http://iiif.io/api/image/3/context.json"
LEVEL = "http://iiif.io/api/image/3/level2.json"
"""The profile document that the Link header names."""
TILE = 512
SMALLEST = 64
"""The longer edge of the smallest size that is worth a name."""
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
        "sizes": [{"width": size.width, "height": size.height} for size in ladder(page, max_area)],
        "tiles": [{"width": TILE, "height": TILE, "scaleFactors": scale_factors(page)}],
        "preferredFormats": ["jpg", "webp"],
        "extraFormats": ["webp"],
        "extraQualities": list(QUALITIES),
        "extraFeatures": list(FEATURES),
    }


def ladder(page: Size, max_area: int) -> list[Size]:
    """The whole page in halves of itself, smallest first; each is also the answer to `w,`."""
    steps = max(0, math.floor(math.log2(max(page.width, page.height) / SMALLEST)))
    widths = sorted({math.ceil(page.width / 2**step) for step in range(steps + 1)})
    sizes = (Size(width, max(1, (2 * page.height * width + page.width) // (2 * page.width))) for width in widths)
    return [size for size in sizes if size.pixels <= max_area]


def scale_factors(page: Size) -> list[int]:
    """Powers of two up to the one at which the whole page is a single tile."""
    return [2**step for step in range(max(0, math.ceil(math.log2(max(page.width, page.height) / TILE))) + 1)]
