"""`viewer purge` beside a server that is fetching: nothing stays of the bill, and nothing of another's goes."""

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Response
from PIL import Image

from tests.clouds import ScriptedCloud, row_of
from tests.installations import LONG, Installation, files_of, installed, purge
from tests.papers import encoded, pdf
from tests.web.test_sheets import put_sheet, sheet_of_four
from viewer.archive.purging import drop_unused


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def settled(site: Installation) -> bool:
    """No fetch is under way."""
    return not site.archive.files._coming


def originals(site: Installation) -> set[str]:
    """And what lies beside them."""
    return {str(path) for path in (site.settings.instance / "blobs").rglob("*") if path.is_file()}


def pictures(site: Installation) -> set[Path]:
    return {path for path in site.settings.derivatives.rglob("*-*") if path.is_file()}


def unlike() -> bytes:
    """A PDF with a page of its own size."""
    return pdf(size=(200 + secrets.randbelow(100_000) / 1000, 100))


@contextmanager
def held(cloud: ScriptedCloud, name: str, content: bytes) -> Iterator[None]:
    """The file has been asked for within this, and comes at its end."""
    free = threading.Event()

    def answer() -> Response:
        free.wait(LONG)
        return Response(content, content_type="application/octet-stream")

    cloud.put_behaviour(name, answer)
    yield
    free.set()


