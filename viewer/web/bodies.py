"""Request bodies from slow clients: the server (granian 2.8) waits for a body without any end, and whoever gave one up would stop
it altogether. So the requests that read a body are few, and however slowly they do, all others are answered. Headers and idle
connections have a time of their own in the server (30 s), and hold no thread."""

from collections.abc import Iterable
from threading import BoundedSemaphore
from typing import Any

from viewer.errors import TooManyRequests
from viewer.web.proxies import Environ, StartResponse, Wsgi


class FewBodies:
    """WSGI layer that lets so many bodies be read at the same time; one more is refused where it is read."""

    def __init__(self, app: Wsgi, *, most: int) -> None:
        self._app = app
        self._free = BoundedSemaphore(most)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            environ["wsgi.input"] = _Body(environ["wsgi.input"], self._free)
        return self._app(environ, start_response)


class _Body:
    """`wsgi.input`. Raises TooManyRequests."""

    def __init__(self, given: Any, free: BoundedSemaphore) -> None:
        self._given = given
        self._free = free

    def read(self, *size: int) -> Any:
        if not self._free.acquire(blocking=False):
            raise TooManyRequests(retry_after=2)
        try:
            return self._given.read(*size)
        finally:
            self._free.release()
