"""Turns at the decoders: whoever has the fewest under way is next, so that a reader who asks for a thousand pictures waits for
oneself and not before everybody else."""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from viewer.errors import TooManyRequests


class Quota:
    """How many requests of one kind may be here at the same time: `most` of one reader, `all_readers` of all."""

    def __init__(self, *, most: int, all_readers: int | None = None) -> None:
        self._most = most
        self._all_readers = all_readers
        self._here: Counter[str] = Counter()
        self._guard = threading.Lock()

    def enter(self, reader: str) -> None:
        """Raises TooManyRequests where that is too many."""
        with self._guard:
            full = self._all_readers is not None and self._here.total() >= self._all_readers
            if full or self._here[reader] >= self._most:
                raise TooManyRequests(retry_after=1)
            self._here[reader] += 1

    def leave(self, reader: str) -> None:
        with self._guard:
            _one_less(self._here, reader)


class SharedQuota:
    """How many pieces of work one reader may wait for at the same time. Those who wait for the same piece wait for one, since it
    is done once; but no more than `requests` in all, since each holds a thread."""

    def __init__(self, *, most: int, requests: int) -> None:
        self._most = most
        self._requests = requests
        self._here: dict[str, Counter[Hashable]] = {}
        self._guard = threading.Lock()

    @contextmanager
    def request(self, reader: str, piece: Hashable) -> Iterator[None]:
        """From its coming to its answer. Raises TooManyRequests where that is too many."""
        with self._guard:
            here = self._here.setdefault(reader, Counter())
            if here.total() >= self._requests or (piece not in here and len(here) >= self._most):
                raise TooManyRequests(retry_after=1)
            here[piece] += 1
        try:
            yield
        finally:
            with self._guard:
                _one_less(here, piece)
                if not here:
                    del self._here[reader]


class Turns:
    """`slots` pieces of work at the same time among all readers."""

    def __init__(self, *, slots: int) -> None:
        self._free = slots
        self._under_way: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, reader: str) -> Iterator[None]:
        """One piece of work, once its turn has come."""
        mine = threading.Event()
        with self._guard:
            self._waiting.setdefault(reader, deque()).append(mine)
            self._call_next()
        mine.wait()
        try:
            yield
        finally:
            with self._guard:
                _one_less(self._under_way, reader)
                self._free += 1
                self._call_next()

    def _call_next(self) -> None:
        """Gives free slots away: to the reader with the fewest under way, of several to who has waited longest since the last."""
        while self._free and self._waiting:
            reader = min(self._waiting, key=lambda each: self._under_way[each])
            waiting = self._waiting.pop(reader)
            waiting.popleft().set()
            if waiting:
                self._waiting[reader] = waiting  # behind those who have as many
            self._under_way[reader] += 1
            self._free -= 1


def _one_less(counts: Counter[Any], name: Hashable) -> None:
    counts[name] -= 1
    if not counts[name]:
        del counts[name]