@pytest.fixture(scope="module")
def slow_site(odd_cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """It waits for a held file as long as a test needs."""
    folder = tmp_path_factory.mktemp("slow-site")
    with installed(folder, cloud=odd_cloud.url, upstream_deadline=LONG, download_deadline=LONG) as installation:
        yield installation


def put_one(cloud: ScriptedCloud, content: bytes) -> tuple[str, str]:
    name = f"{secrets.token_hex(4)}.pdf"
    return cloud.put_list([row_of(name, cloud.put_file(name, content), content)]), name


@contextmanager
def purged_meanwhile(site: Installation, cloud: ScriptedCloud, key: str, name: str, content: bytes) -> Iterator[None]:
    """Within this the opened bill is purged, while its file is still on its way."""
    with held(cloud, name, content):
        site.json(f"/bills/{key}")
        until(lambda: cloud.asked[name] == 1)
        purge(site, key)
        yield


def test_what_was_on_its_way_to_a_purged_bill_is_not_kept(
    slow_site: Installation, odd_cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    before, content = originals(slow_site), unlike()
    key, name = put_one(odd_cloud, content)
    with purged_meanwhile(slow_site, odd_cloud, key, name, content):
        pass
    until(lambda: settled(slow_site))
    assert originals(slow_site) == before
    assert "Traceback" not in caplog.text


def test_what_another_bill_has_too_stays(
    slow_site: Installation, odd_cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    content = unlike()
    other, _ = put_one(odd_cloud, content)
    (file,) = files_of(slow_site.whole(other))
    key, name = put_one(odd_cloud, content)
    with purged_meanwhile(slow_site, odd_cloud, key, name, content):
        pass
    until(lambda: settled(slow_site))
    assert slow_site.get(f"/api/v1/bills/{other}/files/{file['file_id']}").content == content
    assert "Traceback" not in caplog.text


def test_neither_a_pasted_sheet_nor_what_was_cut_from_it_is_kept(
    slow_site: Installation, odd_cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    before = originals(slow_site)
    key, name = put_sheet(odd_cloud)
    gone = slow_site.whole(key)
    purge(slow_site, key)
    assert originals(slow_site) == before, f"{len(files_of(gone))} files have gone"
    with held(odd_cloud, name, sheet_of_four()):
        slow_site.json(f"/bills/{key}")
        until(lambda: odd_cloud.asked[name] == 2)
        purge(slow_site, key)
    until(lambda: settled(slow_site))
    assert originals(slow_site) == before
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("step", ["put", "get"])
def test_a_bill_that_is_purged_between_two_steps_leaves_nothing(
    slow_site: Installation,
    odd_cloud: ScriptedCloud,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    step: str,
) -> None:
    """After the sheet is stored, after a crop is, and before either is read again."""
    before, blobs = originals(slow_site), slow_site.archive.blobs
    original = getattr(blobs, step)
    for nth in (1, 2, 3):
        key, _ = put_sheet(odd_cloud)
        numbers, purged = itertools.count(1), threading.Event()

        def purging(*given: object, numbers: Iterator[int] = numbers, purged: threading.Event = purged) -> object:
            is_meant = next(numbers) == nth  # noqa: B023
            answer = original(*given) if step == "put" else None
            if is_meant:
                purge(slow_site, key)  # noqa: B023
                purged.set()
            return answer if step == "put" else original(*given)

        with monkeypatch.context() as patched:
            patched.setattr(blobs, step, purging)
            slow_site.json(f"/bills/{key}")
            until(lambda: settled(slow_site))
        assert purged.is_set()
        assert originals(slow_site) == before, (step, nth)
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_bill_that_is_purged_while_its_first_picture_is_kept_leaves_none(
    slow_site: Installation,
    odd_cloud: ScriptedCloud,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    when: str,
) -> None:
    stored, shown = originals(slow_site), pictures(slow_site)
    content = encoded(Image.effect_noise((1200, 900), secrets.randbelow(90)), "JPEG")
    key, _ = put_one(odd_cloud, content)
    keep, kept = slow_site.archive.renditions.keep_first, threading.Event()

    def purging(*given: object) -> None:
        if when == "before":
            purge(slow_site, key)
        keep(*given)  # type: ignore[arg-type]
        if when == "after":
            purge(slow_site, key)
        kept.set()

    monkeypatch.setattr(slow_site.archive.renditions, "keep_first", purging)
    slow_site.json(f"/bills/{key}")
    until(lambda: settled(slow_site))
    assert kept.is_set()
    assert (originals(slow_site), pictures(slow_site)) == (stored, shown)
    assert "Traceback" not in caplog.text


def test_a_bill_that_comes_back_while_its_old_files_are_on_their_way_has_its_picture(
    slow_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    content = unlike()
    key, name = put_one(odd_cloud, content)
    with purged_meanwhile(slow_site, odd_cloud, key, name, content):
        slow_site.json(f"/bills/{key}")
    (file,) = files_of(slow_site.whole(key))
    until(lambda: settled(slow_site))
    assert slow_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").content == content


def test_what_was_on_its_way_to_a_purged_bill_comes_to_no_other(
    slow_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    """The next bill's rows may have the numbers of those that are gone, and its file as little of a hash."""
    content, other = unlike(), unlike()
    name, other_name = f"{secrets.token_hex(4)}.pdf", f"{secrets.token_hex(4)}.pdf"
    rows = [row_of(each, odd_cloud.put_file(each, its), its) for each, its in ((name, content), (other_name, other))]
    for row in rows:
        row["invoiceFiles"][0] |= {"fileHash": "", "id": "same", "fileName": "invoice.pdf"}
        row["serialNo"] = "same"
    key, other_key = (odd_cloud.put_list([row]) for row in rows)
    with purged_meanwhile(slow_site, odd_cloud, key, name, content):
        slow_site.json(f"/bills/{other_key}")
    (file,) = files_of(slow_site.whole(other_key))
    assert slow_site.get(f"/api/v1/bills/{other_key}/files/{file['file_id']}").content == other


def test_a_file_whose_bytes_go_before_it_is_settled_is_fetched_again(
    slow_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same content was on its way to a bill that was purged, and is dropped just then."""
    content = unlike()
    key, name = put_one(odd_cloud, content)
    archive, fetching = slow_site.archive, slow_site.archive.files._fetching
    original = fetching._fields
    dropped: list[set[str]] = []

    def drop_then_read(content: bytes, found: object) -> object:
        if not dropped:
            dropped.append(drop_unused(archive.database, archive.blobs, [found.sha256]))  # type: ignore[attr-defined]
        return original(content, found)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching, "_fields", drop_then_read)
    (file,) = files_of(slow_site.whole(key))
    assert dropped == [{file["sha256"]}]
    assert odd_cloud.asked[name] == 2
    assert slow_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").content == content
