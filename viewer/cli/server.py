"""`viewer serve`: the application on granian, a process for each core."""

import os

from granian import Granian
from granian.constants import Interfaces

from viewer.config import Settings
from viewer.instance import open_database
from viewer.store.schema import check_version

THREADS = 32
"""Requests that one process answers at the same time; half of them at most wait for files (viewer.archive.files)."""
DRAIN = 30
"""Seconds that a request under way is given after SIGTERM."""


def serve_settings(settings: Settings, *, host: str, port: int) -> None:
    """Serves until SIGTERM or Ctrl-C. Raises OldSchema before anything listens."""
    with open_database(settings) as database:
        check_version(database)
    os.environ["VIEWER_INSTANCE"] = str(settings.instance)
    Granian(
        "viewer.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN,
        log_enabled=False,
    ).serve()
