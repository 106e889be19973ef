"""Decoder processes: what hangs, dies or eats memory loses its own task and nothing else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.papers import endless_pdf, pdf, turned
from viewer.config import Settings
from viewer.documents.pool import Decoders
from viewer.documents.sniff import JPEG, PDF, XML
from viewer.domain.size import Size
from viewer.errors import UnreadableDocument


@pytest.fixture(scope="module")
def decoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decoders]:
    folder: Path = tmp_path_factory.mktemp("decoders")
    pool = Decoders(Settings.load({"VIEWER_INSTANCE": str(folder), "VIEWER_DECODER_SECONDS": "1.5"}))
    yield pool
    pool.close()


def test_pages_are_measured_and_drawn_in_another_process(decoders: Decoders) -> None:
    assert decoders.page_sizes(turned(6), JPEG) == [Size(64, 32)]
    assert decoders.draw(pdf(), PDF, number=1, size=Size(20, 10), suffix="jpg").startswith(b"\xff\xd8\xff")
    assert decoders.page_sizes(b"<?xml ?>", XML) == []
    decoders.check()


def test_a_page_that_hangs_is_ended_and_its_neighbours_are_drawn(decoders: Decoders) -> None:
    problems: list[str] = []

    def hang() -> None:
        try:
            decoders.draw(content, PDF, number=1, size=Size(3000, 3000), suffix="jpg")
        except UnreadableDocument as error:
            problems.append(error.problem)

    content = endless_pdf()
    assert len(decoders.page_sizes(content, PDF)) == 1
    hanging = threading.Thread(target=hang)
    hanging.start()
    for _ in range(5):
        assert decoders.draw(turned(1), JPEG, number=1, size=Size(8, 4), suffix="png")
    hanging.join()
    assert problems == ["too_slow"]
    assert decoders.page_sizes(pdf(), PDF)


def test_the_problem_of_a_document_comes_back(decoders: Decoders) -> None:
    for content, problem in ((pdf(password="x"), "password"), (b"%PDF-1.7", "damaged")):
        with pytest.raises(UnreadableDocument) as unreadable:
            decoders.page_sizes(content, PDF)
        assert unreadable.value.problem == problem


def test_a_decoder_that_needs_more_memory_than_it_may_have_is_ended(tmp_path: Path) -> None:
    given = {"VIEWER_INSTANCE": str(tmp_path), "VIEWER_DECODER_MEMORY": str(2**28 + 2**27), "VIEWER_PAGE_EDGE": "20000"}
    pool = Decoders(Settings.load({**given, "VIEWER_DECODER_PIXELS": "400000000"}), processes=1)
    try:
        with pytest.raises(UnreadableDocument):
            pool.draw(pdf(), PDF, number=1, size=Size(18_000, 9_000), suffix="jpg")
        assert pool.page_sizes(pdf(), PDF)
    finally:
        pool.close()
