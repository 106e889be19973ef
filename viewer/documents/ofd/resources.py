"""Resources (GB/T 33190 clause 7.9): fonts, colour spaces, draw parameters, media and composites by their ID."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from viewer.documents.ofd.package import Package, folder_of
from viewer.documents.ofd.xml import Element, attribute, content_of

KINDS = {
    "ColorSpaces": "ColorSpace",
    "DrawParams": "DrawParam",
    "Fonts": "Font",
    "MultiMedias": "MultiMedia",
    "CompositeGraphicUnits": "CompositeGraphicUnit",
    "CompositeGraphicUnit": "CompositeGraphicUnit",
}
"""Group in a resource file → what it holds."""


@dataclass(frozen=True)
class Resource:
    """What is defined, and the folders from which its files are looked for."""

    element: Element
    folders: tuple[str, ...]


@dataclass
class Resources:
    """The resources of a document, and with `outer` those of one page of it."""

    outer: "Resources | None" = None
    found: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def load(self, package: Package, name: str | None) -> None:
        root = package.xml(name)
        if root is None or name is None:
            return
        folder = folder_of(name)
        folders = (f"{folder}/{attribute(root, 'BaseLoc') or ''}", folder, f"{folder}/Res")
        for kind, element in _defined(root):
            key = kind, (attribute(element, "ID") or "").strip()
            self.found.setdefault(key, Resource(element, folders))

    def get(self, kind: str, ident: str | None) -> Resource | None:
        if not ident:
            return None
        found = self.found.get((kind, ident.strip()))
        return found or (self.outer.get(kind, ident) if self.outer else None)


def part_of(package: Package, resource: Resource, tag: str) -> str | None:
    """The name of the part that a resource's element `tag` names."""
    return package.find(content_of(resource.element, tag), *resource.folders)


def _defined(root: Element) -> Iterator[tuple[str, Element]]:
    for group in root:
        kind = KINDS.get(str(group.tag))
        if kind is None:
            continue
        if group.tag == kind:
            yield kind, group
        else:
            for element in group.iterchildren(kind):
                yield kind, element
