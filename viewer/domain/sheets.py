"""Pasted sheets: several invoices glued on one paper and scanned as one image, each with its `region` of it.

Upstream writes `region` as "[x,y,w,h]" and `pixel` as "w,h": the size of the image in which the region is measured.
Which corner and which orientation it counts from is documented nowhere: taken is the upper left corner of the image as
shown. What doesn't fit that, or can't be read, lies NOWHERE: that invoice has no picture of the sheet rather than a
neighbour's.
"""

import re
from dataclasses import dataclass

from viewer.domain.size import Box, Size

NUMBERS = re.compile(r"\[?\s*" + r"\s*[,;]\s*".join([r"(-?\d{1,6}(?:\.\d{1,6})?)"] * 4) + r"\s*\]?")
PIXELS = re.compile(r"\[?\s*(\d{1,6})\s*[,;x*]\s*(\d{1,6})\s*\]?")
LIKENESS = 0.02
"""How far the shapes of the image and of `pixel` may be apart, as a fraction."""


@dataclass(frozen=True)
class Region:
    """A part of an image; `measured` is the image's size in which it is told, None for the image's own."""

    box: Box
    measured: Size | None

    @classmethod
    def parse(cls, region: object, pixel: object) -> "Region | None":
        """The region that upstream tells, NOWHERE for one that makes no sense; None where it tells none, or the whole image."""
        told = _joined(region)
        if not told.strip("[]0,; "):
            return None
        found = NUMBERS.fullmatch(told)
        if not found:
            return NOWHERE
        left, top, width, height = (round(float(number)) for number in found.groups())
        sized = PIXELS.fullmatch(_joined(pixel))
        measured = Size(int(sized[1]), int(sized[2])) if sized and int(sized[1]) and int(sized[2]) else None
        if measured and (left, top, width, height) == (0, 0, measured.width, measured.height):
            return None
        return cls(Box(left, top, width, height), measured)

    @classmethod
    def read(cls, text: str) -> "Region":
        """A region that was stored as `str(region)`.

        >>> str(Region.read("10,20,300,200@600x400"))
        '10,20,300,200@600x400'
        """
        box, _, measured = text.partition("@")
        width, _, height = measured.partition("x")
        return cls(
            Box(*(int(number) for number in box.split(","))), Size(int(width), int(height)) if measured else None
        )

    def __str__(self) -> str:
        box, measured = self.box, self.measured
        told = f"{box.left},{box.top},{box.width},{box.height}"
        return f"{told}@{measured.width}x{measured.height}" if measured else told

    def within(self, image: Size) -> Box | None:
        """The part in the pixels of an image of this size; None where it doesn't fit, so that no neighbour is ever shown."""
        measured = self.measured or image
        across, down = image.width / measured.width, image.height / measured.height
        if abs(across / down - 1) > LIKENESS:
            return None
        box = self.box
        left, top = round(box.left * across), round(box.top * down)
        right, bottom = round((box.left + box.width) * across), round((box.top + box.height) * down)
        if left < -1 or top < -1 or right > image.width + 1 or bottom > image.height + 1:
            return None
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)
        return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


NOWHERE = Region(Box(0, 0, 0, 0), None)
"""A place on a sheet that nobody knows."""


def _joined(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)
