"""XML from strangers: no entities, no network, no document type, bounded depth and size."""

import re
from collections.abc import Iterator

from lxml import etree

MOST_BYTES = 10_000_000
"""Of one XML document; an invoice of 2,000 rows has about one million."""
BROKEN_NAMES = (
    (re.compile(rb"<(/?):"), rb"<\1"),
    (re.compile(rb"\sxmlns:\s*=\s*(?:\"[^\"]*\"|'[^']*')"), b""),
)
"""`<:eInvoice xmlns:="">`, as some issuers of OFD write the root of CustomTag.xml, and what to make of it."""


def parsed(content: bytes, *, mended: bool = False) -> etree._Element | None:
    """The root; None for what isn't XML, is too large or too deep (libxml2 stops at 256), or has a document type.

    `mended` takes what can be taken of a document that is wrong, as many a CustomTag.xml is.
    """
    if len(content) > MOST_BYTES:
        return None
    root = _root(content, recover=False)
    if root is None and mended:
        for broken, right in BROKEN_NAMES:
            content = broken.sub(right, content)
        root = _root(content, recover=True)
    return root


def _root(content: bytes, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        return None
    return root


def local(element: etree._Element) -> str:
    """The name without its namespace, or the prefix of one that was never declared."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def all_named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements of that local name, the root among them."""
    return (element for element in root.iter() if local(element) == name)


def children(element: etree._Element, *path: str) -> list[etree._Element]:
    """What lies at the end of a path of local names; several where one is repeated."""
    found = [element]
    for name in path:
        found = [child for parent in found for child in parent if local(child) == name]
    return found


def content_of(element: etree._Element) -> str:
    """All the text in it."""
    return "".join(part for part in element.itertext() if isinstance(part, str))
