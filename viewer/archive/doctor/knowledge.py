"""What is known of upstream's errors, from the one data file beside this; and which of them a text speaks of."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("upstream_errors.toml")
SHORTEST = 4
"""Characters from which a part of a known text is taken for it."""
TRACE = re.compile(r"(?:trace(?:_?id)?[\"'\s:：=]*)([0-9A-Za-z-]{6,64})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """`words` by language; `test` is the name of what tests it, "" for none."""

    words: Mapping[str, str]
    test: str


@dataclass(frozen=True, kw_only=True)
class KnownError:
    """An error with its causes in the order of its source."""

    name: str
    texts: tuple[str, ...]
    codes: tuple[str, ...]
    source: str
    words: Mapping[str, str]
    causes: tuple[Cause, ...]


@cache
def known_errors() -> tuple[KnownError, ...]:
    """All of them, in the file's order."""
    with FILE.open("rb") as file:
        rows = tomllib.load(file)["error"]
    return tuple(
        KnownError(
            name=row["name"],
            texts=tuple(row["texts"]),
            codes=tuple(row["codes"]),
            source=row["source"],
            words=_words(row),
            causes=tuple(Cause(words=_words(cause), test=cause.get("test", "")) for cause in row["cause"]),
        )
        for row in rows
    )


def find_error(text: str) -> KnownError | None:
    """The error that a text or code speaks of: by its own words, else by a code in it. Spaces, width and punctuation make no
    difference, and more may stand around it, such as a whole answer."""
    asked = _plain(text)
    for error in known_errors():
        for known in map(_plain, error.texts):
            if known in asked or (len(asked) >= SHORTEST and not asked.isdigit() and asked in known):
                return error
    codes = set(re.findall(r"(?<![0-9A-Za-z])[0-9]{4}(?![0-9A-Za-z])", text))
    return next((error for error in known_errors() if codes & set(error.codes)), None)


def trace_in(text: str) -> str | None:
    """The traceId that a text quotes."""
    found = TRACE.search(text)
    return found[1] if found else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LN")


def _words(row: Mapping[str, str]) -> Mapping[str, str]:
    return {language: row[language] for language in ("zh-CN", "en")}
