"""What an OFD says beside its look (GB/T 33190-2016): attached XML, custom data of the document, tags that point to text.

The attached data count first, then OFD.xml, then the tags. Where they leave out
what makes an invoice, the texts of the pages are read like those of a PDF.
"""

import posixpath

from lxml import etree

from viewer.documents import ofd
from viewer.documents.fields import values
from viewer.documents.fields.invoice_xml import from_edrm, from_xml
from viewer.documents.fields.labels import Page, pages_that_tell, said_by
from viewer.documents.fields.markup import MOST_BYTES, all_named, children, content_of, local, parsed
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.package import Package, folder_of
from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.invoice_fields import InvoiceFields, Source

ORIGINAL: Source = "original_invoice.xml"
ESSENTIAL = ("invoice_no", "invoice_date", "total_amount", "items")
"""Where any of these is missing, the pages' texts are read too."""
MOST_ATTACHMENTS = 20
MOST_PAGES = 20
"""Pages and templates in which referenced texts are looked for."""
MOST_REFERENCES = 50
"""Texts of which one value can be put together."""
MOST_OF_A_TEXT = 4000
CUSTOM: dict[str, tuple[values.Reader, str]] = {
    "invoice_no": (values.invoice_no, "发票号码"),
    "invoice_code": (values.invoice_code, "发票代码"),
    "invoice_date": (values.issued, "开票日期"),
    "total_amount": (values.amount, "价税合计"),
    "amount": (values.amount, "合计金额"),
    "tax_amount": (values.amount, "合计税额"),
    "buyer_name": (values.name, "购买方名称"),
    "buyer_tax_no": (values.tax_no, "购买方纳税人识别号"),
    "seller_name": (values.name, "销售方名称"),
    "seller_tax_no": (values.tax_no, "销售方纳税人识别号"),
    "check_code": (values.check_code, "校验码"),
    "drawer": (values.name, "开票人"),
    "remark": (values.remark, "备注"),
}
"""Field → how it is read, and the name of its CustomData as issuers write it."""


def ofd_fields(content: bytes, limits: Limits) -> InvoiceFields:
    """Nothing for a package of several documents: which of them is the invoice isn't said. Raises Unreadable."""
    package = Package(content, limits, Findings())
    root = _xml(package, package.find("OFD.xml"))
    bodies = list(all_named(root, "DocBody")) if root is not None else []
    if len(bodies) != 1:
        return InvoiceFields()
    document = Document(package, bodies[0])
    told = document.attached().or_else(_custom(bodies[0])).or_else(document.tagged())
    return told if all(getattr(told, name) for name in ESSENTIAL) else told.or_else(_shown(content, limits))


def _shown(content: bytes, limits: Limits) -> InvoiceFields:
    """What its pages show; nothing where they can't be read, since the rest is known all the same."""
    try:
        pages = len(ofd.page_sizes(content, limits))
        return said_by(Page(ofd.words(content, number, limits)) for number in pages_that_tell(pages))
    except Unreadable:
        return InvoiceFields()


