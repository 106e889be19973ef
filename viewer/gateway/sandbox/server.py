"""Serves a WSGI app from a thread: the sandbox and the demo's pages, and both in tests. Not for production."""

import logging
import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)


class ServedApp:
    """An app that is being served until `stop()`, or to the end of a `with`."""

    def __init__(self, app: "WSGIApplication", *, host: str, port: int) -> None:
        with socket.create_server((host, port)) as listening:
            self._server = _Server(host, port, app, handler=_Handler, fd=listening.fileno())
        self.host = host
        self.port: int = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def join(self) -> None:
        """Waits until somebody stops the server."""
        self._thread.join()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve_in_thread(app: "WSGIApplication", host: str = "127.0.0.1", port: int = 0) -> ServedApp:
    """Serves the app at once, each request in its own thread; port 0 takes a free one. Raises OSError if it can't."""
    return ServedApp(app, host=host, port=port)


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True  # headers and body are written apart, and would wait for each other

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the parent's name
        logger.debug(message, *args)


class _Server(ThreadedWSGIServer):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the parent's name
        logger.error(message, *args)
