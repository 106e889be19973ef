"""What processes hold: forks share what was loaded before, and glibc's allocator gives back what is free, of which by itself it
keeps much after a large picture. With another allocator that part does nothing."""

import ctypes
import gc

ARENA_MAX = -8
"""mallopt(3)'s name for how many heaps threads share."""

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


def give_back() -> None:
    """What is free goes back to the machine now."""
    if trim := getattr(_libc, "malloc_trim", None):
        trim(0)
