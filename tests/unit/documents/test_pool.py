"""Decoder processes: what hangs, dies or eats memory loses its own task and nothing else."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.commands import families, held_by, until
from tests.papers import chinese_pdf, cornered, encoded, endless_pdf, pdf, turned
from tests.unit.documents import hostile
from tests.unit.documents.taking import sizes_by
from viewer.config import Settings
from viewer.documents import decode
from viewer.documents.pool import Decoders, _within
from viewer.documents.sniff import JPEG, PDF, PNG, XML
from viewer.domain.size import Box, Size
from viewer.errors import UnreadableDocument


def settings_in(folder: Path, **given: str) -> Settings:
    return Settings.load(
        {"VIEWER_INSTANCE": str(folder), **{f"VIEWER_{name.upper()}": it for name, it in given.items()}}
    )


@pytest.fixture(scope="module")
def decoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decoders]:
    pool = Decoders(settings_in(tmp_path_factory.mktemp("decoders"), decoder_seconds="1.5"))
    yield pool
    pool.close()


def drawn(pool: Decoders, content: bytes, media_type: str, size: Size) -> Image.Image:
    """The first page in `size`."""
    page = sizes_by(pool, content, media_type)[0]
    whole = Box(0, 0, page.width, page.height)
    return pool.run(decode.draw, content, media_type, 1, whole, size, pool.limits)


def problem_of(pool: Decoders, task: Callable[[], object]) -> str:
    with pytest.raises(UnreadableDocument) as unreadable:
        pool.run(task)
    return unreadable.value.problem


def test_pages_are_measured_and_drawn_in_another_process(decoders: Decoders) -> None:
    assert sizes_by(decoders, turned(6), JPEG) == [Size(64, 32)]
    assert drawn(decoders, pdf(), PDF, Size(20, 10)).size == (20, 10)
    assert sizes_by(decoders, b"<?xml ?>", XML) == []
    assert decoders.run(hostile.process) != os.getpid()
    decoders.check()


def test_a_page_that_hangs_is_ended_and_its_neighbours_are_drawn(decoders: Decoders) -> None:
    problems: list[str] = []

    def hang() -> None:
        try:
            drawn(decoders, content, PDF, Size(3000, 3000))
        except UnreadableDocument as error:
            problems.append(error.problem)

    content = endless_pdf()
    assert len(sizes_by(decoders, content, PDF)) == 1
    hanging = threading.Thread(target=hang)
    hanging.start()
    for _ in range(5):
        assert drawn(decoders, turned(1), JPEG, Size(8, 4))
    hanging.join()
    assert problems == ["too_slow"]
    assert sizes_by(decoders, pdf(), PDF)


@pytest.mark.parametrize(
    ("task", "problem"),
    [
        (hostile.crash, "damaged"),
        (hostile.hang, "too_slow"),
        (hostile.burn, "too_slow"),
        (hostile.eat, "too_many_pixels"),
        (hostile.eat_all, "too_many_pixels"),
    ],
)
def test_whatever_a_document_does_its_neighbours_are_served(
    decoders: Decoders, task: Callable[[], object], problem: str
) -> None:
    found: list[str] = []
    spoiled = threading.Thread(target=lambda: found.append(problem_of(decoders, task)))
    spoiled.start()
    for _ in range(10):
        assert sizes_by(decoders, turned(6), JPEG) == [Size(64, 32)]
    spoiled.join()
    assert found == [problem]
    assert sizes_by(decoders, pdf(), PDF)


def test_a_decoder_that_dies_between_two_tasks_is_replaced(tmp_path: Path) -> None:
    pool = Decoders(settings_in(tmp_path), processes=1)
    try:
        for _ in range(2):
            dead = pool.run(hostile.process)
            os.kill(dead, signal.SIGKILL)
            assert pool.run(hostile.process) != dead
        assert sizes_by(pool, turned(6), JPEG) == [Size(64, 32)]
    finally:
        pool.close()


def test_nobody_waits_for_decoders_that_are_closed(tmp_path: Path) -> None:
    pool, found = Decoders(settings_in(tmp_path), processes=1), []

    def ask() -> None:
        try:
            pool.run(hostile.hang)
        except RuntimeError as error:
            found.append(str(error))

    pool.check()
    waiting = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for each in waiting:
        each.start()
    time.sleep(0.3)
    pool.close()
    for each in waiting:
        each.join(10)
    assert found == 3 * ["the decoders are closed"]


def test_the_process_that_decoders_are_forks_of_is_replaced_too_and_leaves_none_of_them(tmp_path: Path) -> None:
    pool = Decoders(settings_in(tmp_path))
    try:
        dead, orphan = pool.run(hostile.parent), pool.run(hostile.process)
        os.kill(dead, signal.SIGKILL)
        until(lambda: orphan not in families())
        assert pool.run(hostile.parent) != dead
        assert sizes_by(pool, turned(6), JPEG) == [Size(64, 32)]
    finally:
        pool.close()


def test_the_problem_of_a_document_comes_back(decoders: Decoders) -> None:
    for content, problem in ((pdf(password="x"), "password"), (b"%PDF-1.7", "damaged")):
        with pytest.raises(UnreadableDocument) as unreadable:
            sizes_by(decoders, content, PDF)
        assert unreadable.value.problem == problem


def test_a_decoder_that_needs_more_memory_than_it_may_have_is_ended(tmp_path: Path) -> None:
    given = {"decoder_memory": str(2**28 + 2**27), "page_edge": "20000", "decoder_pixels": "400000000"}
    pool = Decoders(settings_in(tmp_path, **given), processes=1)
    try:
        with pytest.raises(UnreadableDocument):
            drawn(pool, pdf(), PDF, Size(18_000, 9_000))
        assert sizes_by(pool, pdf(), PDF)
    finally:
        pool.close()


def test_what_a_spoiled_picture_took_is_free_for_the_next(tmp_path: Path) -> None:
    pool = Decoders(settings_in(tmp_path), processes=1)
    most = 6 * 2**30 // 10
    try:
        with pytest.raises(UnreadableDocument):
            pool.run(hostile.take, most, "damaged")
        assert pool.run(hostile.take, most) == most
    finally:
        pool.close()


def test_what_is_done_aside_leaves_no_thread_of_low_priority_behind_for_the_next_reader(tmp_path: Path) -> None:
    """libvips keeps its threads, and a thread of the lowest priority can't be raised again."""
    content, size = hostile.large_png(), Size(200, 200)
    pool = Decoders(settings_in(tmp_path), processes=1)
    try:
        limits = pool.limits
        aside = pool.run_behind(decode.draw, content, PNG, 1, Box(0, 0, *hostile.LARGE), size, limits)
        until = time.monotonic() + 5  # a thread that has just ended is still listed; libvips' own stay for 15 seconds
        while set(pool.run(hostile.nice_of_threads)) != {0}:
            assert time.monotonic() < until
            time.sleep(0.1)
        waited = pool.run(decode.draw, content, PNG, 1, Box(0, 0, *hostile.LARGE), size, limits)
    finally:
        pool.close()
    assert ImageChops.difference(aside, waited).getextrema() == ((0, 0),) * 3


