"""A ZIP that is sent while it is made: whole, whoever reads it, however large."""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from viewer.archive.packing import Member, packed
from viewer.blobs import Blobs

AT = datetime(2026, 9, 3, 12, 30, 4, tzinfo=UTC)
CONTENTS = {"01_a.pdf": b"%PDF-1.7" * 5000, "02_发票.jpg": bytes(range(256)) * 9000, "empty.xml": b""}


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs((tmp_path / "blobs").as_uri(), make=True)


def members(blobs: Blobs, folder: Path) -> list[Member]:
    found = []
    for name, content in CONTENTS.items():
        path, digest = folder / "it", hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        blobs.put(digest, path)
        found.append(Member(name, digest, len(content)))
    return found


@pytest.mark.parametrize("most", [None, 1000], ids=["as usual", "as if 4 GB were a kilobyte"])
def test_every_member_is_there_with_its_own_bytes(
    blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    if most:
        monkeypatch.setattr(zipfile, "ZIP64_LIMIT", most)
    pieces = list(packed(blobs, members(blobs, tmp_path), b"index", at=AT))
    assert max(map(len, pieces)) < 3_000_000
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {"index.csv": b"index", **CONTENTS}
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 9, 3, 12, 30, 4)}


def test_it_can_be_read_from_its_beginning_without_the_directory_at_its_end(blobs: Blobs, tmp_path: Path) -> None:
    rest = b"".join(packed(blobs, members(blobs, tmp_path), b"index", at=AT))
    found = {}
    while rest.startswith(b"PK\x03\x04"):
        named, extra = struct.unpack_from("<HH", rest, 26)
        name = rest[30 : 30 + named].decode()
        unpacking = zlib.decompressobj(-15)
        found[name] = unpacking.decompress(rest[30 + named + extra :])
        assert unpacking.eof
        signature, checksum = struct.unpack_from("<4sI", unpacking.unused_data)
        assert (signature, checksum) == (b"PK\x07\x08", zlib.crc32(found[name]))
        rest = unpacking.unused_data[16:]
    assert found == {"index.csv": b"index", **CONTENTS}
