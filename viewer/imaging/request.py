"""IIIF Image API 3.0 requests, parsed once: below this line they are correct (iiif.io/api/image/3.0, section 4)."""

import re
from dataclasses import dataclass

from viewer.domain.size import Box, Size
from viewer.errors import N_, BadImageRequest

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
WIDTH = re.compile(r"([1-9]\d{0,5}),")


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """A whole page in one size and format."""

    box: Box
    size: Size
    suffix: str

    @classmethod
    def parse(
        cls, page: Size, *, region: str, size: str, rotation: str, quality: str, suffix: str, max_area: int
    ) -> "ImageRequest":
        """The request for an image of a page; raises BadImageRequest for anything that isn't answered."""
        asked = f"{region}/{size}/{rotation}/{quality}.{suffix}"
        if region != "full" or rotation != "0" or quality not in ("default", "color") or suffix not in MEDIA_TYPES:
            raise BadImageRequest(request=asked)
        box = Box(0, 0, page.width, page.height)
        if size == "max":
            whole = page if page.pixels <= max_area else page.scaled((max_area / page.pixels) ** 0.5)
            return cls(box=box, size=whole, suffix=suffix)
        if not (found := WIDTH.fullmatch(size)):
            raise BadImageRequest(request=asked)
        width = int(found[1])
        if width > page.width:
            raise BadImageRequest(
                N_("The page is {width} pixels wide; “{request}” asks for more."), request=asked, width=page.width
            )
        scaled = Size(width, max(1, round(page.height * width / page.width)))
        if scaled.pixels > max_area:
            raise BadImageRequest(N_("“{request}” asks for more than {most} pixels."), request=asked, most=max_area)
        return cls(box=box, size=scaled, suffix=suffix)

    @property
    def canonical(self) -> str:
        """One spelling for each picture, so that equal pictures are stored once."""
        return f"full/{self.size.width},{self.size.height}/0/default.{self.suffix}"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.suffix]
