"""Pictures made once: a file each, named by the source's content, the request and this engine's version.

Several pictures that are made together (a page's ladder, the tiles of one scale) lie together in one file, a ZIP without
compression: one write, one wait for the disk, one thing to throw away.
"""

import contextlib
import fcntl
import hashlib
import io
import logging
import os
import threading
import time
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from viewer.domain.source import PageSource
from viewer.flight import Parts, SingleFlight

log = logging.getLogger(__name__)

ENGINE = "10"
"""Goes up when the same request would give other pixels, so that old pictures are not used any more."""
LADDER = "ladder"
"""The pack of a page's sizes that are made ahead."""
UNFINISHED = ".new"
NOT_KEPT = "a picture could not be kept"
FRESH = 3600.0
"""Seconds for which the time of a file's last use may be wrong: it isn't noted more often."""
PATHS = 4096
"""Kept in memory: making one takes half as long as reading a thumbnail does."""
MOST_TO_STORE = 16
"""Pictures that were answered with and aren't on the disk yet; where it is slower than that, readers wait for it."""
Add = Callable[[Mapping[str, bytes]], None]
"""Takes finished pictures, each by its name."""
LOCAL_HEADER = 30
"""Bytes before an entry's name in a ZIP; its content comes after name and extra field."""


class RenditionCache:
    """A folder of finished pictures; a file there is whole, whenever the process was killed."""

    def __init__(self, folder: Path, *, wrote: Callable[[int], None] = lambda size: None) -> None:
        """`wrote` is told the size of every new file."""
        self._folder = folder / ENGINE
        self._wrote = wrote
        self._making = SingleFlight[bytes | None]()
        self._coming: dict[Path, Parts[bytes]] = {}
        self._guard = threading.Lock()
        self._closed = False
        self._storing = ThreadPoolExecutor(thread_name_prefix="store")
        self._places = threading.BoundedSemaphore(MOST_TO_STORE)
        self._path = lru_cache(PATHS)(self._new_path)

    def find(self, source: PageSource, name: str, pack: str) -> bytes | None:
        """The picture if it has been made, alone or in this pack: looked for first where it mostly is, a tile in its pack."""
        if pack == LADDER:
            return self._find_alone(source, name) or self.find_in_pack(source, name, pack)
        return self.find_in_pack(source, name, pack) or self._find_alone(source, name)

    def find_in_pack(self, source: PageSource, name: str, pack: str) -> bytes | None:
        """The picture if it was made with the others of this pack."""
        path = self._path(source, pack)
        return _read(path, lambda stored: _index(path, stored.st_ino, stored.st_size).get(name))

    def get(self, source: PageSource, name: str, make: Callable[[], bytes]) -> bytes:
        """The picture, made by `make` if it isn't there; asked for twice at once, even by two processes, it is made once.
        Nobody waits until the disk has it."""
        path = self._path(source, name)
        while True:
            if (made := self._make(path, make, wait=False)) is not None:
                return made
            if stored := self._find_alone(source, name):
                return stored

    def opened(self, source: PageSource, name: str, make: Callable[[], bytes]) -> BinaryIO:
        """The same as an open file, which stays readable whatever becomes of the folder."""
        path = self._path(source, name)
        while True:
            self._make(path, make, wait=True)
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # it was thrown away in this very moment
            _note_use(path, os.fstat(file.fileno()))
            return file

    def forget(self, sha256s: Collection[str]) -> None:
        """Removes every picture of these contents, finished or not, of any page and engine."""
        marks = {_mark(sha256) for sha256 in sha256s}
        while self._forget(marks):
            pass  # meanwhile one may have been made of another that this came to later

    def _forget(self, marks: Collection[str]) -> int:
        gone = 0
        for file in files_below(self._folder.parent):
            if file.name.partition("-")[0] in marks:
                Path(file.path).unlink(missing_ok=True)
                gone += 1
        return gone

    def has(self, source: PageSource, name: str) -> bool:
        return self._path(source, name).exists()

    def has_pack(self, source: PageSource, pack: str) -> bool:
        return self._path(source, pack).exists()

    def make_pack(self, source: PageSource, pack: str, make: Callable[[], Mapping[str, bytes]]) -> None:
        """Makes a pack that isn't there; the same rules as for one picture."""
        self._make(self._path(source, pack), lambda: _packed(make()), wait=True)

    def get_from_pack(self, source: PageSource, name: str, pack: str, make: Callable[[Add], None]) -> bytes | None:
        """The picture of a pack that is made if it isn't there: `make` gives its pictures away in parts, and is called in a
        thread of its own. Each picture is answered with as soon as it is there, until the disk has them all (a moment in which a
        purge has no effect). None where the pack has no such picture, or there can be no pack."""
        path = self._path(source, pack)
        with self._guard:
            is_first = path not in self._coming
            parts = self._coming.setdefault(path, Parts())
        if is_first:
            making = threading.Thread(target=self._make_parts, args=(path, parts, make))
            try:
                making.start()
            except RuntimeError:
                making.run()  # there are too many threads already
        return parts.wait(name) or self.find_in_pack(source, name, pack)

    def etag(self, source: PageSource, name: str) -> str:
        """Tells this picture from any other, whether it has been made or not."""
        return f"{ENGINE}-{_digest(source, name)[:32]}"

    def _find_alone(self, source: PageSource, name: str) -> bytes | None:
        return _read(self._path(source, name), lambda stored: (0, stored.st_size))

    def _new_path(self, source: PageSource, name: str) -> Path:
        digest = _digest(source, name)
        return self._folder / digest[:2] / f"{_mark(source.sha256)}-{digest}"

    def close(self) -> None:
        """Waits for what was answered with and is still to be stored; whatever comes later is stored before it is answered."""
        self._closed = True
        for _ in range(MOST_TO_STORE):
            self._places.acquire()
        self._storing.shutdown()

    def _make(self, path: Path, make: Callable[[], bytes], *, wait: bool) -> bytes | None:
        """What `make` made; None where it was there, or another process has just made it. With `wait` it is stored then."""
        return None if path.exists() else self._making.run(path, lambda: self._made(path, make, wait=wait))

    def _make_parts(self, path: Path, parts: Parts[bytes], make: Callable[[Add], None]) -> None:
        """Makes a pack and stores it. Nobody waits for its end but `close`; but where too many others wait for the disk, its
        pictures wait with them."""
        with ExitStack() as held:
            taking = threading.Lock()

            def add(pictures: Mapping[str, bytes]) -> None:
                with taking:
                    if not parts.all():
                        self._take_place()
                        held.callback(self._places.release)
                    parts.add(pictures)

            def whole() -> bytes:
                make(add)
                parts.end()
                return _packed(parts.all())

            try:
                self._made(path, whole, wait=True)
            except FileNotFoundError:
                pass  # it was thrown away before it was whole
            except OSError:
                log.exception(NOT_KEPT)
            except BaseException as error:  # noqa: BLE001 - told to those who wait
                parts.end(error)
            finally:
                with self._guard:
                    del self._coming[path]
                parts.end()  # another process has made it, or it can't be kept

    def _take_place(self) -> None:
        """Waits for one of the places of what isn't on the disk yet. Raises RuntimeError after `close`, which takes them all."""
        while not self._places.acquire(timeout=1):
            if self._closed:
                raise RuntimeError("the pictures are closed")

    def _made(self, path: Path, make: Callable[[], bytes], *, wait: bool) -> bytes | None:
        with ExitStack() as held:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = held.enter_context(_new_file(path))
            except OSError:
                if wait:
                    raise
                log.exception(NOT_KEPT)
                return make()
            if file is None:
                return None
            content = make()
            if wait:
                self._store(file, path, content)
            elif self._places.acquire(blocking=False):
                self._storing.submit(self._store_later, held.pop_all(), file, path, content)
            else:
                self._store_if_possible(file, path, content)
        return content

    def _store(self, file: BinaryIO, path: Path, content: bytes) -> None:
        """Under a temporary name first: what bears the final name is complete, also after a power cut."""
        new = Path(file.name)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        if _is_still(new, file):
            new.replace(path)
        if not _is_still(path, file):
            # Thrown away meanwhile; if that was in this very moment, the name is somebody else's unfinished file's.
            path.unlink(missing_ok=True)
            raise FileNotFoundError(path)
        self._wrote(len(content))

    def _store_later(self, held: ExitStack, file: BinaryIO, path: Path, content: bytes) -> None:
        try:
            with held:
                self._store_if_possible(file, path, content)
        finally:
            self._places.release()

    def _store_if_possible(self, file: BinaryIO, path: Path, content: bytes) -> None:
        try:
            self._store(file, path, content)
        except FileNotFoundError:
            pass  # it was thrown away before it was whole
        except OSError:
            log.exception(NOT_KEPT)


