"""What a hostile document could make a decoder process do, and looks at such a process, as tasks for it."""

import contextlib
import ctypes
import errno
import gc
import io
import os
import resource
import socket
import time
from pathlib import Path

from PIL import Image

from viewer.documents.shapes import Unreadable


def crash(*_: object) -> None:
    """A segmentation fault."""
    ctypes.string_at(0)


def hang(*_: object) -> None:
    while True:
        time.sleep(60)


def burn() -> None:
    """Computes for ever."""
    while True:
        pass


def eat() -> int:
    """Takes memory until there is none; untouched, so that it takes no time."""
    taken = []
    while True:
        taken.append(bytes(2**26))


def eat_all() -> None:
    """Takes memory until no thread could start any more, and fails with all of it in hand."""
    taken, size = [], 2**26
    while size > 2**16:
        try:
            taken.append(bytes(size))
        except MemoryError:
            size //= 2
    raise MemoryError


def take(size: int, problem: str = "") -> int:
    """Takes so much memory, and fails with it in hand where there is a problem."""
    taken = bytearray(size)
    if problem:
        raise Unreadable(problem)
    return len(taken)


def write(path: str) -> str:
    """What comes of writing a file."""
    try:
        Path(path).write_bytes(b"x")
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return ""


def open_files() -> list[str]:
    """What the process's descriptors stand for."""
    names = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            names.append(str(descriptor.readlink()))
    return names


def open_many() -> int:
    """How many sockets the process can open."""
    kept = []
    try:
        while True:
            kept.append(socket.socket())
    except OSError:
        return len(kept)


def environment() -> dict[str, str]:
    return dict(os.environ)


def limits() -> dict[str, tuple[int, int]]:
    names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")
    return {name: resource.getrlimit(getattr(resource, name)) for name in names}


def collect() -> int:
    """Collects garbage. The process."""
    gc.collect()
    return os.getpid()


def parent() -> int:
    return os.getppid()


def process() -> int:
    return os.getpid()


LARGE = (1500, 1500)
FILLED = 40_000_000


def large_png() -> bytes:
    """One that libvips makes smaller where it may."""
    encoded = io.BytesIO()
    Image.new("RGB", LARGE, "white").save(encoded, "PNG")
    return encoded.getvalue()


def nice_of_threads() -> list[int]:
    """How far every thread of this process stands back."""
    found = []
    for each in Path("/proc/self/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            found.append(os.getpriority(os.PRIO_PROCESS, int(each.name)))
    return found


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def fill_and_free() -> None:
    """Takes memory in pieces too small to be mapped alone; the last piece stays, so that the heap can't shrink by itself."""
    pieces = [bytes(FILLED // 1000) for _ in range(1000)]
    _kept.append(pieces.pop())


_kept: list[bytes] = []
