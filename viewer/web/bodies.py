"""Request bodies from slow clients: the server (granian 2.8) waits for a body without any end, and whoever gave one up would stop
it altogether. So the requests that read a body are few, and however slowly they do, all others are answered. Headers and idle
connections have a time of their own in the server (30 s), and hold no thread."""

from collections.abc import Iterable
from threading import BoundedSemaphore
from typing import Any

from viewer.errors import TooLarge, TooManyRequests
from viewer.web.proxies import Environ, StartResponse, Wsgi


class FewBodies:
    """WSGI layer that lets so many bodies be read at the same time, none larger than `largest` bytes. It refuses where a body is
    read. (Werkzeug reads a body in chunks up to its own limit and takes that for all of it.)"""

    def __init__(self, app: Wsgi, *, most: int, largest: int) -> None:
        self._app = app
        self._largest = largest
        self._free = BoundedSemaphore(most)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            environ["wsgi.input"] = _Body(environ["wsgi.input"], self._free, self._largest)
        return self._app(environ, start_response)


class _Body:
    """`wsgi.input`. Raises TooManyRequests and TooLarge."""

    def __init__(self, given: Any, free: BoundedSemaphore, largest: int) -> None:
        self._given = given
        self._free = free
        self._left = largest

    def read(self, *size: int) -> Any:
        if not self._free.acquire(blocking=False):
            raise TooManyRequests(retry_after=2)
        try:
            found = self._given.read(*size)
            self._left -= len(found)
            if self._left < 0 or (self._left == 0 and self._given.read(1)):
                raise TooLarge
            return found
        finally:
            self._free.release()
