"""A sheet to lay a paper out on, whatever file it becomes: it keeps what is drawn on it, page by page."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from viewer.gateway.sandbox.maker.font import text_width
from viewer.gateway.sandbox.maker.operations import (
    BROWN,
    INK,
    SEAL,
    Block,
    Code,
    Ellipse,
    Frame,
    Grid,
    Lines,
    Mark,
    Polygon,
    Seal,
    Text,
    Turned,
)

Align = Literal["left", "center", "right"]

_NOT_FIRST = "，。、；：！？）》”’"
"""Punctuation that must not begin a line."""


def wrapped(text: str, size: float, width: float) -> list[str]:
    """`text` broken into lines of at most `width` millimetres; a closing mark hangs rather than begin a line."""
    lines, line = [], ""
    for char in text:
        if line and char not in _NOT_FIRST and text_width(line + char, size) > width:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line] if line else lines


def _along(rx: float, ry: float, sweep: float, count: int) -> list[float]:
    """The angles, left to right, of `count` points at equal distances along an ellipse's upper arc."""
    steps = 120
    angles = [math.radians(90 + sweep / 2 - sweep * step / steps) for step in range(steps + 1)]
    travelled = [0.0]
    for before, after in pairwise(angles):
        step = math.hypot(rx * (math.cos(after) - math.cos(before)), ry * (math.sin(after) - math.sin(before)))
        travelled.append(travelled[-1] + step)
    goals = [travelled[-1] * index / max(count - 1, 1) for index in range(count)]
    return [angles[min(bisect_left(travelled, goal), steps)] for goal in goals]


class Sheet:
    """Pages of `width` by `height` millimetres; `y` grows downwards, and text is placed by the middle of its height."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self.pages: list[list[Mark]] = [[]]
        self._marks = self.pages[0]

    def next_page(self) -> None:
        self._marks = []
        self.pages.append(self._marks)

    @contextmanager
    def seal(
        self, kind: Literal["supervision", "invoice", "company"], name: str, x: float, y: float, rx: int, ry: int
    ) -> Iterator[None]:
        """Keeps what is drawn meanwhile together as one seal."""
        page, self._marks = self._marks, []
        yield
        page.append(Seal(kind=kind, name=name, x=x, y=y, rx=rx, ry=ry, marks=tuple(self._marks)))
        self._marks = page

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        color: Color = INK,
        align: Align = "left",
        bold: bool = False,
        fit: float | None = None,
        spacing: float = 0,
        tag: str = "",
    ) -> None:
        """Writes one line; with `fit` it is made smaller, then narrower, until it takes no more than that width."""
        if not text:
            return
        width = text_width(text, size) + spacing / mm * (len(text) - 1)
        squeeze = 1.0
        if fit is not None and width > fit:
            smaller = max(fit / width, 0.75)
            size, width = size * smaller, width * smaller
            squeeze = min(1.0, fit / width)
            width *= squeeze
        left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        line = Text(
            x=left, y=y, text=text, size=size, color=color, bold=bold, spacing=spacing, squeeze=squeeze, tag=tag
        )
        self._marks.append(line)

    def grid(
        self, x: float, y: float, rows: Sequence[str], size: float, *, across: float, down: float, tag: str = ""
    ) -> None:
        """Writes rows of characters, each in the middle of its own field."""
        self._marks.append(Grid(x=x, y=y, rows=tuple(rows), across=across, down=down, size=size, color=INK, tag=tag))

    def column(self, x: float, top: float, bottom: float, text: str, size: float = 9, *, color: Color = INK) -> None:
        """Writes `text` from top to bottom, one character per line, spread over the height."""
        step = min((bottom - top) / len(text), size / mm * 1.5)
        y = (top + bottom) / 2 - step * (len(text) - 1) / 2
        self._marks.append(Grid(x=x, y=y, rows=tuple(text), across=0, down=step, size=size, color=color))

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        width: float,
        *,
        height: float = 297,
        leading: float = 1.4,
        tag: str = "",
    ) -> float:
        """Writes wrapped text whose first line is at `y`, smaller if it needs more than `height`, never below 4 points.

        Returns where the next line would be.
        """
        lines = wrapped(text, size, width)
        while len(lines) * size * leading / mm > height and size > 4:
            size -= 0.5
            lines = wrapped(text, size, width)
        for line in lines:
            self.text(x, y, line, size, tag=tag)
            y += size * leading / mm
        return y

    def lines(
        self,
        segments: Sequence[tuple[float, float, float, float]],
        *,
        color: Color = BROWN,
        width: float = 0.25,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """Rules from (x1, y1) to (x2, y2), `width` millimetres thick."""
        self._marks.append(Lines(segments=tuple(segments), color=color, width=width, dash=dash))

    def frame(self, left: float, top: float, right: float, bottom: float, *, color: Color = BROWN) -> None:
        """The outer border of a table."""
        self._marks.append(Frame(left=left, top=top, right=right, bottom=bottom, color=color, width=0.35))

    def block(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        """A filled rectangle."""
        self._marks.append(Block(left=left, top=top, right=right, bottom=bottom, color=color))

    def polygon(self, points: Sequence[tuple[float, float]], color: Color, *, width: float = 0) -> None:
        """A filled shape, or with a `width` an open line through the points."""
        self._marks.append(Polygon(points=tuple(points), color=color, width=width))

    def ellipse(self, x: float, y: float, rx: float, ry: float, *, color: Color = SEAL, width: float = 0.3) -> None:
        self._marks.append(Ellipse(x=x, y=y, rx=rx, ry=ry, color=color, width=width))

    def arc_text(
        self, x: float, y: float, rx: float, ry: float, text: str, size: float, *, sweep: float, color: Color = SEAL
    ) -> None:
        """Writes over the top of an ellipse, `sweep` degrees from first to last character, feet to the centre."""
        for angle, char in zip(_along(rx, ry, sweep, len(text)), text, strict=True):
            turn = math.degrees(math.atan2(math.sin(angle) / ry, math.cos(angle) / rx)) - 90
            place = (x + rx * math.cos(angle), y - ry * math.sin(angle))
            self._marks.append(Turned(x=place[0], y=place[1], character=char, size=size, color=color, angle=turn))

    def qr(self, x: float, y: float, side: float, text: str) -> None:
        """A QR code of `side` millimetres."""
        self._marks.append(Code(x=x, y=y, side=side, text=text))
