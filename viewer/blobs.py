"""The store of originals, behind an address: a folder by default, an object store at scale. Keys are SHA-256 in hex.

Beside an original may lie its first picture, so small that thumbnails need not start from the original, wherever they are made.

A blob is written whole or not at all (obstore puts under a temporary name and renames), and an original never changes.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from viewer.errors import N_, ConfigError, OriginalGone

PIECE = 1024 * 1024
LOOKING = 8
"""Blobs that are looked for at the same time."""


class Blobs:
    """Originals by content."""

    def __init__(self, url: str, *, make: bool = False) -> None:
        """Raises ConfigError for an address that no store answers to; a folder that isn't there is made only by `make`,
        since it may be a disk that isn't mounted."""
        try:
            self._store = from_url(url, mkdir=True) if make and url.startswith("file:") else from_url(url)
        except (BaseError, OSError, ValueError) as error:
            reason = str(error).partition("\n")[0]
            raise ConfigError(N_("{name} is wrong: {reason}"), name="VIEWER_BLOB_URL", reason=reason) from error

    def put(self, sha256: str, source: Path) -> None:
        """Stores the file at `source`, on a local disk to the platter; storing what is there already costs one look."""
        if not self.has(sha256):
            self._put(_key(sha256), source)

    def put_first(self, sha256: str, picture: bytes) -> None:
        """Stores the first picture of the original, in place of an earlier one."""
        self._put(_first_key(sha256), picture)

    def first(self, sha256: str) -> bytes | None:
        """The first picture of the original, if there is one that can be had: one can do without it."""
        with contextlib.suppress(FileNotFoundError, BaseError):
            return bytes(obstore.get(self._store, _first_key(sha256)).bytes())
        return None

    def has(self, sha256: str) -> bool:
        try:
            obstore.head(self._store, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def get(self, sha256: str) -> bytes:
        """All bytes. Raises OriginalGone where there is no such blob."""
        try:
            return bytes(obstore.get(self._store, _key(sha256)).bytes())
        except FileNotFoundError as error:
            raise OriginalGone from error

    def require(self, sha256: str) -> None:
        """Raises OriginalGone where there is no such blob: for who is about to promise its bytes."""
        if not self.has(sha256):
            raise OriginalGone

    def missing(self, sha256s: Iterable[str]) -> frozenset[str]:
        """Those of them that are not here; a store elsewhere is asked for several at the same time."""
        wanted = sorted(set(sha256s))
        with ThreadPoolExecutor(LOOKING) as threads:
            return frozenset(
                sha256 for sha256, here in zip(wanted, threads.map(self.has, wanted), strict=True) if not here
            )

    def delete(self, sha256: str) -> None:
        """Removes the blob and its first picture; one that isn't there is no error. The picture goes before, so that none is left
        of a blob that is gone however this ends, and again, since it may have been stored meanwhile."""
        self.delete_first(sha256)
        self._delete(_key(sha256))
        self.delete_first(sha256)

    def delete_first(self, sha256: str) -> None:
        """Removes the first picture alone."""
        self._delete(_first_key(sha256))

    def readable(self, sha256: str) -> bytes | Path:
        """What a decoder reads: where the blob lies on this machine, whether it does or not, else its bytes. Raises OriginalGone
        where a store elsewhere has no such blob."""
        local = isinstance(self._store, LocalStore) and self._store.prefix
        return Path(local) / _key(sha256) if local else self.get(sha256)

    def pieces(self, sha256: str, *, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to but not including `end`, piece by piece. Raises OriginalGone."""
        for at in range(start, end, PIECE):
            try:
                yield bytes(obstore.get_range(self._store, _key(sha256), start=at, end=min(at + PIECE, end)))
            except FileNotFoundError as error:
                raise OriginalGone from error

    def check(self) -> None:
        """Raises what the store raises when it doesn't answer; a folder that is gone counts as that."""
        if isinstance(self._store, LocalStore) and self._store.prefix and not Path(self._store.prefix).is_dir():
            raise FileNotFoundError(self._store.prefix)
        obstore.list_with_delimiter(self._store, prefix="00")

    def _delete(self, key: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, key)

    def _put(self, key: str, content: Path | bytes) -> None:
        obstore.put(self._store, key, content)
        if isinstance(self._store, LocalStore) and self._store.prefix:
            _sync(Path(self._store.prefix) / key)


def _sync(path: Path) -> None:
    """Survives a power cut: obstore renames in place but leaves the disk's own cache alone."""
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _first_key(sha256: str) -> str:
    return f"first/{_key(sha256)}"
