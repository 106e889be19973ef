"""One page of the PDF (GB/T 33190 clause 7.7): templates behind and before, layers, annotations, seals."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from viewer.documents.ofd.annotations import annotation_items
from viewer.documents.ofd.document import Document, Page, area, page_resources
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.fonts import Fonts
from viewer.documents.ofd.objects import Item, Scene
from viewer.documents.ofd.order import in_reading_order
from viewer.documents.ofd.package import Package
from viewer.documents.ofd.resources import Resources
from viewer.documents.ofd.style import Style, style_of
from viewer.documents.ofd.values import Matrix, Rect
from viewer.documents.ofd.writer import Writer
from viewer.documents.ofd.xml import Element, attribute, child
from viewer.documents.shapes import Limits

ORDER = {"background": 0, "body": 1, "foreground": 2}
"""Types of layers and places of templates, from behind to before."""
MOST_TEMPLATES = 16


class Part(NamedTuple):
    """A template or the page itself, as it is read."""

    root: Element
    resources: Resources


def parts_of(package: Package, page: Page, findings: Findings) -> tuple[Part | None, list[tuple[int, Part]]]:
    """The page itself where it can be read, and its templates with their places. A template may have templates too."""
    root = package.xml(page.name)
    if root is None:
        findings.add("unreadable", page.name)
        return None, []
    own = Part(root, page_resources(package, page.document, root, page.name, findings))
    return own, list(_templates(package, page.document, root, findings, frozenset()))


def _templates(
    package: Package, document: Document, root: Element, findings: Findings, within: frozenset[str]
) -> Iterator[tuple[int, Part]]:
    for reference in list(root.iterchildren("Template"))[:MOST_TEMPLATES]:
        ident = (attribute(reference, "TemplateID") or "").strip()
        element = document.templates.get(ident)
        if ident in within:
            findings.add("too_deep", f"TemplatePage {ident}")
            continue
        name = package.find(attribute(element, "BaseLoc") or "", document.folder) if element is not None else None
        template = package.xml(name)
        if element is None or name is None or template is None:
            findings.add("missing", f"TemplatePage {ident}")
            continue
        order = attribute(reference, "ZOrder") or attribute(element, "ZOrder") or "Background"
        yield from _templates(package, document, template, findings, within | {ident})
        resources = page_resources(package, document, template, name, findings)
        yield ORDER.get(order.strip().lower(), 0), Part(template, resources)


def page_area(package: Package, page: Page, findings: Findings) -> Rect:
    own, templates = parts_of(package, page, findings)
    return area(page.document, own.root if own else None, [part.root for _, part in templates])


def page_items(
    package: Package,
    page: Page,
    writer: Writer,
    fonts: Fonts,
    findings: Findings,
    limits: Limits,
    base: Matrix,
    *,
    shapes: bool = False,
) -> list[Item]:
    """What the page shows without its seals, in the order in which it is drawn."""
    own, templates = parts_of(package, page, findings)
    if own is None:
        return []
    scene = Scene(package, writer, fonts, findings, limits, own.resources, base, shapes=shapes)
    layers = [(place, layer, part) for place, part in templates for layer in _layers(part.root)]
    layers += [(_place(layer), layer, own) for layer in _layers(own.root)]
    layers.sort(key=lambda each: each[0])
    items: list[Item] = []
    for _, layer, part in layers:
        style = style_of(layer, part.resources, Style())
        items += replace(scene, resources=part.resources, style=style).items(layer)
    ordered = items if shapes else in_reading_order(items)
    return [*ordered, *annotation_items(scene, page)]


def _layers(root: Element) -> list[Element]:
    """The layers from behind to before; objects right in the content count as one layer."""
    content = child(root, "Content")
    if content is None:
        return []
    layers = list(content.iterchildren("Layer"))
    if any(each.tag != "Layer" for each in content):
        return [content]
    return sorted(layers, key=_place)


def _place(layer: Element) -> int:
    return ORDER.get((attribute(layer, "Type") or "Body").strip().lower(), 1)
