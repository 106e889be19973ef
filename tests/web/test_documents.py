"""Documents from upstream to the reader's screen: upright, whole, within the limits, and none that spoils another."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of, installed, problem_of
from tests.papers import RED, WHITE, bomb, cornered, encoded, endless_pdf, pdf, tiff, turned


def pages_drawn(site: Installation, key: str, file: Any, size: str = "max", suffix: str = "png") -> list[Image.Image]:
    """Each page of the file as a reader gets it."""
    answers = [
        site.get(f"/bills/{key}/iiif/{page['page_id']}/full/{size}/0/default.{suffix}") for page in file["pages"]
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    return [Image.open(io.BytesIO(answer.content)).convert("RGB") for answer in answers]


def is_near(color: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(color, tuple)
    return all(abs(one - other) < 40 for one, other in zip(color, expected, strict=True))


def test_photos_stand_upright_however_the_camera_was_held(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({f"photo-{orientation}.jpg": turned(orientation) for orientation in range(1, 9)})
    for file in files_of(odd_site.whole(key)):
        assert [(page["width"], page["height"]) for page in file["pages"]] == [(64, 32)]
        (picture,) = pages_drawn(odd_site, key, file)
        assert is_near(picture.getpixel((3, 3)), RED)
        for place in ((60, 3), (3, 28), (60, 28)):
            assert is_near(picture.getpixel(place), WHITE)


def test_every_page_is_there_and_can_be_opened(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"fax.tif": tiff([(30, 20), (20, 30), (8, 8)]), "list.pdf": pdf(12)})
    fax, listing = files_of(odd_site.whole(key))
    assert [picture.size for picture in pages_drawn(odd_site, key, fax)] == [(30, 20), (20, 30), (8, 8)]
    assert [picture.size for picture in pages_drawn(odd_site, key, listing, "40,")] == [(40, 20)] * 12
    page = odd_site.page(f"/bills/{key}/location", branch_id="E-1", serialNo=serial_of(odd_site, key, 1))
    for number in range(2, 13):
        assert f"page={number}" in page
    last = odd_site.page(f"/bills/{key}/location", branch_id="E-1", serialNo=serial_of(odd_site, key, 1), page=12)
    assert listing["pages"][11]["page_id"] in last


def serial_of(site: Installation, key: str, number: int) -> str:
    return str(site.json(f"/bills/{key}")["invoices"][number]["serial_no"])


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("locked.pdf", pdf(password="geheim"), "password"),
        ("damaged.pdf", pdf()[:200], "damaged"),
        ("truncated.jpg", encoded(Image.effect_noise((300, 300), 90), "JPEG")[:5000], "damaged"),
        ("bomb.png", bomb(30_000, 30_000), "larger"),
        ("long.pdf", pdf(21), "more pages"),
        ("empty-pages.tif", tiff([(2, 2)] * 21), "more pages"),
    ],
)
def test_what_cannot_be_shown_says_why_and_can_be_downloaded(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str, content: bytes, word: str
) -> None:
    key = odd_cloud.put_bill({name: content, f"neighbour-of-{name}.png": encoded(cornered(), "PNG")})
    odd_site.whole(key)
    spoiled, neighbour = files_of(odd_site.json(f"/bills/{key}", lang="en"))
    assert (spoiled["state"], spoiled["pages"]) == ("unreadable", [])
    assert word in spoiled["problem"]
    assert odd_site.get(f"/api/v1/bills/{key}/files/{spoiled['file_id']}").content == content
    assert pages_drawn(odd_site, key, neighbour)[0].size == (64, 32)


def test_an_empty_file_is_a_file_without_pages(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"empty.pdf": b""})
    (file,) = files_of(odd_site.whole(key))
    assert (file["size"], file["pages"]) == (0, [])
    assert odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}").content == b""
    assert odd_site.page(f"/bills/{key}")


def test_a_huge_page_is_capped(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"huge.pdf": pdf(size=(14_400, 7_200))})
    (file,) = files_of(odd_site.whole(key))
    assert [(page["width"], page["height"]) for page in file["pages"]] == [(6000, 3000)]
    assert pages_drawn(odd_site, key, file, "100,", "jpg")[0].size == (100, 50)


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("jpg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")]
)
def test_a_picture_may_be_kept_and_is_validated(
    odd_site: Installation, odd_cloud: ScriptedCloud, suffix: str, media_type: str
) -> None:
    key = odd_cloud.put_bill({f"kept-{suffix}.pdf": pdf()})
    (page,) = files_of(odd_site.whole(key))[0]["pages"]
    address = f"/bills/{key}/iiif/{page['page_id']}/full/50,/0/default.{suffix}"
    answer = odd_site.get(address)
    assert answer.headers["Content-Type"] == media_type
    assert "private" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = odd_site.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = odd_site.ask("HEAD", address)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(answer.content)))


def test_errors_of_images_are_readable_from_any_origin_too(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"cors.pdf": pdf()})
    odd_site.whole(key)
    refused = odd_site.get(f"/bills/{key}/iiif/nothing/full/max/0/default.jpg")
    problem_of(refused, 404, "unknown_page")
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_page_that_hangs_is_given_up_and_the_others_are_drawn_meanwhile(
    odd_cloud: ScriptedCloud, tmp_path: Path
) -> None:
    key = odd_cloud.put_bill({"endless.pdf": endless_pdf(), "quick.pdf": pdf()})
    with installed(tmp_path, cloud=odd_cloud.url, decoder_seconds=1) as hasty:
        endless, quick = files_of(hasty.whole(key))
        assert (endless["state"], quick["state"]) == ("ready", "ready")
        (page,) = endless["pages"]
        problem_of(
            hasty.get(f"/bills/{key}/iiif/{page['page_id']}/full/2000,/0/default.jpg"), 422, "unreadable_document"
        )
        assert pages_drawn(hasty, key, quick, "90,")[0].size == (90, 45)
        assert hasty.page(f"/bills/{key}").count("data-serial-no=") == 2


def test_a_wrong_extension_is_shown_right_and_noted(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"really-a-photo.pdf": turned(1), "right.jpg": turned(2)})
    wrong, right = files_of(odd_site.whole(key))
    assert (wrong["media_type"], wrong["state"], len(wrong["pages"])) == ("image/jpeg", "ready", 1)
    for path, said in ((f"/bills/{key}?lang=en", "its content is JPG"), (f"/bills/{key}?lang=zh-CN", "内容实为 JPG")):
        page = odd_site.page(path)
        assert page.count(said) == 1 + 1, "on its card, and beside the stage that shows it"
        assert page.index(wrong["file_id"]) < page.index(said) < page.index(right["file_id"])
