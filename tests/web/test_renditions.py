"""Pictures over HTTP: made once however many ask, from as few decodes as can be, and never one for another."""

import errno
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageStat

from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of
from tests.likeness import psnr
from tests.papers import encoded, pdf
from viewer import drawing
from viewer.blobs import Blobs
from viewer.documents.pool import Decoders
from viewer.domain.source import PageSource
from viewer.imaging import levels


class Work:
    """What the decoders did for one content; other tests' pictures may still be made ahead meanwhile."""

    def __init__(self) -> None:
        self.content = ""
        self.tasks: list[tuple[str, str]] = []

    def over(self, content: bytes) -> bytes:
        self.content = sha256(content).hexdigest()
        return content

    def count(self, task: Any) -> int:
        """How often it was done from the content itself."""
        return self.tasks.count((task.__name__, self.content))

    def await_quiet(self, task: Any, count: int) -> None:
        end = time.monotonic() + 20
        while self.count(task) < count and time.monotonic() < end:
            time.sleep(0.05)
        assert self.count(task) == count


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Notes the tasks and lets them through."""
    noted, guard = Work(), threading.Lock()

    def note(name: str) -> None:
        original = getattr(Decoders, name)

        def noting(self: Decoders, task: Any, *given: Any, **named: Any) -> Any:
            answer = original(self, task, *given, **named)
            with guard:
                noted.tasks.extend((task.__name__, each.sha256) for each in given if isinstance(each, PageSource))
            return answer

        monkeypatch.setattr(Decoders, name, noting)

    note("run")
    note("run_behind")
    return noted


def put(site: Installation, cloud: ScriptedCloud, content: bytes, name: str) -> str:
    """The address of the image service of a bill's only page."""
    key = cloud.put_bill({name: content})
    ((page,),) = (file["pages"] for file in files_of(site.whole(key)))
    return f"/bills/{key}/iiif/{page['page_id']}"


def lose_original(site: Installation, sha256: str) -> None:
    """As a failing disk would: what lies beside it stays."""
    (site.settings.instance / "blobs" / sha256[:2] / sha256).unlink()


def photo(color: str, size: tuple[int, int] = (1600, 1200)) -> bytes:
    return encoded(Image.new("RGB", size, color), "JPEG", quality=95)


