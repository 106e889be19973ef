"""The access token of the asynchronous calls: kept until shortly before it expires."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MARGIN = 60.0
"""Seconds before its end from which a token isn't used any more."""


@dataclass(frozen=True, kw_only=True)
class Granted:
    """A token as it was granted; `seconds` is how long it is good."""

    token: str
    seconds: float


class Tokens:
    """One token for all threads; `grant` asks the cloud for another."""

    def __init__(self, grant: Callable[[], Granted], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._grant = grant
        self._clock = clock
        self._lock = threading.Lock()
        self._token, self._until = "", float("-inf")

    def get(self) -> str:
        """The kept token, or a new one."""
        with self._lock:
            return self._token if self._clock() < self._until else self._renewed()

    def fresh(self) -> str:
        """A token that was granted just now."""
        with self._lock:
            return self._renewed()

    def renewed(self, refused: str) -> str:
        """A token other than the one that was refused; threads that were refused together ask for one together."""
        with self._lock:
            return self._token if self._token != refused and self._clock() < self._until else self._renewed()

    def _renewed(self) -> str:
        asked = self._clock()
        granted = self._grant()
        self._token, self._until = granted.token, asked + granted.seconds - MARGIN
        return granted.token
