"""Turns and quotas: one reader's many requests don't keep another's one waiting."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from, tuples

from viewer.archive.turns import Quota, SharedQuota, Turns
from viewer.errors import TooManyRequests

MINUTE = 60


class Work:
    """Pieces of work that end when a test says so, in the order in which their turns came."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(64)
        self.begun: list[str] = []
        self._ends: list[threading.Event] = []
        self._queued = self._ended = 0

    def put(self, reader: str) -> None:
        self._threads.submit(self._do, reader)
        self._queued += 1
        self.until(lambda: len(self.begun) + self.waiting() == self._queued)

    def waiting(self) -> int:
        with self._turns._guard:
            return sum(map(len, self._turns._waiting.values()))

    def end_first(self) -> None:
        """The piece that began first of those under way ends."""
        self._ends.pop(0).set()
        self._ended += 1

    def until(self, told: Callable[[], bool]) -> None:
        with self._changed:
            while not told():
                self._changed.wait(0.01)

    def close(self) -> None:
        while self._ended < self._queued:
            self.until(lambda: bool(self._ends))
            self.end_first()
        self._threads.shutdown()

    def _do(self, reader: str) -> None:
        with self._turns.turn(reader):
            end = threading.Event()
            with self._changed:
                self.begun.append(reader)
                self._ends.append(end)
                self._changed.notify_all()
            assert end.wait(MINUTE)


def test_a_reader_who_comes_later_is_next_however_many_pieces_another_has_waiting() -> None:
    work = Work(Turns(slots=2))
    for _ in range(20):
        work.put("greedy")
    work.put("modest")
    assert work.begun == ["greedy"] * 2
    work.end_first()
    work.until(lambda: len(work.begun) == 3)
    assert work.begun[-1] == "modest"
    work.close()


def test_two_readers_with_much_to_do_take_turns() -> None:
    work = Work(Turns(slots=2))
    for reader in ("one", "other"):
        for _ in range(10):
            work.put(reader)
    for _ in range(10):
        count = len(work.begun)
        work.end_first()
        work.until(lambda count=count: len(work.begun) > count)  # type: ignore[misc]
    counts = Counter(work.begun)
    assert abs(counts["one"] - counts["other"]) <= 2
    work.close()


@given(lists(sampled_from("abcd"), min_size=1, max_size=12), integers(1, 3))
def test_everybodys_work_is_done_and_no_slot_is_lost(readers: list[str], slots: int) -> None:
    turns = Turns(slots=slots)
    most, under_way, guard = 0, 0, threading.Lock()

    def do(reader: str) -> None:
        nonlocal most, under_way
        with turns.turn(reader):
            with guard:
                under_way += 1
                most = max(most, under_way)
            with guard:
                under_way -= 1

    with ThreadPoolExecutor(len(readers)) as threads:
        list(threads.map(do, readers))
    assert most <= slots
    assert turns._free == slots
    assert not turns._waiting
    assert not turns._under_way


def test_work_that_fails_gives_its_turn_back() -> None:
    turns = Turns(slots=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn("x"):
            raise ZeroDivisionError
    with turns.turn("y"):
        pass


def test_a_quota_holds_for_each_reader_and_for_all() -> None:
    quota = Quota(most=2, all_readers=3)
    for reader in ("a", "a", "b"):
        quota.enter(reader)
    for reader in ("a", "b", "c"):
        with pytest.raises(TooManyRequests):
            quota.enter(reader)
    for reader in ("a", "b"):
        quota.leave(reader)
        quota.enter("c")


def test_who_waits_for_the_same_piece_of_work_waits_for_one() -> None:
    quota = SharedQuota(most=2, requests=5)
    with ExitStack() as waiting:
        for piece in ("one", "one", "other", "one"):
            waiting.enter_context(quota.request("a", piece))
        with pytest.raises(TooManyRequests), quota.request("a", "third"):
            pass
        with quota.request("a", "other"):
            for piece in ("one", "other", "third"):
                with pytest.raises(TooManyRequests), quota.request("a", piece):
                    pass
        with quota.request("b", "third"), quota.request("b", "one"):
            pass
    with quota.request("a", "third"), quota.request("a", "fourth"):
        pass


@given(lists(tuples(sampled_from("ab"), sampled_from("xyz")), max_size=20))
def test_a_shared_quota_forgets_whom_it_let_go(asked: list[tuple[str, str]]) -> None:
    quota = SharedQuota(most=2, requests=4)
    with ExitStack() as waiting:
        for reader, piece in asked:
            with suppress(TooManyRequests):
                waiting.enter_context(quota.request(reader, piece))
    assert quota._here == {}
