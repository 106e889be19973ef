"""The words of a page as lines, and the labels on them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from viewer.documents.shapes import Word

LABELS = {
    "invoice_no": r"(?<!正数)发票号码:?",
    "invoice_code": r"(?<!正数)发票代码:?",
    "invoice_date": r"开票日期:?",
    "check_code": r"校验码:?",
    "name": r"(?:购买方|销售方)?名称:",
    "tax_no": r"(?:统一社会信用代码(?:/纳税人识别号)?|纳税人识别号):",
    "total_amount": r"\(小写\):?|票价:",
    "sums": r"(?<!税)合计(?!金额|税额|\()",
    "drawer": r"开票人:",
    "other": r"价税合计|地址、?电话:|开户行及账号:|收款人:|复核人?:|机器编号:|销售方:|电子客票号:",
}
"""What stands before a value, spaces left out and signs made narrow; `other` only ends the value before it."""
LABEL = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in LABELS.items()))
FIRST_GAP, NEXT_GAP = 5.0, 1.5
"""Widest gap, in heights of a line, between a label and its value, and within a value."""
LABEL_ENDS = ":)"
DOWNWARDS = 1.5
"""How much higher than wide a word of several characters is that runs down."""


@dataclass(frozen=True)
class Label:
    """A label on a line: of its words the next one is number `after`."""

    kind: str
    text: str
    left: int
    right: int
    after: int


class Line:
    """Words that stand on one line, from the left, and the labels among them."""

    def __init__(self, words: list[Word]) -> None:
        self.words = sorted(words, key=lambda word: word.x)
        self.texts = [plain(word.text) for word in self.words]
        self.text = "".join(self.texts)
        self._starts = [sum(map(len, self.texts[:number])) for number in range(len(self.texts))]
        self.labels = [self._label(found) for found in LABEL.finditer(self.text)]

    def _label(self, found: re.Match[str]) -> Label:
        first, last = self.word_at(found.start()), self.word_at(found.end() - 1)
        word = self.words[last]
        return Label(found.lastgroup or "", found[0], self.words[first].x, word.x + word.w, last + 1)

    def word_at(self, place: int) -> int:
        """The number of the word that holds this character of the line's text."""
        return max(number for number, start in enumerate(self._starts) if start <= place and self.texts[number])

    def value(self, label: Label) -> list[Word]:
        """The words right behind a label, up to a gap or the next label."""
        ends = min((other.left for other in self.labels if other.left >= label.right), default=None)
        found: list[Word] = []
        edge = label.right
        for word in self.words[label.after :]:
            gap = (NEXT_GAP if found else FIRST_GAP) * word.h
            if (ends is not None and word.x >= ends) or word.x - edge > gap:
                break
            found.append(word)
            edge = word.x + word.w
        return found

    def behind(self, label: Label) -> list[Word]:
        return self.words[label.after :]


def parted(words: Iterable[Word]) -> Iterator[Word]:
    """Words of which none has the end of a label and its value in one, as where a narrow colon stands close to digits."""
    for word in words:
        if len(word.text) > 1 and word.text[0] in LABEL_ENDS:
            width = word.w // len(word.text)
            yield Word(word.text[0], word.x, word.y, width, word.h)
            yield Word(word.text[1:], word.x + width, word.y, word.w - width, word.h)
        else:
            yield word


def runs_down(word: Word) -> bool:
    return len(word.text) > 1 and word.h > DOWNWARDS * word.w


def characters(word: Word) -> Iterator[Word]:
    """Those of a word that runs down the page."""
    height = min(word.w, word.h // len(word.text))
    step = (word.h - height) / (len(word.text) - 1)
    for number, char in enumerate(word.text):
        yield Word(char, word.x, word.y + round(number * step), word.w, height)


def lined(words: Iterable[Word]) -> list[list[Word]]:
    """Words whose middles lie within the first of a line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.y + word.h / 2):
        first = lines[-1][0] if lines else None
        if first and word.y + word.h / 2 <= first.y + first.h:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def joined(words: list[Word], *, spaces: bool = False) -> str:
    """A value's words together; with `spaces`, which names have, as they are written, and one where there is room for it."""
    if not spaces:
        return "".join(plain(word.text) for word in words)
    text = ""
    edge = None
    for word in words:
        text += (" " if edge is not None and word.x - edge > word.h / 5 else "") + word.text
        edge = word.x + word.w
    return text


def plain(text: str) -> str:
    """Without spaces, signs in their narrow form, ￥ as ¥."""
    return "".join(unicodedata.normalize("NFKC", text).split())
