"""A bill as read from disk, before its files are stored."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from viewer.domain.listing import BillListing

LONGEST = 200


@dataclass(frozen=True)
class FoundBill:
    """`sources` says where the bytes of each file's identity lie."""

    listing: BillListing
    sources: dict[str, Path]


def identity_of(file: Path, folder: Path) -> str:
    """What tells a file from its siblings when the bill is imported again: its place in the bill's folder."""
    place = file.relative_to(folder).as_posix()
    return place if len(place) <= LONGEST else hashlib.sha256(place.encode()).hexdigest()


def made_serial_no(*parts: str) -> str:
    """A serial number for what came without one: the same for the same place in the same bill."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
