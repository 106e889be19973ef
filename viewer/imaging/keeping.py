"""Keeps the folder of pictures within its size: what was used longest ago goes first."""

import contextlib
import fcntl
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from viewer.imaging.cache import ENGINE, UNFINISHED, files_below

ROOM = 0.1
"""The part of its size that is freed when it is full, so that it doesn't have to be looked through at every picture."""
LOCK = ".keeping"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a look through the folder found and left."""

    files: int
    size: int
    """Bytes that stay."""
    removed: int
    freed: int
    """Bytes that went."""


def keep_within(folder: Path, most_bytes: int) -> Kept:
    """Throws away what other versions of the engine and killed processes left, then, where there is more than `most_bytes`,
    what was used longest ago. Two at once do no harm; a picture that is being read stays readable."""
    removed = freed = 0
    files: list[tuple[float, int, str]] = []
    for version in _folders(folder):
        for entry in files_below(version.path):
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if version.name != ENGINE or (entry.name.endswith(UNFINISHED) and _sweep(entry.path)):
                removed, freed = removed + 1, freed + state.st_size
            else:
                files.append((state.st_mtime, state.st_size, entry.path))
        if version.name != ENGINE:
            shutil.rmtree(version.path, ignore_errors=True)
    size = sum(each[1] for each in files)
    if size > most_bytes:
        files.sort(reverse=True)
        while files and size > most_bytes * (1 - ROOM):
            _, gone, path = files.pop()
            Path(path).unlink(missing_ok=True)
            size, removed, freed = size - gone, removed + 1, freed + gone
    return Kept(files=len(files), size=size, removed=removed, freed=freed)


class Keeper:
    """Looks through the folder now and then, in a thread of its own and in one process at a time."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._new = 0
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Looks once, for what a killed server left behind."""
        with self._guard:
            self._begin()

    def count(self, size: int) -> None:
        """A new file of so many bytes: after a tenth of the size it is time to look."""
        with self._guard:
            self._new += size
            if self._new > self._most * ROOM / 2:
                self._begin()

    def close(self) -> None:
        if self._thread:
            self._thread.join()

    def _begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._new = 0
            self._thread = threading.Thread(target=self._look, name="keeper", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        with contextlib.suppress(OSError), (self._folder / LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            keep_within(self._folder, self._most)


def _folders(folder: Path) -> list["os.DirEntry[str]"]:
    """None where the folder isn't there: it may be deleted at any time."""
    if not folder.exists():
        return []
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]


def _sweep(path: str) -> bool:
    """Removes an unfinished file unless somebody is writing it; whoever comes for it meanwhile finds it gone."""
    try:
        with Path(path).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            Path(path).unlink(missing_ok=True)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True
    return True
