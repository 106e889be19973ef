"""What is printed on the papers that the sandbox hands out: values only; `maker` draws them, `catalogue` lists them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Form = Literal["pdf", "ofd", "scan", "photo", "png", "tiff"]
"""How a paper reaches a bill: vector PDF, an electronic invoice's OFD, A4 300 dpi scan (JPEG), 12 MP phone photo (JPEG with
EXIF), screenshot PNG, or all its pages in black and white at 200 dpi, as an archive's scanner keeps them (TIFF, CCITT G4)."""

RAILWAY_TAX = Decimal("0.09")
"""Within a fare, as a fraction of what is left without it."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """Buyer or seller; address and bank are printed on the older VAT layouts only."""

    name: str
    tax_no: str
    address_phone: str = ""
    bank_account: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the invoice's table; `amount` excludes tax, `rate` is a fraction (0.06)."""

    name: str
    amount: Decimal
    rate: Decimal
    spec: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    stated_tax: Decimal | None = None
    """The tax that the issuer stated, which may be some cents off."""

    @property
    def tax(self) -> Decimal:
        exact = (self.amount * self.rate).quantize(Decimal("0.01"))
        return exact if self.stated_tax is None else self.stated_tax


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """A VAT or fully digital (数电) invoice. `type_code` is upstream's `invoiceType`: 26 数电普票, 27 数电专票,
    1 电子普通 or 3/4 older VAT with code, 8-digit number and check code. `code` is empty on 数电票, whose number has 20 digits."""

    type_code: str
    number: str
    issued: date
    buyer: Party
    seller: Party
    lines: tuple[Line, ...]
    code: str = ""
    check_code: str = ""
    remark: str = ""
    drawer: str = ""

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        return self.amount + self.tax


@dataclass(frozen=True, kw_only=True)
class TrainTicket:
    """A paper train ticket (`type_code` 9) or a 铁路电子客票 (29, which has a 20-digit number and a buyer)."""

    type_code: str
    number: str
    departs: date
    departure_time: str
    from_station: str
    to_station: str
    train: str
    seat: str
    passenger: str
    total: Decimal
    buyer: Party | None = None
    code: str = ""

    @property
    def issued(self) -> date:
        return self.departs

    @property
    def amount(self) -> Decimal:
        """The fare without tax, which only a ticket made out to a buyer counts."""
        return (self.total / (1 + RAILWAY_TAX)).quantize(Decimal("0.01")) if self.buyer else self.total

    @property
    def tax(self) -> Decimal:
        return self.total - self.amount


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A small paper receipt without tax: a taxi's (`type_code` 8), a machine-printed invoice (7) or a road toll's (17).
    `rows` are what else its machine prints, as label and value; most receipts name no buyer."""

    type_code: str
    code: str
    number: str
    issued: date
    seller: Party
    rows: tuple[tuple[str, str], ...]
    total: Decimal
    buyer: Party | None = None


@dataclass(frozen=True, kw_only=True)
class Itinerary:
    """A ride-hailing itinerary (行程单), an attachment: rows of time, from, to, amount."""

    title: str
    passenger: str
    rides: tuple[tuple[str, str, str, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A contract of several pages, an attachment."""

    title: str
    parties: tuple[Party, Party]
    pages: int
    clauses: tuple[str, ...] = field(default=())


SmallPaper = TrainTicket | Receipt
"""What is too small to be handed in on its own."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A paper glued on a sheet: its middle in millimetres from the sheet's upper left corner, turned clockwise by `angle`
    degrees."""

    paper: SmallPaper
    x: float
    y: float
    angle: float


@dataclass(frozen=True, kw_only=True)
class PastedSheet:
    """An A4 form (票据粘贴单) with several small papers glued on it, to be scanned as one image; no piece covers another."""

    name: str
    pieces: tuple[Piece, ...]


Paper = Invoice | TrainTicket | Receipt | Itinerary | Contract | PastedSheet