def test_a_decoder_gives_its_free_memory_back_after_a_moment_of_rest(tmp_path: Path) -> None:
    pool = Decoders(settings_in(tmp_path), processes=1)
    try:
        at_first = pool.run(hostile.resident)
        pool.run(hostile.fill_and_free)
        held = pool.run(hostile.resident)
        for _ in range(100):
            time.sleep(0.7)  # each look is work too
            if pool.run(hostile.resident) < at_first + hostile.FILLED / 2:
                break
        else:
            pytest.fail("the decoder kept what it had freed")
    finally:
        pool.close()
    assert held > at_first + hostile.FILLED / 2


def test_a_decoder_is_confined(decoders: Decoders, tmp_path: Path) -> None:
    found = decoders.run(hostile.limits)
    assert found["RLIMIT_AS"] == (2**30, 2**30)
    assert found["RLIMIT_FSIZE"] == found["RLIMIT_CORE"] == (0, 0)
    assert found["RLIMIT_NOFILE"] == (64, 64)
    assert decoders.run(hostile.open_many) < 64
    assert decoders.run(hostile.write, str(tmp_path / "written")) == "EFBIG"


def test_computing_time_is_bounded_for_each_task_even_where_nobody_watches_the_clock(tmp_path: Path) -> None:
    pool = Decoders(settings_in(tmp_path, decoder_seconds="30"), processes=1)
    try:
        assert 60 < pool.run(hostile.limits)["RLIMIT_CPU"][0] < 120
        with pytest.raises(UnreadableDocument) as unreadable:
            pool.run(_within, 0.1, hostile.burn)
        assert unreadable.value.problem == "too_slow"
        assert sizes_by(pool, turned(6), JPEG)
    finally:
        pool.close()


