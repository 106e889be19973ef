"""From OFD.xml to the pages (GB/T 33190 clauses 7.4–7.7): documents, areas, templates, annotations, signatures."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.package import Package, folder_of
from viewer.documents.ofd.resources import Resources
from viewer.documents.ofd.values import Rect, box
from viewer.documents.ofd.xml import Element, attribute, child, content_of
from viewer.documents.shapes import Unreadable

A4 = Rect(0, 0, 210, 297)
AREAS = ("PhysicalBox", "ApplicationBox", "CropBox", "ContentBox", "BleedBox")
"""Of a page; the first that is there and has an extent is the page that is shown."""
LONGEST_EDGE = 14_400 * 25.4 / 72
"""Millimetres: the longest edge of a PDF page."""


@dataclass
class Document:
    """One document of the package; `folder` is where its root lies."""

    folder: str
    root: Element
    resources: Resources
    templates: dict[str, Element]
    signatures: str | None
    annotations: dict[str, list[str]] = field(default_factory=dict)
    """Page's ID → names of its annotation files."""


@dataclass(frozen=True)
class Page:
    document: Document
    ident: str
    name: str


def pages_of(package: Package, findings: Findings, most: int) -> list[Page]:
    """Every page of every document, in order. Raises Unreadable where there is none, or more than `most`."""
    pages: list[Page] = []
    root = package.xml(package.find("OFD.xml"))
    for body in () if root is None else root.iter("DocBody"):
        document = _document(package, body, findings)
        if document is None:
            continue
        for element in document.root.iterfind("Pages/Page"):
            name = package.find(attribute(element, "BaseLoc") or "", document.folder)
            if name is None:
                findings.add("missing", attribute(element, "BaseLoc"))
                continue
            if len(pages) == most:
                raise Unreadable("too_many_pages")
            pages.append(Page(document, (attribute(element, "ID") or "").strip(), name))
    if not pages:
        raise Unreadable("damaged")
    return pages


def _document(package: Package, body: Element, findings: Findings) -> Document | None:
    location = content_of(body, "DocRoot")
    name = package.find(location)
    root = package.xml(name)
    if root is None or name is None:
        findings.add("missing", location)
        return None
    folder = folder_of(name)
    resources = Resources()
    common = child(root, "CommonData")
    for element in () if common is None else common.iter("PublicRes", "DocumentRes"):
        _load(package, resources, element, folder, findings)
    templates = {
        (attribute(element, "ID") or "").strip(): element
        for element in (() if common is None else common.iter("TemplatePage"))
    }
    signatures = package.find(content_of(body, "Signatures"))
    document = Document(folder, root, resources, templates, signatures)
    for place in root.iterfind("Annotations"):
        _annotations(package, document, (place.text or "").strip())
    return document


def page_resources(package: Package, document: Document, root: Element, name: str, findings: Findings) -> Resources:
    """What a page or template may use: its own resources before the document's."""
    own = Resources(outer=document.resources)
    for element in root.iterchildren("PageRes"):
        _load(package, own, element, folder_of(name), findings, document.folder)
    return own


def _load(
    package: Package, resources: Resources, element: Element, folder: str, findings: Findings, *others: str
) -> None:
    location = (element.text or "").strip()
    name = package.find(location, folder, *others)
    if name is None:
        findings.add("missing", location)
    resources.load(package, name)


def _annotations(package: Package, document: Document, location: str) -> None:
    name = package.find(location, document.folder)
    root = package.xml(name)
    if root is None or name is None:
        return
    for page in root.iter("Page"):
        part = package.find(content_of(page, "FileLoc"), folder_of(name), document.folder)
        if part:
            document.annotations.setdefault((attribute(page, "PageID") or "").strip(), []).append(part)


def area(document: Document, root: Element | None, templates: Iterable[Element]) -> Rect:
    """The page's area in millimetres: its own, else the document's, else a template's, else A4 upright."""
    common = child(document.root, "CommonData")
    for holder in (child(root, "Area"), child(common, "PageArea"), *(child(each, "Area") for each in templates)):
        for name in AREAS:
            found = box(content_of(holder, name))
            if found and 0 < found.w <= LONGEST_EDGE and 0 < found.h <= LONGEST_EDGE:
                return found
    return A4
