"""Sizes of pages and pictures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Width and height in pixels, as shown (after EXIF orientation or the page's own rotation)."""

    width: int
    height: int

    def within(self, *, edge: int) -> "Size":
        """The same shape with no edge longer than `edge`; a smaller one stays as it is."""
        longest = max(self.width, self.height)
        return self if longest <= edge else self.scaled(edge / longest)

    def scaled(self, factor: float) -> "Size":
        return Size(max(1, round(self.width * factor)), max(1, round(self.height * factor)))

    @property
    def pixels(self) -> int:
        return self.width * self.height


@dataclass(frozen=True)
class Box:
    """A part of a page, in the page's pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int
