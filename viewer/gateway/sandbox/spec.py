"""A paper as JSON text and back, so that the state can keep what a file shows and draw it when it is asked for."""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from viewer.gateway.sandbox.papers import (
    Contract,
    Invoice,
    Itinerary,
    Line,
    Paper,
    Party,
    PastedSheet,
    Piece,
    Receipt,
    TrainTicket,
)

_KINDS = (Contract, Invoice, Itinerary, Line, Party, PastedSheet, Piece, Receipt, TrainTicket)
_CLASSES = {kind.__name__: kind for kind in _KINDS}


def encode(paper: Paper) -> str:
    """The paper's values as JSON; equal papers give equal text."""
    return json.dumps(_plain(paper), ensure_ascii=False, sort_keys=True)


def decode(text: str) -> Paper:
    """The paper that `encode` wrote."""
    return cast(Paper, _value(json.loads(text)))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"class": type(value).__name__, **inside}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _value(plain: Any) -> object:
    if isinstance(plain, list):
        return tuple(_value(item) for item in plain)
    if not isinstance(plain, dict):
        return plain
    if "decimal" in plain:
        return Decimal(plain["decimal"])
    if "date" in plain:
        return date.fromisoformat(plain["date"])
    kind: Any = _CLASSES[plain["class"]]
    return kind(**{name: _value(item) for name, item in plain.items() if name != "class"})
