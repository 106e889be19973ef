"""What the QR code of each paper says, and its squares."""

import binascii
from collections.abc import Iterator
from io import BytesIO

import segno

from viewer.gateway.sandbox.maker.dice import dice
from viewer.gateway.sandbox.maker.money import figures
from viewer.gateway.sandbox.papers import Invoice, TrainTicket

_CLASSIC_KINDS = {"1": "10", "3": "04", "4": "01"}
"""Upstream's `invoiceType` of an older invoice → the second field of its QR code."""
_INK = (20, 20, 26)


def content(paper: Invoice | TrainTicket) -> str:
    """The text in the paper's QR code; only a paper train ticket has an opaque one, as it has in the world."""
    day = f"{paper.issued:%Y%m%d}"
    match paper:
        case TrainTicket(type_code="29"):
            return _sealed(f"01,51,,{paper.number},{figures(paper.total)},{day},")
        case TrainTicket():
            return "".join(dice(paper, "qr").choices("0123456789", k=96))
        case Invoice() if paper.type_code in _CLASSIC_KINDS:
            kind = _CLASSIC_KINDS[paper.type_code]
            fields = (paper.code, paper.number, figures(paper.amount), day, paper.check_code)
            return _sealed(f"01,{kind}," + ",".join(fields))
        case Invoice():
            return _sealed(f"01,31,,{paper.number},{figures(paper.total)},{day},")


def _sealed(fields: str) -> str:
    """The fields and, last, their CRC-16 as four hexadecimal digits."""
    return f"{fields},{binascii.crc_hqx(fields.encode(), 0):04X}"


def bars(text: str) -> tuple[int, Iterator[tuple[int, int, int]]]:
    """The code's width in modules, and its dark runs as (row, column, length): far fewer shapes than single modules."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    return len(rows), _runs(rows)


def picture(text: str) -> bytes:
    """The same code as a PNG of 8 pixels a module, with no quiet zone of its own."""
    file = BytesIO()
    segno.make(text, error="m", micro=False).save(file, kind="png", scale=8, border=0, dark=_INK, light="white")
    return file.getvalue()


def _runs(rows: list[bytes]) -> Iterator[tuple[int, int, int]]:
    for y, row in enumerate(rows):
        x = 0
        while (x := row.find(1, x)) >= 0:
            end = row.find(0, x)
            end = len(row) if end < 0 else end
            yield y, x, end - x
            x = end
