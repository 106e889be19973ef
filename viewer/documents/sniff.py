"""What a file is, by its first bytes; its name and its declared type are never believed."""

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
GIF = "image/gif"
BMP = "image/bmp"
WEBP = "image/webp"
TIFF = "image/tiff"
ZIP = "application/zip"
XML = "application/xml"
OTHER = "application/octet-stream"

IMAGES = frozenset({JPEG, PNG, GIF, BMP, WEBP, TIFF})

STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"PK\x03\x04", ZIP),
)
HEAD = 1024
"""PDF readers accept the header anywhere in the first 1,024 bytes, and so do we."""


def sniff(head: bytes) -> str:
    """The media type of a file that starts with `head`; `OTHER` where it is none that we know."""
    for start, media_type in STARTS:
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if b"%PDF-" in head[:HEAD]:
        return PDF
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return XML
    return OTHER
