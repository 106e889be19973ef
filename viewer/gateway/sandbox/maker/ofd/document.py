"""The parts that every OFD has: OFD.xml, Document.xml and its pages (GB/T 33190-2016, 7.4–7.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from viewer.gateway.sandbox.maker.ofd.drawing import numbers
from viewer.gateway.sandbox.maker.ofd.package import Package, child, root

FOLDER = "Doc_0"
PRODUCER = "bill-viewer sandbox"


def entry_part(
    document_id: str, *, created: str = "", custom: Mapping[str, str] | None = None, signed: bool = False
) -> Element:
    """OFD.xml: what document the package holds; `custom` are the values that readers can show without opening it."""
    entry = root("OFD", DocType="OFD", Version="1.1")
    body = child(entry, "DocBody")
    info = child(body, "DocInfo")
    child(info, "DocID", document_id)
    if created:
        child(info, "CreationDate", created)
    child(info, "Creator", PRODUCER)
    if custom:
        datas = child(info, "CustomDatas")
        for name, value in custom.items():
            child(datas, "CustomData", value, Name=name)
    child(body, "DocRoot", f"{FOLDER}/Document.xml")
    if signed:
        child(body, "Signatures", f"{FOLDER}/Signs/Signatures.xml")
    return entry


@dataclass(kw_only=True)
class Document:
    """What Document.xml lists, by id and place; `links` are its further parts (CustomTags.xml and so on) by their names."""

    size: tuple[float, float]
    templates: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def write(self, package: Package, last_id: int) -> None:
        """Every id in the document is at most `last_id`."""
        document = root("Document")
        common = child(document, "CommonData")
        child(common, "MaxUnitID", str(last_id))
        child(child(common, "PageArea"), "PhysicalBox", numbers(0, 0, *self.size))
        for kind in ("PublicRes", "DocumentRes"):
            if f"{FOLDER}/{kind}.xml" in package.parts:
                child(common, kind, f"{kind}.xml")
        for number, place in self.templates.items():
            child(common, "TemplatePage", ID=number, BaseLoc=place)
        pages = child(document, "Pages")
        for number, place in self.pages.items():
            child(pages, "Page", ID=number, BaseLoc=place)
        for name in ("Annotations", "CustomTags", "Attachments"):
            if name in self.links:
                child(document, name, self.links[name])
        package.put_xml(f"{FOLDER}/Document.xml", document)


def page_part(size: Iterable[float], layer: Mapping[str, str], template: str = "") -> tuple[Element, Element]:
    """A page's part and its one layer, still empty, with these attributes; `template` is the id of what lies below it."""
    page = root("Page")
    if template:
        child(page, "Template", TemplateID=template, ZOrder="Background")
    child(child(page, "Area"), "PhysicalBox", numbers(0, 0, *size))
    return page, child(child(page, "Content"), "Layer", **layer)
