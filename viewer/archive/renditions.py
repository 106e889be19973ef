"""A page's picture in the size and format that was asked for."""

import json
from dataclasses import asdict
from pathlib import Path

from viewer.archive.drawing import draw_page
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.documents import decode
from viewer.documents.pool import Decoders
from viewer.domain.size import Size
from viewer.imaging.cache import RenditionCache
from viewer.imaging.request import ImageRequest
from viewer.store.queries import FoundPage


class Renditions:
    """Pictures of pages, made at their first need."""

    def __init__(self, settings: Settings, blobs: Blobs, decoders: Decoders) -> None:
        self._blobs = blobs
        self._decoders = decoders
        self._max_area = settings.decoder_pixels
        self._cache = RenditionCache(settings.derivatives)

    def ask(
        self, found: FoundPage, *, region: str, size: str, rotation: str, quality: str, suffix: str
    ) -> ImageRequest:
        """The parsed request for an image of this page; raises BadImageRequest."""
        page = Size(found.page.width, found.page.height)
        return ImageRequest.parse(
            page, region=region, size=size, rotation=rotation, quality=quality, suffix=suffix, max_area=self._max_area
        )

    def text(self, found: FoundPage) -> bytes:
        """The words of the page with their places, a JSON array. Raises UnreadableDocument."""
        sha256, media_type, number = found.file.sha256, found.file.media_type, found.page.number
        assert sha256, "a page exists only for a file whose bytes are stored"
        assert media_type

        def make() -> bytes:
            content = self._blobs.get(sha256)
            words = self._decoders.run(decode.words, content, media_type, number, self._decoders.limits)
            return json.dumps([asdict(word) for word in words], ensure_ascii=False).encode()

        return self._cache.get(sha256=sha256, number=number, canonical="text.json", make=make).read_bytes()

    def picture(self, found: FoundPage, ask: ImageRequest) -> Path:
        """The file that holds the picture. Raises UnreadableDocument."""
        sha256, media_type, number = found.file.sha256, found.file.media_type, found.page.number
        assert sha256, "a page exists only for a file whose bytes are stored"
        assert media_type

        def make() -> bytes:
            content = self._blobs.get(sha256)
            return self._decoders.run(draw_page, content, media_type, number, ask, self._decoders.limits)

        return self._cache.get(sha256=sha256, number=number, canonical=ask.stored_as, make=make)
