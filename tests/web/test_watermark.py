"""VIEWER_WATERMARK: each reader's own pictures bear that reader's name, and nobody else's ever."""

import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import select

from tests.clouds import ScriptedCloud
from tests.installations import Installation, installed, pages_of
from tests.papers import encoded, pdf
from tests.tokens import TOKEN_KEYS, token
from viewer.archive.renditions import Renditions
from viewer.documents import decode
from viewer.documents.sniff import PDF
from viewer.domain.size import Box, Size
from viewer.store.models import Bill

WHITE = Image.new("RGB", (1300, 900), "white")


@pytest.fixture(scope="module")
def marking(odd_cloud: ScriptedCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    given = {"token_keys": TOKEN_KEYS, "watermark": "on", "trusted_proxies": "127.0.0.1"}
    with installed(tmp_path_factory.mktemp("marking"), cloud=odd_cloud.url, **given) as site:
        yield site


def new_bill(site: Installation, cloud: ScriptedCloud, name: str) -> tuple[str, str]:
    """A bill with a white page: its userkey and number. Each name is another content."""
    page = WHITE.copy()
    page.putpixel((0, 0), tuple(name.encode()[:3]))
    key = cloud.put_bill({f"{name}.png": encoded(page, "PNG")})
    site.whole(key)
    with site.archive.database.write() as session:
        session.scalars(select(Bill).where(Bill.userkey == key)).one().bill_no = name
    return key, name


def shown(site: Installation, key: str, client: str = "192.0.2.1") -> str:
    """The address of its picture, as this reader's page has it."""
    html = site.get(f"/bills/{key}", headers={"X-Forwarded-For": client}).text
    *_, address = re.findall(r'src="(/i/[^"]+)"', unescape(html))
    return str(address)


def ink(content: bytes) -> float:
    """How much of a picture isn't white."""
    histogram = Image.open(io.BytesIO(content)).convert("L").histogram()
    return sum(histogram[:240]) / sum(histogram)


def test_two_readers_see_their_own_marks_whoever_comes_first(marking: Installation, odd_cloud: ScriptedCloud) -> None:
    _, bill_no = new_bill(marking, odd_cloud, "two")
    keys = [token(bill_no=bill_no, sub=sub) for sub in ("zhang.san", "李四")]
    addresses = [shown(marking, key) for key in keys]
    assert len(set(addresses)) == 2
    first = [marking.get(address) for address in addresses]
    again = [marking.get(address) for address in reversed(addresses)]
    assert [each.status_code for each in first] == [200, 200]
    assert first[0].content == again[1].content
    assert first[1].content == again[0].content
    assert first[0].content != first[1].content
    assert first[0].headers["ETag"] != first[1].headers["ETag"]
    assert all(ink(each.content) > 0.01 for each in first)
    swapped = marking.get(addresses[0], headers={"If-None-Match": first[1].headers["ETag"]})
    assert (swapped.status_code, swapped.content) == (200, first[0].content)


def test_pictures_of_every_address_bear_the_mark(marking: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = new_bill(marking, odd_cloud, "every")
    page = pages_of(marking.whole(key))[0]
    service = "/".join(shown(marking, key).split("/")[:3])
    for base in (f"/bills/{key}/iiif/{page}", service):
        for path in ("full/max/0/default.jpg", "full/300,/0/default.webp", "0,0,512,512/512,512/0/default.jpg"):
            for _ in ("made now", "made before"):
                assert ink(marking.get(f"{base}/{path}").content) > 0.01, path
        assert ink(marking.get(f"{base}/pct:40,40,25,25/200,/90/bitonal.png").content) > 0.01
    file_id = marking.json(f"/bills/{key}")["invoices"][0]["files"][0]["file_id"]
    assert ink(marking.get(f"/bills/{key}/pictures/{file_id}/400.jpg").content) > 0.01


def test_prints_and_bundles_bear_the_mark_on_every_page(marking: Installation, odd_cloud: ScriptedCloud) -> None:
    _, bill_no = new_bill(marking, odd_cloud, "bound")
    limits = marking.archive.decoders.limits
    contents = {}
    for path in ("print.pdf?layout=1up", "print.pdf?layout=4up&grey=1", "bundle.pdf", "bundle.pdf?cover=0"):
        for reader in ("zhang.san", "li.si"):
            answer = marking.get(f"/api/v1/bills/{token(bill_no=bill_no, sub=reader)}/{path}")
            assert answer.status_code == 200, answer.text
            contents[path, reader] = answer.content
            sizes = decode.page_sizes(answer.content, PDF, limits)
            for number, size in enumerate(sizes, 1):
                whole, small = Box(0, 0, size.width, size.height), Size(size.width // 3, size.height // 3)
                page = decode.draw(answer.content, PDF, number, whole, small, limits).convert("L")
                assert sum(page.histogram()[:240]) > small.pixels * 0.01, (path, number)
        assert contents[path, "zhang.san"] != contents[path, "li.si"]
    addresses = [f"/api/v1/bills/{token(bill_no=bill_no, sub=sub)}/print.pdf/pages/1?width=400" for sub in ("a", "b")]
    first, other = (marking.get(address).content for address in addresses)
    assert first != other
    assert ink(first) > 0.01
    assert marking.get(addresses[0]).content == first


def test_a_bundle_of_pages_of_many_sizes_bears_it_without_growing_by_it(
    marking: Installation, odd_cloud: ScriptedCloud
) -> None:
    """A ribbon of a page is no more to draw than others."""
    sizes = [(3, 14_400), (14_400, 3), *((300 + 9 * number, 420) for number in range(20))]
    key = odd_cloud.put_bill({f"{number}.pdf": pdf(size=size) for number, size in enumerate(sizes)})
    marking.whole(key)
    answer = marking.get(f"/api/v1/bills/{key}/bundle.pdf?cover=0")
    assert answer.status_code == 200
    assert len(decode.page_sizes(answer.content, PDF, marking.archive.decoders.limits)) == len(sizes)
    assert len(answer.content) < 1_000_000


def test_a_userkeys_reader_is_marked_by_address(marking: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = new_bill(marking, odd_cloud, "client")
    addresses = [shown(marking, key, client) for client in ("192.0.2.1", "192.0.2.2", "192.0.2.1")]
    assert addresses[0] == addresses[2] != addresses[1]
    assert marking.get(addresses[0]).content != marking.get(addresses[1]).content


def test_what_all_readers_share_stays_without_a_mark(
    marking: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = new_bill(marking, odd_cloud, "shared")
    drawn: list[str] = []
    draw = Renditions._drawn

    def count(self: Renditions, source: object, ask: object) -> bytes:
        drawn.append(str(ask))
        return draw(self, source, ask)  # type: ignore[arg-type]

    monkeypatch.setattr(Renditions, "_drawn", count)
    addresses = [shown(marking, key, f"192.0.2.{number}").replace("/full/325,/", "/full/333,/") for number in range(4)]
    contents = {marking.get(address).content for address in addresses}
    assert len(contents) == 4
    assert len(drawn) == 1, "one picture without a mark is behind all of them"
    renditions = marking.archive.renditions
    clean = [path.read_bytes() for path in renditions.cache._folder.glob("*/*") if path.is_file()]
    assert any(content[:2] == b"\xff\xd8" and ink(content) < 0.001 for content in clean)


def test_without_the_setting_there_is_no_mark(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = new_bill(odd_site, odd_cloud, "plain")
    addresses = [shown(odd_site, key, client) for client in ("192.0.2.1", "192.0.2.2")]
    assert addresses[0] == addresses[1]
    assert ink(odd_site.get(addresses[0]).content) < 0.001
