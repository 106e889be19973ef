"""A reader's name and the time over a page: so often that no part worth having is without it, so pale that whatever it lies on
can be read. The pattern belongs to the page, so that its tiles, crops, sizes and prints show parts of one pattern."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

LETTER = 1 / 42
"""Height of the letters, as a part of the page's shorter edge, or of the longer one's sixth where that is more."""
LONGEST = 6
"""How many times as long as wide a page may be for its letters to go by its width: a ribbon's would be too small to read, and too
many to draw."""
ROWS, GAP = 3.5, 2.5
"""Distance of the rows, and of one text from the next in its row, in letters."""
ANGLE = 24.0
"""Degrees by which the rows rise: no line of print runs so."""
INK, STRENGTH = 96, 0.2
"""How dark the letters are (0 black, 255 white), and how much of them is seen."""


@dataclass(frozen=True)
class Pattern:
    """Texts in rising rows, each second row shifted by half. In units of the page: the letters' height, the distance from one
    text to the next in its row, and from row to row."""

    letter: float
    along: float
    apart: float


def pattern_of(width: float, height: float, text_width: float) -> Pattern:
    """The pattern of a page of this size, for a text so many letters wide."""
    short, long = sorted((width, height))
    letter = max(short, long / LONGEST) * LETTER
    return Pattern(letter, along=(text_width + GAP) * letter, apart=ROWS * letter)


def places(pattern: Pattern, part: tuple[float, float, float, float], *, reach: float) -> Iterator[tuple[float, float]]:
    """The middles of the texts that lie within `reach` of a part (left, top, width, height) of the page, and a few beside it."""
    left, top, width, height = part
    cosine, sine = math.cos(math.radians(ANGLE)), math.sin(math.radians(ANGLE))
    corners = [(x, y) for x in (left - reach, left + width + reach) for y in (top - reach, top + height + reach)]
    alongs = [x * cosine - y * sine for x, y in corners]
    rows = [x * sine + y * cosine for x, y in corners]
    for row in range(math.floor(min(rows) / pattern.apart), math.ceil(max(rows) / pattern.apart) + 1):
        shift = pattern.along / 2 if row % 2 else 0.0
        first = math.floor((min(alongs) - shift) / pattern.along)
        for column in range(first, math.ceil((max(alongs) - shift) / pattern.along) + 1):
            along, across = column * pattern.along + shift, row * pattern.apart
            x, y = along * cosine + across * sine, across * cosine - along * sine
            if left - reach <= x <= left + width + reach and top - reach <= y <= top + height + reach:
                yield x, y
