"""What processes hold: forks share what was loaded before, and glibc's allocator gives back what is free, of which by itself it
keeps much after a large picture. With another allocator that part does nothing."""

import ctypes
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ARENA_MAX = -8
"""mallopt(3)'s name for how many heaps threads share."""
MOMENT = 0.5
"""Seconds without work after which memory is no longer kept for more of it."""

_libc = ctypes.CDLL(None)


def keep() -> None:
    """What is loaded stays. Python doesn't look through it again, which would also write to every page of it, so that forks
    would soon share none."""
    gc.collect()
    gc.freeze()


def share_heaps(count: int) -> None:
    """For a whole process, before its threads start: a heap for each thread would keep a picture's worth each."""
    if mallopt := getattr(_libc, "mallopt", None):
        mallopt(ARENA_MAX, count)


class SpareMemory:
    """A process's free memory: kept while there is work, given back to the machine after a moment without. Given back after
    every task, each page of it would have to be fetched anew for the next: a quarter of a large picture's time."""

    def __init__(self) -> None:
        self._giving: threading.Timer | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """During one piece of work and for the moment after it."""
        if self._giving:
            self._giving.cancel()
        try:
            yield
        finally:
            self._giving = threading.Timer(MOMENT, _give_back)
            self._giving.daemon = True
            self._giving.start()


def _give_back() -> None:
    if trim := getattr(_libc, "malloc_trim", None):
        trim(0)
