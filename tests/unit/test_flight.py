"""Callers who ask for the same thing at the same time share one making of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from viewer.flight import Parts, SingleFlight


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


def test_a_part_is_there_before_the_others_are_made() -> None:
    parts = Parts[int]()
    with ThreadPoolExecutor(2) as threads:
        waiting = {name: threads.submit(parts.wait, name) for name in ("one", "other")}
        parts.add({"one": 1})
        assert waiting["one"].result(30) == 1
        assert not waiting["other"].done()
        parts.add({"other": 2, "third": 3})
        assert waiting["other"].result(30) == 2
    assert parts.wait("third") == 3
    assert parts.all() == {"one": 1, "other": 2, "third": 3}


def test_a_part_that_never_came_is_none() -> None:
    parts = Parts[int]()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(parts.wait, "never")
        parts.end()
        assert waiting.result(30) is None


def test_what_ends_the_making_is_told_to_those_whose_part_has_not_come() -> None:
    parts = Parts[int]()
    parts.add({"one": 1})
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(parts.wait, "other")
        parts.end(LookupError("not there"))
        parts.end()
        with pytest.raises(LookupError):
            waiting.result(30)
    assert parts.wait("one") == 1