def test_fifty_who_ask_for_a_new_picture_at_once_cost_one_decode(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    service = put(odd_site, odd_cloud, work.over(photo("olive")), "fifty.jpg")
    with ThreadPoolExecutor(50) as readers:
        answers = list(readers.map(lambda _: odd_site.get(f"{service}/full/1000,/0/default.jpg"), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert work.count(drawing.draw_page) == 1


def test_the_first_need_is_drawn_at_once_and_later_sizes_come_from_what_was_stored_behind_it(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    service = put(odd_site, odd_cloud, work.over(photo("teal")), "ladder.jpg")
    assert odd_site.get(f"{service}/full/1000,/0/default.jpg").status_code == 200
    work.await_quiet(drawing.cut_ladder, 1)
    for width in (800, 400, 200, 100):
        level = odd_site.get(f"{service}/full/{width},/0/default.jpg")
        assert Image.open(io.BytesIO(level.content)).width == width
    assert work.count(drawing.draw_page) == 1
    other = Image.open(io.BytesIO(odd_site.get(f"{service}/full/520,/90/gray.webp").content))
    assert (other.size, other.format) == ((390, 520), "WEBP")
    assert (work.count(drawing.draw_page), work.count(drawing.cut_ladder)) == (1, 1)


def test_a_photos_thumbnails_need_nothing_of_it_but_what_was_kept_when_it_came(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    scene = Image.effect_noise((160, 120), 60).resize((1600, 1200)).convert("RGB")
    service = put(odd_site, odd_cloud, work.over(encoded(scene, "JPEG", quality=95)), "first.jpg")
    lose_original(odd_site, work.content)
    for width in (500, 320, 200):
        found = Image.open(io.BytesIO(odd_site.get(f"{service}/full/{width},/0/default.jpg").content))
        expected = scene.resize((width, width * 3 // 4), Image.Resampling.LANCZOS)
        assert psnr(found.convert("RGB"), expected) > 35
    assert work.count(drawing.draw_page) == 0
    for width in (600, 800, 1000):
        answer = odd_site.get(f"{service}/full/{width},/0/default.jpg")
        assert answer.status_code == 503, "nothing larger or hardly smaller comes from it"


def test_thumbnails_come_from_what_is_kept_with_the_original_also_when_the_cache_was_emptied(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    service = put(odd_site, odd_cloud, work.over(photo("plum", (1700, 1300))), "emptied.jpg")
    once = odd_site.get(f"{service}/full/200,/0/default.jpg").content
    work.await_quiet(drawing.cut_ladder, 1)
    odd_site.archive.renditions.cache.forget([work.content])
    lose_original(odd_site, work.content)
    assert odd_site.get(f"{service}/full/200,/0/default.jpg").content == once
    assert work.count(drawing.draw_page) == 0


@pytest.mark.parametrize("kept", [None, b"8\nwhat an older engine made"])
def test_a_first_picture_that_is_missing_or_another_engines_is_not_used_but_made_anew_with_the_ladder(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work, kept: bytes | None
) -> None:
    service = put(odd_site, odd_cloud, work.over(photo("salmon" if kept else "peru", (1700, 1300))), "anew.jpg")
    blobs = odd_site.archive.blobs
    first = blobs.first(work.content)
    assert first
    blobs.delete_first(work.content)
    if kept:
        blobs.put_first(work.content, kept)
    assert odd_site.get(f"{service}/full/200,/0/default.jpg").status_code == 200
    assert work.count(drawing.draw_page) == 1
    work.await_quiet(drawing.cut_ladder, 1)
    end = time.monotonic() + 20
    while (found := blobs.first(work.content)) in (None, kept) and time.monotonic() < end:
        time.sleep(0.05)
    assert found not in (None, kept)
    again = odd_site.get(f"{service}/full/210,/0/default.jpg")
    assert Image.open(io.BytesIO(again.content)).width == 210


def test_only_the_first_page_of_a_file_has_a_first_picture(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    pages = [Image.new("L", (1700, 1300), shade) for shade in (40, 200)]
    content = work.over(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw"))
    key = odd_cloud.put_bill({"pages.tif": content})
    (file,) = files_of(odd_site.whole(key))
    assert file["state"] == "ready", file
    shades = []
    for page in file["pages"]:
        answer = odd_site.get(f"/bills/{key}/iiif/{page['page_id']}/full/200,/0/gray.jpg")
        shades.append(round(ImageStat.Stat(Image.open(io.BytesIO(answer.content))).mean[0]))
    assert shades == [40, 200]
    assert work.count(drawing.draw_page) == 1, "the second one's, from the content"


def test_no_size_comes_from_an_answer_which_is_coarser_than_what_is_stored(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odd_site.archive.renditions, "_behind", SimpleNamespace(put=lambda _: None))
    service = put(odd_site, odd_cloud, work.over(photo("olive", (2200, 1650))), "coarser.jpg")
    for made, width in enumerate((1100, 700, 600), 1):
        assert odd_site.get(f"{service}/full/{width},/0/default.jpg").status_code == 200
        assert work.count(drawing.draw_page) == made


def test_a_picture_comes_although_there_is_no_room_for_its_first_one(
    odd_site: Installation,
    odd_cloud: ScriptedCloud,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "put_first", full)
        service = put(odd_site, odd_cloud, work.over(photo("navy")), "full.jpg")
    assert "could not be kept" in caplog.text
    assert odd_site.get(f"{service}/full/200,/0/default.jpg").status_code == 200
    assert work.count(drawing.draw_page) == 1


def test_all_tiles_of_a_scale_come_from_one_decode(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    service = put(odd_site, odd_cloud, work.over(photo("maroon")), "tiles.jpg")
    regions = [
        (left, top, min(512, 1600 - left), min(512, 1200 - top))
        for top in (0, 512, 1024)
        for left in (0, 512, 1024, 1536)
    ]
    with ThreadPoolExecutor(8) as readers:
        answers = list(
            readers.map(
                lambda box: odd_site.get(f"{service}/{','.join(map(str, box))}/{box[2]},/0/default.jpg"), regions
            )
        )
    assert [Image.open(io.BytesIO(answer.content)).size for answer in answers] == [box[2:] for box in regions]
    assert (work.count(drawing.cut_tiles), work.count(drawing.draw_page)) == (1, 0)


def test_a_tile_is_there_when_its_band_is_cut_whichever_of_them_comes_first(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = put(odd_site, odd_cloud, photo("indigo"), "bands.jpg")
    go_on, run = threading.Event(), Decoders.run

    def upper_band_late(self: Decoders, task: Any, *given: Any, **named: Any) -> Any:
        if task is drawing.cut_tiles and any(isinstance(each, levels.Band) and each.top == 0 for each in given):
            assert go_on.wait(30)
        return run(self, task, *given, **named)

    monkeypatch.setattr(levels, "WORTH_PARTING", 0)
    monkeypatch.setattr(Decoders, "run", upper_band_late)
    with ThreadPoolExecutor(1) as readers:
        upper = readers.submit(odd_site.get, f"{service}/0,0,512,512/512,/0/default.jpg")
        assert odd_site.get(f"{service}/0,1024,512,176/512,/0/default.jpg").status_code == 200
        assert not upper.done()
        go_on.set()
        assert upper.result(30).status_code == 200


def test_a_tile_of_a_document_is_drawn_alone(odd_site: Installation, odd_cloud: ScriptedCloud, work: Work) -> None:
    service = put(odd_site, odd_cloud, work.over(pdf(1, size=(400, 300))), "alone.pdf")
    assert odd_site.get(f"{service}/0,0,512,512/512,512/0/default.jpg").status_code == 200
    assert (work.count(drawing.cut_tiles), work.count(drawing.draw_page)) == (0, 1)


def test_a_lossless_picture_is_always_drawn_from_the_original(
    odd_site: Installation, odd_cloud: ScriptedCloud, work: Work
) -> None:
    scene = Image.effect_noise((40, 30), 90).resize((900, 700)).convert("RGB")
    service = put(odd_site, odd_cloud, work.over(encoded(scene, "PNG")), "lossless.png")
    assert odd_site.get(f"{service}/full/300,/0/default.jpg").status_code == 200
    work.await_quiet(drawing.cut_ladder, 1)
    whole = Image.open(io.BytesIO(odd_site.get(f"{service}/full/max/0/default.png").content)).convert("RGB")
    assert whole.tobytes() == scene.tobytes()


def test_a_picture_thrown_away_is_made_again(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    service = put(odd_site, odd_cloud, photo("navy"), "again.jpg")
    odd_site.get(f"{service}/full/200,/0/default.jpg")
    for path in odd_site.settings.derivatives.rglob("*"):
        if path.is_file():
            path.unlink()
    again = odd_site.get(f"{service}/full/200,/0/default.jpg")
    assert again.status_code == 200
    picture = Image.open(io.BytesIO(again.content))
    assert picture.size == (200, 150)
    assert all(abs(value - navy) < 4 for value, navy in zip(ImageStat.Stat(picture).mean, (0, 0, 128), strict=True))
