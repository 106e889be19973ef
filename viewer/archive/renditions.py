"""A page's picture in the size and format that was asked for, made as cheaply as what is already there allows.

The first need of a page's picture is drawn at once; behind it the page's ladder of sizes is stored, from which later sizes
come. A picture's tiles of one scale are cut together from one decode: drawing one alone would decode all of it, too.
"""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from viewer import drawing
from viewer.archive.behind import Behind
from viewer.archive.readers import Readers
from viewer.archive.turns import SharedQuota, Turns
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.documents import decode
from viewer.documents.pool import Decoders
from viewer.documents.sniff import IMAGES, JPEG
from viewer.domain.size import Box, Size
from viewer.domain.source import PageSource
from viewer.imaging import levels
from viewer.imaging.cache import ENGINE, LADDER, Add, RenditionCache
from viewer.imaging.keeping import Keeper
from viewer.imaging.request import ImageRequest

log = logging.getLogger(__name__)

FROM_LEVELS = frozenset({"jpg", "webp"})
"""Formats that lose a little anyway; the others are always drawn from the original."""
NOBODY = ""
"""Whose turn it is where no reader waits."""
REQUESTS = 56
"""Of one reader that wait for pictures at the same time in one process, most of them for the same: with all else that a reader may
have there, fewer than it has threads (`viewer.cli.server`)."""
READING = ".reading"
"""The file in the pictures' folder by which processes know of each other's readers."""
MADE_BY = f"{ENGINE}\n".encode()
"""What a first picture is stored behind, which tells it from one that an older engine made."""
TEXT, NO_WORDS = "text.json", b"[]"


