"""Pictures made once: whole files, made by one of many that ask, and never one for another."""

import errno
import io
import multiprocessing
import os
import signal
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from viewer.domain.size import Size
from viewer.domain.source import PageSource
from viewer.imaging.cache import ENGINE, LADDER, MOST_TO_STORE, Add, RenditionCache
from viewer.imaging.keeping import Keeper, keep_within

PAGE = PageSource("a" * 64, "image/jpeg", 1, Size(10, 10))
TILES = "tiles/1"
PLENTY = 10**9
SPAWN = multiprocessing.get_context("spawn")


def nothing() -> bytes:
    raise AssertionError("made though it was there")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_is_made_once_and_found_again_by_every_process(tmp_path: Path) -> None:
    assert RenditionCache(tmp_path).find(PAGE, "x", LADDER) is None
    assert RenditionCache(tmp_path).get(PAGE, "x", lambda: b"picture") == b"picture"
    assert RenditionCache(tmp_path).get(PAGE, "x", nothing) == b"picture"
    assert RenditionCache(tmp_path).find(PAGE, "x", LADDER) == b"picture"


def test_another_content_page_or_request_is_another_picture(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path)
    others = [PageSource("b" * 64, "image/jpeg", 1, PAGE.size), PageSource("a" * 64, "image/jpeg", 2, PAGE.size)]
    for number, (source, name) in enumerate([(PAGE, "x"), (PAGE, "y"), *((other, "x") for other in others)]):
        assert cache.find(source, name, LADDER) is None
        assert cache.get(source, name, lambda number=number: b"%d" % number) == b"%d" % number  # type: ignore[misc]
    cache.close()
    assert cache.find(PAGE, "x", LADDER) == b"0"
    assert len({cache.etag(PAGE, "x"), cache.etag(PAGE, "y"), *(cache.etag(other, "x") for other in others)}) == 4


def test_threads_that_ask_at_once_make_it_once(tmp_path: Path) -> None:
    cache, made, together = RenditionCache(tmp_path), [], threading.Barrier(50)

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)
        return b"picture"

    def ask() -> None:
        together.wait()
        assert cache.get(PAGE, "x", make) == b"picture"

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def _ask_among_processes(folder: Path, together: Barrier) -> None:
    def make() -> bytes:
        (folder / f"made-{os.getpid()}").touch()
        time.sleep(0.2)
        return b"picture"

    cache = RenditionCache(folder)
    together.wait()
    assert cache.get(PAGE, "x", make) == b"picture"


