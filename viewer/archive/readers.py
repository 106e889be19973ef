"""Readers of one instance: those of all processes who wait for a picture just now, and this process's whom it keeps busy."""

import contextlib
import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

RUSH = 1000.0
"""Finished pictures a second that keep one process busy: a tenth of what it can answer with."""
WINDOW = 0.3
"""Seconds over which they are counted, at least."""


class Readers:
    """Who waits holds a shared lock on one empty file meanwhile, and leaves the time there; a killed one's lock goes with it.

    Where the file can't be made, nobody sees anybody, and readers are answered all the same.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._answered = 0
        self._since = time.monotonic()
        self._is_rush = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with ExitStack() as stack:
            held = None
            with contextlib.suppress(OSError):
                held = stack.enter_context(self._opened())
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            try:
                yield
            finally:
                if held is not None:
                    with contextlib.suppress(OSError):
                        os.utime(held)

    def answered(self) -> None:
        """One has got a finished picture at once. Counted by several threads at once, one may be lost, which matters little."""
        self._answered += 1

    def quiet(self) -> float:
        """Seconds since the last one waited; 0 while one does, or while finished pictures keep this process busy."""
        if self._rush():
            return 0.0
        try:
            with self._opened() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                since = time.time() - os.fstat(file).st_mtime
        except BlockingIOError:
            return 0.0
        except OSError:
            return math.inf
        return since if since >= 0 else math.inf  # somebody has set the clock back

    def _rush(self) -> bool:
        now = time.monotonic()
        if (passed := now - self._since) >= WINDOW:
            self._is_rush = self._answered > RUSH * passed
            self._answered, self._since = 0, now
        return self._is_rush

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            file = self._open()
        except FileNotFoundError:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            file = self._open()
        try:
            yield file
        finally:
            os.close(file)

    def _open(self) -> int:
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
