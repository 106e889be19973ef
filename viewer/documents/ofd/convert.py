"""OFD → PDF: all pages or one alone."""

from viewer.documents.ofd.document import pages_of
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.fonts import Fonts
from viewer.documents.ofd.package import Package
from viewer.documents.ofd.page import page_area, page_items
from viewer.documents.ofd.seals import seal_items
from viewer.documents.ofd.values import shown_all
from viewer.documents.ofd.writer import Writer, base, points
from viewer.documents.shapes import Finding, Limits, Unreadable


def page_points(content: bytes, limits: Limits) -> list[tuple[float, float]]:
    """Width and height of every page in points. Raises Unreadable."""
    findings = Findings()
    package = Package(content, limits, findings)
    return [points(page_area(package, page, findings)) for page in pages_of(package, findings, limits.max_pages)]


def converted(content: bytes, limits: Limits, asked: slice = slice(None)) -> tuple[bytes, list[Finding]]:
    """A PDF of all pages or of those that are asked for, and what could not be shown. Raises Unreadable."""
    findings = Findings()
    package = Package(content, limits, findings)
    pages = pages_of(package, findings, limits.max_pages)[asked]
    if not pages:
        raise Unreadable("damaged")
    writer = Writer(findings)
    fonts = Fonts(package, findings)
    for page in pages:
        extent = page_area(package, page, findings)
        matrix = base(extent)
        items = page_items(package, page, writer, fonts, findings, limits, matrix)
        items += seal_items(package, page, writer, fonts, findings, limits, matrix)
        drawn = "\n".join(item.content for item in items)
        writer.page(f"{shown_all(matrix)} cm\n{drawn}", extent)
    return writer.finished(), list(findings.found)
