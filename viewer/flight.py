"""One flight for each key: callers who ask for the same thing at the same time share one making of it, good or bad."""

import threading
from collections.abc import Callable
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
