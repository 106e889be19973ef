"""Text objects (GB/T 33190 clause 11): characters at declared places, written as runs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.fonts import LETTERS, Chosen, Font
from viewer.documents.ofd.glyf import Drawn
from viewer.documents.ofd.values import Matrix, Rect, around, number, numbers, offsets, shown, shown_all, size
from viewer.documents.ofd.writer import Writer, hexed
from viewer.documents.ofd.xml import Element, attribute, is_true

SLANT = 0.21
"""Of an italic that is made by slanting."""
BOLD_WEIGHT = 600
BOLD_LINE = 0.015
"""Ems: by how much a bold that is made by drawing outlines is wider."""
WIDEST = 4.0
"""Ems: a character that follows further on begins a run of its own."""
LEVEL = 0.01
"""Ems: what is less off the line is on it."""
MOST_GLYPHS = 200_000
"""Of one text object."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character at its place in the object, in millimetres."""

    chosen: Chosen
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one face, each as far behind the one before it as its width (ems) says, along the line or down."""

    glyphs: tuple[Glyph, ...]
    widths: tuple[float | None, ...]
    down: bool


@dataclass(frozen=True)
class Letters:
    """What holds for all characters of an object. `turn`: the matrix that turns a character to its direction."""

    font: Font
    size: float
    stretch: float
    turn: Matrix
    bold: bool
    italic: bool

    def matrix(self, x: float, y: float) -> Matrix:
        """From the character's own space, y upwards, to the object's."""
        slant = SLANT if self.italic else 0.0
        own = Matrix(self.stretch, 0, slant, 1, 0, 0)
        upright = Matrix(1, 0, 0, -1, 0, 0).after(own)
        return Matrix(1, 0, 0, 1, x, y).after(self.turn.after(upright))


def letters_of(element: Element, font: Font) -> Letters:
    turn = math.radians(round(size(element, "CharDirection", 0) / 90) * 90 % 360)
    cos, sin = round(math.cos(turn)), round(math.sin(turn))
    heavy = size(element, "Weight", 400) >= BOLD_WEIGHT
    return Letters(
        font=font,
        size=abs(size(element, "Size", 1)) or 1.0,
        stretch=size(element, "HScale", 1) or 1.0,
        turn=Matrix(cos, sin, -sin, cos, 0, 0),
        bold=font.bold or (heavy and not font.own_is_bold),
        italic=font.italic or is_true(element, "Italic", False),
    )


def glyphs_of(element: Element, letters: Letters, findings: Findings) -> list[Glyph]:
    """The characters of all its TextCodes with their places."""
    found: list[Glyph] = []
    named = _transforms(element)
    x = y = 0.0
    start = 0
    for code in element.iterchildren("TextCode"):
        whole = code.text or ""
        whole = whole.strip() if whole[:1] in ("\r", "\n") else whole  # an indented file
        text = whole[: MOST_GLYPHS - len(found)]
        if len(whole) > len(text):
            findings.add("too_much", "TextCode")
        x, y = number(attribute(code, "X"), x), number(attribute(code, "Y"), y)
        found += _placed(code, text, letters, named, start, (x, y), element, findings)
        start += len(text)
    return found


def _placed(
    code: Element,
    text: str,
    letters: Letters,
    named: dict[int, list[int]],
    start: int,
    place: tuple[float, float],
    element: Element,
    findings: Findings,
) -> Iterator[Glyph]:
    x, y = place
    across = offsets(attribute(code, "DeltaX"), len(text) - 1)
    down = offsets(attribute(code, "DeltaY"), len(text) - 1)
    direction = math.radians(round(size(element, "ReadDirection", 0) / 90) * 90 % 360)
    along = round(math.cos(direction)), round(math.sin(direction))
    for number_of, char in enumerate(text):
        glyphs = named.get(start + number_of)
        chosen = _chosen(letters.font, char, glyphs, findings)
        if chosen:
            yield Glyph(chosen, char, x, y)
            for more in (glyphs or [])[1:]:
                further = letters.font.for_glyph(more, ord(char))
                if further:
                    yield Glyph(further, "", x, y)
        if across or down:
            x += across[number_of] if number_of < len(across) else 0.0
            y += down[number_of] if number_of < len(down) else 0.0
        elif chosen:
            step = letters.size
            if along[0] * letters.turn.a + along[1] * letters.turn.b:  # else above each other, as high as they are
                step *= letters.font.drawn(chosen, ord(char), None)[1] * letters.stretch
            x, y = x + step * along[0], y + step * along[1]


def _chosen(font: Font, char: str, glyphs: list[int] | None, findings: Findings) -> Chosen | None:
    if glyphs is not None:
        return font.for_glyph(glyphs[0], ord(char)) if glyphs else None
    if char in "\r\n\t":
        return None
    chosen = font.for_code(ord(char))
    if chosen is None and not char.isspace():
        findings.add("glyph", char)
    return chosen


def _transforms(element: Element) -> dict[int, list[int]]:
    """Place of a character among all of the object's (CodePosition) → the glyphs that draw it; none for a character that
    another one's glyph draws too."""
    found: dict[int, list[int]] = {}
    for each in islice(element.iterchildren("CGTransform"), MOST_GLYPHS):
        glyphs = [int(value) for value in numbers(next((g.text for g in each.iterchildren("Glyphs")), ""))]
        start = int(size(each, "CodePosition", 0))
        codes = min(max(1, int(size(each, "CodeCount", 1))), MOST_GLYPHS)
        if not glyphs:
            continue
        for place in range(codes):
            last = place == codes - 1
            found[start + place] = glyphs[place:] if last else glyphs[place : place + 1]
    return found


