"""The form in which pages travel from a decoder process into a PDF: its objects, numbered among themselves.

An object's text is cut where it names another one; whoever puts it into a PDF fills the new numbers in and needs to understand
nothing else of it. A stream that is the file's own bytes (a JPEG's) isn't repeated here.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

Matrix = tuple[float, float, float, float, float, float]
Body = Sequence[str | int]
"""An object's text in Latin-1; a number stands for the reference to that object of the same paper."""

NO_STREAM, ORIGINAL = -1, -2
"""In place of a stream's length: there is none; it is the whole file."""
HEAD = struct.Struct(">Q")


@dataclass(frozen=True)
class PaperPage:
    """A page: the object that draws it (a form or an image), and the matrix from that object's space to the page's, which is
    upright, in points from its lower left corner."""

    drawn_by: int
    matrix: Matrix
    width: float
    height: float


class Maker:
    """A paper in the making. `original`: the file's own bytes, where they may serve as a stream."""

    def __init__(self, original: bytes | None = None) -> None:
        self.pages: list[PaperPage] = []
        self._original = original
        self._bodies: list[Body] = []
        self._streams: list[bytes | None] = []
        self._layers: list[int] = []
        self._hidden: list[int] = []

    def reserve(self) -> int:
        """The number of an object that `put` brings later."""
        self._bodies.append(["null"])
        self._streams.append(None)
        return len(self._bodies) - 1

    def put(self, number: int, body: Body, stream: bytes | None = None) -> None:
        """An object; with a stream its body is the dictionary, without `/Length`."""
        self._bodies[number] = body
        self._streams[number] = stream

    def add(self, body: Body, stream: bytes | None = None) -> int:
        number = self.reserve()
        self.put(number, body, stream)
        return number

    def layer(self, number: int, *, hidden: bool) -> None:
        """The object is a layer (optional content group); what lies on a hidden one isn't shown."""
        self._layers.append(number)
        if hidden:
            self._hidden.append(number)

    def packed(self) -> bytes:
        payload, sizes = [], []
        for stream in self._streams:
            if stream is None:
                sizes.append(NO_STREAM)
            elif stream is self._original:
                sizes.append(ORIGINAL)
            else:
                sizes.append(len(stream))
                payload.append(stream)
        told = {
            "pages": [[page.drawn_by, page.matrix, page.width, page.height] for page in self.pages],
            "layers": self._layers,
            "hidden": self._hidden,
            "bodies": self._bodies,
            "streams": sizes,
        }
        head = json.dumps(told, separators=(",", ":")).encode()
        return b"".join([HEAD.pack(len(head)), head, *payload])


class Paper:
    """A packed paper in an open file; streams are read when they are needed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        (size,) = HEAD.unpack(file.read(HEAD.size))
        told = json.loads(file.read(size))
        self.pages = tuple(
            PaperPage(drawn_by, tuple(matrix), width, height) for drawn_by, matrix, width, height in told["pages"]
        )
        self.layers: list[int] = told["layers"]
        self.hidden: list[int] = told["hidden"]
        self.bodies: list[Body] = told["bodies"]
        self.sizes: list[int] = told["streams"]
        """Of each object's stream: its length, NO_STREAM or ORIGINAL."""
        self._starts = list(_starts(HEAD.size + size, self.sizes))

    def stream(self, number: int) -> bytes:
        """The bytes of a stream that the paper itself holds."""
        self._file.seek(self._starts[number])
        return self._file.read(self.sizes[number])

    def needed_by(self, number: int) -> set[int]:
        """The object and all that it needs."""
        found, coming = set[int](), [number]
        while coming:
            number = coming.pop()
            if number not in found:
                found.add(number)
                coming += [each for each in self.bodies[number] if isinstance(each, int)]
        return found


def _starts(place: int, sizes: Sequence[int]) -> Iterator[int]:
    for size in sizes:
        yield place
        place += max(0, size)
