"""What a file is, by its content; its name and its declared type are never believed."""

import re
from itertools import islice

from viewer.documents.unzip import END, LOCAL, listed

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
GIF = "image/gif"
BMP = "image/bmp"
WEBP = "image/webp"
TIFF = "image/tiff"
AVIF = "image/avif"
HEIC = "image/heic"
JP2 = "image/jp2"
OFD = "application/ofd"
ZIP = "application/zip"
XML = "application/xml"
OTHER = "application/octet-stream"

IMAGES = frozenset({JPEG, PNG, GIF, BMP, WEBP, TIFF, AVIF, HEIC, JP2})

STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00\x08\x00\x00\x00", TIFF),  # BigTIFF
    (b"MM\x00+\x00\x08\x00\x00", TIFF),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JP2),
    (b"\xff\x4f\xff\x51", JP2),  # the codestream without its box
)
AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"heif"})
ANY_BRANDS = frozenset({b"mif1", b"msf1", b"miaf"})
"""Brands that AVIF and HEIC share: the compatible brands tell which of the two it is."""
BMP_HEADERS = range(12, 257)
"""Lengths of a BMP's second header; two letters alone would be the beginning of many a text."""
HEAD = 1024
"""PDF readers accept the header anywhere in the first 1,024 bytes, and so do we."""
XML_START = re.compile(rb"<\?xml|<(?:\w+:)?(?:EInvoice|eInvoice|xbrl)[\s>]")
"""An XML's declaration, or the root of an invoice that has none."""
MOST_ENTRIES = 5000
"""Entries of an archive among which an OFD's root is looked for."""


def sniff(content: bytes) -> str:
    """The media type of a file; `OTHER` where it is none that we know. An OFD is known by its whole content only."""
    for start, media_type in STARTS:
        if content.startswith(start):
            return media_type
    if content.startswith((LOCAL, END)):
        return OFD if _has_entry(content, b"OFD.xml") else ZIP
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp":
        return _branded(content)
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in BMP_HEADERS:
        return BMP
    if b"%PDF-" in content[:HEAD]:
        return PDF
    if XML_START.match(content[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")):
        return XML
    return OTHER


def _branded(content: bytes) -> str:
    """Which picture an ISO media file holds, by the brands of its first box; films are `OTHER`."""
    end = min(int.from_bytes(content[:4], "big"), HEAD)
    major = content[8:12]
    brands = [major, *(content[place : place + 4] for place in range(16, end - 3, 4))]
    if major not in AVIF_BRANDS | HEIC_BRANDS | ANY_BRANDS:
        return OTHER
    found = next((brand for brand in brands if brand in AVIF_BRANDS | HEIC_BRANDS), b"")
    return AVIF if found in AVIF_BRANDS else HEIC


def _has_entry(content: bytes, name: bytes) -> bool:
    """Whether an archive's directory lists `name`, ignoring case as OFD's readers do; nothing is unpacked."""
    return any(entry.name.lower() == name.lower() for entry in islice(listed(content), MOST_ENTRIES))
