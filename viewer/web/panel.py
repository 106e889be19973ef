"""The location view's data panel: beside what was recorded of an invoice, what its own files say."""

from dataclasses import dataclass
from decimal import Decimal

from flask import Flask

from viewer.domain.invoice_fields import AMOUNTS, COMPARED, Item, differs
from viewer.store.models import File, Invoice
from viewer.web.words import money

MOST_ITEMS = 100
"""Rows of the invoice's table that the panel lists."""
ONLY_IN_FILES = ("check_code", "drawer", "remark")


@dataclass(frozen=True)
class Saying:
    """Something that files say, and the kinds of these files (PDF, XML)."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """What files say of one field: those that say what was recorded, and what else is said."""

    same: tuple[str, ...] = ()
    others: tuple[Saying, ...] = ()


@dataclass(frozen=True)
class Panel:
    """`fields` by name; a name that no file tells is missing. `differing` are the names whose record differs from a file."""

    fields: dict[str, Beside]
    differing: tuple[str, ...]
    items: tuple[Item, ...]
    more_items: int

    @property
    def agreeing(self) -> int:
        """How many recorded values a file says too."""
        return sum(1 for name, beside in self.fields.items() if beside.same and name not in self.differing)


def install(app: Flask) -> None:
    app.jinja_env.globals.update(panel=panel)


def panel(invoice: Invoice) -> Panel:
    """The files that show this invoice alone, its picture first."""
    telling = sorted(
        (file for file in invoice.own_files if file.state == "ready" and file.fields),
        key=lambda file: file is not invoice.picture,
    )
    fields = {name: _beside(invoice, name, telling) for name in (*COMPARED, *ONLY_IN_FILES)}
    told = {name: beside for name, beside in fields.items() if beside != Beside()}
    differing = tuple(name for name, beside in told.items() if beside.others and _recorded(invoice, name))
    items = next((file.told.items.value for file in telling if file.told.items), ())
    return Panel(told, differing, items[:MOST_ITEMS], max(0, len(items) - MOST_ITEMS))


def _beside(invoice: Invoice, name: str, files: list[File]) -> Beside:
    recorded = _recorded(invoice, name)
    same: list[str] = []
    others: dict[str, list[str]] = {}
    for file in files:
        told = getattr(file.told, name)
        if told is None:
            continue
        if recorded and not differs(name, recorded, told.value):
            same.append(_kind(file))
        else:
            known = next((text for text in others if not differs(name, text, told.value)), told.value)
            others.setdefault(known, []).append(_kind(file))
    return Beside(
        _once(same), tuple(Saying(_shown(invoice, name, text), _once(kinds)) for text, kinds in others.items())
    )


def _recorded(invoice: Invoice, name: str) -> str:
    value = getattr(invoice, name) if name in COMPARED else None
    return "" if value is None else str(value)


def _shown(invoice: Invoice, name: str, text: str) -> str:
    """An amount as the panel writes amounts; one with parts of a cent as the file does."""
    if name not in AMOUNTS:
        return text
    exact = Decimal(text)
    return money(exact, invoice.currency) if exact == round(exact, 2) else text


def _kind(file: File) -> str:
    return file.extension.upper() or "–"


def _once(kinds: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kinds))
