"""What a decoder process does for one picture: draws the part of the page, then finishes it as asked."""

from viewer.documents import decode
from viewer.documents.shapes import Limits
from viewer.imaging.finish import finish
from viewer.imaging.request import ImageRequest


def draw_page(content: bytes, media_type: str, number: int, ask: ImageRequest, limits: Limits) -> bytes:
    """The picture's bytes. Raises Unreadable."""
    return finish(decode.draw(content, media_type, number, ask.box, ask.size, limits), ask)
