"""Pictures at signed addresses: what pages show, answered without the database, for as long as the signature is good."""

import io
import re
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PIL import Image, ImageStat
from sqlalchemy import event

from tests.clouds import ScriptedCloud
from tests.installations import JSON, Installation, files_of, installed, problem_of
from tests.papers import encoded
from viewer.domain.signed_page import SignedPage
from viewer.errors import UnreadableDocument
from viewer.gateway.sandbox.server import ServedApp
from viewer.instance import SIGNING_KEY, signing_keys

SCENE = Image.effect_noise((65, 45), 90).resize((1300, 900), Image.Resampling.BICUBIC).convert("RGB")
ADDRESS = re.compile(r'src="(/i/[^"]+)"')


def shown(site: Installation, cloud: ScriptedCloud, name: str) -> tuple[str, str]:
    """The address of a bill's only picture as its list has it, and the bill's key; each `name` is another content."""
    scene = SCENE.copy()
    scene.putpixel((0, 0), tuple(name.encode()[:3]))
    key = cloud.put_bill({f"{name}.png": encoded(scene, "PNG")})
    site.whole(key)
    *_, thumbnail = ADDRESS.findall(unescape(site.page(f"/bills/{key}")))
    return str(thumbnail), key


def signed_of(site: Installation, address: str) -> SignedPage:
    signed = SignedPage.read(address.split("/")[2], signing_keys(site.settings))
    assert signed
    return signed


def test_a_pages_picture_is_kept_by_its_reader_as_long_as_its_address_is_good(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    address, _ = shown(odd_site, odd_cloud, "kept")
    for _ in ("made now", "made before"):
        answer = odd_site.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(answer.content)).width == 325
        kept = re.fullmatch(r"private, immutable, max-age=(\d+)", answer.headers["Cache-Control"])
        assert kept
        left = signed_of(odd_site, address).expires - time.time()
        assert left - 1 <= int(kept[1]) <= left + 2
        last_second = signed_of(odd_site, address).expires - 1
        assert answer.headers["X-Accel-Expires"] == f"@{last_second}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        again = odd_site.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"].startswith("private, immutable")
        head = odd_site.ask("HEAD", address)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(answer.content))


