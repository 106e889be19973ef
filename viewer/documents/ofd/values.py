"""The basic types of GB/T 33190 clause 7.3 and what is reckoned with them: numbers, boxes, matrices, runs of offsets."""

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from viewer.documents.ofd.xml import Element, attribute

LARGEST = 1e6
"""Millimetres; no page is near it, and what is beyond would only overflow PDF's numbers."""


class Rect(NamedTuple):
    """ST_Box: the upper left corner and the extent, in millimetres, y downwards."""

    x: float
    y: float
    w: float
    h: float


class Matrix(NamedTuple):
    """x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def after(self, first: "Matrix") -> "Matrix":
        """What does `first` and then this."""
        return Matrix(
            first.a * self.a + first.b * self.c,
            first.a * self.b + first.b * self.d,
            first.c * self.a + first.d * self.c,
            first.c * self.b + first.d * self.d,
            first.e * self.a + first.f * self.c + self.e,
            first.e * self.b + first.f * self.d + self.f,
        )

    def place(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    @property
    def scale(self) -> float:
        """By how much lengths grow, on average of all directions."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))

    def around(self, rect: Rect) -> Rect:
        """The upright box around a placed one."""
        corners = [self.place(x, y) for x in (rect.x, rect.x + rect.w) for y in (rect.y, rect.y + rect.h)]
        return around(corners)


IDENTITY = Matrix()


def around(points: Iterable[tuple[float, float]]) -> Rect:
    across, down = zip(*points, strict=True)
    return Rect(min(across), min(down), max(across) - min(across), max(down) - min(down))


def moved(x: float, y: float) -> Matrix:
    return Matrix(e=x, f=y)


def number(text: str | None, default: float = 0.0) -> float:
    """A finite number of usable size; the default for anything else."""
    try:
        value = float(text) if text is not None else default
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) <= LARGEST else default


def numbers(text: str | None) -> list[float]:
    """ST_Array of numbers; what is none ends it."""
    found = []
    for part in (text or "").replace(",", " ").split():
        try:
            value = float(part)
        except ValueError:
            break
        found.append(value if math.isfinite(value) and abs(value) <= LARGEST else 0.0)
    return found


def box(text: str | None) -> Rect | None:
    found = numbers(text)
    return Rect(*found[:4]) if len(found) >= 4 else None


def matrix(text: str | None) -> Matrix:
    found = numbers(text)
    return Matrix(*found[:6]) if len(found) >= 6 else IDENTITY


def size(element: Element, name: str, default: float) -> float:
    return number(attribute(element, name), default)


def offsets(text: str | None, count: int) -> list[float]:
    """DeltaX or DeltaY (clause 11.3): `count` offsets. "g n v" stands for n times v; too few go on with their last one."""
    found = list(islice(_offsets((text or "").replace(",", " ").split()), max(0, count)))
    if found and len(found) < count:
        found += [found[-1]] * (count - len(found))
    return found


def _offsets(parts: list[str]) -> Iterator[float]:
    place = 0
    while place < len(parts):
        if parts[place].lower() == "g":
            times = int(number(parts[place + 1])) if place + 1 < len(parts) else 0
            value = number(parts[place + 2]) if place + 2 < len(parts) else 0.0
            for _ in range(times):
                yield value
            place += 3
        else:
            yield number(parts[place])
            place += 1


def shown(value: float) -> str:
    """A number as PDF writes it."""
    return repr(round(value, 4))  # never with an exponent: below 0.0001 it is 0


def exact(values: Iterable[float]) -> str:
    """Numbers that others are multiplied with."""
    return " ".join(f"{value:.8f}" for value in values)


def shown_all(values: Iterable[float]) -> str:
    return " ".join(map(shown, values))
