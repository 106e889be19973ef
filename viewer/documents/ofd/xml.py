"""An OFD's XML, read tolerantly: names without namespaces, because producers bind and misspell prefixes as they please."""

from contextlib import suppress

from lxml import etree

Element = etree._Element

MOST_BLOCKS = 24
"""How deep blocks, composites and patterns may lie in each other; what lies deeper isn't drawn."""


def parsed(content: bytes) -> Element | None:
    """The root; None where nothing can be read. Every tag is its local name.

    Entities stay unresolved, nothing is loaded, and the parser's own limits on depth and size hold; what can be read of a
    malformed file is kept.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None:
        return None
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        bare = tag.rpartition("}")[2].rpartition(":")[2]
        if bare != tag:
            with suppress(ValueError):  # what is left is no name in a damaged file
                element.tag = bare
        for key, value in element.items():
            if "}" in (name := str(key)):
                element.set(name.rpartition("}")[2], value)
    return root


def child(element: Element | None, name: str) -> Element | None:
    return None if element is None else element.find(name)


def content_of(element: Element | None, name: str) -> str:
    """The text of a child without the white space around it; "" where there is none."""
    found = child(element, name)
    return (found.text or "").strip() if found is not None else ""


def attribute(element: Element, name: str) -> str | None:
    return element.get(name)


def is_true(element: Element, name: str, default: bool) -> bool:
    value = attribute(element, name)
    return default if value is None else value.strip().lower() in ("true", "1")
