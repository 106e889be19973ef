"""Colours (GB/T 33190 clause 8.3): by value, from a palette, in the colour space that they name."""

from dataclasses import dataclass

from viewer.documents.ofd.resources import Resources
from viewer.documents.ofd.values import number, shown_all
from viewer.documents.ofd.xml import Element, attribute, child

OPERATORS = {1: ("g", "G"), 3: ("rg", "RG"), 4: ("k", "K")}
"""Channels → PDF's operators for filling and for lines."""
CHANNELS = {"gray": 1, "grey": 1, "rgb": 3, "srgb": 3, "cmyk": 4}


@dataclass(frozen=True)
class Colour:
    """Channels from 0 to 1: one of gray, three of RGB, four of CMYK."""

    channels: tuple[float, ...]
    alpha: float = 1.0

    def operator(self, *, stroke: bool) -> str:
        return f"{shown_all(self.channels)} {OPERATORS[len(self.channels)][stroke]} "

    @property
    def rgb(self) -> tuple[float, float, float]:
        if len(self.channels) == 1:
            gray = self.channels[0]
            return gray, gray, gray
        if len(self.channels) == 4:
            cyan, magenta, yellow, black = self.channels
            return ((1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black))
        return self.channels  # type: ignore[return-value]


BLACK = Colour((0.0,))


def colour_of(element: Element, resources: Resources) -> Colour:
    """A plain colour. A value counts by as many channels as it has; one without a value has all its channels at 0."""
    space = resources.get("ColorSpace", attribute(element, "ColorSpace") or attribute(element, "ColorSpaceID"))
    bits, channels = 8, 0
    value = attribute(element, "Value")
    if space is not None:
        bits = int(number(attribute(space.element, "BitsPerComponent"), 8)) or 8
        channels = CHANNELS.get((attribute(space.element, "Type") or "").strip().lower(), 0)
        value = value or _from_palette(space.element, attribute(element, "Index"))
    top = (1 << max(1, min(bits, 16))) - 1
    found = [min(1.0, max(0.0, _channel(part) / top)) for part in (value or "").replace(",", " ").split()]
    count = len(found) if len(found) in OPERATORS else channels or 3
    found = (found + [0.0] * count)[:count]
    return Colour(tuple(found), opacity(attribute(element, "Alpha")))


def opacity(text: str | None) -> float:
    """Alpha: 0 to 255, opaque where nothing is said."""
    return min(255.0, max(0.0, number(text, 255))) / 255


def _channel(text: str) -> float:
    if text.startswith("#"):
        try:
            return int(text[1:], 16)
        except ValueError:
            return 0.0
    return number(text)


def _from_palette(space: Element, index: str | None) -> str | None:
    palette = child(space, "Palette")
    if palette is None or index is None:
        return None
    values = palette.findall("CV")
    place = int(number(index, -1))
    return values[place].text if 0 <= place < len(values) else None
