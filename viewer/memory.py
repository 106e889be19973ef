"""What processes hold: forks share what was loaded before, and glibc's allocator gives back what is free, of which by itself it
keeps much after a large picture. With another allocator that part does nothing."""

import ctypes
import gc
import signal
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


def give_back_in_rest() -> None:
    """From now on this process gives its free memory back to the machine a moment after its last piece of work (`work`).
    Given back after every task, each page of it would have to be fetched anew for the next: a quarter of a large picture's
    time. By an alarm: starting a thread for it takes 0.4 ms. Only for a main thread."""
    signal.signal(signal.SIGALRM, lambda *_: _give_back())


@contextmanager
def work() -> Iterator[None]:
    """One piece of work, during which and for a moment after which free memory is kept."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, MOMENT)


def _give_back() -> None:
    if trim := getattr(_libc, "malloc_trim", None):
        trim(0)
