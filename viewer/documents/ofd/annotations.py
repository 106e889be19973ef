"""Annotations (GB/T 33190 clause 15): what they look like, drawn over the page."""

from collections.abc import Iterator
from dataclasses import replace

from viewer.documents.ofd.document import Page
from viewer.documents.ofd.objects import Item, Scene
from viewer.documents.ofd.style import Style
from viewer.documents.ofd.values import Rect, box, moved, shown_all
from viewer.documents.ofd.xml import Element, attribute, is_true

HIGHLIGHT = "highlight"


def annotation_items(scene: Scene, page: Page) -> Iterator[Item]:
    for name in page.document.annotations.get(page.ident, []):
        root = scene.package.xml(name)
        for annotation in () if root is None else root.iter("Annot"):
            if is_true(annotation, "Visible", True):
                for appearance in annotation.iterchildren("Appearance"):
                    yield from _appearance(scene, annotation, appearance)


def _appearance(scene: Scene, annotation: Element, appearance: Element) -> Iterator[Item]:
    """A highlight mixes with what is under it, also where its objects don't say so."""
    boundary = box(attribute(appearance, "Boundary")) or Rect(0, 0, 0, 0)
    corner = moved(boundary.x, boundary.y)
    inner = replace(scene, matrix=scene.matrix.after(corner), style=Style())
    mixed = scene.writer.state(1, 1, "Multiply") if (attribute(annotation, "Type") or "").lower() == HIGHLIGHT else ""
    for item in inner.items(appearance):
        yield replace(item, content=f"q {shown_all(corner)} cm {mixed}{item.content} Q")
