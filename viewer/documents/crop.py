"""An invoice's own picture, cut from a pasted sheet. Runs in a decoder process."""

import io

from viewer.documents import decode
from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.sheets import Region
from viewer.domain.size import Size


def crop(sheet: bytes, media_type: str, region: str, limits: Limits) -> bytes:
    """The region of the sheet's first page as a PNG: nothing is lost, and nothing beside the region is in it.

    Raises Unreadable: the sheet's own problem, or "bad_region" where the region doesn't fit the sheet.
    """
    pages = decode.page_sizes(sheet, media_type, limits)
    box = Region.read(region).within(pages[0]) if pages else None
    if box is None:
        raise Unreadable("bad_region")
    picture = decode.draw(sheet, media_type, 1, box, Size(box.width, box.height), limits)
    encoded = io.BytesIO()
    picture.save(encoded, "PNG", compress_level=3)
    return encoded.getvalue()
