"""The location view's data panel: beside what was recorded of an invoice, what its own files say."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from flask import Flask
from flask_babel import gettext

from viewer.domain.capitals import in_capitals
from viewer.domain.codes import INVOICE_TYPES
from viewer.domain.invoice_fields import AMOUNTS, COMPARED, Item, differs
from viewer.domain.terms import terms
from viewer.store.models import File, Invoice
from viewer.web.present import code_name
from viewer.web.words import long_day, moment, money

MOST_ITEMS = 100
"""Rows of the invoice's table that the panel lists."""
MORE = {"check_code": "checkCode", "drawer": "drawer", "remark": "remark"}
"""Fields that are recorded only as they came: their names upstream."""
COPIED = frozenset({"invoice_code", "invoice_no", "seller_name", "seller_tax_no", "buyer_tax_no", "serial_no"})
"""What people type elsewhere: the panel puts it on the clipboard."""
SHOWN_ELSEWHERE = frozenset(
    (  # noqa: SIM905  a list of so many words would be forty lines
        "serialNo fid invoiceType invoiceCode invoiceNo invoiceDate totalAmount totalTaxAmount taxAmount invoiceAmount currency"
        " buyerName buyerTaxNo salerName sellerName salerTaxNo sellerTaxNo checkStatus expendStatus invoiceStatus checkTime"
        " errorLevel region pixel entryid entryId branch_id branchId costTypeId costTypeName expenseTypeName entryAmount bxd_key"
        " bxdKey billId billNumber billnumber billNo imageNumber image_number userKey attachSerialNoList"
    ).split()
)
"""Members of upstream's row that the page shows in its own words, or that aren't the invoice's."""
KEYS = frozenset({"userkey", "user_key"})
"""What opens the whole bill is nobody's fact, however upstream writes it."""
LONGEST = 200
"""Characters of a further member that the panel shows; longer ones are no facts for people."""


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
class Row:
    """A line of the panel; `plain` is what goes to the clipboard, "" for a line that isn't copied."""

    name: str
    label: str
    value: str
    plain: str = ""

    def __iter__(self) -> Iterator[str]:
        return iter((self.name, self.label, self.value, self.plain))


@dataclass(frozen=True)
class Panel:
    """`fields` by name; a name that no file tells is missing. `differing` are the names whose record differs from a file.

    `terms` are the fields' names in the invoice's own words, `rows` what is recorded or told, `recorded` what upstream
    said besides, under its own names.
    """

    terms: dict[str, str]
    rows: tuple[Row, ...]
    recorded: tuple[tuple[str, str], ...]
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
    fields = {name: _beside(invoice, name, telling) for name in (*COMPARED, *MORE)}
    told = {name: beside for name, beside in fields.items() if beside != Beside()}
    differing = tuple(name for name in COMPARED if name in told and told[name].others and _recorded(invoice, name))
    items = next((file.told.items.value for file in telling if file.told.items), ())
    named = {name: gettext(term) for name, term in terms(invoice.invoice_type).items()}
    return Panel(
        terms=named,
        rows=tuple(row for row in _rows(invoice, named, told) if row.value or row.name in told),
        recorded=tuple(_further(invoice)),
        fields=told,
        differing=differing,
        items=items[:MOST_ITEMS],
        more_items=max(0, len(items) - MOST_ITEMS),
    )


def _rows(invoice: Invoice, named: dict[str, str], told: dict[str, Beside]) -> Iterator[Row]:
    """Every field in the order of a paper; those without a value too."""
    currency = invoice.currency
    yield Row("", gettext("Type"), code_name(INVOICE_TYPES, invoice.invoice_type) or "")
    for name in ("invoice_code", "invoice_no"):
        yield _row(invoice, named, name)
    date = invoice.invoice_date
    yield Row("invoice_date", named["invoice_date"], long_day(date) if date or "invoice_date" not in told else "")
    for name in ("seller_name", "seller_tax_no", "buyer_name", "buyer_tax_no"):
        yield _row(invoice, named, name)
    for name, amount in (("amount", invoice.amount), ("tax_amount", invoice.tax_amount)):
        yield Row(name, named[name], "" if amount is None else money(amount, currency))
    if invoice.total_amount is not None and currency in (None, "", "CNY"):
        yield Row("capitals", named["capitals"], in_capitals(invoice.total_amount) or "")
    for name in MORE:
        yield _row(invoice, named, name)
    yield Row("", gettext("Last checked"), moment(invoice.checked_at) if invoice.checked_at else "")
    yield Row("serial_no", gettext("Serial number"), invoice.serial_no, invoice.serial_no)


def _row(invoice: Invoice, named: dict[str, str], name: str) -> Row:
    value = _recorded(invoice, name)
    return Row(name, named[name], value, value if name in COPIED else "")


def _further(invoice: Invoice) -> Iterator[tuple[str, str]]:
    """What upstream said of the invoice that no field here is for, such as a train's number."""
    for name, value in invoice.raw.items():
        if name in SHOWN_ELSEWHERE or name in MORE.values() or name.lower() in KEYS:
            continue
        if not isinstance(value, str | int | float):
            continue
        text = str(value).strip()
        if text and len(text) <= LONGEST and not isinstance(value, bool) and "://" not in text:
            yield name, text


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
    value = invoice.raw.get(MORE[name]) if name in MORE else getattr(invoice, name)
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


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