def test_a_picture_forbids_the_same_whoever_answers_for_it(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    address, _ = shown(odd_site, odd_cloud, "same")
    now, before = odd_site.get(address), odd_site.get(address)
    unchanged = odd_site.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert (now.status_code, before.status_code, unchanged.status_code) == (200, 200, 304)
    for answer in (now, before, unchanged):
        assert answer.headers["X-Content-Type-Options"] == "nosniff", "once"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert {"Content-Security-Policy", "Referrer-Policy"}.isdisjoint(answer.headers), "it is no document"
    refused = odd_site.get(address.replace("/full/325,", "/full/99999,"))
    assert refused.status_code == 400
    assert "frame-ancestors 'self'" in refused.headers["Content-Security-Policy"], "a page says why"


def test_a_picture_asks_nothing_of_the_database(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    address, _ = shown(odd_site, odd_cloud, "bare")
    statements: list[str] = []
    engine = odd_site.archive.database.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert [odd_site.get(address).status_code for _ in ("made now", "made before")] == [200, 200]
        assert odd_site.get(address.replace("/full/325,", "/full/100,")).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements == []


def test_one_signature_serves_every_region_and_says_what_there_is(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    address, _ = shown(odd_site, odd_cloud, "region")
    service = "/".join(address.split("/")[:3])
    led = odd_site.get(service)
    assert (led.status_code, led.headers["Location"]) == (303, f"{odd_site.url}{service}/info.json")
    info = odd_site.get(f"{service}/info.json").json()
    assert (info["id"], info["width"], info["height"]) == (odd_site.url + service, 1300, 900)
    tiles = {}
    for left in range(0, 1300, 512):
        for top in range(0, 900, 512):
            width, height = min(512, 1300 - left), min(512, 900 - top)
            answer = odd_site.get(f"{service}/{left},{top},{width},{height}/{width},{height}/0/default.jpg")
            assert answer.status_code == 200
            tiles[left, top] = Image.open(io.BytesIO(answer.content))
    whole = Image.new("RGB", (1300, 900))
    for place, tile in tiles.items():
        whole.paste(tile, place)
    for place in ((100, 100), (700, 300), (1290, 890), (511, 511), (512, 512)):
        box = (place[0] - 5, place[1] - 5, place[0] + 5, place[1] + 5)
        means = [ImageStat.Stat(part.crop(box).convert("L")).mean[0] for part in (whole, SCENE)]
        assert abs(means[0] - means[1]) < 12
    assert odd_site.get(f"{service}/full/max/0/default.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize("made_before", [True, False])
def test_an_address_whose_time_is_over_is_refused(
    odd_site: Installation, odd_cloud: ScriptedCloud, made_before: bool
) -> None:
    address, key = shown(odd_site, odd_cloud, f"over{made_before}")
    if made_before:
        assert odd_site.get(address).status_code == 200
    old = replace(signed_of(odd_site, address), expires=int(time.time()) - 1).sign(signing_keys(odd_site.settings)[0])
    expired = address.replace(address.split("/")[2], old)
    for path in (expired, f"/i/{old}", f"/i/{old}/info.json"):
        answer = odd_site.get(path, headers={"Accept": JSON})
        assert answer.headers["Cache-Control"] == "no-store"
        problem_of(answer, 401, "bad_token")
    assert address in ADDRESS.findall(unescape(odd_site.page(f"/bills/{key}")))


def test_what_nobody_signed_here_is_refused(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    address, _ = shown(odd_site, odd_cloud, "forged")
    segment = address.split("/")[2]
    forged = replace(signed_of(odd_site, address), page_id="f" * 24).sign(b"another key")
    for other in (segment[:-2] + ("AA" if segment[-2:] != "AA" else "BB"), forged, "x", "%F0%9F%A7%BE"):
        answer = odd_site.get(address.replace(segment, other), headers={"Accept": JSON})
        problem_of(answer, 401, "bad_token")


def test_what_a_signature_does_not_answer_for_is_refused_as_everywhere(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    address, _ = shown(odd_site, odd_cloud, "syntax")
    service = "/".join(address.split("/")[:3])
    asked = {"headers": {"Accept": JSON}}
    problem_of(odd_site.get(f"{service}/full/5000,/0/default.jpg", **asked), 400, "bad_image_request")
    problem_of(odd_site.get(f"{service}/full/max/0/default.tif", **asked), 400, "bad_image_request")
    problem_of(odd_site.get(f"{service}/full/３２５,/0/default.jpg", **asked), 400, "bad_image_request")
    problem_of(odd_site.get(f"{service}/full/max/0/more/default.jpg", **asked), 404, "not_found")
    problem_of(odd_site.post(address, **asked), 405, "method_not_allowed")
    problem_of(odd_site.get(f"/%2Fi/{address.removeprefix('/i/')}", **asked), 404, "not_found")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(UnreadableDocument(problem="damaged"), 422, "unreadable_document"), (ZeroDivisionError(), 500, "internal")],
)
def test_what_keeps_a_picture_from_being_made_is_told_as_everywhere(
    odd_site: Installation,
    odd_cloud: ScriptedCloud,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    address, _ = shown(odd_site, odd_cloud, f"{status} is its end")
    service = "/".join(address.split("/")[:3])
    monkeypatch.setattr(odd_site.archive.renditions, "marked", fail)
    answer = odd_site.get(f"{service}/full/123,/0/default.jpg", headers={"Accept": JSON})
    problem_of(answer, status, code)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_whose_address_expired_while_it_was_made_is_not_kept(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = shown(odd_site, odd_cloud, "slowly made")
    signed, marked = signed_of(odd_site, address), odd_site.archive.renditions.marked

    def slowly(*given: Any, **named: Any) -> bytes:
        time.sleep(4)
        return marked(*given, **named)

    monkeypatch.setattr(odd_site.archive.renditions, "marked", slowly)
    (key, *_) = signing_keys(odd_site.settings)
    short = replace(signed, expires=int(time.time()) + 3).sign(key)
    answer = odd_site.get(f"/i/{short}/full/124,/0/default.jpg")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_keys_rotate_without_breaking_a_page_that_is_open(shared_cloud: ServedApp, tmp_path: Path) -> None:
    with installed(tmp_path, cloud=shared_cloud.url) as site:
        key = "7c7436eecc0cc574e939ce5e78aaa9d8"
        assert files_of(site.whole(key))
        (address, *_) = ADDRESS.findall(unescape(site.page(f"/bills/{key}")))
    kept = tmp_path / "instance" / SIGNING_KEY if (tmp_path / "instance").is_dir() else tmp_path / SIGNING_KEY
    old = kept.read_text()
    kept.write_text("ab" * 32 + "\n" + old)
    with installed(tmp_path, cloud=shared_cloud.url) as site:
        assert site.get(address).status_code == 200
        (fresh, *_) = ADDRESS.findall(unescape(site.page(f"/bills/{key}")))
        assert fresh.split("/")[2] != address.split("/")[2]
    kept.write_text("ab" * 32 + "\n")
    with installed(tmp_path, cloud=shared_cloud.url) as site:
        problem_of(site.get(address, headers={"Accept": JSON}), 401, "bad_token")
        assert site.get(fresh).status_code == 200