def runs_of(glyphs: list[Glyph], letters: Letters) -> Iterator[Run]:
    """Cuts the characters where the face changes or the next one doesn't follow on the line."""
    em = letters.size
    start = 0
    while start < len(glyphs):
        down: bool | None = None
        widths: list[float | None] = []
        end = start + 1
        while end < len(glyphs) and glyphs[end].chosen.face is glyphs[start].chosen.face:
            last, this = glyphs[end - 1], glyphs[end]
            x, y = this.x - last.x, this.y - last.y
            along = (x * letters.turn.a + y * letters.turn.b) / em
            beneath = (x * letters.turn.c + y * letters.turn.d) / em
            if abs(beneath) <= LEVEL and 0 <= along / letters.stretch <= WIDEST and down is not True and (x or y):
                down = False
                widths.append(along / letters.stretch)
            elif abs(along) <= LEVEL and 0 < beneath <= WIDEST and down is not False:
                down = True
                widths.append(beneath)
            else:
                break
            end += 1
        widths.append(None)
        yield Run(tuple(glyphs[start:end]), tuple(widths), bool(down))
        start = end


def written(runs: list[Run], letters: Letters, writer: Writer) -> str:
    """The operators that show the runs, between BT and ET."""
    parts = ["BT"]
    for run in runs:
        font = writer.font(run.glyphs[0].chosen.face, down=run.down)
        cids = []
        for glyph, drawn, width in drawn_of(run, letters):
            cid = font.cid(drawn, glyph.text, width)
            if cid is not None:
                cids.append(cid)
        first = run.glyphs[0]
        parts.append(f"/{font.name} {shown(letters.size)} Tf {shown_all(letters.matrix(first.x, first.y))} Tm")
        parts.append(f"{hexed(cids)} Tj")
    parts.append("ET")
    return " ".join(parts)


def drawn_of(run: Run, letters: Letters) -> Iterator[tuple[Glyph, Drawn, float]]:
    """Each glyph of a run, how it is drawn, and its width in ems. The last one is as wide as it is drawn, and a letter then
    is drawn no wider than the widest before it: 6% must not run over a rule."""
    letter_widths = (
        width
        for glyph, width in zip(run.glyphs, run.widths, strict=True)
        if width and glyph.text and ord(glyph.text) < LETTERS
    )
    widest = None if run.down else max(letter_widths, default=None)
    for glyph, declared in zip(run.glyphs, run.widths, strict=True):
        code = ord(glyph.text) if glyph.text else 0
        drawn, natural = letters.font.drawn(glyph.chosen, code, None if run.down else declared or widest)
        yield glyph, drawn, (1.0 if run.down else natural) if declared is None else declared


def extent(glyphs: list[Glyph], letters: Letters) -> Rect:
    """A box around the characters in the object."""
    em = letters.size
    found = around((glyph.x, glyph.y) for glyph in glyphs)
    return Rect(found.x - 0.1 * em, found.y - em, found.w + 1.2 * em, found.h + 1.3 * em)
