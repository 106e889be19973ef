"""A view's originals as one ZIP, sent while it is made: nothing of a file is in memory but the piece that is on its way."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from viewer.blobs import Blobs

INDEX = "index.csv"


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name there, and its content."""

    name: str
    sha256: str
    size: int


def packed(blobs: Blobs, members: Sequence[Member], index: bytes, *, at: datetime) -> Iterator[bytes]:
    """The archive: the index, then each member unpacked, since most are packed already. `at`: the time that all of them bear.

    Sizes are known beforehand, so that only what needs it has the form for more than 4 GB (ZIP64); checksums aren't and
    come behind. Then a member's own bytes must tell where it ends to those who read from the front: it is deflated with level 0.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(INDEX, at), index)
        yield sink.taken()
        for member in members:
            entry = _entry(member.name, at)
            entry.file_size = member.size
            entry._compresslevel = 0  # type: ignore[attr-defined]
            with archive.open(entry, "w") as target:
                for piece in blobs.pieces(member.sha256, start=0, end=member.size):
                    target.write(piece)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


class _Sink(io.RawIOBase):
    """Where the archive is written: what was written is taken away at once. It can't go back, and so nobody tries to."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._written.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        found = b"".join(self._written)
        self._written.clear()
        return found
