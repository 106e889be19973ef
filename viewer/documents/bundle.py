"""A ZIP as a bundle of attachments: its pages are those of the papers in it, in the order of their names.

A paper is a member that is a picture, a PDF or an OFD by its content. What else lies in the archive doesn't matter: members of
other kinds, archives in the archive, papers that are damaged or locked. Only where no paper can be shown does the first
reason stand for the whole. Packages of other formats (Office files, JARs) are ZIPs too and no bundles.
"""

import hashlib
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import chain, islice
from posixpath import splitext
from types import ModuleType

from PIL import Image

from viewer.documents import image, ofd, pdf
from viewer.documents.shapes import Finding, Limits, Unreadable, Word, every_fault_told
from viewer.documents.sniff import HEAD, IMAGES, OFD, PDF, ZIP, sniff
from viewer.documents.unzip import Entry, Unpacking, listed
from viewer.documents.words import pdf_words
from viewer.domain.size import Box, Size

PAPERS: dict[str, ModuleType] = {PDF: pdf, OFD: ofd, **dict.fromkeys(IMAGES, image)}
"""Media types of members that are shown → how."""
TEXTS: dict[str, Callable[[bytes, int, Limits], list[Word]]] = {PDF: pdf_words, OFD: ofd.words}
"""Media types of members that have a text → how it is read."""
PACKAGES = frozenset(
    {"[content_types].xml", "mimetype", "ofd.xml", "androidmanifest.xml", "index/document.iwa", "doc.kml"}
)
"""Members by which a package of another format is known: Office, OpenDocument and EPUB, OFD, Android, iWork, maps."""
PACKAGE_FOLDERS = ("meta-inf/", "web-inf/")
OF_THE_WHOLE = frozenset({"archive_too_large", "too_many_pages"})
"""Problems that one member brings upon its whole bundle."""
MOST_OF_A_NAME = 1000
"""Characters of a name that its order depends on."""
MOST_FINDINGS = 50
REMEMBERED = 32
"""Bundles of which a decoder process remembers how many pages each member has."""


def page_sizes(content: bytes, limits: Limits) -> list[Size]:
    """The size of every page of every paper; none where the archive is no bundle.

    Raises Unreadable: the archive is over a limit, or holds papers of which none can be shown.
    """
    sizes: list[Size] = []
    counts: list[int] = []
    problems: list[str] = []
    unpacking, looking = Unpacking(content, limits), Unpacking(content, limits)
    for entry in _members(content, limits):
        try:
            found = _sizes(unpacking, looking, entry, limits)
        except Unreadable as error:
            if error.problem in OF_THE_WHOLE:
                raise
            problems.append(error.problem)
            found = []
        sizes += found
        counts.append(len(found))
        if len(sizes) > limits.max_pages:
            raise Unreadable("too_many_pages")
    if problems and not sizes:
        raise Unreadable(problems[0])
    _remembered(content, limits)[:] = counts
    return sizes


def draw(content: bytes, number: int, box: Box, size: Size, limits: Limits) -> Image.Image:
    """A part of page `number` (from 1); of all papers only the one that it belongs to is unpacked."""
    paper, number = _paper(content, number, limits)
    picture: Image.Image = PAPERS[sniff(paper)].draw(paper, number, box, size, limits)
    return picture


def words(content: bytes, number: int, limits: Limits) -> list[Word]:
    """The words of page `number` (from 1); none for a picture's."""
    paper, number = _paper(content, number, limits)
    reader = TEXTS.get(sniff(paper))
    return reader(paper, number, limits) if reader else []


def findings(content: bytes, limits: Limits) -> list[Finding]:
    """What its OFDs say that can't be shown, each with the member's name."""
    unpacking = Unpacking(content, limits)
    found = (_findings(unpacking, entry, limits) for entry in _members(content, limits))
    return list(islice(chain.from_iterable(found), MOST_FINDINGS))


def papers(content: bytes, limits: Limits) -> Iterator[bytes]:
    """The papers that its pages are those of, one after another, whole."""
    sizes, counts = page_sizes(content, limits), _remembered(content, limits)
    if sizes:
        for entry, count in zip(_members(content, limits), counts, strict=True):
            if count:
                yield Unpacking(content, limits).whole(entry)


