"""A PNG as far as its pixels need it: texts of any length, animations and damaged notes don't spoil the picture."""

START = b"\x89PNG\r\n\x1a\n"
NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP"})
TURNING = frozenset({b"eXIf"})
TURNING_TEXTS = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")
"""Beginnings of texts that may tell how the picture is turned."""


def bare(content: bytes) -> bytes:
    """The same picture without the chunks that say nothing of how it looks, and with those that say how it is turned before
    its pixels, so that these needn't be decoded to find them; other formats as they are."""
    if not content.startswith(START):
        return content
    head, notes, rest = [START], list[bytes](), list[bytes]()
    place = len(START)
    while place + 8 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        name = content[place + 4 : place + 8]
        if name in TURNING or content.startswith(TURNING_TEXTS, place + 8):
            notes.append(content[place:end])
        elif name in NEEDED and (end > place + 12 or name == b"IEND"):
            (head if name == b"IHDR" else rest).append(content[place:end])
        if name == b"IEND":
            break
        place = end
    return b"".join([*head, *notes, *rest])