def test_a_decoder_has_none_of_the_servers_sockets_files_or_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIEWER_CLIENT_SECRET", "of no value")
    monkeypatch.setenv("PGPASSWORD", "of no value")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of no value")
    database = sqlite3.connect(tmp_path / "some.db")
    database.execute("CREATE TABLE it (id)")
    pool = Decoders(settings_in(tmp_path), processes=1)
    try:
        with socket.create_server(("127.0.0.1", 0)), (tmp_path / "open").open("wb") as opened:
            os.set_inheritable(opened.fileno(), True)
            names = pool.run(hostile.open_files)
            known = pool.run(hostile.environment)
    finally:
        pool.close()
        database.close()
    assert names
    assert not [name for name in names if name.startswith("socket:") or str(tmp_path) in name]
    assert "of no value" not in known.values()
    assert not [name for name in known if name.startswith("VIEWER_")]


def test_decoders_share_most_of_what_they_hold(decoders: Decoders) -> None:
    assert drawn(decoders, pdf(), PDF, Size(20, 10))
    assert drawn(decoders, encoded(cornered(size=(1500, 1000)), "PNG"), PNG, Size(150, 100))
    for _ in range(2):
        held = held_by(decoders.run(hostile.collect))
        assert held["Private_Dirty"] < held["Anonymous"] / 2


def test_what_decoders_are_forks_of_has_no_other_thread() -> None:
    code = "import os, viewer.decoder; print(len(os.listdir('/proc/self/task')))"
    assert subprocess.check_output([sys.executable, "-c", code], encoding="utf-8") == "1\n"


def test_what_libvips_may_not_do_is_still_told_to_it_in_a_decoder(decoders: Decoders) -> None:
    assert decoders.run(hostile.environment)["VIPS_DISC_THRESHOLD"] == "8g"


# Chinese in fonts that the document doesn't bring along


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        ("STSong-Light", "UniGB-UCS2-H"),
        ("SimSun", "GBK-EUC-H"),
        ("SimSun,Bold", "GBK-EUC-H"),
        ("KaiTi", "UniGB-UTF16-H"),
        ("KaiTi_GB2312", "GB-EUC-H"),
        ("FangSong", "GBK-EUC-H"),
        ("SimHei", "UniGB-UCS2-H"),
    ],
)
def test_chinese_is_drawn_with_our_font_where_none_is_embedded(decoders: Decoders, font: str, encoding: str) -> None:
    """Drawn as the characters themselves: each looks like itself and like no other, which boxes in their place don't."""
    one, same, other = (
        drawn(decoders, chinese_pdf(text, font, encoding), PDF, Size(400, 120)) for text in ("发票", "发发", "票发")
    )
    first, second = (20, 20, 100, 110), (100, 20, 180, 110)
    assert ink(same.crop(first)) > 500
    assert ink(one.crop(first)) == ink(same.crop(first))
    assert differing(one.crop(first), one.crop(second)) > 0.05
    assert differing(one.crop(first), other.crop(second)) < 0.03
    assert decoders.run(decode.words, chinese_pdf("发票", font, encoding), PDF, 1, decoders.limits)[0].text == "发票"


def test_the_machines_own_fonts_are_not_looked_at(decoders: Decoders) -> None:
    assert not [name for name in decoders.run(hostile.open_files) if "/usr/share/fonts" in name]


def ink(picture: Image.Image) -> int:
    return sum(picture.convert("L").histogram()[:128])


def differing(one: Image.Image, other: Image.Image) -> float:
    """The part of the pixels that is black in one picture and white in the other."""
    apart = ImageChops.difference(one.convert("L"), other.convert("L")).histogram()
    return sum(apart[128:]) / sum(apart)
