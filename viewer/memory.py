"""glibc's allocator, told to give memory back: by itself it keeps much of what a large picture took. Elsewhere nothing is done."""

import ctypes

ARENA_MAX, MMAP_THRESHOLD = -8, -3
"""mallopt(3)'s names for how many heaps threads share, and from how many bytes on a block is mapped on its own."""
MAPPED_FROM = 512 * 1024

_libc = ctypes.CDLL(None)


def share_heaps(count: int) -> None:
    """For a whole process, before its threads start: a heap for each thread would keep a picture's worth each."""
    if mallopt := getattr(_libc, "mallopt", None):
        mallopt(ARENA_MAX, count)
        mallopt(MMAP_THRESHOLD, MAPPED_FROM)


def give_back() -> None:
    """What is free goes back to the machine now."""
    if trim := getattr(_libc, "malloc_trim", None):
        trim(0)