def _findings(unpacking: Unpacking, entry: Entry, limits: Limits) -> list[Finding]:
    try:
        paper = b"" if entry.encrypted or sniff(unpacking.head(entry, HEAD)) != ZIP else unpacking.whole(entry)
        if sniff(paper) != OFD:
            return []
        with every_fault_told():
            return [Finding(each.code, f"{entry.shown_name}: {each.where}") for each in ofd.findings(paper, limits)]
    except Unreadable:
        return []


def _paper(content: bytes, number: int, limits: Limits) -> tuple[bytes, int]:
    """The paper that holds the bundle's page `number`, and that page's number in it.

    A process that didn't measure this bundle itself measures it up to that page, once.
    """
    counts = _remembered(content, limits)
    unpacking, looking = Unpacking(content, limits), Unpacking(content, limits)
    for place, entry in enumerate(_members(content, limits)):
        if place == len(counts):
            counts.append(_count(unpacking, looking, entry, limits))
        if number <= counts[place]:
            return Unpacking(content, limits).whole(entry), number
        number -= counts[place]
    raise Unreadable("damaged")


def _members(content: bytes, limits: Limits) -> list[Entry]:
    """The files of the archive in the order of their names; none for a package of another format. Raises Unreadable."""
    entries: list[Entry] = []
    for entry in listed(content):
        if len(entries) == limits.archive_entries:
            raise Unreadable("archive_too_large")
        entries.append(entry)
    if any(_tells_a_package(entry.shown_name.lower()) for entry in entries):
        return []
    return sorted((entry for entry in entries if not entry.name.endswith(b"/")), key=_natural)


def _tells_a_package(name: str) -> bool:
    return name in PACKAGES or name.startswith(PACKAGE_FOLDERS)


def _natural(entry: Entry) -> list[list[tuple[int, str]]]:
    """Sorts a folder's files together, 2 before 10, and a name before the same with something behind it."""
    path, extension = splitext(entry.shown_name[:MOST_OF_A_NAME].casefold().replace("\\", "/"))
    return [[_rank(part) for part in re.findall("[0-9]+|[^0-9]+", name)] for name in (*path.split("/"), extension)]


def _rank(part: str) -> tuple[int, str]:
    """Numbers come before letters, a number with fewer digits before one with more."""
    if not ("0" <= part[0] <= "9"):
        return sys.maxsize, part
    digits = part.lstrip("0")
    return len(digits), digits


def _sizes(unpacking: Unpacking, looking: Unpacking, entry: Entry, limits: Limits) -> list[Size]:
    """The pages of a member; none for one that is no paper. Raises Unreadable for one that can't be shown, or for which
    nobody can say what it is."""
    if entry.encrypted:
        raise Unreadable("password")
    kind = sniff(unpacking.head(entry, HEAD))
    if kind not in PAPERS and not (kind == ZIP and _is_ofd(looking, entry)):
        return []
    paper = unpacking.whole(entry)
    with every_fault_told():
        sizes: list[Size] = PAPERS[sniff(paper)].page_sizes(paper, limits)
        return sizes


def _is_ofd(looking: Unpacking, entry: Entry) -> bool:
    """Only its end tells an OFD from an archive, which may be of any size: that is unpacked on an account of its own, so
    that archives beside the papers don't use up what these may have."""
    try:
        return sniff(looking.whole(entry)) == OFD
    except Unreadable:
        return False


def _count(unpacking: Unpacking, looking: Unpacking, entry: Entry, limits: Limits) -> int:
    try:
        return len(_sizes(unpacking, looking, entry, limits))
    except Unreadable as error:
        if error.problem in OF_THE_WHOLE:
            raise
        return 0


def _remembered(content: bytes, limits: Limits) -> list[int]:
    """How many pages each member has, in order, as far as this process knows; to be added to."""
    key = hashlib.sha256(content).digest(), limits
    counts = _counts.setdefault(key, [])
    _counts.move_to_end(key)
    while len(_counts) > REMEMBERED:
        _counts.popitem(last=False)
    return counts


_counts: OrderedDict[tuple[bytes, Limits], list[int]] = OrderedDict()
