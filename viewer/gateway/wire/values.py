"""What fields of the cloud's answers hold, whatever they were meant to: none is ever fatal."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from viewer.domain.money import parse_amount

LONGEST_ID = 200
"""Longer ids are nobody's; what only names something is cut there."""

Raw = Mapping[str, Any]


def text(row: Raw, *fields: str) -> str | None:
    """The first of the fields that holds a non-empty text or number, as text."""
    for field in fields:
        if found := _clean(row.get(field)):
            return found
    return None


def texts(value: object) -> Iterator[str]:
    """The texts of a text, a list of texts, or a JSON list written as text."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    for each in value if isinstance(value, list) else [value]:
        if found := _clean(each):
            yield found


def _clean(value: object) -> str:
    """A text or number as text; what UTF-8 or a database can't hold (half of a surrogate pair, NUL) is replaced."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode("utf-8", "replace").decode().replace("\0", "?").strip()


def amount(row: Raw, *fields: str) -> Decimal | None:
    """The first of the fields that holds an amount."""
    return next((found for field in fields if (found := parse_amount(row.get(field))) is not None), None)


def whole(value: object) -> int | None:
    """A whole number that isn't negative; None for anything else."""
    digits = str(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def fact(rows: list[Raw], *fields: str) -> str | None:
    """What the first of the rows says that says anything of it."""
    return next((found for row in rows if (found := text(row, *fields))), None)


def unwrapped(data: Any) -> Any:
    """What a text holds where `data` is JSON written as text."""
    if not isinstance(data, str):
        return data
    try:
        return json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def first_list(holder: Raw, *fields: str) -> list[Any]:
    return next((holder[field] for field in fields if isinstance(holder.get(field), list)), [])


def has_list(holder: Raw, fields: tuple[str, ...]) -> bool:
    return any(isinstance(holder.get(field), list) for field in fields)


def dictionaries(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none of anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