class Renditions:
    """Pictures of pages, made at their first need."""

    def __init__(self, settings: Settings, blobs: Blobs, decoders: Decoders) -> None:
        self._blobs = blobs
        self._decoders = decoders
        self._max_area = settings.decoder_pixels
        self._keeper = Keeper(settings.derivatives, most_bytes=settings.cache_bytes)
        self.cache = RenditionCache(settings.derivatives, wrote=self._keeper.count)
        self._readers = Readers(settings.derivatives / READING)
        self._behind = Behind(self._make_ahead, self._readers)
        self._turns = Turns(slots=decoders.count)
        self._quota = SharedQuota(most=settings.reader_pictures, requests=max(REQUESTS, settings.reader_pictures))

    def ask(
        self, source: PageSource, *, region: str, size: str, rotation: str, quality: str, suffix: str
    ) -> ImageRequest:
        """The parsed request for an image of this page; raises BadImageRequest."""
        return ImageRequest.parse(
            source.size,
            region=region,
            size=size,
            rotation=rotation,
            quality=quality,
            suffix=suffix,
            max_area=self._max_area,
        )

    def ready(self, source: PageSource, ask: ImageRequest, mark: str = "") -> bytes | None:
        """The picture if it has been made; one with a reader's mark is another one than that without."""
        factor = None if mark else levels.tile_factors(source.size).get(ask.stored_as)
        found = self.cache.find(source, _name(ask, mark), _tiles(factor) if factor else LADDER)
        if found:
            self._readers.answered()
        return found

    def etag(self, source: PageSource, ask: ImageRequest, mark: str = "") -> str:
        return self.cache.etag(source, _name(ask, mark))

    def marked(self, source: PageSource, ask: ImageRequest, mark: str, *, reader: str) -> bytes:
        """The picture with a reader's mark, "" for none: made from the one without, which all readers share, and kept apart."""
        if not mark:
            return self.picture(source, ask, reader=reader)
        if found := self.ready(source, ask, mark):
            return found

        def stamp() -> bytes:
            clean = self.ready(source, ask) or self._made(source, ask, reader)
            with self._turns.turn(reader):
                return self._decoders.run(drawing.stamp_page, clean, source, ask, mark)

        with self._quota.request(reader, (source, _name(ask, mark))), self._readers.waiting():
            return self.cache.get(source, _name(ask, mark), stamp)

    def picture(self, source: PageSource, ask: ImageRequest, *, reader: str) -> bytes:
        """The picture as it is. `reader` names in whose turn it is made, if it has to be. Raises UnreadableDocument,
        OriginalGone, and TooManyRequests where this reader already waits for too many."""
        if found := self.ready(source, ask):
            return found
        with self._quota.request(reader, (source, ask.stored_as)), self._readers.waiting():
            return self._made(source, ask, reader)

    def text(self, source: PageSource) -> bytes:
        """The words of the page with their places, a JSON array. Raises UnreadableDocument or OriginalGone."""

        def make() -> bytes:
            words = self._decoders.run(drawing.words, self._content(source), source, self._decoders.limits)
            return json.dumps([asdict(word) for word in words], ensure_ascii=False).encode()

        if found := self.ready_text(source):
            return found
        with self._readers.waiting():
            return self.cache.get(source, TEXT, make)

    def ready_text(self, source: PageSource) -> bytes | None:
        """The same if it has been read; a picture has no words."""
        return self.cache.find(source, TEXT, LADDER) if source.media_type in decode.WORDS else NO_WORDS

    def make_ladder(self, source: PageSource) -> None:
        """Stores the page's sizes that are made ahead, unless they are there. Raises UnreadableDocument or OriginalGone."""

        def make() -> dict[str, bytes]:
            ladder = self._decoders.run_behind(drawing.cut_ladder, self._content(source), source, self._decoders.limits)
            first = self._first_size(source)
            if first and not self._first(source):
                self.keep_first(source, ladder[levels.name_of_level(first)])
            return ladder

        if levels.stored_sizes(source.size, self._max_area):
            self.cache.make_pack(source, LADDER, make)

    def keep_first(self, source: PageSource, jpeg: bytes) -> None:
        """Keeps the picture from which a page's thumbnails come with its original, as `drawing.take_in` made it, so that it
        outlives whatever happens to the cache; not that of a bill which was purged meanwhile."""
        try:
            self._blobs.put_first(source.sha256, MADE_BY + jpeg)
            if not self._blobs.has(source.sha256):
                self._blobs.delete_first(source.sha256)
        except FileNotFoundError:
            pass  # it went with its bill in this very moment
        except Exception:
            log.exception("a first picture could not be kept")  # one can do without it

    def start(self) -> None:
        """Looks after the folder from now on, as a server does."""
        self._keeper.start()

    def close(self) -> None:
        self._behind.close()
        self.cache.close()
        self._keeper.close()

    def _made(self, source: PageSource, ask: ImageRequest, reader: str) -> bytes:
        factor = levels.tile_factors(source.size).get(ask.stored_as)
        if factor and self._is_cut(source):
            found = self.cache.get_from_pack(
                source, ask.stored_as, _tiles(factor), lambda add: self._cut_tiles(source, factor, reader, add)
            )
            if found:
                return found

        def draw() -> bytes:
            with self._turns.turn(reader):
                return self._drawn(source, ask)

        made = self.cache.get(source, ask.stored_as, draw)
        if self._wants_ahead(source):
            self._behind.put(source)
        return made

    def _is_cut(self, source: PageSource) -> bool:
        """Whether the page's tiles are cut together: those of a PDF cost little one by one, a row of tiles must fit."""
        return source.media_type in IMAGES and source.size.width * levels.TILE <= self._max_area

    def _cut_tiles(self, source: PageSource, factor: int, reader: str, add: Add) -> None:
        """By all decoders at once: most of the time goes into encoding. A band's tiles are there when it is cut."""
        with self._turns.turn(reader):
            content, limits = self._content(source), self._decoders.limits

            def cut(band: levels.Band) -> None:
                add(self._decoders.run(drawing.cut_tiles, content, source, factor, band, limits))

            bands = levels.bands(source.size, factor, self._decoders.count)
            with ThreadPoolExecutor(len(bands)) as threads:
                for _ in threads.map(cut, bands):
                    pass  # an error is raised here

    def _wants_ahead(self, source: PageSource) -> bool:
        """Whether something of the page is still to be made ahead."""
        ladder = bool(levels.stored_sizes(source.size, self._max_area)) and not self.cache.has_pack(source, LADDER)
        return ladder or not all(self.cache.has_pack(source, _tiles(factor)) for factor in self._factors_ahead(source))

    def _make_ahead(self, source: PageSource) -> None:
        self.make_ladder(source)
        for factor in self._factors_ahead(source):
            self._make_tiles(source, factor)

    def _make_tiles(self, source: PageSource, factor: int) -> None:
        def make() -> dict[str, bytes]:
            found: dict[str, bytes] = {}
            self._cut_tiles(source, factor, NOBODY, found.update)
            return found

        self.cache.make_pack(source, _tiles(factor), make)

    def _factors_ahead(self, source: PageSource) -> list[int]:
        """The scales whose tiles are made ahead: all of a large page, whose every decode takes long."""
        large = source.size.pixels > levels.LARGE and self._is_cut(source)
        return levels.scale_factors(source.size)[:-1] if large else []

    def _drawn(self, source: PageSource, ask: ImageRequest) -> bytes:
        """From the smallest stored level that holds enough, else from the original."""
        limits = self._decoders.limits
        if level := self._level_for(source, ask):
            size, content = level
            whole = Box(0, 0, size.width, size.height)
            scaled = PageSource(sha256="", media_type=JPEG, number=1, size=size)
            return self._decoders.run(drawing.draw_page, content, scaled, replace(ask, box=whole), limits)
        return self._decoders.run(drawing.draw_page, self._content(source), source, ask, limits)

    def _level_for(self, source: PageSource, ask: ImageRequest) -> tuple[Size, bytes] | None:
        whole = ask.box == Box(0, 0, source.size.width, source.size.height)
        if not whole or ask.suffix not in FROM_LEVELS:
            return None
        first = self._first_size(source)
        for size in levels.stored_sizes(source.size, self._max_area):
            if levels.is_enough(size, ask.size):
                # What was answered with in just this size is coarser, and would lose twice.
                content = self.cache.find_in_pack(source, levels.name_of_level(size), LADDER)
                if not content and size == first != ask.size:
                    content = self._first(source)
                if content:
                    return size, content
        return None

    def _first_size(self, source: PageSource) -> Size | None:
        """The size of the page's first picture, if it is a page that may have one: a file's first, of a picture."""
        is_first = source.number == 1 and source.media_type in IMAGES
        return levels.thumbnails_from(source.size, self._max_area) if is_first else None

    def _first(self, source: PageSource) -> bytes | None:
        """The picture that was kept of the file's first page. It is no level of the ladder: nobody is answered with it."""
        stored = self._blobs.first(source.sha256) or b""
        return stored.removeprefix(MADE_BY) if stored.startswith(MADE_BY) else None

    def _content(self, source: PageSource) -> bytes | Path:
        return self._blobs.readable(source.sha256)


def _tiles(factor: int) -> str:
    """The pack of a page's tiles of one scale factor."""
    return f"tiles/{factor}"


def _name(ask: ImageRequest, mark: str) -> str:
    """A picture's name in the cache. Requests hold no "~", so no reader's picture bears the name of another's or of none."""
    return f"{ask.stored_as}~{mark}" if mark else ask.stored_as
