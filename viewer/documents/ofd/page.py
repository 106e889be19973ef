"""One page of the PDF (GB/T 33190 clause 7.7): templates behind and before, layers, annotations, seals."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from viewer.documents.ofd.annotations import annotation_items
from viewer.documents.ofd.document import Document, Page, area, page_resources
from viewer.documents.ofd.findings import Findings
from viewer.documents.ofd.fonts import Fonts
from viewer.documents.ofd.objects import Item, Scene
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
DOWNWARDS = 1.5
"""How much higher than wide a text is that runs down the page."""
CLOSE = 1.15
"""How many heights of its box (1.3 ems) a character may stand below another whose label it continues."""


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


def in_reading_order(items: list[Item]) -> list[Item]:
    """Texts moved behind all else, line by line from the top: a PDF's text is read in the order in which it is drawn, and
    templates would put all labels before all values. A text that something drawn later covers stays where it is."""
    kept: list[Item] = []
    texts: list[Item] = []
    areas: list[Rect] = []
    for item in reversed(items):
        if item.kind == "text" and not any(item.extent.meets(area) for area in areas):
            texts.append(item)
            continue
        kept.append(item)
        if item.kind == "area":
            areas.append(item.extent)
    kept.reverse()
    texts.reverse()
    return kept + _by_lines(_columns(texts))


def _columns(texts: list[Item]) -> list[Item]:
    """Labels that run down the page in an object for each character, put together to one text."""
    found: list[Item] = []
    for item in texts:
        above = found[-1] if found else None
        if above and _continues(above, item):
            bottom = item.extent.y
            whole = above.extent._replace(y=bottom, h=above.extent.y + above.extent.h - bottom)
            found[-1] = Item(f"{above.content}\n{item.content}", whole, "text", above.text + item.text)
        else:
            found.append(item)
    return found


def _continues(above: Item, item: Item) -> bool:
    """Whether this character comes right below. Cells of a column mostly hold the same one, and stand further apart."""
    if len(item.text) != 1 or item.text in above.text or item.extent.h < 0.5 * item.extent.w:
        return False
    if len(above.text) > 1 and above.extent.h < DOWNWARDS * above.extent.w:
        return False
    step = above.extent.y - item.extent.y
    return (
        abs(item.extent.x - above.extent.x) < 0.1 * item.extent.w
        and abs(item.extent.w - above.extent.w) < 0.1 * item.extent.w
        and 0 < step < CLOSE * item.extent.h
    )


def _by_lines(texts: list[Item]) -> list[Item]:
    """A text is on a line where its middle lies within the line's first text; what runs down the page is a line of its
    own, from its top. Heights count upwards here."""
    lines: list[list[Item]] = []
    bottom = float("inf")
    down = [item for item in texts if item.extent.h > DOWNWARDS * item.extent.w]
    along = [item for item in texts if item.extent.h <= DOWNWARDS * item.extent.w]
    for item in sorted(along, key=lambda item: (-(item.extent.y + item.extent.h / 2), item.extent.x)):
        if item.extent.y + item.extent.h / 2 < bottom:
            lines.append([])
            bottom = item.extent.y
        lines[-1].append(item)
    lines += [[item] for item in down]
    lines.sort(key=lambda line: -max(item.extent.y + item.extent.h for item in line))
    return [item for line in lines for item in sorted(line, key=lambda item: item.extent.x)]
