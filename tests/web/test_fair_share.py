"""Two readers at one server's decoders: the one who asks for much doesn't keep the other waiting."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.clouds import ScriptedCloud
from tests.installations import LONG, Installation, installed, pages_of, problem_of
from tests.papers import encoded
from viewer.archive.renditions import Renditions

MANY = 12


@pytest.fixture
def site(odd_cloud: ScriptedCloud, tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, cloud=odd_cloud.url, reader_pictures=MANY) as installation:
        yield installation


class Drawing:
    """Pictures that are being made, in the order in which their turns came; each ends when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.changed = threading.Condition()
        self._ends = threading.Semaphore(0)
        draw = Renditions._drawn

        def slow(renditions: Renditions, source: object, ask: object) -> bytes:
            with self.changed:
                self.begun.append(source.sha256)  # type: ignore[attr-defined]
                self.changed.notify_all()
            assert self._ends.acquire(timeout=LONG)
            return draw(renditions, source, ask)  # type: ignore[arg-type]

        monkeypatch.setattr(Renditions, "_drawn", slow)

    def end(self, count: int = 1) -> None:
        self._ends.release(count)

    def until(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.begun) >= count, LONG)


def page_of(site: Installation, cloud: ScriptedCloud, name: str) -> tuple[str, str]:
    """The address of a bill's page, and its content's SHA-256."""
    content = encoded(Image.effect_noise((300, 200), len(name) * 10), "PNG")
    key = cloud.put_bill({f"{name}.png": content})
    bill = site.whole(key)
    return f"/bills/{key}/iiif/{pages_of(bill)[0]}", bill["invoices"][0]["files"][0]["sha256"]


def waiting(site: Installation) -> int:
    turns = site.archive.renditions._turns
    with turns._guard:
        return sum(map(len, turns._waiting.values()))


def test_a_reader_who_asks_for_one_picture_is_next_whatever_another_has_asked_for(
    site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    (greedy, greedy_content), (modest, modest_content) = (
        page_of(site, odd_cloud, name) for name in ("greedy", "modest-one")
    )
    drawing = Drawing(monkeypatch)
    slots = site.archive.decoders.count
    with ThreadPoolExecutor(MANY + 2) as threads:
        many = [threads.submit(site.get, f"{greedy}/full/{100 + number},/0/default.png") for number in range(MANY)]
        drawing.until(slots)
        assert _poll(lambda: waiting(site) == MANY - slots)
        one = threads.submit(site.get, f"{modest}/full/100,/0/default.png")
        assert _poll(lambda: waiting(site) == MANY - slots + 1)
        drawing.end()
        drawing.until(slots + 1)
        assert drawing.begun == [greedy_content] * slots + [modest_content]
        drawing.end(MANY)
        assert one.result().status_code == 200
        assert {each.result().status_code for each in many} == {200}


def test_a_reader_with_too_many_is_told_so_and_the_others_are_not(
    site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    (greedy, _), (modest, _) = (page_of(site, odd_cloud, name) for name in ("greedy-2", "modest-two"))
    drawing = Drawing(monkeypatch)
    slots = site.archive.decoders.count
    with ThreadPoolExecutor(MANY + 2) as threads:
        many = [threads.submit(site.get, f"{greedy}/full/{100 + number},/0/default.png") for number in range(MANY)]
        drawing.until(slots)
        assert _poll(lambda: waiting(site) == MANY - slots)
        refused: requests.Response = site.get(f"{greedy}/full/99,/0/default.png")
        problem_of(refused, 429, "too_many_requests")
        assert refused.headers["Retry-After"] == "1"
        one = threads.submit(site.get, f"{modest}/full/100,/0/default.png")
        drawing.end(MANY + 1)
        assert one.result().status_code == 200
        assert {each.result().status_code for each in many} == {200}


def test_those_who_wait_for_the_same_picture_are_not_too_many(
    site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, content = page_of(site, odd_cloud, "popular")
    drawing = Drawing(monkeypatch)
    with ThreadPoolExecutor(50) as threads:
        many = [threads.submit(site.get, f"{page}/full/100,/0/default.png") for _ in range(50)]
        drawing.until(1)
        quota = site.archive.renditions._quota
        assert _poll(lambda: sum(map(Counter.total, list(quota._here.values()))) == 50)
        drawing.end()
        assert {each.result().status_code for each in many} == {200}
    assert drawing.begun == [content]


def _poll(told: Callable[[], bool]) -> bool:
    """Waits for what nobody announces."""
    tick = threading.Event()
    return any(told() or tick.wait(0.01) for _ in range(LONG * 100))
