"""Writes an electronic invoice as an OFD (GB/T 33190-2016), the twin of its PDF: the same sheet, and the data inside.

The form with its rules and labels is a template page, what fills it a page above it. How seals and data come in differs by
generation, as in the files that issuers hand out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal

from reportlab.lib.colors import Color

from viewer.gateway.sandbox.maker.canvas import Sheet
from viewer.gateway.sandbox.maker.ofd import railway
from viewer.gateway.sandbox.maker.ofd.data import Shown, custom_datas, custom_tag, original_invoice
from viewer.gateway.sandbox.maker.ofd.document import FOLDER, Document, entry_part, page_part
from viewer.gateway.sandbox.maker.ofd.drawing import Drawing
from viewer.gateway.sandbox.maker.ofd.package import Package, child, root
from viewer.gateway.sandbox.maker.ofd.resources import Resources
from viewer.gateway.sandbox.maker.ofd.stamps import Stamp, annotate, sign
from viewer.gateway.sandbox.maker.operations import BROWN, INK, Mark, Seal
from viewer.gateway.sandbox.papers import Invoice, TrainTicket


@dataclass(frozen=True, kw_only=True)
class _Generation:
    """`signed` is the version of the seals in its signatures, None where the seal is a picture in an annotation; `embedded`
    whether the typeface of most texts is in the file; `data` how what it says comes: as custom tags, as the older ones
    with `original_invoice.xml`, or as XBRL."""

    signed: Literal[1, 4] | None
    embedded: bool = False
    data: Literal["tags", "older", "xbrl"] = "tags"


_GENERATIONS = {
    "1": _Generation(signed=4, data="older"),
    "26": _Generation(signed=None),
    "27": _Generation(signed=1, embedded=True),
    "29": _Generation(signed=4, data="xbrl"),
}
"""By `invoiceType`: the older VAT e-invoice, the two kinds of 数电票, and the 铁路电子客票."""


def write_ofd(invoice: Invoice | TrainTicket, sheet: Sheet) -> bytes:
    """The invoice as it is laid out on `sheet`; equal invoices give equal bytes."""
    if invoice.type_code not in _GENERATIONS:
        raise TypeError("Only an electronic invoice is issued as OFD.")
    generation = _GENERATIONS[invoice.type_code]
    writer = _Writer(sheet, generation)
    package = writer.package
    identity = hashlib.sha256(f"{invoice.code}{invoice.number}".encode()).hexdigest()[:32]
    signed = generation.signed is not None
    created = invoice.issued.isoformat()
    stated = custom_datas(invoice) if isinstance(invoice, Invoice) else railway.custom_datas(invoice)
    package.put_xml("OFD.xml", entry_part(identity, created=created, custom=stated, signed=signed))
    writer.write_pages()
    if generation.data != "xbrl":
        writer.write_tags(older=generation.data == "older")
    if isinstance(invoice, TrainTicket):
        writer.attach(railway.attachment_name(invoice), railway.instance(invoice), created=created)
    elif generation.data == "older":
        writer.attach("original_invoice", original_invoice(invoice), created=created)
    if not signed:
        writer.document.links["Annotations"] = annotate(package, writer.resources, writer.ids, writer.stamps)
    writer.finish()
    if generation.signed is not None:
        sign(package, writer.stamps, invoice.issued, generation.signed)
    return package.packed()


class _Writer:
    """One document in the making."""

    def __init__(self, sheet: Sheet, generation: _Generation) -> None:
        self.package = Package()
        self.ids = map(str, count(1))
        self.resources = Resources(self.ids, embedded=generation.embedded)
        self.document = Document(size=(sheet.width, sheet.height))
        self.stamps: list[Stamp] = []
        self._pages = sheet.pages
        self._shown: list[Shown] = []

    def write_pages(self) -> None:
        """The invoice's own page has one form, all pages of its list share another."""
        self._write_pages(self._pages[:1])
        if len(self._pages) > 1:
            self._write_pages(self._pages[1:])

    def _write_pages(self, pages: Sequence[Sequence[Mark]]) -> None:
        form = [mark for mark in pages[0] if _is_form(mark) and all(mark in page for page in pages)]
        template, place = next(self.ids), f"Tpls/Tpl_{len(self.document.templates)}/Content.xml"
        self.document.templates[template] = place
        part, layer = page_part(self.document.size, self._layer(BROWN))
        drawing = Drawing(layer, self.resources, self.ids, colour=BROWN)
        for mark in form:
            drawing.draw(mark)
        self.package.put_xml(f"{FOLDER}/{place}", part)
        for marks in pages:
            self._write_page([mark for mark in marks if mark not in form], template)

    def _write_page(self, marks: Sequence[Mark], template: str) -> None:
        page, place = next(self.ids), f"Pages/Page_{len(self.document.pages)}/Content.xml"
        self.document.pages[page] = place
        part, layer = page_part(self.document.size, self._layer(INK), template)
        drawing = Drawing(layer, self.resources, self.ids, colour=INK)
        for mark in marks:
            if isinstance(mark, Seal):
                self.stamps.append(Stamp(seal=mark, page=page))
                continue
            objects = drawing.draw(mark)
            if tag := getattr(mark, "tag", ""):
                self._shown.append(Shown(tag=tag, page=page, objects=tuple(objects)))
        self.package.put_xml(f"{FOLDER}/{place}", part)

    def _layer(self, colour: Color) -> dict[str, str]:
        return {"ID": next(self.ids), "Type": "Body", "DrawParam": self.resources.draw_param(colour)}

    def write_tags(self, *, older: bool) -> None:
        listed = root("CustomTags")
        child(child(listed, "CustomTag", TypeID="fp" if older else "root"), "FileLoc", "CustomTag.xml")
        self.package.put_xml(f"{FOLDER}/Tags/CustomTags.xml", listed)
        self.package.put_xml(f"{FOLDER}/Tags/CustomTag.xml", custom_tag(self._shown, older=older))
        self.document.links["CustomTags"] = "Tags/CustomTags.xml"

    def attach(self, name: str, content: bytes, *, created: str) -> None:
        """An XML file that readers don't list."""
        listed = root("Attachments")
        size = f"{len(content) / 1024:.4f}"
        attachment = child(
            listed,
            "Attachment",
            ID=next(self.ids),
            Name=name,
            Format="xml",
            CreationDate=created,
            Size=size,
            Visible="false",
        )
        child(attachment, "FileLoc", f"{name}.xml")
        self.package.put_xml(f"{FOLDER}/Attachs/Attachments.xml", listed)
        self.package.parts[f"{FOLDER}/Attachs/{name}.xml"] = content
        self.document.links["Attachments"] = "Attachs/Attachments.xml"

    def finish(self) -> None:
        self.resources.write(self.package, FOLDER)
        self.document.write(self.package, int(next(self.ids)) - 1)


def _is_form(mark: Mark) -> bool:
    """What is printed on the form beforehand, in its own colour."""
    return getattr(mark, "color", None) == BROWN
