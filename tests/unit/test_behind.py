"""Work that nobody waits for: begun only while no reader waits, once for each page."""

import threading
import time

from viewer.archive.behind import QUIET, Behind
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.errors import UnreadableDocument


def page(number: int) -> PageSource:
    return PageSource("0" * 64, "image/jpeg", number, Size(10, 10))


def await_length(found: list[int], length: int) -> None:
    end = time.monotonic() + 10
    while len(found) < length and time.monotonic() < end:
        time.sleep(0.01)
    assert len(found) == length


def test_a_page_that_is_put_several_times_is_worked_on_once_and_in_its_turn() -> None:
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number))
    with behind.reader():
        for number in (1, 2, 1, 3, 2):
            behind.put(page(number))
    await_length(done, 3)
    assert done == [1, 2, 3]
    behind.close()


def test_nothing_is_begun_while_a_reader_waits() -> None:
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number))
    with behind.reader():
        behind.put(page(1))
        time.sleep(2 * QUIET)
        assert done == []
    await_length(done, 1)
    behind.close()


def test_what_fails_leaves_the_next() -> None:
    done: list[int] = []

    def work(source: PageSource) -> None:
        if source.number == 1:
            raise UnreadableDocument(problem="damaged")
        done.append(source.number)

    behind = Behind(work)
    behind.put(page(1))
    behind.put(page(2))
    await_length(done, 1)
    behind.close()


def test_closing_waits_for_nothing() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(_: PageSource) -> None:
        begun.set()
        go_on.wait()

    behind = Behind(work)
    behind.put(page(1))
    begun.wait()
    behind.close()
    go_on.set()
