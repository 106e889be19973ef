"""What the page of an invoice says, read from its words by their places: a label, and the value right behind it.

Two layouts are known: the VAT invoice with a code and an 8-digit number, and the 数电票 with its 20 digits. A value counts
only where its label says what it is, where it has the form of such a value, and where every place that tells it agrees; a
name that goes on in another line doesn't count. A page without 发票号码 and 开票日期 is no invoice and says nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median

from viewer.documents.fields import values
from viewer.documents.shapes import Word
from viewer.domain.invoice_fields import InvoiceFields


def _printed_no(text: str | None) -> str | None:
    """Only the two kinds of which the layout is known."""
    return text if text and re.fullmatch(r"\d{8}|\d{20}", text) else None


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
    "other": r"地址、?电话:|开户行及账号:|收款人:|复核人?:|机器编号:|销售方:|电子客票号:",
}
"""What stands before a value, spaces left out and signs made narrow; `other` only ends the value before it."""
LABEL = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in LABELS.items()))
FIELDS: dict[str, values.Reader] = {
    "invoice_no": _printed_no,
    "invoice_code": values.invoice_code,
    "invoice_date": values.issued,
    "check_code": values.check_code,
    "total_amount": values.amount,
    "drawer": values.name,
}
TITLES = (
    (re.compile(r"电子发票\(增值税专用发票\)"), "27"),
    (re.compile(r"电子发票\(普通发票\)"), "26"),
    (re.compile(r"电子发票\(铁路电子客票\)"), "29"),
    (re.compile(r"电子发票\(航空运输电子客票行程单\)"), "28"),
    (re.compile(r"增值税电子专用发票"), "2"),
    (re.compile(r"增值税电子普通发票"), "1"),
    (re.compile(r"增值税专用发票"), "4"),
    (re.compile(r"增值税普通发票"), "3"),
)
"""What an invoice is headed with → its type; the first that fits."""
PARTIES = {"购": ("buyer", "购买方"), "销": ("seller", "销售方")}
"""The first character of the words that run down beside a party's box → the party, and the words."""
FIRST_GAP, NEXT_GAP = 5.0, 1.5
"""Widest gap, in heights of a line, between a label and its value, and within a value."""
MOST_WORDS = 3000
"""Of a page; an invoice has a few hundred, with its cipher a thousand."""
MOST_LABELS = 100
LARGE = 1.3
"""How much higher than the usual word of a page its heading is, at least."""
BELOW = 0.5
"""A line so near, in heights, may be the rest of a name."""
LABEL_ENDS = ":)"
FREE_OF_TAX = re.compile(r"\*+")


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
        self.texts = [_plain(word.text) for word in self.words]
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


@dataclass(frozen=True)
class Column:
    """The words beside a party's box, which run down."""

    party: str
    right: int
    top: int
    bottom: int
    height: int


