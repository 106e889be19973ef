"""IIIF Image API 3.0 requests, parsed once: below this line they are correct (iiif.io/api/image/3.0, section 4)."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NoReturn

from viewer.domain.size import Box, Size
from viewer.errors import N_, BadImageRequest

MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
QUALITIES = ("color", "gray", "bitonal")
"""Beside `default`, which is `color`: every page is drawn in colour."""
LONGEST = {"jpg": 65_500, "webp": 16_383}
"""The longest edge that a format can hold."""

WHOLE = r"(0|[1-9][0-9]{0,17})"
NUMBER = r"((?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,10})?)"
PIXELS = re.compile(",".join([WHOLE] * 4))
PERCENT = re.compile("pct:" + ",".join([NUMBER] * 4))
SCALED = re.compile(f"pct:{NUMBER}")
SIDES = re.compile(r"(!?)([1-9][0-9]{0,17})?,([1-9][0-9]{0,17})?")
TURN = re.compile(f"(!?){NUMBER}")


@dataclass(frozen=True, kw_only=True)
class ImageRequest:
    """The part `box` of a page, drawn in `size`, then mirrored, turned clockwise by `rotation` degrees and recoloured."""

    box: Box
    size: Size
    mirror: bool
    rotation: Decimal
    quality: str
    suffix: str
    region: str
    """The region's canonical spelling."""
    scale: str
    """The size's canonical spelling."""

    @classmethod
    def parse(
        cls, page: Size, *, region: str, size: str, rotation: str, quality: str, suffix: str, max_area: int
    ) -> "ImageRequest":
        """The request for an image of a page; raises BadImageRequest for anything that isn't answered.

        What is larger than `max_area` is refused too, unless the request leaves the size to the server (`max`, `!w,h`):
        info.json names it. So is a turned picture whose grown canvas is larger.
        """
        asking = _Asking(f"{region}/{size}/{rotation}/{quality}.{suffix}", page, max_area)
        box = asking.box(region)
        scaled = asking.size(size, Size(box.width, box.height))
        mirror, turned = asking.turn(rotation)
        if quality not in ("default", *QUALITIES) or suffix not in MEDIA_TYPES:
            asking.refuse()
        found = cls(
            box=box,
            size=scaled,
            mirror=mirror,
            rotation=turned,
            quality="default" if quality == "color" else quality,
            suffix=suffix,
            region=_region_name(box, page),
            scale=_size_name(scaled, box, max_area),
        )
        asking.check(found.canvas, LONGEST.get(suffix, max_area))
        return found

    @property
    def canvas(self) -> Size:
        """The answer's size: at any angle but the right ones it holds the whole turned picture, give or take a pixel."""
        if self.rotation % 90 == 0:
            return self.size if self.rotation % 180 == 0 else Size(self.size.height, self.size.width)
        across, along = abs(math.cos(math.radians(self.rotation))), abs(math.sin(math.radians(self.rotation)))
        return Size(
            math.ceil(self.size.width * across + self.size.height * along),
            math.ceil(self.size.width * along + self.size.height * across),
        )

    @property
    def canonical(self) -> str:
        """The one spelling that this picture has (section 4.7)."""
        return f"{self.region}/{self.scale}/{self._rest}"

    @cached_property
    def stored_as(self) -> str:
        """The same with the size in figures, so that it names the same pixels whatever the largest area is set to."""
        return f"{self.region}/{self.size.width},{self.size.height}/{self._rest}"

    @property
    def _rest(self) -> str:
        return f"{'!' if self.mirror else ''}{self.rotation:f}/{self.quality}.{self.suffix}"

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.suffix]