class Document:
    """The one document of a package."""

    def __init__(self, package: Package, body: etree._Element) -> None:
        self._package = package
        path = package.find(_said(body, "DocRoot") or "Doc_0/Document.xml")
        self._folder = folder_of(path or "")
        found = _xml(package, path)
        self._root = found if found is not None else etree.Element("Document")

    def attached(self) -> InvoiceFields:
        """From `original_invoice.xml`, listed or not, then from other XML that is attached."""
        original, others = InvoiceFields(), InvoiceFields()
        for path in self._attachments():
            root = _xml(self._package, path)
            if root is None:
                continue
            if posixpath.basename(path) == ORIGINAL:
                original = original.or_else(from_xml(root, ORIGINAL))
            else:
                others = others.or_else(from_xml(root, "attachment"))
        return original.or_else(others)

    def tagged(self) -> InvoiceFields:
        """From the texts to which CustomTag.xml points."""
        texts = _Texts(self._package, self._root, self._folder)
        found = InvoiceFields()
        for path in self._tags():
            root = _xml(self._package, path, mended=True)
            if root is not None:
                found = found.or_else(from_edrm(root, "CustomTag.xml", texts.behind))
        return found

    def _attachments(self) -> list[str]:
        unlisted = [path for path in self._package.names if posixpath.basename(path) == ORIGINAL]
        found = [*self._listed("Attachments", "Attachment"), *unlisted]
        return [path for path in dict.fromkeys(found) if path.endswith((".xml", ".xbrl"))][:MOST_ATTACHMENTS]

    def _tags(self) -> list[str]:
        unlisted = [path for path in self._package.names if posixpath.basename(path) == "customtag.xml"]
        return list(dict.fromkeys([*self._listed("CustomTags", "CustomTag"), *unlisted]))[:MOST_ATTACHMENTS]

    def _listed(self, what: str, each: str) -> list[str]:
        """The entries that a list of the document names; such a list's paths are relative to the list itself."""
        paths = []
        for location in children(self._root, what):
            if not (path := self._package.find(content_of(location).strip(), self._folder)):
                continue
            root = _xml(self._package, path)
            for one in all_named(root, each) if root is not None else ():
                found = self._package.find(_said(one, "FileLoc"), folder_of(path), self._folder)
                paths += [found] if found else []
        return paths


class _Texts:
    """The texts of a document's objects, read page by page as they are asked for."""

    def __init__(self, package: Package, document: etree._Element, folder: str) -> None:
        self._package = package
        self._folder = folder
        self._pages = _places(document, "Page")
        self._templates = _places(document, "TemplatePage")
        self._known: dict[str, dict[str, str]] = {}

    def behind(self, element: etree._Element) -> str:
        """The texts to which a tag points, one behind another (a sign and its amount), or what it holds itself."""
        texts = []
        for each in list(element)[:MOST_REFERENCES]:
            if local(each) == "ObjectRef":
                texts.append(self._text(each.get("PageRef") or "", content_of(each).strip()))
            elif local(each) == "ObjectData":
                texts.append(content_of(each))
        return "".join(texts)

    def _text(self, page: str, number: str) -> str:
        for location in (self._pages.get(page), self._templates.get(page), *self._templates.values()):
            if location is not None and number in (found := self._of(location)):
                return found[number]
        return ""

    def _of(self, location: str) -> dict[str, str]:
        if location not in self._known:
            path = self._package.find(location, self._folder) if len(self._known) < MOST_PAGES else None
            root = _xml(self._package, path)
            self._known[location] = {
                each.get("ID") or "": "".join(content_of(code) for code in children(each, "TextCode"))[:MOST_OF_A_TEXT]
                for each in (all_named(root, "TextObject") if root is not None else ())
            }
        return self._known[location]


def _custom(body: etree._Element) -> InvoiceFields:
    """The CustomDatas of OFD.xml."""
    said: dict[str, list[str]] = {}
    for each in all_named(body, "CustomData"):
        said.setdefault("".join((each.get("Name") or "").split()), []).append(content_of(each))
    told = {field: values.the_one(map(read, said.get(name, ()))) for field, (read, name) in CUSTOM.items()}
    return InvoiceFields.of("OFD.xml", told)


def _places(document: etree._Element, name: str) -> dict[str, str]:
    return {each.get("ID") or "": each.get("BaseLoc") or "" for each in all_named(document, name)}


def _said(element: etree._Element, name: str) -> str:
    """The text of the first part of that name."""
    return next((content_of(each).strip() for each in all_named(element, name)), "")


def _xml(package: Package, name: str | None, *, mended: bool = False) -> etree._Element | None:
    """The root of a part; None where it is none or too large. Raises Unreadable: over the archive limits."""
    content = package.read(name) if name else None
    return parsed(content, mended=mended) if content is not None and len(content) <= MOST_BYTES else None
