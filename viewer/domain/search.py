"""Finding words in what is known of an invoice and in the text of its pages, however either of them is written.

Both sides are folded before they are compared: width, case, spaces, commas and currency signs make no difference, so that
"１，234.5" and "¥1234.50" find one amount, and it doesn't matter where a page's text is cut into words.
Each character is folded alone. So a part of a text is folded to a part of the folded text: whatever can be copied can be found.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from viewer.errors import N_, BadRequest

LONGEST = 200
"""Characters of a query; also of a name on an invoice, which may be pasted whole."""
MOST_BOXES = 200
"""Of one page: more marks say no more."""

UNSEEN = re.compile("[\\s,$\u00a2-\u00a5\u20a0-\u20cf\u00ad\u200b-\u200f\u2060\ufeff]+")
"""What makes no difference: spaces of every kind, commas, currency signs, marks without a look."""

Place = tuple[int, int, int, int]
"""Left, top, width, height of a word in its page's pixels."""


def fold(text: str) -> str:
    """What is compared instead of the text. Characters are decomposed (NFKD): composing would join them across words."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return UNSEEN.sub("", folded)


def parse_query(query: str | None) -> tuple[str, ...]:
    """The folded terms, all of which an invoice must have. Raises BadRequest where there is none, or too much."""
    terms = tuple(filter(None, map(fold, (query or "").split()))) if len(query or "") <= LONGEST else ()
    if not terms:
        raise BadRequest(
            N_("A search needs a number, a name or another word, in at most {most} characters."), most=LONGEST
        )
    return tuple(dict.fromkeys(terms))


class PageText:
    """A page's words in reading order as one folded text, and which word each part of it comes from."""

    __slots__ = ("_ends", "_places", "folded")

    def __init__(self, words: Iterable[tuple[str, Place]] = ()) -> None:
        self._ends, self._places = array("I"), array("I")
        parts, end = [], 0
        for text, place in words:
            parts.append(fold(text))
            end += len(parts[-1])
            self._ends.append(end)
            self._places.extend(place)
        self.folded = "".join(parts)

    @property
    def weight(self) -> int:
        """Bytes that it takes up, nearly."""
        return 2 * len(self.folded) + 4 * (len(self._ends) + len(self._places)) + 500

    def places(self, terms: Iterable[str]) -> list[Place]:
        """The places of the words in which any of the terms lies, in reading order."""
        found: set[int] = set()
        for number in chain.from_iterable(map(self._words_with, terms)):
            found.add(number)
            if len(found) == MOST_BOXES:
                break
        flat = self._places
        return [(flat[at], flat[at + 1], flat[at + 2], flat[at + 3]) for at in (4 * each for each in sorted(found))]

    def _words_with(self, term: str) -> Iterator[int]:
        at = self.folded.find(term)
        while at >= 0:
            first, last = bisect_right(self._ends, at), bisect_left(self._ends, at + len(term))
            yield from range(first, last + 1)
            inside = self._ends[last] - len(term)  # what begins before lies in the same words
            at = self.folded.find(term, max(at, inside) + 1)


@dataclass(frozen=True)
class Found:
    """The names of the facts and the places on the pages, by their numbers, in which a term was found."""

    facts: tuple[str, ...]
    pages: dict[int, list[Place]]


def find(
    terms: Sequence[str], facts: Mapping[str, Iterable[str]], pages: Iterable[tuple[int, PageText]]
) -> Found | None:
    """Where the terms are in the facts (texts by name) and pages of one invoice; None unless each is somewhere there."""
    missing = set(terms)
    names, places = [], {}
    for name, texts in facts.items():
        folded = [fold(text) for text in texts]
        here = {term for term in terms if any(term in text for text in folded)}
        if here:
            names.append(name)
            missing -= here
    for number, page in pages:
        here = {term for term in terms if term in page.folded}
        if here:
            places[number] = page.places(term for term in terms if term in here)
            missing -= here
    return None if missing else Found(tuple(names), places)
