"""Limits through the whole application, each set low by its variable: what lies beyond is refused, and the rest is served.

Those of a file's and a bill's size and of downloads are met in test_fetching, those of pixels, pages and time in
test_documents, memory in the decoders' own tests, and upstream's deadline in test_errors.
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of, installed, problem_of
from tests.papers import cornered, encoded, overlapping_zip, pdf, zipped


def sizes_of(file: Any) -> list[tuple[int, int]]:
    return [(page["width"], page["height"]) for page in file["pages"]]


def test_a_pdf_page_counts_its_pixels_at_the_set_resolution_up_to_the_set_edge(
    odd_cloud: ScriptedCloud, tmp_path: Path
) -> None:
    key = odd_cloud.put_bill({"small.pdf": pdf(size=(100, 50)), "wide.pdf": pdf(size=(400, 200))})
    with installed(tmp_path, cloud=odd_cloud.url, page_dpi=72, page_edge=150) as coarse:
        small, wide = files_of(coarse.whole(key))
        assert (sizes_of(small), sizes_of(wide)) == ([(100, 50)], [(150, 75)])


def test_no_picture_is_made_larger_than_the_set_pixels(odd_cloud: ScriptedCloud, tmp_path: Path) -> None:
    photo = encoded(cornered(size=(400, 200)), "PNG")
    key = odd_cloud.put_bill({"photo.png": photo, "sheet.pdf": pdf(size=(400, 200))})
    with installed(tmp_path, cloud=odd_cloud.url, decoder_pixels=20_000) as small:
        for file, expected in zip(files_of(small.whole(key)), [(400, 200), (200, 100)], strict=True):
            assert sizes_of(file) == [expected]
            service = f"/bills/{key}/iiif/{file['pages'][0]['page_id']}"
            assert small.get(f"{service}/info.json").json()["maxArea"] == 20_000
            for size in ("^201,100", "^2000,"):
                beyond = small.get(f"{service}/full/{size}/0/default.png")
                problem_of(beyond, 400, "bad_image_request")
            assert small.get(f"{service}/full/200,100/0/default.png").status_code == 200
            assert small.get(f"{service}/full/max/0/default.png").status_code == 200


# Archives


@pytest.fixture(scope="module")
def strict(odd_cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that unpacks little."""
    limits = {"archive_entries": 10, "archive_bytes": 4_000_000, "archive_ratio": 20}
    with installed(tmp_path_factory.mktemp("strict"), cloud=odd_cloud.url, **limits) as installation:
        yield installation


PAPER = encoded(cornered(), "PNG")
TALL = encoded(cornered(size=(1000, 400)), "BMP")
"""1.2 MB of few colours, which pack very small."""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("entries", zipped({f"{number}.png": PAPER for number in range(11)})),
        ("bytes", zipped({f"{number}.bmp": TALL for number in range(4)}, 0)),
        ("ratio", zipped({"tall.bmp": TALL})),
        ("overlapping", overlapping_zip(TALL, 4)),
    ],
)
def test_an_archive_beyond_a_limit_says_so_in_both_languages(
    strict: Installation, odd_cloud: ScriptedCloud, name: str, content: bytes
) -> None:
    key = odd_cloud.put_bill({f"{name}.zip": content, f"{name}.png": PAPER})
    strict.whole(key)
    for language, word in (("en", "archive"), ("zh-CN", "压缩包")):
        beyond, neighbour = files_of(strict.json(f"/bills/{key}", lang=language))
        assert (beyond["state"], beyond["pages"], word in beyond["problem"]) == ("unreadable", [], True)
        assert neighbour["state"] == "ready"
    assert strict.get(f"/api/v1/bills/{key}/files/{beyond['file_id']}").content == content


def test_an_archive_just_within_the_limits_is_shown(strict: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill(
        {
            "entries-within.zip": zipped({f"{number}.png": PAPER for number in range(10)}),
            "bytes-within.zip": zipped({f"{number}.bmp": TALL for number in range(3)}, 0),
        }
    )
    assert [len(file["pages"]) for file in files_of(strict.whole(key))] == [10, 3]


# Upstream


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a server that takes no connection: its queue is full and it never looks."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        waiting = [socket.socket() for _ in range(8)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for each in waiting:
            each.close()


def test_an_upstream_that_takes_no_connection_is_given_up_long_before_the_deadline(deaf: str, tmp_path: Path) -> None:
    """Were it not, the answer would come later than this test's own call waits."""
    with installed(tmp_path, cloud=deaf, connect_timeout=0.2, upstream_deadline=600) as installation:
        problem_of(installation.get(f"/api/v1/bills/{'c' * 32}"), 504, "upstream_timeout")
