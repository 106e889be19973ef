"""A PDF as a stream of bytes: objects one after another as they come, where each begins at the end. What papers bring is copied."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from viewer.documents.papers.paper import NO_STREAM, ORIGINAL, Paper

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


class PdfWriter:
    """Every method that writes gives the bytes to be sent on, in order."""

    def __init__(self) -> None:
        self._length = 0
        self._places: list[int] = [0]
        """By number; 0 for one that was reserved and never came."""
        self.layers: list[int] = []
        self.hidden: list[int] = []

    def start(self) -> bytes:
        return self._sent(HEADER)

    def reserve(self, count: int = 1) -> int:
        """The first of so many new numbers."""
        self._places += [0] * count
        return len(self._places) - count

    def put(self, number: int, text: str, stream: bytes | None = None) -> bytes:
        """An object; a stream's dictionary is told without its length."""
        if stream is None:
            return self._begun(number, text.encode("latin-1")) + self._sent(b"\nendobj\n")
        return self._begun(number, _with_length(text, len(stream))) + self._sent(b"\nstream\n" + stream + ENDSTREAM)

    def put_paper(
        self, paper: Paper, numbers: dict[int, int], original: Callable[[], Iterator[bytes]], size: int
    ) -> Iterator[bytes]:
        """Those of a paper's objects that `numbers` gives new numbers; `original` are the file's own bytes, `size` so many."""
        for own, number in numbers.items():
            text = "".join(each if isinstance(each, str) else f"{numbers[each]} 0 R" for each in paper.bodies[own])
            kind = paper.sizes[own]
            if kind == ORIGINAL:
                yield self._begun(number, _with_length(text, size)) + self._sent(b"\nstream\n")
                yield from map(self._sent, original())
                yield self._sent(ENDSTREAM)
            else:
                yield self.put(number, text, None if kind == NO_STREAM else paper.stream(own))
        self.layers += [numbers[each] for each in paper.layers if each in numbers]
        self.hidden += [numbers[each] for each in paper.hidden if each in numbers]

    def end(self, root: int, info: int, identity: Sequence[str]) -> bytes:
        """The table of places, and the document's `identity`, the same for the same content."""
        start = self._length
        lines = ["xref", f"0 {len(self._places)}", "0000000000 65535 f "]
        lines += [f"{place:010d} 00000 n " if place else "0000000000 65535 f " for place in self._places[1:]]
        digest = sha256("\n".join(identity).encode()).hexdigest()[:32]
        trailer = f"<</Size {len(self._places)}/Root {root} 0 R/Info {info} 0 R/ID[<{digest}><{digest}>]>>"
        return self._sent(("\n".join([*lines, "trailer", trailer, "startxref", str(start), "%%EOF"]) + "\n").encode())

    def _begun(self, number: int, text: bytes) -> bytes:
        self._places[number] = self._length
        return self._sent(b"%d 0 obj\n" % number + text)

    def _sent(self, content: bytes) -> bytes:
        self._length += len(content)
        return content


ENDSTREAM = b"\nendstream\nendobj\n"


def text_string(text: str) -> str:
    """Any text as a PDF's string."""
    return f"<feff{text.encode('utf-16-be', 'replace').hex()}>"


def number(value: float) -> str:
    """As a PDF writes it: no exponent, no more digits than show."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= 0.00005 else "0"


def _with_length(text: str, length: int) -> bytes:
    return f"{text.rstrip().removesuffix('>>')}/Length {length}>>".encode("latin-1")
