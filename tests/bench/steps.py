"""What single steps cost in one process, without server and pool: medians of milliseconds after one uncounted run."""

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from viewer import drawing
from viewer.config import Settings
from viewer.documents import ofd
from viewer.documents.decode import page_sizes
from viewer.documents.pool import limits_of
from viewer.documents.sniff import sniff
from viewer.domain.source import PageSource
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Invoice
from viewer.imaging import levels
from viewer.imaging.request import ImageRequest

RUNS = 9
WIDTHS = (200, 1600)


def measure() -> None:
    limits = limits_of(Settings.load({"VIEWER_INSTANCE": tempfile.gettempdir()}))
    print(f"\n{'step':58} {'median ms':>9} {'kB':>8}")
    for form in ("photo", "scan", "png", "pdf", "ofd"):
        content = make(vat_invoice(), form)
        kind = sniff(content)
        size = page_sizes(content, kind, limits)[0]
        source = PageSource("0" * 64, kind, 1, size)
        for width in WIDTHS:
            ask = request(source, width, limits.decoder_pixels)
            row(f"{form}, {width} px", partial(drawing.draw_page, content, source, ask, limits))
        row(f"{form}, ladder of sizes", partial(drawing.cut_ladder, content, source, limits))
        band = levels.Band(0, size.height)
        row(f"{form}, tiles of the whole page", partial(drawing.cut_tiles, content, source, 1, band, limits))
    content = make(vat_invoice(), "ofd")
    row("OFD to PDF", lambda: ofd.to_pdf(content, limits)[0])
    draft = replace(limits, page_dpi=150)
    (size,) = page_sizes(content, sniff(content), draft)
    source = PageSource("0" * 64, sniff(content), 1, size)
    ask = request(source, size.width, limits.decoder_pixels)
    row("converted OFD, drawn at 150 dpi", lambda: drawing.draw_page(content, source, ask, draft))
    poppler(make(vat_invoice(), "pdf"))


def vat_invoice() -> Invoice:
    papers = (file.paper for bill in demo_bills() for invoice in bill.invoices for file in invoice.files)
    return next(paper for paper in papers if isinstance(paper, Invoice) and paper.type_code == "26")


def request(source: PageSource, width: int, max_area: int) -> ImageRequest:
    given = {
        "region": "full",
        "size": f"{min(width, source.size.width)},",
        "rotation": "0",
        "quality": "default",
        "suffix": "jpg",
    }
    return ImageRequest.parse(source.size, **given, max_area=max_area)


def poppler(content: bytes) -> None:
    """The same page by `pdftoppm`, a process for each page, where the machine has it."""
    if not shutil.which("pdftoppm"):
        return
    with tempfile.TemporaryDirectory() as folder:
        paper = Path(folder) / "paper.pdf"
        paper.write_bytes(content)
        for width in WIDTHS:
            command = ["pdftoppm", "-jpeg", "-singlefile", "-scale-to-x", str(width), "-scale-to-y", "-1", str(paper)]
            row(f"pdf, {width} px, by pdftoppm", partial(output_of, command))


def output_of(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def row(name: str, step: Callable[[], bytes | dict[str, bytes]]) -> None:
    took, made = [], step()
    size = sum(map(len, made.values())) if isinstance(made, dict) else len(made)
    for _ in range(RUNS):
        started = time.perf_counter()
        step()
        took.append((time.perf_counter() - started) * 1000)
    print(f"{name:58} {statistics.median(took):9.1f} {size / 1000:8.0f}")