def test_processes_that_ask_at_once_make_it_once(tmp_path: Path) -> None:
    together = SPAWN.Barrier(4)
    processes = [SPAWN.Process(target=_ask_among_processes, args=(tmp_path, together)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(list(tmp_path.glob("made-*"))) == 1
    assert [path.stat().st_size for path in files_in(tmp_path / ENGINE)] == [len(b"picture")]


def test_a_picture_that_could_not_be_made_leaves_nothing_and_is_tried_again(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise KeyError

    cache = RenditionCache(tmp_path)
    with pytest.raises(KeyError):
        cache.get(PAGE, "x", fail)
    assert files_in(tmp_path) == []
    assert cache.get(PAGE, "x", lambda: b"picture") == b"picture"


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Nothing gets onto the disk until this is set."""
    ready = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda file: ready.wait())
    return ready


def test_nobody_waits_until_the_disk_has_a_picture(tmp_path: Path, slow_disk: threading.Event) -> None:
    cache = RenditionCache(tmp_path)
    assert cache.get(PAGE, "x", lambda: b"picture") == b"picture"
    assert cache.find(PAGE, "x", LADDER) is None
    again = ThreadPoolExecutor(1).submit(cache.get, PAGE, "x", nothing)
    slow_disk.set()
    assert again.result() == b"picture", "it isn't made again"
    cache.close()
    assert cache.find(PAGE, "x", LADDER) == b"picture"


def test_readers_wait_for_a_disk_that_is_far_behind(tmp_path: Path, slow_disk: threading.Event) -> None:
    cache = RenditionCache(tmp_path)
    for number in range(MOST_TO_STORE):
        cache.get(PAGE, str(number), lambda: b"picture")
    next_one = ThreadPoolExecutor(1).submit(cache.get, PAGE, "x", lambda: b"picture")
    with pytest.raises(TimeoutError):
        next_one.result(0.2)
    slow_disk.set()
    assert next_one.result() == b"picture"
    cache.close()
    assert len(files_in(tmp_path)) == MOST_TO_STORE + 1


def test_a_picture_that_cannot_be_kept_is_answered_with_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr(os, "fsync", full)
    cache = RenditionCache(tmp_path)
    assert cache.get(PAGE, "x", lambda: b"picture") == b"picture"
    cache.close()
    assert files_in(tmp_path) == []
    assert "could not be kept" in caplog.text


def test_a_picture_thrown_away_before_it_is_kept_stays_away(tmp_path: Path, slow_disk: threading.Event) -> None:
    cache = RenditionCache(tmp_path)
    cache.get(PAGE, "x", lambda: b"picture")
    cache.forget([PAGE.sha256])
    slow_disk.set()
    cache.close()
    assert files_in(tmp_path) == []


def test_an_older_makers_late_end_does_not_touch_what_a_younger_one_is_writing(
    tmp_path: Path, slow_disk: threading.Event
) -> None:
    older, younger = RenditionCache(tmp_path), RenditionCache(tmp_path)
    begun, go_on = threading.Event(), threading.Event()

    def make() -> bytes:
        begun.set()
        go_on.wait()
        return b"younger"

    older.get(PAGE, "x", lambda: b"older")
    older.forget([PAGE.sha256])
    made = ThreadPoolExecutor(1).submit(younger.get, PAGE, "x", make)
    begun.wait()
    slow_disk.set()
    older.close()
    assert younger.find(PAGE, "x", LADDER) is None
    go_on.set()
    assert made.result() == b"younger"
    younger.close()
    assert younger.find(PAGE, "x", LADDER) == b"younger"


def test_pictures_are_answered_with_where_there_can_be_no_folder(tmp_path: Path) -> None:
    (tmp_path / "derivatives").write_bytes(b"no folder")
    assert RenditionCache(tmp_path / "derivatives").get(PAGE, "x", lambda: b"picture") == b"picture"


def _die_while_writing(folder: Path, after: float) -> None:
    """Writes pictures until it is killed."""
    cache = RenditionCache(folder)
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
    for number in range(100_000):
        cache.get(PAGE, str(number), lambda number=number: _content(number))  # type: ignore[misc]


def _content(number: int) -> bytes:
    return (b"%d " % number) * 40_000


def test_a_process_killed_at_any_moment_leaves_no_torn_picture(tmp_path: Path) -> None:
    for attempt in range(4):
        process = SPAWN.Process(target=_die_while_writing, args=(tmp_path, 0.05 + attempt * 0.013))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    cache = RenditionCache(tmp_path)
    finished = [number for number in range(100_000) if cache.find(PAGE, str(number), LADDER) is not None]
    assert finished
    assert all(cache.find(PAGE, str(number), LADDER) == _content(number) for number in finished)
    next_one = max(finished) + 1
    assert cache.get(PAGE, str(next_one), lambda: _content(next_one)) == _content(next_one)
    keep_within(tmp_path, PLENTY)
    assert [path for path in files_in(tmp_path) if path.suffix] == []


def test_the_pictures_of_a_pack_are_found_one_by_one(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path)
    assert not cache.has_pack(PAGE, TILES)
    cache.make_pack(PAGE, TILES, lambda: {"one": b"1", "other": b"22"})
    cache.make_pack(PAGE, LADDER, lambda: {"small": b"333"})
    assert [cache.find(PAGE, name, TILES) for name in ("one", "other", "small")] == [b"1", b"22", None]
    assert [cache.find(PAGE, name, LADDER) for name in ("small", "one")] == [b"333", None]
    assert cache.has_pack(PAGE, TILES)
    packs = [zipfile.ZipFile(io.BytesIO(path.read_bytes())) for path in files_in(tmp_path)]
    assert sorted(sorted(pack.namelist()) for pack in packs) == [["one", "other"], ["small"]]


def test_a_pack_that_was_thrown_away_and_made_anew_is_read_anew(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path)
    cache.make_pack(PAGE, TILES, lambda: {"one": b"1", "other": b"22"})
    assert cache.find(PAGE, "one", TILES) == b"1"
    for path in files_in(tmp_path):
        path.unlink()
    assert cache.find(PAGE, "one", TILES) is None
    cache.make_pack(PAGE, TILES, lambda: {"other": b"22", "last": b"333", "one": b"4"})
    assert cache.find(PAGE, "one", TILES) == b"4"


def nothing_of_a_pack(add: Add) -> None:
    raise AssertionError("made though it was there")


def test_a_picture_of_a_pack_comes_before_the_others_are_made_and_before_the_disk_has_any(
    tmp_path: Path, slow_disk: threading.Event
) -> None:
    cache, go_on = RenditionCache(tmp_path), threading.Event()

    def make(add: Add) -> None:
        add({"one": b"1"})
        assert go_on.wait(30)
        add({"other": b"22", "last": b"333"})

    assert cache.get_from_pack(PAGE, "one", TILES, make) == b"1"
    with ThreadPoolExecutor(2) as threads:
        others = [
            threads.submit(cache.get_from_pack, PAGE, name, TILES, nothing_of_a_pack) for name in ("other", "none")
        ]
        assert not any(other.done() for other in others)
        go_on.set()
        assert [other.result(30) for other in others] == [b"22", None]
    assert cache.get_from_pack(PAGE, "last", TILES, nothing_of_a_pack) == b"333"
    assert cache.find(PAGE, "last", TILES) is None
    slow_disk.set()
    cache.close()
    assert [cache.find(PAGE, name, TILES) for name in ("one", "other", "last")] == [b"1", b"22", b"333"]
    assert cache.get_from_pack(PAGE, "one", TILES, nothing_of_a_pack) == b"1"


def test_what_is_left_of_a_pack_is_made_and_stored_before_the_end(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path)

    def make(add: Add) -> None:
        add({"one": b"1"})
        time.sleep(0.2)
        add({"other": b"22"})

    assert cache.get_from_pack(PAGE, "one", TILES, make) == b"1"
    cache.close()
    assert [cache.find(PAGE, name, TILES) for name in ("one", "other")] == [b"1", b"22"]
    with pytest.raises(RuntimeError):
        cache.get_from_pack(PAGE, "one", "tiles/2", make)
    assert len(files_in(tmp_path)) == 1


def test_packs_wait_for_a_disk_that_is_far_behind(tmp_path: Path, slow_disk: threading.Event) -> None:
    cache = RenditionCache(tmp_path)
    for number in range(MOST_TO_STORE):
        assert cache.get_from_pack(PAGE, "one", f"tiles/{number}", lambda add: add({"one": b"1"})) == b"1"
    next_one = ThreadPoolExecutor(1).submit(
        cache.get_from_pack, PAGE, "one", "tiles/last", lambda add: add({"one": b"last"})
    )
    with pytest.raises(TimeoutError):
        next_one.result(0.2)
    slow_disk.set()
    assert next_one.result(30) == b"last"
    cache.close()
    assert len(files_in(tmp_path)) == MOST_TO_STORE + 1


def test_a_pack_is_made_where_no_more_threads_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    cache = RenditionCache(tmp_path)
    monkeypatch.setattr(threading.Thread, "start", full)
    assert cache.get_from_pack(PAGE, "one", TILES, lambda add: add({"one": b"1"})) == b"1"
    assert cache.get_from_pack(PAGE, "one", TILES, nothing_of_a_pack) == b"1"


def test_a_pack_that_another_process_makes_is_waited_for(tmp_path: Path) -> None:
    one, other, begun, go_on = RenditionCache(tmp_path), RenditionCache(tmp_path), threading.Event(), threading.Event()

    def make(add: Add) -> None:
        begun.set()
        assert go_on.wait(30)
        add({"one": b"1", "other": b"22"})

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(one.get_from_pack, PAGE, "one", TILES, make)
        assert begun.wait(30)
        second = threads.submit(other.get_from_pack, PAGE, "other", TILES, nothing_of_a_pack)
        go_on.set()
        assert (first.result(30), second.result(30)) == (b"1", b"22")


def test_a_pack_that_fails_half_way_is_not_kept_and_made_anew(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path)

    def fail(add: Add) -> None:
        add({"one": b"1"})
        raise LookupError("the other is damaged")

    assert cache.get_from_pack(PAGE, "one", TILES, fail) == b"1"
    with pytest.raises(LookupError):
        cache.get_from_pack(PAGE, "other", TILES, fail)
    cache.close()
    assert files_in(tmp_path) == []
    again = RenditionCache(tmp_path)
    assert again.get_from_pack(PAGE, "other", TILES, lambda add: add({"other": b"22"})) == b"22"


def test_there_is_no_pack_where_there_can_be_no_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "derivatives").write_bytes(b"no folder")
    cache = RenditionCache(tmp_path / "derivatives")
    assert cache.get_from_pack(PAGE, "one", TILES, nothing_of_a_pack) is None
    assert "could not be kept" in caplog.text


def test_what_was_used_longest_ago_goes_first_when_there_is_too_much(tmp_path: Path) -> None:
    cache, now = RenditionCache(tmp_path), time.time()
    for number in range(10):
        one = RenditionCache(tmp_path)
        one.get(PAGE, str(number), lambda: b"x" * 1000)
        one.close()
        (path,) = (path for path in files_in(tmp_path) if path.stat().st_mtime > now - 1000)
        os.utime(path, (0, now - 100_000 + number * 1000))
    assert cache.find(PAGE, "0", LADDER)  # which makes it the one that was used last
    kept = keep_within(tmp_path, 8_000)
    assert (kept.files, kept.size, kept.removed, kept.freed) == (7, 7_000, 3, 3_000)
    gone = [number for number in range(10) if cache.find(PAGE, str(number), LADDER) is None]
    assert gone == [1, 2, 3]
    assert keep_within(tmp_path, 8_000).removed == 0


def test_pictures_of_an_older_engine_go(tmp_path: Path) -> None:
    for old in ("0", ENGINE):
        cache = RenditionCache(tmp_path)
        cache.get(PAGE, "x", lambda: b"picture")
        cache.close()
        (tmp_path / ENGINE).rename(tmp_path / old)
    assert keep_within(tmp_path, PLENTY).removed == 1
    assert [path.name for path in tmp_path.iterdir()] == [ENGINE]


def test_what_is_being_written_is_left_alone(tmp_path: Path) -> None:
    cache, begun, go_on = RenditionCache(tmp_path), threading.Event(), threading.Event()

    def make() -> bytes:
        begun.set()
        go_on.wait()
        return b"picture"

    writer = threading.Thread(target=cache.get, args=(PAGE, "x", make))
    writer.start()
    begun.wait()
    assert keep_within(tmp_path, PLENTY).removed == 0
    go_on.set()
    writer.join()
    cache.close()
    assert cache.find(PAGE, "x", LADDER) == b"picture"


def test_a_full_folder_is_noticed_while_pictures_are_made(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, most_bytes=100_000)
    cache = RenditionCache(tmp_path, wrote=keeper.count)
    for number in range(300):
        cache.get(PAGE, str(number), lambda: b"x" * 1000)
    cache.close()  # what is stored after its answer may begin another look
    keeper.close()
    assert sum(path.stat().st_size for path in files_in(tmp_path)) < 200_000


def test_a_folder_that_somebody_deleted_holds_nothing(tmp_path: Path) -> None:
    assert keep_within(tmp_path / "gone", PLENTY).files == 0
