"""Reading an answer under a cap and a deadline: requests' own timeouts only bound the pause between two bytes.

Both hold for every byte of the connection: status, endless headers, interim answers and chunks as well as the body.
"""

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from viewer.errors import UpstreamTimeout, UpstreamUnreachable

PIECE = 256 * 1024
BESIDE = 1024 * 1024
"""Bytes that headers and the like may take on the wire, beside twice the body (chunks have lengths of their own)."""


class Deadline:
    """A point in time for a whole exchange, retries and all."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises UpstreamTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise UpstreamTimeout(seconds=f"{self.seconds:g}")
        return left


class Bounds:
    """What one exchange may cost: until the deadline, so many bytes on the wire."""

    def __init__(self, deadline: Deadline, limit: int) -> None:
        self.deadline = deadline
        self._left = 2 * limit + BESIDE

    def took(self, size: int) -> None:
        """Raises OverflowError where it is too much."""
        self._left -= size
        if self._left < 0:
            raise OverflowError


_bounds: ContextVar[Bounds] = ContextVar("bounds")


@contextmanager
def exchange(deadline: Deadline, limit: int) -> Iterator[None]:
    """What is read meanwhile, in this thread and over a BoundedAdapter, is read until the deadline and up to `limit` bytes
    of bodies; what requests and urllib3 raise becomes the error tree. OverflowError passes."""
    token = _bounds.set(Bounds(deadline, limit))
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise UpstreamTimeout(seconds=f"{deadline.seconds:g}") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise UpstreamUnreachable(reason=type(error).__name__) from error
    finally:
        _bounds.reset(token)


def body(response: requests.Response, *, deadline: Deadline, limit: int) -> Iterator[bytes]:
    """The body's pieces as they arrive, unpacked piece by piece. Raises OverflowError past `limit` bytes, UpstreamTimeout past
    the deadline, and UpstreamUnreachable where fewer bytes come than were announced."""
    announced = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers
    if announced.isdigit() and int(announced) > limit:
        raise OverflowError
    count = 0
    while piece := response.raw.read1(PIECE, decode_content=True):
        deadline.left()
        count += len(piece)
        if count > limit:
            raise OverflowError
        yield piece
    if announced.isdigit() and not encoded and count != int(announced):
        raise UpstreamUnreachable(reason=f"{count} of {announced} bytes")


class BoundedAdapter(HTTPAdapter):
    """Connections whose answers are read within the bounds of the exchange under way."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool(urllib3.HTTPConnectionPool, HTTPConnection),
            "https": self._pool(urllib3.HTTPSConnectionPool, HTTPSConnection),
        }

    def traits(self) -> dict[str, Any]:
        """What its connections have of their own."""
        return {"response_class": _BoundedResponse}

    def _pool(self, pool: type, connection: type) -> type:
        own = type(connection.__name__, (connection,), self.traits())
        return type(pool.__name__, (pool,), {"ConnectionCls": own})


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *given: Any, **named: Any) -> None:
        super().__init__(sock, *given, **named)
        self.fp: Any = io.BufferedReader(_BoundedReader(self.fp.detach(), sock))


class _BoundedReader(io.RawIOBase):
    """A socket's bytes, each wait for some cut to what is left of the time."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._socket = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if bounds := _bounds.get(None):
            self._socket.settimeout(bounds.deadline.left())
        size: int | None = self._raw.readinto(buffer)
        if bounds:
            bounds.took(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