class Page:
    """The words of a page as lines."""

    def __init__(self, words: Iterable[Word]) -> None:
        found = list(islice(_parted(words), MOST_WORDS + 1))
        self.words = found if len(found) <= MOST_WORDS else []
        self.lines = [Line(line) for line in _lined(self.words)]
        self._columns = list(self._parties_columns())

    def tells(self) -> dict[str, set[str]]:
        """Field → the values that the page tells of it; nothing for a page that is no invoice's."""
        told: dict[str, set[str]] = {}
        for field, value in self._values():
            if value is not None:
                told.setdefault(field, set()).add(value)
        return told if {"invoice_no", "invoice_date"} <= told.keys() else {}

    def _values(self) -> Iterator[tuple[str, str | None]]:
        yield "invoice_type", self._type()
        labels = ((line, label) for line in self.lines for label in line.labels)
        for line, label in islice(labels, MOST_LABELS):
            if read := FIELDS.get(label.kind):
                yield label.kind, read(_joined(line.value(label), label.kind))
            elif label.kind in ("name", "tax_no"):
                yield self._of_party(line, label)
            elif label.kind == "sums":
                yield from self._sums(line, label)

    def _type(self) -> str | None:
        """By the heading alone, which is larger than the rest: a remark may name another kind of invoice."""
        usual = median(word.h for word in self.words) if self.words else 0
        large = [word for word in self.words if word.h > LARGE * usual]
        texts = [_plain(word.text) for word in large] + [Line(line).text for line in _lined(large)]
        return next((code for title, code in TITLES if any(title.search(text) for text in texts)), None)

    def _of_party(self, line: Line, label: Label) -> tuple[str, str | None]:
        party = self._party(line, label)
        value = line.value(label)
        if label.kind == "tax_no":
            return f"{party}_tax_no", values.tax_no(_joined(value)) if party else None
        whole = party and value and not self._goes_on(line, value)
        return f"{party}_name", values.name(_joined(value, "name")) if whole else None

    def _party(self, line: Line, label: Label) -> str:
        """Whose name or number it is: said by the label itself, by one before it on the line, or beside the box; "" where
        nothing says it."""
        for each in reversed([other for other in line.labels if other.left <= label.left]):
            for party, words in PARTIES.values():
                if each.text.startswith(words):
                    return party
        middle = line.words[label.after - 1].y + line.words[label.after - 1].h / 2
        beside = [
            column
            for column in self._columns
            if column.right <= label.left
            and column.top - 2 * column.height <= middle <= column.bottom + 2 * column.height
        ]
        return max(beside, key=lambda column: column.right).party if beside else ""

    def _parties_columns(self) -> Iterator[Column]:
        for first in islice((word for word in self.words if word.text in PARTIES), MOST_LABELS):
            party, words = PARTIES[first.text]
            last = first
            for char in words[1:]:
                under = [word for word in self.words if word.text == char and _is_under(word, last)]
                last = min(under, key=lambda word: word.y, default=first)
            if last.text == words[-1]:
                yield Column(party, first.x + first.w, first.y, last.y + last.h, first.h)

    def _goes_on(self, line: Line, value: list[Word]) -> bool:
        """Whether another line right above or below may be a part of this name: one that no label stands before."""
        left, right = value[0].x, value[-1].x + value[-1].w
        top, bottom = min(word.y for word in value), max(word.y + word.h for word in value)
        near = BELOW * value[0].h
        for other in self.lines:
            if other is line:
                continue
            for word in other.words:
                beside = word.x < right and word.x + word.w > left
                close = word.y < bottom + near and word.y + word.h > top - near
                if beside and close and not any(label.left <= word.x for label in other.labels):
                    return True
        return False

    def _sums(self, line: Line, label: Label) -> Iterator[tuple[str, str | None]]:
        """合计: the amount under 金额 and the tax under 税额; without such headings two amounts in that order."""
        amounts = [(word.x + word.w, _plain(word.text)) for word in line.behind(label) if _plain(word.text).strip("¥")]
        read = [(right, values.amount(text)) for right, text in amounts]
        if any(
            value is None and not FREE_OF_TAX.fullmatch(text)
            for (_, value), (_, text) in zip(read, amounts, strict=True)
        ):
            return
        headings = self._headings(line)
        if headings is None:
            if len(read) == 2:
                yield from zip(("amount", "tax_amount"), (value for _, value in read), strict=True)
            return
        for right, value in read:
            under = min(headings, key=lambda field: abs(headings[field] - right))
            yield under, value

    def _headings(self, below: Line) -> dict[str, int] | None:
        """Where the columns of amount and tax end at their right, by the heading above."""
        for line in self.lines:
            amount, tax = line.text.find("金额"), line.text.find("税额")
            if 0 <= amount < tax and line.words[0].y < below.words[0].y:
                ends = (line.words[line.word_at(place + 1)] for place in (amount, tax))
                return dict(zip(("amount", "tax_amount"), (word.x + word.w for word in ends), strict=True))
        return None


def said_by(pages: Iterable[Page]) -> InvoiceFields:
    """What the pages say together. Pages with different numbers belong to different invoices, and nothing stands for all."""
    together: dict[str, set[str]] = {}
    for page in pages:
        for field, told in page.tells().items():
            together.setdefault(field, set()).update(told)
    if len(together.get("invoice_no", ())) != 1:
        return InvoiceFields()
    return InvoiceFields.of("text", {field: values.the_one(told) for field, told in together.items()})


def _parted(words: Iterable[Word]) -> Iterator[Word]:
    """Words of which none has the end of a label and its value in one, as where a narrow colon stands close to digits."""
    for word in words:
        if len(word.text) > 1 and word.text[0] in LABEL_ENDS:
            width = word.w // len(word.text)
            yield Word(word.text[0], word.x, word.y, width, word.h)
            yield Word(word.text[1:], word.x + width, word.y, word.w - width, word.h)
        else:
            yield word


def _lined(words: Iterable[Word]) -> list[list[Word]]:
    """Words whose middles lie within the first of a line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.y + word.h / 2):
        first = lines[-1][0] if lines else None
        if first and word.y + word.h / 2 <= first.y + first.h:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _is_under(word: Word, other: Word) -> bool:
    """Whether a character stands right under another, as in words that run down."""
    return abs(word.x + word.w / 2 - other.x - other.w / 2) < other.w / 2 and 0 < word.y - other.y < 4 * other.h


def _joined(words: list[Word], kind: str = "") -> str:
    """A value's words together; a name's keep a space where there is one on the page."""
    if kind not in ("name", "drawer"):
        return "".join(_plain(word.text) for word in words)
    text = ""
    edge = None
    for word in words:
        text += (" " if edge is not None and word.x - edge > word.h / 5 else "") + word.text
        edge = word.x + word.w
    return text


def _plain(text: str) -> str:
    """Without spaces, signs in their narrow form, ￥ as ¥."""
    return "".join(unicodedata.normalize("NFKC", text).split())
