"""A PDF page's text as words with their places, from the places of its characters.

A word is what a reader copies at once: an invoice number, an amount, a date, a run of Chinese. Chinese and other scripts
part, and so does a currency sign from its amount, so that "发票号码：2544…" or "¥12.00" give the bare number.
A label ends with its colon; one whose characters stand apart is one word all the same.
"""

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2.raw as pdfium

from viewer.documents.pdf import opened, size_of
from viewer.documents.shapes import Limits, Word
from viewer.documents.spaced import put_together

MOST_CHARACTERS = 200_000
"""Of one page; what comes after isn't read."""
NARROW, WIDE = 0.3, 0.5
"""Gap in heights of a line that still joins letters and digits, and Chinese characters."""
OVERLAP = 0.5
"""Of the lower one's height, that two characters of one line have in common."""
ASIDE, BELOW = 0.1, 1.5
"""How far, in heights, a character of a word that runs down may stand beside the one above, and beneath it."""
DOWNWARDS = 1.5
"""How much higher than wide a word of several characters is that runs down."""
CHINESE_DATE = "年月日"
LABEL_END = "："


Edges = tuple[float, float, float, float]
"""Left, top, right, bottom in page pixels."""


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character. Its edges are as its reader holds the page: `turn` quarter turns clockwise bring the page's to them."""

    text: str
    kind: str
    turn: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def pdf_words(content: bytes, number: int, limits: Limits) -> list[Word]:
    """The words of page `number` (from 1), line by line from the top, in the pixels that `page_sizes` counts."""
    with opened(content) as document:
        page = document[number - 1]
        size = size_of(page.get_size(), limits)
        text = page.get_textpage()
        try:
            groups = list(_grouped(_glyphs(page, text, (size.width, size.height))))
        finally:
            text.close()
            page.close()
    found = (_word(group, size.width, size.height) for group in groups)
    return _in_reading_order(put_together(_in_reading_order([word for word in found if word])))


def _glyphs(page: object, text: object, size: tuple[int, int]) -> Iterator[_Glyph | None]:
    """Each visible character in page pixels, in the document's order; None where a word ends for sure.

    Boxes are as high as the font's lines, so that a dash and a digit next to it are seen to stand on one line.
    """
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX(1, 0, 0, 1, 0, 0)
    place = _Placing(page, size)
    for index in range(min(pdfium.FPDFText_CountChars(text), MOST_CHARACTERS)):
        char = _readable(pdfium.FPDFText_GetUnicode(text, index))
        if not char or char.isspace() or not pdfium.FPDFText_GetLooseCharBox(text, index, box):
            yield None
            continue
        pdfium.FPDFText_GetMatrix(text, index, matrix)
        turn = place.turn(matrix.a, matrix.b)
        yield _Glyph(char, _kind(char), turn, *_turned(place.edges(box), turn))


