"""Draws the sandbox's papers: a value in, a file's bytes out, and the same bytes every time."""

import threading

from viewer.gateway.sandbox.maker.attachments import draw_contract, draw_itinerary
from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.classic import TITLES as CLASSIC
from viewer.gateway.sandbox.maker.classic import draw_classic
from viewer.gateway.sandbox.maker.dice import dice
from viewer.gateway.sandbox.maker.digital import draw_digital
from viewer.gateway.sandbox.maker.ofd import write_ofd
from viewer.gateway.sandbox.maker.pasted import draw_form, pasted_scan
from viewer.gateway.sandbox.maker.pdf import write_pdf
from viewer.gateway.sandbox.maker.photo import photo
from viewer.gateway.sandbox.maker.raster import fax, scan, screenshot
from viewer.gateway.sandbox.maker.receipt import draw_receipt
from viewer.gateway.sandbox.maker.ticket import draw_ticket
from viewer.gateway.sandbox.papers import (
    Contract,
    Form,
    Invoice,
    Itinerary,
    Paper,
    PastedSheet,
    Receipt,
    TrainTicket,
)

_MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "scan": "image/jpeg",
    "photo": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
}
_DRAWING = threading.Lock()
"""ReportLab's font object reads its file through one cursor: one document at a time."""


def make(paper: Paper, form: Form) -> bytes:
    """The paper as a file; of the forms made of pixels only the TIFF shows more than its first page. A pasted sheet comes
    as a scan only."""
    if isinstance(paper, PastedSheet):
        if form != "scan":
            raise TypeError("A pasted sheet exists as a scan only.")
        return pasted_scan(paper, _draw, dice(paper, "scan"))
    if form == "ofd":
        return _ofd(paper)
    pdf = _draw(paper)
    if form == "pdf":
        return pdf
    if form == "png":
        return screenshot(pdf)
    if form == "tiff":
        return fax(pdf)
    if form == "scan":
        return scan(pdf, dice(paper, "scan"))
    return photo(pdf, dice(paper, "photo"), _taken(paper))


def media_type(form: Form) -> str:
    """What to declare the bytes of `make` as."""
    return _MEDIA_TYPES[form]


def _draw(paper: Paper) -> bytes:
    """The paper as a PDF; of a pasted sheet the bare form."""
    with _DRAWING:
        return write_pdf(_sheet(paper))


def _ofd(paper: Paper) -> bytes:
    if not isinstance(paper, Invoice | TrainTicket):
        raise TypeError("Only an invoice is issued as OFD.")
    with _DRAWING:
        return write_ofd(paper, _sheet(paper))


def _sheet(paper: Paper) -> Sheet:
    match paper:
        case Invoice():
            return draw_classic(paper) if paper.type_code in CLASSIC else draw_digital(paper)
        case TrainTicket():
            return draw_ticket(paper)
        case Receipt():
            return draw_receipt(paper)
        case Itinerary():
            return draw_itinerary(paper)
        case Contract():
            return draw_contract(paper)
        case PastedSheet():
            return draw_form(paper)


def _taken(paper: Paper) -> str:
    """The day in a photo's EXIF data: the paper's own, or for one without a date always the same."""
    return f"{paper.issued:%Y:%m:%d}" if isinstance(paper, Invoice | TrainTicket | Receipt) else "2025:06:18"
