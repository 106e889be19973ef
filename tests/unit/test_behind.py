"""Work that nobody waits for: begun only while no reader waits, once for each page."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from viewer.archive.behind import QUIET, Behind
from viewer.archive.readers import RUSH, WINDOW, Readers
from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.errors import UnreadableDocument

WAITING = """
import sys, time, pathlib
from viewer.archive.readers import Readers
with Readers(pathlib.Path(sys.argv[1])).waiting():
    print("waiting", flush=True)
    time.sleep(60)
"""


def page(number: int) -> PageSource:
    return PageSource("0" * 64, "image/jpeg", number, Size(10, 10))


@pytest.fixture
def readers(tmp_path: Path) -> Readers:
    return Readers(tmp_path / "derivatives" / ".reading")


def await_length(found: list[int], length: int) -> None:
    end = time.monotonic() + 10
    while len(found) < length and time.monotonic() < end:
        time.sleep(0.01)
    assert len(found) == length


def test_a_page_that_is_put_several_times_is_worked_on_once_and_in_its_turn(readers: Readers) -> None:
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number), readers)
    with readers.waiting():
        for number in (1, 2, 1, 3, 2):
            behind.put(page(number))
    await_length(done, 3)
    assert done == [1, 2, 3]
    behind.close()


def test_nothing_is_begun_while_a_reader_waits(readers: Readers) -> None:
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number), readers)
    with readers.waiting():
        behind.put(page(1))
        time.sleep(2 * QUIET)
        assert done == []
    await_length(done, 1)
    behind.close()


def test_nothing_is_begun_while_a_reader_of_another_process_waits(readers: Readers, tmp_path: Path) -> None:
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number), readers)
    file = tmp_path / "derivatives" / ".reading"
    other = subprocess.Popen([sys.executable, "-c", WAITING, file], stdout=subprocess.PIPE)
    assert other.stdout
    assert other.stdout.readline() == b"waiting\n"
    behind.put(page(1))
    time.sleep(2 * QUIET)
    assert readers.quiet() == 0
    assert done == []
    other.kill()
    other.communicate()
    await_length(done, 1)
    behind.close()


def test_nothing_is_begun_while_finished_pictures_keep_the_process_busy(readers: Readers) -> None:
    for _ in range(10 * int(RUSH)):
        readers.answered()
    time.sleep(WINDOW)
    assert readers.quiet() == 0
    readers.answered()
    time.sleep(WINDOW)
    assert readers.quiet() > 0


def test_a_reader_just_gone_is_still_waited_for(readers: Readers) -> None:
    before = time.time()
    with readers.waiting():
        pass
    assert 0 <= readers.quiet() <= time.time() - before + 0.01


def test_a_clock_that_was_set_back_keeps_nothing_waiting(readers: Readers, tmp_path: Path) -> None:
    with readers.waiting():
        pass
    tomorrow = time.time() + 86400
    os.utime(tmp_path / "derivatives" / ".reading", (tomorrow, tomorrow))
    assert readers.quiet() > QUIET


def test_readers_are_answered_where_no_file_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "derivatives").write_bytes(b"no folder")
    readers = Readers(tmp_path / "derivatives" / ".reading")
    with readers.waiting():
        assert readers.quiet() > QUIET


def test_what_fails_leaves_the_next(readers: Readers) -> None:
    done: list[int] = []

    def work(source: PageSource) -> None:
        if source.number == 1:
            raise UnreadableDocument(problem="damaged")
        done.append(source.number)

    behind = Behind(work, readers)
    behind.put(page(1))
    behind.put(page(2))
    await_length(done, 1)
    behind.close()


def test_closing_waits_for_nothing(readers: Readers) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(_: PageSource) -> None:
        begun.set()
        go_on.wait()

    behind = Behind(work, readers)
    behind.put(page(1))
    begun.wait()
    behind.close()
    go_on.set()
