"""What a sheet is made of: each kind of mark, in millimetres from the top left corner, sizes of text in points.

The layouts make these and the writers (`pdf`, `ofd`) draw them, so that two files of one paper can't differ in layout.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from viewer.gateway.sandbox.maker.font import text_width

INK = Color(0.08, 0.08, 0.1)
BROWN = Color(0.52, 0.22, 0.1)
"""What is printed on the form before anybody fills it in."""
RED = Color(0.82, 0.1, 0.1)
SEAL = Color(0.85, 0.08, 0.08, alpha=0.82)
BLUE = Color(0.1, 0.2, 0.5)
GREY = Color(0.45, 0.45, 0.48)

BOLD = 0.035
"""How thick the outline is that makes a text bold, as a fraction of the size: the font has one weight."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One line from its left end, `y` being the middle of its height. `spacing` are points between its characters, `squeeze`
    makes them narrower. `tag` is what it tells, in the words of the e-invoice's data: `Buyer/BuyerName`."""

    x: float
    y: float
    text: str
    size: float
    color: Color
    bold: bool = False
    spacing: float = 0
    squeeze: float = 1.0
    tag: str = ""

    @property
    def advances(self) -> list[float]:
        """From each character's left end to the next one's."""
        return [(text_width(each, self.size) + self.spacing / mm) * self.squeeze for each in self.text]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rows of characters, each centred on its own point: the first on (`x`, `y`), the others `across` and `down` from it."""

    x: float
    y: float
    rows: tuple[str, ...]
    across: float
    down: float
    size: float
    color: Color
    tag: str = ""

    def places(self) -> Iterator[tuple[str, float, float]]:
        """Each character with its left end and the middle of its height."""
        for row, characters in enumerate(self.rows):
            for column, character in enumerate(characters):
                left = self.x + column * self.across - text_width(character, self.size) * 0.5
                yield character, left, self.y + self.down * row


@dataclass(frozen=True, kw_only=True)
class Turned:
    """One character whose middle is (`x`, `y`), turned to the left by `angle` degrees."""

    x: float
    y: float
    character: str
    size: float
    color: Color
    angle: float


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Rules from (x1, y1) to (x2, y2); `dash` is the length of a dash and of a gap."""

    segments: tuple[tuple[float, float, float, float], ...]
    color: Color
    width: float
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The border of a table."""

    left: float
    top: float
    right: float
    bottom: float
    color: Color
    width: float


@dataclass(frozen=True, kw_only=True)
class Block:
    """A filled rectangle."""

    left: float
    top: float
    right: float
    bottom: float
    color: Color


@dataclass(frozen=True, kw_only=True)
class Polygon:
    """A filled shape, or with a `width` an open line through the points."""

    points: tuple[tuple[float, float], ...]
    color: Color
    width: float


@dataclass(frozen=True, kw_only=True)
class Ellipse:
    """The outline of an ellipse around (`x`, `y`)."""

    x: float
    y: float
    rx: float
    ry: float
    color: Color
    width: float


@dataclass(frozen=True, kw_only=True)
class Code:
    """A QR code that says `text`, `side` wide and high."""

    x: float
    y: float
    side: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A seal around (`x`, `y`) that reaches `rx` and `ry` (whole millimetres) to each side; `name` is whose it is."""

    kind: Literal["supervision", "invoice", "company"]
    name: str
    x: float
    y: float
    rx: int
    ry: int
    marks: tuple["Mark", ...]


Mark = Text | Grid | Turned | Lines | Frame | Block | Polygon | Ellipse | Code | Seal
