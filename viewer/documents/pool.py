"""Decoder processes: a file that crashes, hangs or eats memory loses its own task and nothing else."""

import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as Late
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from pebble import ProcessExpired, ProcessPool

from viewer.config import Settings
from viewer.documents import decode
from viewer.documents.shapes import Limits, Unreadable
from viewer.domain.size import Size
from viewer.errors import UnreadableDocument

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

TASKS_EACH = 500
"""A process is replaced after so many tasks, so that no leak of a decoder lasts."""
OPEN_FILES = 64


class Decoders:
    """The server's own decoder processes; started with the first task, ended by `close`."""

    def __init__(self, settings: Settings, *, processes: int = 2) -> None:
        self.limits = Limits(
            max_pixels=settings.max_pixels,
            max_pages=settings.max_pages,
            page_dpi=settings.page_dpi,
            page_edge=settings.page_edge,
            decoder_pixels=settings.decoder_pixels,
        )
        self._seconds = settings.decoder_seconds
        self._processes = _Spawning()
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=TASKS_EACH,
            initializer=_confine,
            initargs=[settings.decoder_memory],
            context=self._processes,
        )

    def page_sizes(self, content: bytes, media_type: str) -> list[Size]:
        """Every page's size; none for a type that can't be shown. Raises UnreadableDocument with its problem."""
        return self.run(decode.page_sizes, content, media_type, self.limits)

    def check(self) -> None:
        """Raises where no decoder process answers."""
        self.run(decode.page_sizes, b"", "", self.limits)

    def close(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._processes.end()  # pebble would first drop the locks that a decoder just starting looks for
        self._pool.join()

    def run(self, task: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
        """Runs a module-level function in a decoder process. Raises UnreadableDocument where the document is at fault."""
        future = self._pool.schedule(task, args=list(given), kwargs=named, timeout=self._seconds)
        try:
            answer: Answer = future.result()
        except Unreadable as error:
            raise UnreadableDocument(problem=error.problem) from error
        except Late as error:
            raise UnreadableDocument(problem="too_slow") from error
        except (ProcessExpired, MemoryError) as error:
            raise UnreadableDocument(problem="damaged") from error
        return answer


class _Decoder(SpawnProcess):
    """Hears SIGTERM from its first moment, though the server blocks it for itself and so for its children."""

    def start(self) -> None:
        before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Spawning(SpawnContext):
    """Starts decoders and remembers them."""

    def __init__(self) -> None:
        super().__init__()
        self._decoders: WeakSet[_Decoder] = WeakSet()

    def Process(self, **given: Any) -> _Decoder:  # type: ignore[override]
        decoder = _Decoder(**given)
        self._decoders.add(decoder)
        return decoder

    def end(self) -> None:
        for decoder in list(self._decoders):
            if decoder.is_alive():
                decoder.terminate()


def _confine(memory: int) -> None:
    """Limits of a decoder process: address space, file size (it writes none), open files, no core dumps."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler never runs while a decoder's C code hangs
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
