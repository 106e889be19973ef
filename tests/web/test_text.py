"""A page's words over HTTP."""

import pytest

from tests import ofds
from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of, problem_of
from tests.papers import HEIC, archive, chinese_pdf, cornered, encoded, pdf, turned
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import Invoice

FAQ = demo_bills()[0]
OFD = ofds.ofd(ofds.text("发票25", 'X="0" Y="8" DeltaX="8 8 4"'), resources=ofds.font(), size=(50.8, 25.4))


def text_address(key: str, page_id: str) -> str:
    return f"/bills/{key}/iiif/{page_id}/text.json"


def test_an_invoices_number_and_total_are_words_of_its_page(site: Installation) -> None:
    file = files_of(site.whole(FAQ.userkey))[0]
    paper = FAQ.invoices[0].paper
    assert isinstance(paper, Invoice)
    (page,) = file["pages"]
    told = site.get(text_address(FAQ.userkey, page["page_id"])).json()
    assert {name: told[name] for name in ("page_id", "width", "height")} == page
    found = {word["text"]: word for word in told["words"]}
    for fact in (paper.number, str(paper.total), paper.seller.tax_no, paper.buyer.name):
        word = found[fact]
        assert word.keys() == {"text", "x", "y", "w", "h"}
        assert 0 <= word["x"] < word["x"] + word["w"] <= page["width"]
        assert 0 <= word["y"] < word["y"] + word["h"] <= page["height"]


def test_the_text_may_be_read_from_any_origin_and_is_not_kept(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"text.pdf": chinese_pdf("发票")})
    (page,) = files_of(odd_site.whole(key))[0]["pages"]
    address = text_address(key, page["page_id"])
    answer = odd_site.get(address)
    assert [word["text"] for word in answer.json()["words"]] == ["发票"]
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    again = odd_site.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_picture_and_an_empty_page_have_no_words(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"photo.jpg": turned(6), "empty.pdf": pdf()})
    for file in files_of(odd_site.whole(key)):
        (page,) = file["pages"]
        assert odd_site.get(text_address(key, page["page_id"])).json()["words"] == []


def test_an_ofds_page_has_its_words(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"invoice.ofd": OFD})
    (page,) = files_of(odd_site.whole(key))[0]["pages"]
    words = odd_site.get(text_address(key, page["page_id"])).json()["words"]
    assert [word["text"] for word in words] == ["发票", "25"]


def test_the_text_of_another_bills_page_is_not_there(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, other = odd_cloud.put_bill({"mine.pdf": pdf()}), odd_cloud.put_bill({"theirs.pdf": chinese_pdf("发票")})
    odd_site.whole(key)
    (page,) = files_of(odd_site.whole(other))[0]["pages"]
    problem_of(odd_site.get(text_address(key, page["page_id"])), 404, "unknown_page")
    problem_of(odd_site.get(text_address(key, "nothing")), 404, "unknown_page")
    problem_of(odd_site.get(text_address("f" * 32, page["page_id"])), 404, "unknown_userkey")


@pytest.mark.parametrize(
    ("name", "content", "media_type", "pages"),
    [
        ("IMG_0001.HEIC", HEIC[6], "image/heic", [(64, 32)]),
        ("wrong.pdf", HEIC[1], "image/heic", [(64, 32)]),
        ("new.avif", encoded(cornered(), "AVIF"), "image/avif", [(64, 32)]),
        ("map.jp2", encoded(cornered(), "JPEG2000"), "image/jp2", [(64, 32)]),
        ("invoice.ofd", OFD, "application/ofd", [(600, 300)]),
        ("bundle.zip", archive("a.pdf", "b.pdf"), "application/zip", []),
        ("ofd.zip", OFD, "application/ofd", [(600, 300)]),
    ],
)
def test_a_file_is_what_its_content_says_whatever_its_name(
    odd_site: Installation,
    odd_cloud: ScriptedCloud,
    name: str,
    content: bytes,
    media_type: str,
    pages: list[tuple[int, int]],
) -> None:
    key = odd_cloud.put_bill({name: content})
    (file,) = files_of(odd_site.whole(key))
    assert (file["state"], file["media_type"]) == ("ready", media_type)
    assert [(page["width"], page["height"]) for page in file["pages"]] == pages
    assert odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").content == content
    for page in file["pages"]:
        picture = odd_site.get(f"/bills/{key}/iiif/{page['page_id']}/full/32,/0/default.jpg")
        assert picture.status_code == 200
