"""Seals (GB/T 33190 clause 18, GM/T 0031): the picture in a signature's seal, where its stamps say."""

from collections.abc import Iterator
from typing import NamedTuple

from viewer.documents.ofd import pictures
from viewer.documents.ofd.der import Node, nodes
from viewer.documents.ofd.document import Page, pages_of
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.fonts import Fonts
from viewer.documents.ofd.objects import Item
from viewer.documents.ofd.package import Package, folder_of
from viewer.documents.ofd.values import IDENTITY, Matrix, Rect, box, exact, moved, shown_all
from viewer.documents.ofd.writer import Writer
from viewer.documents.ofd.xml import Element, attribute, child, content_of
from viewer.documents.shapes import Limits, Unreadable
from viewer.documents.unzip import LOCAL

SEQUENCE, OCTETS, INTEGER = 0x30, 0x04, 0x02
STRINGS = frozenset({0x16, 0x0C, 0x13, 0x1E})
"""IA5String, as GM/T 0031 says, and what producers write instead."""
MOST_STAMPS = 500


class Seal(NamedTuple):
    """A seal's picture; the extent in millimetres that it says it has."""

    content: bytes
    width: float
    height: float


def seal_items(
    package: Package,
    page: Page,
    writer: Writer,
    fonts: Fonts,
    findings: Findings,
    limits: Limits,
    matrix: Matrix,
) -> list[Item]:
    """The stamps on a page, mixed with what is under them as ink is."""
    found = []
    for stamp, seal in _stamps(package, page, findings):
        boundary = box(attribute(stamp, "Boundary"))
        if boundary is None or boundary.w <= 0 or boundary.h <= 0:
            continue
        try:
            name, extent = _form(seal, writer, limits, findings)
        except (*pictures.FAULTS, Unreadable):
            findings.add("seal", attribute(stamp, "ID"))
            continue
        clip = box(attribute(stamp, "Clip"))
        cut = f"{shown_all(clip)} re W n " if clip and clip.w > 0 and clip.h > 0 else ""
        mixed = writer.state(1, 1, "Multiply")
        place = exact((boundary.w / extent.w, 0, 0, boundary.h / extent.h, 0, 0))
        content = f"q {shown_all(moved(boundary.x, boundary.y))} cm {cut}{place} cm {mixed}{name} Do Q"
        found.append(Item(content, matrix.around(boundary), "area"))
    return found


def _stamps(package: Package, page: Page, findings: Findings) -> Iterator[tuple[Element, Seal]]:
    listing = package.xml(page.document.signatures)
    if listing is None or page.document.signatures is None:
        return
    folder = folder_of(page.document.signatures)
    for signature in list(listing.iter("Signature"))[:MOST_STAMPS]:
        name = package.find(attribute(signature, "BaseLoc") or "", folder, page.document.folder)
        root = package.xml(name)
        if root is None or name is None:
            findings.add("missing", attribute(signature, "BaseLoc"))
            continue
        stamps = [each for each in root.iter("StampAnnot") if (attribute(each, "PageRef") or "").strip() == page.ident]
        if not stamps:
            continue
        seal = _seal(package, root, folder_of(name), page.document.folder)
        if seal is None:
            findings.add("seal", name)
            continue
        for stamp in stamps[:MOST_STAMPS]:
            yield stamp, seal


def _seal(package: Package, signature: Element, *folders: str) -> Seal | None:
    """The seal of a signature: that in its own file, else that in the signed value."""
    info = child(signature, "SignedInfo")
    places = [content_of(child(info, "Seal"), "BaseLoc"), content_of(signature, "SignedValue")]
    for location in places:
        name = package.find(location, *folders)
        content = package.read(name) if name else None
        seal = seal_in(content) if content else None
        if seal:
            return seal
    return None


def seal_in(content: bytes) -> Seal | None:
    """The picture of an electronic seal, or of a signed value around one (GM/T 0031, in both of its versions: they put it
    at different depths, but always as SES_ESPictureInfo: kind, data, width, height)."""
    for node in nodes(content):
        inside = node.children
        if (
            node.tag == SEQUENCE
            and len(inside) >= 4
            and inside[0].tag in STRINGS
            and [each.tag for each in inside[1:4]] == [OCTETS, INTEGER, INTEGER]
            and len(inside[1].content) > 16
        ):
            return Seal(inside[1].content, _size(inside[2]), _size(inside[3]))
    return None


def _size(node: Node) -> float:
    return float(min(1000, max(0, int.from_bytes(node.content[:8], "big", signed=True))))


def _form(seal: Seal, writer: Writer, limits: Limits, findings: Findings) -> tuple[str, Rect]:
    """The seal's name in the PDF, where it is once for all its stamps; and its extent. Raises what `_drawn` raises."""
    if seal.content not in writer.seals:
        drawn, extent = _drawn(seal, writer, limits, findings)
        writer.seals[seal.content] = writer.form(drawn, extent, group=True, isolated=True), extent
    return writer.seals[seal.content]


def _drawn(seal: Seal, writer: Writer, limits: Limits, findings: Findings) -> tuple[str, Rect]:
    """The operators that draw the picture, y downwards, and its extent. A seal's picture may be an OFD itself; seals
    on that one aren't drawn. Raises Unreadable, or one of `pictures.FAULTS`."""
    if not seal.content.startswith(LOCAL):
        return f"1 0 0 -1 0 1 cm {writer.picture(seal.content, None, limits)} Do", Rect(0, 0, 1, 1)
    from viewer.documents.ofd.page import page_area, page_items

    package = Package(seal.content, limits, findings)
    page = pages_of(package, findings, limits.max_pages)[0]
    area = page_area(package, page, findings)
    fonts = Fonts(package, findings)
    items = page_items(package, page, writer, fonts, findings, limits, IDENTITY, shapes=True)
    return "\n".join(item.content for item in items), Rect(0, 0, area.w, area.h)
