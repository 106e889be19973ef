"""Labels of forms whose characters stand apart, down the page or along a line, put together to words.

Only labels that invoices are known to have: by distance alone nothing tells 购 买 方 from the units 套 台 次 of three rows.
"""

from collections.abc import Iterator

from viewer.documents.shapes import Word

DOWN = ("购买方信息", "销售方信息", "购买方", "销售方", "密码区", "备注")
"""The longer ones first."""
ALONG = (
    *("名称", "地址、电话", "校验码", "收款人", "复核人", "复核", "开票人", "备注"),
    *("规格型号", "单位", "数量", "单价", "金额", "税率", "税额", "合计"),
)
LABEL_END = "：:"
FURTHEST = 5.0
"""Characters' widths from one to the next."""
MOST_ALIKE = 500
"""Characters on a page that a label may begin with, or go on with; an invoice has a few."""
ALIKE = 0.15
"""By how much of its width a character may be wider than another of its label, or aside of it."""


def put_together(words: list[Word]) -> list[Word]:
    """The words in their order, a label at the place of its first character."""
    return list(_along(_down(words)))


def _down(words: list[Word]) -> list[Word]:
    singles: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        if len(word.text) == 1:
            singles.setdefault(word.text, []).append(place)
    taken: set[int] = set()
    labels: dict[int, Word] = {}
    for label in DOWN:
        if any(len(singles.get(char, ())) > MOST_ALIKE for char in label):
            continue
        for start in singles.get(label[0], ()):
            found = _beneath_each_other(label, start, words, singles)
            if found and taken.isdisjoint(found):
                taken.update(found)
                labels[start] = _one(label, [words[place] for place in found])
    return [labels.get(place, word) for place, word in enumerate(words) if place not in taken or place in labels]


def _beneath_each_other(label: str, start: int, words: list[Word], singles: dict[str, list[int]]) -> list[int]:
    """Where the label's characters stand from `start` on; nothing where one is missing."""
    found = [start]
    for char in label[1:]:
        above = words[found[-1]]
        under = [place for place in singles.get(char, ()) if _is_under(words[place], above)]
        if not under:
            return []
        found.append(min(under, key=lambda place: words[place].y))
    return found


def _is_under(word: Word, above: Word) -> bool:
    aside = abs(word.x + word.w / 2 - above.x - above.w / 2)
    return _alike(word, above) and aside <= 1 + ALIKE * above.w and 0 < word.y - above.y < FURTHEST * above.w


def _along(words: list[Word]) -> Iterator[Word]:
    place = 0
    while place < len(words):
        label = _label_from(place, words)
        yield _one("".join(word.text for word in label), label) if label else words[place]
        place += len(label) or 1


def _label_from(start: int, words: list[Word]) -> list[Word]:
    """The words that are a label together, with its colon where one follows; nothing where they are none, or one word."""
    text, longest = "", 0
    for count, word in enumerate(words[start : start + len(max(ALONG, key=len)) + 1], 1):
        if count > 1 and not _follows(word, words[start + count - 2]):
            break
        text += word.text
        if text.rstrip(LABEL_END) in ALONG:
            longest = count
        elif not any(label.startswith(text) for label in ALONG):
            break
    return words[start : start + longest] if longest > 1 else []


def _follows(word: Word, before: Word) -> bool:
    """Whether a word stands behind another on its line, in the same size."""
    same_line = abs(word.y + word.h / 2 - before.y - before.h / 2) <= 1 + ALIKE * before.h
    gap = word.x - before.x - before.w
    return same_line and -before.h / 2 < gap < FURTHEST * before.w / len(before.text) and _alike(word, before)


def _alike(word: Word, other: Word) -> bool:
    return abs(word.h - other.h) <= 2 + ALIKE * other.h


def _one(text: str, words: list[Word]) -> Word:
    left, top = min(word.x for word in words), min(word.y for word in words)
    right, bottom = max(word.x + word.w for word in words), max(word.y + word.h for word in words)
    return Word(text, left, top, right - left, bottom - top)