def files_below(folder: Path | str) -> Iterator["os.DirEntry[str]"]:
    """Every file in a folder and those in it, whatever is deleted meanwhile."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from files_below(entry.path)
            else:
                yield entry


def _mark(sha256: str) -> str:
    """What the names of a content's pictures begin with, so that they can be found when it has to go."""
    return sha256[:16]


def _digest(source: PageSource, name: str) -> str:
    return hashlib.sha256(f"{source.sha256}/{source.number}/{name}".encode()).hexdigest()


def _read(path: Path, part: Callable[[os.stat_result], tuple[int, int] | None]) -> bytes | None:
    """The part of a stored file that begins there and has so many bytes; None where there is no file, or no such part."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            stored = os.fstat(file)
            _note_use(path, stored)
            place = part(stored)
            return os.pread(file, place[1], place[0]) if place else None
        finally:
            os.close(file)
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO | None]:
    """The empty file that is to become `path`, locked against other processes; None where one of them has made it.

    The lock is the temporary file's own and ends with its holder, however that ends; what a killed process left behind
    is written anew by the next.
    """
    new = path.with_name(path.name + UNFINISHED)
    while True:
        with new.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_still(new, file):
                continue  # another process has just finished it, failed, or swept it away
            finished = path.exists()
            try:
                if not finished:
                    file.truncate(0)
                yield None if finished else file
            finally:
                if _is_still(new, file):
                    new.unlink(missing_ok=True)
            return


def _is_still(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _packed(pictures: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in pictures.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


@lru_cache(maxsize=2048)
def _index(path: Path, inode: int, size: int) -> dict[str, tuple[int, int]]:
    """Where each picture of a pack lies; `inode` and `size` tell a pack from an older one of its name. Raises FileNotFoundError
    where that has just been replaced."""
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        if os.fstat(file.fileno()).st_ino != inode:
            raise FileNotFoundError(path)
        return {
            each.filename: (each.header_offset + LOCAL_HEADER + len(each.filename), each.file_size)
            for each in archive.infolist()
        }


def _note_use(path: Path, used: os.stat_result) -> None:
    """A file's time is that of its last use: what was used longest ago goes first."""
    now = time.time()
    if now - used.st_mtime > FRESH:
        try:
            os.utime(path, (now, now))
        except FileNotFoundError:
            return
