"""One flight for each key: callers who ask for the same thing at the same time share one making of it, good or bad."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Generic, TypeVar

Made = TypeVar("Made")


class SingleFlight(Generic[Made]):
    """`flight.run(key, make)`: the first caller makes, those who come meanwhile get its result, or its error."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._under_way: dict[object, Future[Made]] = {}

    def run(self, key: object, make: Callable[[], Made]) -> Made:
        with self._guard:
            future = self._under_way.get(key)
            first = future is None
            if future is None:
                future = self._under_way[key] = Future()
        if not first:
            return future.result()
        try:
            future.set_result(make())
        except BaseException as error:
            future.set_exception(error)
            raise
        finally:
            with self._guard:
                del self._under_way[key]
        return future.result()


class Parts(Generic[Made]):
    """What is made in parts that have names: whoever waits for one gets it as soon as it is there, not with the last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._here: dict[str, Made] = {}
        self._error: BaseException | None = None
        self._ended = False

    def add(self, parts: Mapping[str, Made]) -> None:
        with self._changed:
            self._here.update(parts)
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """No more will come."""
        with self._changed:
            if not self._ended:
                self._ended, self._error = True, error
            self._changed.notify_all()

    def wait(self, name: str) -> Made | None:
        """The part of this name, or None if it hasn't come in the end. Raises the error for which that is so."""
        with self._changed:
            self._changed.wait_for(lambda: name in self._here or self._ended)
            if name not in self._here and self._error:
                raise self._error
            return self._here.get(name)

    def all(self) -> dict[str, Made]:
        """Those that are here."""
        with self._changed:
            return dict(self._here)
