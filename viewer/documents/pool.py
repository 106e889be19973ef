"""Decoder processes: a file that crashes, hangs or eats memory loses its own task and nothing else."""

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from pebble import ProcessExpired, ProcessPool

from viewer import metrics
from viewer.config import Settings
from viewer.documents import aside, decode, pdf
from viewer.documents.shapes import Limits, Unreadable
from viewer.errors import OriginalGone, UnreadableDocument
from viewer.fonts import SERIF_SC
from viewer.memory import give_back_in_rest, share_heaps, work

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

TASKS_EACH = 500
"""A process is replaced after so many tasks, so that no leak of a decoder lasts."""
TRIES = 3
"""Of a task whose pool broke under it, most likely by another task's fault."""
PATIENCE = 6
"""How much longer a task may take that nobody waits for."""
OPEN_FILES = 64
THREADS = 2
"""Of one decoder that may compute at the same time: so much faster than the clock can its CPU time run."""
PRELOADED = ["viewer.decoder"]
"""What decoders need. Only their process imports it, so that nothing here depends on it."""
PARENT_DEATH = 1
"""prctl(2)'s name for the signal that comes when a process's parent has died."""
KEPT_VARIABLES = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "VIPS_CONCURRENCY", "VIPS_DISC_THRESHOLD"}
)
"""All that a decoder keeps of the environment: credentials are none of its business. libvips reads its own (shrink) late."""


class Decoders:
    """The server's own decoder processes; started with the first task or ahead of it, ended by `close`."""

    def __init__(self, settings: Settings, *, processes: int = 2) -> None:
        self.limits = limits_of(settings)
        self._seconds = settings.decoder_seconds
        self._memory = settings.decoder_memory
        self.count = processes
        self._guard = threading.Lock()
        self._closed = False
        self._out: WeakSet[Future[Any]] = WeakSet()
        self._processes, self._pool = self._started()

    def check(self) -> None:
        """Raises where no decoder process answers."""
        self.run(decode.page_sizes, b"", "", self.limits)

    def start(self) -> None:
        """Begins what the first task would wait for, as a server does."""
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        ensure_running()
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)  # Python 3.11's resource tracker unblocks what it blocked

    def close(self) -> None:
        with self._guard:
            self._closed = True
            self._stop()

    def run(self, task: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
        """Runs a module-level function in a decoder process. Raises UnreadableDocument where the document is at fault, and
        OriginalGone where it was to be read from a path at which there is nothing."""
        with metrics.step("decoder", task.__name__):
            return self._run(self._seconds, task, *given, **named)

    def run_behind(self, task: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
        """The same for what nobody waits for: it takes only the time that nobody else on the machine wants."""
        with metrics.step("decoder", f"{task.__name__} ahead"):
            return self._run(self._seconds * PATIENCE, partial(aside.run, task), *given, **named)

    def _run(self, seconds: float, task: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
        for _ in range(TRIES):
            pool = self._pool
            try:
                answer: Answer = self._scheduled(pool, seconds, task, *given, **named).result()
            except Unreadable as error:
                raise UnreadableDocument(problem=error.problem) from error
            except Late as error:
                raise UnreadableDocument(problem="too_slow") from error
            except BrokenProcessPool:
                self._replace(pool)
            except ProcessExpired as error:
                late = error.exitcode == -signal.SIGXCPU
                raise UnreadableDocument(problem="too_slow" if late else "damaged") from error
            except MemoryError as error:
                raise UnreadableDocument(problem="too_many_pixels") from error
            except FileNotFoundError as error:
                if error.filename in [str(each) for each in given if isinstance(each, Path)]:
                    raise OriginalGone from error
                raise
            else:
                return answer
        raise UnreadableDocument(problem="damaged")

    def _scheduled(
        self,
        pool: ProcessPool,
        seconds: float,
        task: Callable[Given, Answer],
        *given: Given.args,
        **named: Given.kwargs,
    ) -> "Future[Answer]":
        with self._guard:
            if self._pool is not pool:
                raise BrokenProcessPool
            try:
                future: Future[Answer] = pool.schedule(
                    _within, args=[seconds, task, *given], kwargs=named, timeout=seconds
                )
            except RuntimeError as error:
                raise BrokenProcessPool from error
            self._out.add(future)
        return future

    def _started(self) -> "tuple[_Forking, ProcessPool]":
        processes = _Forking()
        return processes, ProcessPool(
            max_workers=self.count,
            max_tasks=TASKS_EACH,
            initializer=_confine,
            initargs=[self._memory],
            context=processes,
        )

    def _replace(self, broken: ProcessPool) -> None:
        """A new pool for one that pebble gives up: a decoder died between two tasks, say by the kernel's hand."""
        with self._guard:
            if self._closed:
                raise RuntimeError("the decoders are closed")
            if self._pool is broken:
                self._stop()
                self._processes, self._pool = self._started()

    def _stop(self) -> None:
        """Ends the pool. It forgets what is under way, for which somebody waits."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._processes.end()  # pebble would first drop the locks that a decoder just starting looks for
        self._pool.join()
        for future in list(self._out):
            with contextlib.suppress(InvalidStateError):
                future.set_exception(BrokenProcessPool())


def limits_of(settings: Settings) -> Limits:
    """What a document may cost in this installation."""
    return Limits(
        max_pixels=settings.max_pixels,
        max_pages=settings.max_pages,
        page_dpi=settings.page_dpi,
        page_edge=settings.page_edge,
        decoder_pixels=settings.decoder_pixels,
        archive_entries=settings.archive_entries,
        archive_bytes=settings.archive_bytes,
        archive_ratio=settings.archive_ratio,
    )


class _Forking(ForkServerContext):
    """Starts decoders and remembers them. They are forks of a small process that holds nothing but the decoders' modules,
    so that these are in memory once for all of them."""

    def __init__(self) -> None:
        super().__init__()
        self._decoders: WeakSet[ForkServerProcess] = WeakSet()
        self.set_forkserver_preload(PRELOADED)

    def Process(self, **given: Any) -> ForkServerProcess:  # type: ignore[override]
        decoder = ForkServerProcess(**given)
        self._decoders.add(decoder)
        return decoder

    def end(self) -> None:
        for decoder in list(self._decoders):
            if decoder.is_alive():
                decoder.terminate()


def _confine(memory: int) -> None:
    """What a decoder process may not: more address space than `memory` bytes, writing files, many open files, core dumps,
    knowing the server's secrets. It draws texts without an embedded font with ours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler never runs while a decoder's C code hangs
    # The server blocks it for itself and so for its children.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)  # pebble takes it for dead then, and starts another
    for name in os.environ.keys() - KEPT_VARIABLES:
        del os.environ[name]
    share_heaps(1)
    give_back_in_rest()
    pdf.use_fonts(SERIF_SC.parent)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _within(seconds: float, task: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """Runs a task that may take so much CPU time more than this process has: a hanging decoder ends by itself too, where
    its server was killed and no longer watches the clock."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(spent.ru_utime + spent.ru_stime + THREADS * seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    # Around what lets go of a failed task's memory: until then there may be none left for anything else.
    with work():
        try:
            return task(*given, **named)
        except Unreadable as error:
            problem = error.problem
        except MemoryError:
            problem = "too_many_pixels"
        # A new one: the old one's frames would keep a half-made picture while the next task runs.
        raise Unreadable(problem)