def largest(size: Size, max_area: int) -> Size:
    """The largest of this shape within the area, larger or smaller than it is now."""
    factor = math.sqrt(max_area / size.pixels)
    width = min(max(1, math.floor(size.width * factor)), max_area)
    return Size(width, min(max(1, math.floor(size.height * factor)), max_area // width))


class _Asking:
    """One request on its way from words to figures."""

    def __init__(self, asked: str, page: Size, max_area: int) -> None:
        self._asked = asked
        self._page = page
        self._max_area = max_area

    def refuse(self) -> NoReturn:
        raise BadImageRequest(request=self._asked)

    def refuse_area(self) -> NoReturn:
        raise BadImageRequest(
            N_("“{request}” asks for more than {most} pixels."), request=self._asked, most=self._max_area
        )

    def check(self, canvas: Size, longest: int) -> None:
        if canvas.pixels > self._max_area:
            self.refuse_area()
        if max(canvas.width, canvas.height) > longest:
            raise BadImageRequest(
                N_("“{request}” asks for an edge of more than {most} pixels, which the format can't hold."),
                request=self._asked,
                most=longest,
            )

    def box(self, region: str) -> Box:
        """Section 4.1. A region is cut to the page; one without any of its pixels is refused."""
        page = self._page
        if region == "full":
            return Box(0, 0, page.width, page.height)
        if region == "square":
            edge = min(page.width, page.height)
            return Box((page.width - edge) // 2, (page.height - edge) // 2, edge, edge)
        if found := PIXELS.fullmatch(region):
            left, top, width, height = (int(each) for each in found.groups())
        elif found := PERCENT.fullmatch(region):
            parts = [Fraction(each) / 100 for each in found.groups()]
            edges = (page.width, page.height) * 2
            left, top, width, height = (_nearest(edge * part) for edge, part in zip(edges, parts, strict=True))
            width, height = (max(1, each) if part else 0 for each, part in ((width, parts[2]), (height, parts[3])))
        else:
            self.refuse()
        width, height = min(width, page.width - left), min(height, page.height - top)
        if width <= 0 or height <= 0:
            raise BadImageRequest(
                N_("“{request}” asks for a part outside the page, which has {width} × {height} pixels."),
                request=self._asked,
                width=page.width,
                height=page.height,
            )
        return Box(left, top, width, height)

    def size(self, words: str, part: Size) -> Size:
        """Section 4.2. Only `^` makes anything larger than the part that is drawn.

        `!w,h` that would have to enlarge is refused as well, as the IIIF validator wants it.
        """
        enlarging = words.startswith("^")
        form = words.removeprefix("^")
        if form == "max":
            return largest(part, self._max_area) if enlarging or part.pixels > self._max_area else part
        if found := SCALED.fullmatch(form):
            factor = Fraction(found[1]) / 100
            size = Size(_nearest(part.width * factor), _nearest(part.height * factor))
        elif found := SIDES.fullmatch(form):
            size = self._sides(part, int(found[2] or 0), int(found[3] or 0), fit=bool(found[1]))
        else:
            self.refuse()
        if not (size.width and size.height):
            self.refuse()
        if not enlarging and (size.width > part.width or size.height > part.height):
            raise BadImageRequest(
                N_("“{request}” asks for more than the {width} × {height} pixels that are there; only ^ enlarges."),
                request=self._asked,
                width=part.width,
                height=part.height,
            )
        if size.pixels > self._max_area:
            if not form.startswith("!"):
                self.refuse_area()
            size = largest(part, self._max_area)
        return size

    def _sides(self, part: Size, width: int, height: int, *, fit: bool) -> Size:
        """`w,h` as it stands; `w,`, `,h` and `!w,h` keep the part's shape, whose other side has a pixel at least."""
        if width and height and not fit:
            return Size(width, height)
        if not (width and height if fit else width or height):
            self.refuse()
        if not height or (width and width * part.height <= height * part.width):
            return Size(width, max(1, _nearest(Fraction(part.height * width, part.width))))
        return Size(max(1, _nearest(Fraction(part.width * height, part.height))), height)

    def turn(self, words: str) -> tuple[bool, Decimal]:
        """Section 4.3: whether it is mirrored, and degrees clockwise; a whole turn is none."""
        found = TURN.fullmatch(words)
        if not found or Decimal(found[2]) > 360:
            self.refuse()
        return bool(found[1]), (Decimal(found[2]) % 360).normalize() + 0


def _nearest(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def _region_name(box: Box, page: Size) -> str:
    if box == Box(0, 0, page.width, page.height):
        return "full"
    return f"{box.left},{box.top},{box.width},{box.height}"


def _size_name(size: Size, box: Box, max_area: int) -> str:
    part = Size(box.width, box.height)
    if size == (part if part.pixels <= max_area else largest(part, max_area)):
        return "max"
    mark = "^" if size.width > part.width or size.height > part.height else ""
    return f"{mark}max" if mark and size == largest(part, max_area) else f"{mark}{size.width},{size.height}"
