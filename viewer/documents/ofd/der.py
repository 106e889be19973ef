"""ASN.1 as it is written in signatures (X.690): tags, lengths, contents; nothing is interpreted."""

from collections.abc import Iterator
from typing import NamedTuple

CONSTRUCTED = 0x20
MOST_NODES = 20_000
MOST_DEPTH = 24
ENDLESS = 0x80


class Node(NamedTuple):
    """`children` of a constructed node, as far as they can be read."""

    tag: int
    content: bytes
    depth: int

    @property
    def children(self) -> list["Node"]:
        return list(_read(self.content, self.depth + 1)) if self.tag & CONSTRUCTED else []


def nodes(content: bytes) -> Iterator[Node]:
    """Every node, each before those in it. An octet string that holds nodes is looked into as well: signatures are
    wrapped so."""
    waiting = list(_read(content, 0))[::-1]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        yield node
        inside = node.children
        if node.tag in (0x04, 0x24) and node.content[:1] == b"\x30" and len(node.content) > 64:
            inside = inside or list(_read(node.content, node.depth + 1))
        waiting += inside[::-1]


def _read(content: bytes, depth: int) -> Iterator[Node]:
    if depth > MOST_DEPTH:
        return
    place = 0
    while place + 2 <= len(content):
        tag, first = content[place], content[place + 1]
        place += 2
        if tag & 0x1F == 0x1F or (tag, first) == (0, 0):
            return
        if first == ENDLESS:
            yield Node(tag, content[place:], depth)
            return
        length = first
        if first > ENDLESS:
            count = first & 0x7F
            length = int.from_bytes(content[place : place + count], "big")
            place += count
        yield Node(tag, content[place : place + length], depth)
        place += length
