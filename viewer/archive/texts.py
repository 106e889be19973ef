"""The texts of many pages at once, as far as they are to be had while a reader waits: what has been read before, and what all
decoders together read in that time. Whoever asks again gets further.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from viewer.archive.renditions import Renditions
from viewer.domain.search import PageText
from viewer.domain.source import PageSource
from viewer.errors import OriginalGone, UnreadableDocument

KEPT = 16_000_000
"""Bytes of folded texts in memory, those of some 5,000 invoices' pages: parsing and folding one takes longer than searching it."""

WAITING = 8
"""Requests that may wait for texts at the same time in one process; further ones are told at once what is there."""


class Texts:
    """Texts of pages, the last used ones kept in memory."""

    def __init__(self, renditions: Renditions, *, decoders: int) -> None:
        self._renditions = renditions
        self._guard = threading.Lock()
        self._kept: OrderedDict[PageSource, PageText] = OrderedDict()
        self._weight = 0
        self._coming: dict[PageSource, Future[PageText | None]] = {}
        self._wanted: dict[PageSource, float] = {}
        self._waiting = threading.BoundedSemaphore(WAITING)
        # No more than there are decoders: a picture that a reader asks for meanwhile waits for one page's text at most.
        self._threads = ThreadPoolExecutor(decoders, thread_name_prefix="texts")

    def read(self, sources: Iterable[PageSource], *, seconds: float) -> dict[PageSource, PageText]:
        """The texts of these pages; a page without one is still to be read. A page that can't be read has an empty text, and
        so has one whose original is gone, as long as it is.

        Reads further pages for at most so long. What has been read before is always told: else no search would end.
        """
        end = time.monotonic() + seconds
        found = {source: self._ready(source) for source in dict.fromkeys(sources)}
        missing = [source for source, text in found.items() if text is None]
        if missing and self._waiting.acquire(blocking=False):
            try:
                found |= self._waited(missing, end)
            finally:
                self._waiting.release()
        return {source: text for source, text in found.items() if text is not None}

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _waited(self, missing: Iterable[PageSource], end: float) -> dict[PageSource, PageText | None]:
        """What there is of these at the end."""
        coming = {source: self._bring(source, until=end) for source in missing}
        done = wait(coming.values(), timeout=max(0.0, end - time.monotonic())).done
        return {source: future.result() if future in done else None for source, future in coming.items()}

    def _ready(self, source: PageSource) -> PageText | None:
        with self._guard:
            if (kept := self._kept.get(source)) is not None:
                self._kept.move_to_end(source)
                return kept
        content = self._renditions.ready_text(source)
        return None if content is None else self._keep(source, _parsed(content))

    def _keep(self, source: PageSource, text: PageText) -> PageText:
        with self._guard:
            if source not in self._kept:
                self._weight += text.weight
            self._kept[source] = text
            while self._weight > KEPT:
                self._weight -= self._kept.popitem(last=False)[1].weight
        return text

    def _bring(self, source: PageSource, *, until: float) -> Future[PageText | None]:
        """The one reading of this page that is under way in this process; it begins if its turn comes in time."""
        with self._guard:
            self._wanted[source] = until
            if (future := self._coming.get(source)) is None:
                future = self._coming[source] = self._threads.submit(self._take, source)
            return future

    def _take(self, source: PageSource) -> PageText | None:
        """The text; None where its time was over before its turn came."""
        try:
            if time.monotonic() >= self._wanted[source]:
                return None
            return self._keep(source, _parsed(self._renditions.text(source)))
        except UnreadableDocument:
            return self._keep(source, PageText())  # so that it isn't tried at each search
        except OriginalGone:
            return PageText()  # not kept: it may be fetched again
        finally:
            with self._guard:
                del self._coming[source], self._wanted[source]


def _parsed(content: bytes) -> PageText:
    return PageText((word["text"], (word["x"], word["y"], word["w"], word["h"])) for word in json.loads(content))
