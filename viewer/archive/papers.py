"""Files as papers, ready to be put into prints and bundles: made once by the decoders and kept with the pictures.

A paper depends on the file's content alone; how a reader has turned it, and where it comes to lie, is a matter of the print.
"""

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from viewer.archive.renditions import Renditions
from viewer.blobs import Blobs
from viewer.documents import papers as making
from viewer.documents.papers.paper import ORIGINAL, Paper, PaperPage
from viewer.documents.pool import Decoders
from viewer.domain.codes import GONE
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.errors import N_, NotReady, OriginalGone, UnreadableDocument

PAPER = "paper/1"
"""Its name among the pictures; the number goes up when the same file would give another paper."""
FAILURES, FAILED_FOR = 1000, 600.0
"""So many files that couldn't be made into papers are remembered for so many seconds: a file that hangs costs ten each time."""
REMEMBERED = 2000
"""Files whose pages are remembered, those of some large bills: a print's every preview asks where all of them lie."""
PREPARING, PATIENCE = 8, 5.0
"""Requests of one process that may prepare or send at the same time; further ones wait so many seconds, then they are told to come
again."""


@dataclass(frozen=True)
class PaperSource:
    """A stored content with pages."""

    sha256: str
    media_type: str
    size: int

    @property
    def whole(self) -> PageSource:
        """How it is named among the pictures: no page has the number 0."""
        return PageSource(self.sha256, self.media_type, 0, Size(0, 0))


@dataclass(frozen=True)
class Prepared:
    """How far a preparation is: files that are done, and those of them that can't be shown."""

    done: int
    failed: int


class Papers:
    """Papers of files."""

    def __init__(self, renditions: Renditions, blobs: Blobs, decoders: Decoders) -> None:
        self._cache = renditions.cache
        self._blobs = blobs
        self._decoders = decoders
        self._failed: OrderedDict[PaperSource, tuple[float, str]] = OrderedDict()
        self._pages: OrderedDict[PaperSource, tuple[PaperPage, ...]] = OrderedDict()
        self._guard = threading.Lock()
        self._slots = threading.BoundedSemaphore(PREPARING)
        # While one paper is written to the disk, the next is made; a picture that a reader asks for meanwhile waits for two.
        self._ahead = 2 * decoders.count
        self._threads = ThreadPoolExecutor(self._ahead, thread_name_prefix="papers")

    @contextlib.contextmanager
    def preparing(self) -> Iterator[None]:
        """One of the few preparations of this process. Raises NotReady where there are too many."""
        if not self._slots.acquire(timeout=PATIENCE):
            raise NotReady(
                N_("Several prints and bundles are being prepared at the moment. Try again in a few seconds."),
                retry_after=5,
            )
        try:
            yield
        finally:
            self._slots.release()

    def prepare(self, sources: Iterable[PaperSource], *, seconds: float) -> Prepared:
        """Makes papers for at most so long (what is begun is finished), and says what there is."""
        wanted = list(dict.fromkeys(sources))
        end = time.monotonic() + seconds
        coming = [self._threads.submit(self._prepare, source, end) for source in wanted if not self._is_known(source)]
        try:
            wait(coming, timeout=seconds)
        finally:
            for each in coming:
                each.cancel()
        failed = {source for source in wanted if self._failure(source)}
        done = sum(source in failed or self._cache.has(source.whole, PAPER) for source in wanted)
        return Prepared(done, len(failed))

    def in_order(self, sources: Iterable[PaperSource]) -> Iterator[tuple[PaperSource, Paper | str]]:
        """Each source once with its paper, good until the next is asked for, or with its problem. The following ones are
        made meanwhile."""
        waiting: list[tuple[PaperSource, Future[str | None]]] = []
        coming = iter(dict.fromkeys(sources))
        try:
            while True:
                for source in coming:
                    waiting.append((source, self._threads.submit(self._problem_of, source)))
                    if len(waiting) > self._ahead:
                        break
                if not waiting:
                    return
                source, made = waiting.pop(0)
                if problem := made.result():
                    yield source, problem
                else:
                    with self.opened(source) as paper:
                        yield source, paper
        finally:
            for _, made in waiting:
                made.cancel()

    def pages(self, sources: Iterable[PaperSource]) -> dict[PaperSource, tuple[PaperPage, ...] | str]:
        """The pages of each, or its problem; a content's pages are remembered."""
        wanted = list(dict.fromkeys(sources))
        with self._guard:
            found: dict[PaperSource, tuple[PaperPage, ...] | str] = {
                source: self._pages[source] for source in wanted if source in self._pages
            }
        for source, paper in self.in_order(source for source in wanted if source not in found):
            found[source] = paper if isinstance(paper, str) else paper.pages
        return found

    @contextlib.contextmanager
    def opened(self, source: PaperSource) -> Iterator[Paper]:
        """Raises UnreadableDocument or OriginalGone."""
        with self._cache.opened(source.whole, PAPER, lambda: self._made(source)) as file:
            paper = Paper(file)
            with self._guard:
                self._pages[source] = paper.pages
                while len(self._pages) > REMEMBERED:
                    self._pages.popitem(last=False)
            yield paper

    def original(self, source: PaperSource) -> Iterator[bytes]:
        """The file's own bytes, piece by piece. Raises OriginalGone."""
        return self._blobs.pieces(source.sha256, start=0, end=source.size)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _prepare(self, source: PaperSource, end: float) -> None:
        if time.monotonic() < end:
            self._problem_of(source)

    def _problem_of(self, source: PaperSource) -> str | None:
        """Makes the paper; why that isn't possible, where it isn't."""
        if problem := self._failure(source):
            return problem
        try:
            with self.opened(source) as paper:
                if ORIGINAL in paper.sizes:
                    self._blobs.require(source.sha256)
                return None
        except UnreadableDocument as error:
            problem = error.problem
        except OriginalGone:
            problem = GONE
        with self._guard:
            self._failed[source] = time.monotonic(), problem
            while len(self._failed) > FAILURES:
                self._failed.popitem(last=False)
        return problem

    def _is_known(self, source: PaperSource) -> bool:
        return self._cache.has(source.whole, PAPER) or self._failure(source) is not None

    def _failure(self, source: PaperSource) -> str | None:
        with self._guard:
            since, problem = self._failed.get(source, (0.0, ""))
        if problem == GONE and self._blobs.has(source.sha256):
            return None  # fetched again
        return problem if problem and time.monotonic() - since < FAILED_FOR else None

    def _made(self, source: PaperSource) -> bytes:
        return self._decoders.run(
            making.paper, self._blobs.readable(source.sha256), source.media_type, self._decoders.limits
        )
