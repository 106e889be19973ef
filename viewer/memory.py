"""glibc's allocator, told to give memory back: by itself it keeps much of what a large picture took. Elsewhere nothing is done."""

import ctypes

ARENA_MAX = -8
"""mallopt(3)'s name for how many heaps threads share."""

_libc = ctypes.CDLL(None)


def share_heaps(count: int) -> None:
    """For a whole process, before its threads start: a heap for each thread would keep a picture's worth each."""
    if mallopt := getattr(_libc, "mallopt", None):
        mallopt(ARENA_MAX, count)


def give_back() -> None:
    """What is free goes back to the machine now."""
    if trim := getattr(_libc, "malloc_trim", None):
        trim(0)
