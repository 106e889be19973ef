"""What the page of an invoice says, read from its words by their places: a label, and the value right behind it.

Two layouts are known: the VAT invoice with a code and an 8-digit number, and the 数电票 with its 20 digits. A value counts
only where its label says what it is, where it has the form of such a value, and where every place that tells it agrees; a
name that goes on in another line doesn't count. A page without 发票号码 and 开票日期 is no invoice and says nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median

from viewer.documents.fields import values
from viewer.documents.fields.lines import Label, Line, characters, joined, lined, parted, plain, runs_down
from viewer.documents.fields.rows import add_up, rows_of
from viewer.documents.shapes import Word
from viewer.domain.invoice_fields import InvoiceFields, Item


def _printed_no(text: str | None) -> str | None:
    """Only the two kinds of which the layout is known."""
    return text if text and re.fullmatch(r"\d{8}|\d{20}", text) else None


FIELDS: dict[str, values.Reader] = {
    "invoice_no": _printed_no,
    "invoice_code": values.invoice_code,
    "invoice_date": values.issued,
    "check_code": values.check_code,
    "total_amount": values.amount,
    "drawer": values.name,
}
NAMES = frozenset({"name", "drawer"})
"""Kinds of labels whose values may hold spaces."""
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
PARTIES = {"buyer": "购买方", "seller": "销售方"}
"""Party → the words that run down beside its box."""
FIRST_PAGES = 3
"""Pages whose text is read, besides the last: the totals of a long invoice stand there, and a collection of invoices, of
which none can stand for the file, is seen by the first few."""
MOST_WORDS = 3000
"""Of a page; an invoice has a few hundred, with its cipher a thousand."""
MOST_LABELS = 100
LARGE = 1.3
"""How much higher than the usual word of a page its heading is, at least."""
REMARK = "备注"
INDENT, REMARK_GAP = 3.0, 4.0
"""Heights of a line from the words 备注 to a remark, and between its words, at most."""
BELOW = 0.5
"""A line so near, in heights, may be the rest of a name."""
FREE_OF_TAX = re.compile(r"\*+")


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
        found = list(islice(parted(words), MOST_WORDS + 1))
        found = found if len(found) <= MOST_WORDS else []
        self.words = [word for word in found if not runs_down(word)]
        self._down = [char for word in found if runs_down(word) for char in characters(word)]
        self.lines = [Line(line) for line in lined(self.words)]
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
        yield "remark", self._remark()
        labels = ((line, label) for line in self.lines for label in line.labels)
        for line, label in islice(labels, MOST_LABELS):
            if read := FIELDS.get(label.kind):
                yield label.kind, read(joined(line.value(label), spaces=label.kind in NAMES))
            elif label.kind in ("name", "tax_no"):
                yield self._of_party(line, label)
            elif label.kind == "sums":
                yield from self._sums(line, label)

    def _type(self) -> str | None:
        """By the heading alone, which is larger than the rest: a remark may name another kind of invoice."""
        usual = median(word.h for word in self.words) if self.words else 0
        large = [word for word in self.words if word.h > LARGE * usual]
        texts = [plain(word.text) for word in large] + [Line(line).text for line in lined(large)]
        return next((code for title, code in TITLES if any(title.search(text) for text in texts)), None)

    def _of_party(self, line: Line, label: Label) -> tuple[str, str | None]:
        party = self._party(line, label)
        value = line.value(label)
        if label.kind == "tax_no":
            return f"{party}_tax_no", values.tax_no(joined(value)) if party else None
        whole = party and value and not self._goes_on(line, value)
        return f"{party}_name", values.name(joined(value, spaces=True)) if whole else None

    def _party(self, line: Line, label: Label) -> str:
        """Whose name or number it is: said by the label itself, by one before it on the line, or beside the box; "" where
        nothing says it."""
        for each in reversed([other for other in line.labels if other.left <= label.left]):
            for party, words in PARTIES.items():
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
        for party, words in PARTIES.items():
            for first, last in self._running_down(words):
                yield Column(party, first.x + first.w, first.y, last.y + last.h, first.h)

    def _running_down(self, text: str) -> Iterator[tuple[Word, Word]]:
        """The first and the last character of each place where the text runs down the page."""
        chars = [word for word in (*self.words, *self._down) if word.text in text]
        for first in islice((word for word in chars if word.text == text[0]), MOST_LABELS):
            last = first
            for char in text[1:]:
                under = [word for word in chars if word.text == char and _is_under(word, last)]
                last = min(under, key=lambda word: word.y, default=first)
            if last.text == text[-1]:
                yield first, last

    def _remark(self) -> str | None:
        """What stands beside 备注, between the line of the total and that of who issued it; null where anything else stands
        there too."""
        label = next(self._running_down(REMARK), None)
        above = [line for line in self.lines if any(each.kind == "total_amount" for each in line.labels)]
        below = [line for line in self.lines if any(each.kind == "drawer" for each in line.labels)]
        if label is None or not above or not below:
            return None
        left = label[0].x + label[0].w
        top = max(word.y + word.h / 2 for word in above[-1].words)
        bottom = min(word.y for word in below[-1].words)
        inside = [word for word in self.words if word.x >= left and top < word.y + word.h / 2 < bottom]
        lines = [Line(words).words for words in lined(inside)]
        whole = all(_is_written(line, left, lines[0][0].h) for line in lines)
        return values.remark("".join(joined(line, spaces=True) for line in lines)) if whole else None

    def rows(self) -> tuple[Item, ...] | None:
        """The rows of its table; None where they can't be told for certain."""
        return rows_of(self.lines)

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
        amounts = [(word.x + word.w, plain(word.text)) for word in line.behind(label) if plain(word.text).strip("¥")]
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
    """What the pages say together. Pages with different numbers belong to different invoices, and nothing stands for all.
    Rows count where they add up to the invoice's sums."""
    together: dict[str, set[str]] = {}
    rows: list[Item] = []
    for page in pages:
        for field, told in page.tells().items():
            together.setdefault(field, set()).update(told)
        rows += page.rows() or ()
    if len(together.get("invoice_no", ())) != 1:
        return InvoiceFields()
    one = {field: values.the_one(told) for field, told in together.items()}
    whole = add_up(rows, one.get("amount"), one.get("tax_amount"))
    return InvoiceFields.of("text", one, tuple(rows) if whole else ())


def pages_that_tell(count: int) -> list[int]:
    """The numbers of the pages that are read of so many."""
    return sorted({*range(1, min(count, FIRST_PAGES) + 1), count})


def _is_written(line: list[Word], left: int, height: int) -> bool:
    """Whether a line is of a text that begins right of `left`, in one size and without wide gaps."""
    edge = left + (INDENT - REMARK_GAP) * height
    for word in line:
        if word.x - edge > REMARK_GAP * height or not height / LARGE <= word.h <= height * LARGE:
            return False
        edge = word.x + word.w
    return True


def _is_under(word: Word, other: Word) -> bool:
    """Whether a character stands right under another, as in words that run down."""
    return abs(word.x + word.w / 2 - other.x - other.w / 2) < other.w / 2 and 0 < word.y - other.y < 4 * other.h
