"""Work that nobody waits for: begun only while no reader waits, once for each page."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from viewer.archive import behind as behind_module
from viewer.archive import machine
from viewer.archive.behind import QUIET, Behind
from viewer.archive.machine import Machine
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


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run on busy machines, too."""
    monkeypatch.setattr(behind_module, "PATIENCE", 0.0)


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


class Busy(Machine):
    """A machine that others take."""

    taken = True

    def is_busy(self) -> bool:
        return self.taken


def test_nothing_is_begun_while_others_take_the_machine(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind_module, "Machine", Busy)
    monkeypatch.setattr(behind_module, "PATIENCE", 60.0)
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number), readers)
    behind.put(page(1))
    time.sleep(3 * QUIET)
    assert done == []
    monkeypatch.setattr(Busy, "taken", False)
    await_length(done, 1)
    behind.close()


def test_a_machine_that_is_always_busy_keeps_nothing_waiting_for_ever(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind_module, "Machine", Busy)
    monkeypatch.setattr(behind_module, "PATIENCE", 2 * QUIET)
    done: list[int] = []
    behind = Behind(lambda source: done.append(source.number), readers)
    behind.put(page(1))
    behind.put(page(2))
    await_length(done, 2)
    behind.close()


@pytest.mark.parametrize(
    ("spent", "processors", "is_busy"),
    [
        ("80 0 20 100 0 0 10 0", 2, True),
        ("80 0 10 100 0 0 0 0", 2, False),
        ("10 900 20 0 0 0 0 70", 2, False),
        ("80 0 20 100 0 0 10 0", 4, False),
        ("300 0 20 70 0 0 10 0", 4, True),
        ("30 0 10 100 0 0 0 0", 1, False),
    ],
)
def test_a_machine_is_busy_when_others_leave_less_than_a_processor_and_less_than_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spent: str, processors: int, is_busy: bool
) -> None:
    """Others: neither what runs at a low priority nor what the machine below takes."""
    monkeypatch.setattr(machine, "TIMES", tmp_path / "stat")
    monkeypatch.setattr(machine, "WINDOW", 0.0)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert not Machine().is_busy(), "where nothing tells"
    (tmp_path / "stat").write_text("cpu  5 5 5 5 5 5 5 5 0 0\ncpu0 1 2 3\n")
    looked = Machine()
    (tmp_path / "stat").write_text(f"cpu  {' '.join(str(5 + int(each)) for each in spent.split())} 0 0\n")
    assert looked.is_busy() is is_busy


def test_a_machine_whose_processors_all_burn_is_busy_once_one_has_looked_just_before() -> None:
    burn = "print(flush=True)\nwhile True: pass"
    burning = [
        subprocess.Popen([sys.executable, "-c", burn], stdout=subprocess.PIPE) for _ in range(2 * (os.cpu_count() or 1))
    ]
    for each in burning:
        assert each.stdout
        each.stdout.readline()
    looked = Machine()
    end = time.monotonic() + 30
    while not looked.is_busy() and time.monotonic() < end:
        time.sleep(0.2)
    assert looked.is_busy()
    for each in burning:
        each.kill()
        each.communicate()


def test_where_one_looked_long_ago_the_machine_is_looked_at_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "TIMES", tmp_path / "stat")
    monkeypatch.setattr(machine, "WINDOW", 0.0)
    (tmp_path / "stat").write_text("cpu  5 5 5 5 5 5 5 5 0 0\n")
    looked = Machine()
    (tmp_path / "stat").write_text("cpu  5 5 5 900 5 5 5 5 0 0\n")
    looked._since -= 2 * machine.LONG_AGO
    assert looked.is_busy()
    assert not looked.is_busy()


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
