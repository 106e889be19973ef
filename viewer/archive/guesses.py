"""Look-ups with keys that nobody gave out: counted for each client, and stopped where there are too many.

The count is in the database, which all server processes share, so that it is one count whatever process answers. It is
written only for a failure below the limit, and what is over the limit is known to a process by itself until it ends.
"""

import threading
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from viewer.domain.client import line_of
from viewer.errors import N_, TooManyRequests
from viewer.store import ledger_queries
from viewer.store.database import Database

WINDOW = timedelta(minutes=1)
REMEMBERED = 10_000
"""Clients over the limit whom a process remembers; the others are looked up."""


class Guesses:
    """Failed look-ups of the last minute, by client."""

    def __init__(self, database: Database, *, most: int) -> None:
        self._database = database
        self._most = most
        self._stopped: OrderedDict[str, float] = OrderedDict()
        self._guard = threading.Lock()

    def check_here(self, address: str) -> None:
        """The same as `check` for clients whom this process has stopped already, without the database."""
        with self._guard:
            until = self._stopped.get(line_of(address), 0.0)
        if until > time.time():
            raise _refusal(until)

    def check(self, address: str) -> None:
        """Raises TooManyRequests where the client at this address has failed too often."""
        self.check_here(address)
        client = line_of(address)
        now = datetime.now(UTC)
        with self._database.read() as session:
            times = ledger_queries.failed_look_ups(session, client, since=now - WINDOW)
        if len(times) >= self._most:
            until = (times[-self._most] + WINDOW).timestamp()
            with self._guard:
                self._stopped[client] = until
                self._stopped.move_to_end(client)
                if len(self._stopped) > REMEMBERED:
                    self._stopped.popitem(last=False)
            raise _refusal(until)

    def failed(self, address: str) -> None:
        """One failure more."""
        now = datetime.now(UTC)
        with self._database.write() as session:
            ledger_queries.note_failed_look_up(session, line_of(address), now=now, keep=now - WINDOW)


def _refusal(until: float) -> TooManyRequests:
    return TooManyRequests(
        N_("Too many unknown keys came from your network. Known bills still open; try again in {retry_after} s."),
        retry_after=max(1, int(until - time.time()) + 1),
    )
