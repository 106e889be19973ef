"""Pictures made once: whole files, made by one of many that ask, and never one for another."""

import threading
from pathlib import Path

import pytest

from viewer.imaging.cache import RenditionCache


def test_a_picture_is_made_once_and_found_again(tmp_path: Path) -> None:
    made = []

    def make() -> bytes:
        made.append(1)
        return b"picture"

    for cache in (RenditionCache(tmp_path), RenditionCache(tmp_path)):
        assert cache.get(sha256="a", number=1, canonical="x", make=make).read_bytes() == b"picture"
    assert len(made) == 1


def test_another_content_page_or_request_is_another_picture(tmp_path: Path) -> None:
    cache = RenditionCache(tmp_path)
    keys = [("a", 1, "x"), ("b", 1, "x"), ("a", 2, "x"), ("a", 1, "y")]
    paths = {
        cache.get(sha256=sha256, number=number, canonical=canonical, make=lambda: b"")
        for sha256, number, canonical in keys
    }
    assert len(paths) == 4


def test_threads_that_ask_at_once_make_it_once(tmp_path: Path) -> None:
    cache, made, together = RenditionCache(tmp_path), [], threading.Barrier(8)

    def make() -> bytes:
        made.append(1)
        return b"picture"

    def ask() -> None:
        together.wait()
        cache.get(sha256="a", number=1, canonical="x", make=make)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_a_picture_that_could_not_be_made_leaves_nothing_and_is_tried_again(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise KeyError

    cache = RenditionCache(tmp_path)
    with pytest.raises(KeyError):
        cache.get(sha256="a", number=1, canonical="x", make=fail)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert cache.get(sha256="a", number=1, canonical="x", make=lambda: b"picture").read_bytes() == b"picture"
