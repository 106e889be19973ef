"""Contents taken in as they are when a file comes."""

from viewer import drawing
from viewer.documents.pool import Decoders
from viewer.domain.size import Size


def sizes_by(decoders: Decoders, content: bytes, media_type: str) -> list[Size]:
    """The pages' sizes, found by a decoder process. Raises UnreadableDocument."""
    return decoders.run(drawing.take_in, content, media_type, decoders.limits)[0]
