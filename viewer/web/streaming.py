"""A long page sent in parts: the reader's browser fetches and shows its first part while the rest is still being made."""

import logging
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

import brotli
from flask import Response, render_template, request, stream_template, stream_with_context

log = logging.getLogger(__name__)

FIRST_PART = 8 * 1024
"""Characters after which something is sent: the head with its scripts and styles, and the stage."""
PART = 64 * 1024
GZIP_LEVEL = 6
BROTLI_LEVEL = 5


def streamed(template: str, **context: object) -> Response:
    """The rendered template, in parts. Its status is sent with the first one, so that a bug behind it can only be told where
    the page breaks off; what else may fail has to have happened before."""
    pieces = stream_template(template, **context)
    first = _part(pieces, FIRST_PART)
    rest = stream_with_context(_told_if_cut(pieces))
    parts = map(str.encode, chain([first], iter(lambda: _part(rest, PART), "")))
    encoding = request.accept_encodings.best_match(PACKERS)
    response = Response(_packed(parts, PACKERS[encoding]()) if encoding else parts, mimetype="text/html")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.vary.add("Accept-Encoding")
    response.headers["X-Accel-Buffering"] = "no"  # nginx would collect what is sent early
    return response


def _told_if_cut(pieces: Iterator[str]) -> Iterator[str]:
    try:
        yield from pieces
    except Exception:
        log.exception("a page broke off while it was being sent")
        yield render_template("cut_short.html")


def _part(pieces: Iterator[str], enough: int) -> str:
    """The next pieces, of so many characters or a little more; "" at the end."""
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= enough:
            break
    return "".join(held)


class _Gzip:
    def __init__(self) -> None:
        self._packer = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS + 16)

    def part(self, content: bytes) -> bytes:
        return self._packer.compress(content) + self._packer.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._packer.flush()


class _Brotli:
    def __init__(self) -> None:
        self._packer = brotli.Compressor(quality=BROTLI_LEVEL)

    def part(self, content: bytes) -> bytes:
        return bytes(self._packer.process(content) + self._packer.flush())

    def end(self) -> bytes:
        return bytes(self._packer.finish())


PACKERS: dict[str, type[_Gzip | _Brotli]] = {"br": _Brotli, "gzip": _Gzip}


def _packed(parts: Iterable[bytes], packer: _Gzip | _Brotli) -> Iterator[bytes]:
    """Compressed so that each part can be read when it arrives; Flask-Compress would hold them back until the end."""
    yield from map(packer.part, parts)
    yield packer.end()