class _Placing:
    """From the page's own coordinates to its pixels, after rotation and cropping; PDFium says where three corners go."""

    def __init__(self, page: object, size: tuple[int, int]) -> None:
        origin, right, up = (self._asked(page, size, *corner) for corner in ((0, 0), (1000, 0), (0, 1000)))
        self._origin = origin
        self._x = ((right[0] - origin[0]) / 1000, (up[0] - origin[0]) / 1000)
        self._y = ((right[1] - origin[1]) / 1000, (up[1] - origin[1]) / 1000)

    def edges(self, box: pdfium.FS_RECTF) -> Edges:
        """A box of the page's own coordinates in pixels."""
        (x, y), (far_x, far_y) = self._placed(box.left, box.top), self._placed(box.right, box.bottom)
        return min(x, far_x), min(y, far_y), max(x, far_x), max(y, far_y)

    def turn(self, x: float, y: float) -> int:
        """Quarter turns clockwise after which text that runs along this vector runs to the right."""
        across, down = self._x[0] * x + self._x[1] * y, self._y[0] * x + self._y[1] * y
        if abs(across) >= abs(down):
            return 0 if across >= 0 else 2
        return 1 if down < 0 else 3

    def _placed(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._origin[0] + self._x[0] * x + self._x[1] * y,
            self._origin[1] + self._y[0] * x + self._y[1] * y,
        )

    @staticmethod
    def _asked(page: object, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value, down.value


def _turned(edges: Edges, turn: int) -> Edges:
    """The edges after so many quarter turns clockwise around the page's corner."""
    for _ in range(turn):
        left, top, right, bottom = edges
        edges = -bottom, left, -top, right
    return edges


def _readable(code: int) -> str:
    """The character; "" for what is none. Radicals that fonts give for common characters become these."""
    if code < 32 or code in (0xFFFE, 0xFFFF) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return ""
    char = chr(code)
    return unicodedata.normalize("NFKC", char) if 0x2E80 <= code <= 0x2FDF else char


def _kind(char: str) -> str:
    """c: Chinese with its punctuation, s: a currency sign, d: a digit, a: anything else."""
    if unicodedata.category(char) == "Sc":
        return "s"
    if char.isdecimal():
        return "d"
    return "c" if unicodedata.east_asian_width(char) in "WF" else "a"


def _grouped(glyphs: Iterator[_Glyph | None]) -> Iterator[list[_Glyph]]:
    """The characters of each word."""
    word: list[_Glyph] = []
    for glyph in glyphs:
        if word and (glyph is None or not _joined(word, glyph)):
            yield word
            word = []
        if glyph is not None:
            word.append(glyph)
    if word:
        yield word


def _joined(word: list[_Glyph], glyph: _Glyph) -> bool:
    """Whether the word goes on with this character: same kind, same line, close behind."""
    last = word[-1]
    if last.turn != glyph.turn or not _same_kind(word, glyph):
        return False
    if _beneath(word, glyph):
        return True
    if min(last.bottom, glyph.bottom) - max(last.top, glyph.top) < OVERLAP * min(last.height, glyph.height):
        return False
    height = max(last.height, glyph.height)
    return -height < glyph.left - last.right < height * (WIDE if glyph.kind == "c" else NARROW)


def _beneath(word: list[_Glyph], glyph: _Glyph) -> bool:
    """Whether the word runs down the page, as labels of forms do, and this character is its next. Where a line ends the
    document says so, and no word goes on."""
    last, first = word[-1], word[0]
    if glyph.kind != "c" or last.kind != "c" or (len(word) > 1 and last.top < first.bottom - OVERLAP * first.height):
        return False
    aside = abs((glyph.left + glyph.right) - (last.left + last.right)) / 2
    below = glyph.top - last.bottom
    return aside < ASIDE * last.height and -OVERLAP * last.height < below < BELOW * last.height


def _same_kind(word: list[_Glyph], glyph: _Glyph) -> bool:
    """Whether both are Chinese, or neither is. A date such as 2026年3月18日 is one word."""
    last = word[-1]
    if glyph.text in CHINESE_DATE and last.kind == "d":
        return True
    if last.text in CHINESE_DATE and len(word) > 1 and word[-2].kind == "d":
        return glyph.kind == "d"
    if last.text == LABEL_END:
        return False
    if "s" in (last.kind, glyph.kind):
        return last.kind == glyph.kind
    return (last.kind == "c") == (glyph.kind == "c")


def _word(glyphs: list[_Glyph], width: int, height: int) -> Word | None:
    """The word with its place in whole pixels; None for one outside the page."""
    around = (
        min(glyph.left for glyph in glyphs),
        min(glyph.top for glyph in glyphs),
        max(glyph.right for glyph in glyphs),
        max(glyph.bottom for glyph in glyphs),
    )
    edges = _turned(around, -glyphs[0].turn % 4)
    if not all(map(math.isfinite, edges)):
        return None
    left, top = max(0, math.floor(edges[0])), max(0, math.floor(edges[1]))
    right, bottom = min(width, math.ceil(edges[2])), min(height, math.ceil(edges[3]))
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        return None
    return Word("".join(glyph.text for glyph in glyphs), left, top, max(1, right - left), max(1, bottom - top))


def _in_reading_order(words: list[Word]) -> list[Word]:
    """By lines from the top, each from the left. A word is on a line if its middle lies within the line's first word; one that
    runs down the page is a line of its own."""
    lines: list[list[Word]] = []
    bottom = -1.0
    down = [word for word in words if _runs_down(word)]
    along = [word for word in words if not _runs_down(word)]
    for word in sorted(along, key=lambda word: (word.y + word.h / 2, word.x)):
        if word.y + word.h / 2 > bottom:
            lines.append([])
            bottom = word.y + word.h
        lines[-1].append(word)
    lines += [[word] for word in down]
    lines.sort(key=lambda line: min(word.y for word in line))
    return [word for line in lines for word in sorted(line, key=lambda word: word.x)]


def _runs_down(word: Word) -> bool:
    return len(word.text) > 1 and word.h > DOWNWARDS * word.w
