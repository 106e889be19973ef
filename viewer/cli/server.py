"""`viewer serve`: the application on granian, a process for each core."""

import gc
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from viewer import metrics
from viewer.app import create_app
from viewer.blobs import Blobs
from viewer.config import Settings
from viewer.errors import N_, CommandError
from viewer.memory import keep, share_heaps
from viewer.store.database import open_database
from viewer.store.schema import check_version

THREADS = 96
"""Requests that one process answers at the same time. Each kind that may take long has a limit of its own below that (see
docs/settings.md), so that no one reader, and no one kind, can hold all of them."""
DRAIN = 30
"""Seconds that a request under way is given after SIGTERM."""

START_ALONE, START_BESIDE = "fork", "spawn"
"""How the server's processes start: as forks they share what is imported, most of their memory; beside other threads (the
demo's) a fork would copy the locks that these hold."""

COLLECT_AFTER = (50_000, 20, 100)
"""Python's own thresholds collect several times within one large page, which took a quarter of its time."""


def serve_settings(settings: Settings, *, host: str, port: int, tell: Callable[[], None] | None = None) -> None:
    """Serves until SIGTERM or Ctrl-C, having called `tell` when nothing is in its way.

    Raises OldSchema, ConfigError and CommandError before anything listens.
    """
    with open_database(settings.database_url) as database:
        check_version(database)
    Blobs(settings.blob_url)
    os.environ["VIEWER_INSTANCE"] = str(settings.instance)
    multiprocessing.set_start_method(START_ALONE if threading.active_count() == 1 else START_BESIDE, force=True)
    server = Granian(
        "viewer.cli.server:worker_app",
        address=free_address(host, port),
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN,
        log_enabled=False,
    )
    if tell:
        tell()
    keep()
    with metrics.shared(settings.instance / "metrics"):
        server.serve()


def worker_app() -> Flask:
    """The application of one server process: it hears the first SIGTERM or SIGINT and no second one, and its own threads
    and decoder processes end before it does.

    A terminal's Ctrl-C and a service manager's stop reach every process of the group, and the parent then tells its
    workers once more; granian 2.8 waits for ever when a worker hears both.
    """
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # every later thread and process inherits this
    for number in signals:
        signal.signal(number, signal.SIG_DFL)  # until granian takes over; a fork inherits its parent's own handler
    share_heaps(2)
    app = create_app()
    archive = app.extensions["archive"]
    archive.decoders.start()
    archive.renditions.start()
    Finalize(None, archive.close, exitpriority=1)

    def end_once() -> None:
        number = signal.sigwait(signals)
        archive.files.stop()
        handler = signal.getsignal(signal.SIGTERM)
        if not callable(handler):
            os._exit(0)  # granian hasn't taken over yet, so nothing is under way
        handler(number, None)

    threading.Thread(target=end_once, name="end", daemon=True).start()
    threading.Thread(target=_end_with_parent, name="orphan", daemon=True).start()
    keep()
    gc.set_threshold(*COLLECT_AFTER)
    return app


def _end_with_parent() -> None:
    """Where the parent was killed, nobody else would tell its workers to end."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def free_address(host: str, port: int) -> str:
    """The IP address of a host name, on which nobody listens at this port yet."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, *_, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        raise CommandError(
            N_("{host}:{port} can't be listened on: {reason}"), host=host, port=port, reason=error.strerror
        ) from error
    return str(address[0])
