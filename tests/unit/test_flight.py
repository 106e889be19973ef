"""Callers who ask for the same thing at the same time share one making of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from viewer.flight import SingleFlight


class Gate:
    """A making that lasts until it is opened, and counts how often it began."""

    def __init__(self, *, fails: bool = False) -> None:
        self.begun = threading.Event()
        self.opened = threading.Event()
        self.count = 0
        self._fails = fails

    def make(self) -> int:
        self.count += 1
        self.begun.set()
        assert self.opened.wait(30)
        if self._fails:
            raise LookupError("not there")
        return self.count


def together(flight: SingleFlight[int], gate: Gate, callers: int) -> list[object]:
    """What each of so many callers gets, the first one well ahead of the others; errors as themselves."""
    waiting = threading.Barrier(callers)

    def ask() -> object:
        try:
            return flight.run("key", gate.make)
        except LookupError as error:
            return error

    def ask_later() -> object:
        waiting.wait()
        return ask()

    with ThreadPoolExecutor(callers) as threads:
        first = threads.submit(ask)
        assert gate.begun.wait(30)
        others = [threads.submit(ask_later) for _ in range(callers - 1)]
        waiting.wait()
        threading.Timer(0.2, gate.opened.set).start()
        return [future.result() for future in (first, *others)]


def test_callers_at_the_same_time_share_one_making() -> None:
    gate = Gate()
    assert together(SingleFlight[int](), gate, 8) == [1] * 8


def test_callers_at_the_same_time_share_its_failure() -> None:
    gate = Gate(fails=True)
    assert all(isinstance(each, LookupError) for each in together(SingleFlight[int](), gate, 8))
    assert gate.count == 1


def test_a_later_caller_makes_anew() -> None:
    flight, gate = SingleFlight[int](), Gate()
    gate.opened.set()
    assert [flight.run("key", gate.make), flight.run("key", gate.make)] == [1, 2]


def test_a_failure_does_not_stay() -> None:
    flight, bad, good = SingleFlight[int](), Gate(fails=True), Gate()
    bad.opened.set()
    good.opened.set()
    with pytest.raises(LookupError):
        flight.run("key", bad.make)
    assert flight.run("key", good.make) == 1
