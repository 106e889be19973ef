"""Originals that were stored and are no longer: whoever needs one is told so, and nothing else is lost with it."""

import csv
import io
import re
import secrets
import zipfile
from html import unescape
from typing import Any

import pytest
from PIL import Image

from tests.clouds import ScriptedCloud
from tests.installations import JSON, Installation, files_of, problem_of, purge
from tests.papers import encoded, pdf
from tests.prints import opened, texts

WORDS = "no longer stored here"
ADDRESS = re.compile(r'src="(/i/[^"]+)"')


def picture(form: str) -> bytes:
    """A picture unlike any other."""
    scene = Image.new("RGB", (1300, 900), "white")
    scene.putdata([tuple(secrets.token_bytes(3)) for _ in range(100)])
    return encoded(scene, form)


def put(cloud: ScriptedCloud, **files: bytes) -> str:
    names = {f"{secrets.token_hex(4)}.{name.partition('_')[0]}": content for name, content in files.items()}
    return cloud.put_bill(names)


def unlike(pages: int = 1) -> bytes:
    """A PDF with a page of its own size."""
    return pdf(pages, size=(200 + secrets.randbelow(100_000) / 1000, 100))


def addresses(site: Installation, key: str, file: Any) -> list[str]:
    """Everything that is made from a file's bytes; small pictures of a picture come from the one kept when it came."""
    width = 90 if file["media_type"] == "application/pdf" else 700
    page = f"/bills/{key}/iiif/{file['pages'][0]['page_id']}"
    signed = ADDRESS.findall(unescape(site.page(f"/bills/{key}")))[-1].rpartition("/full/")[0]
    made = [f"/full/{width},/0/default.jpg", "/full/max/0/default.png", "/0,0,512,512/256,256/0/default.jpg"]
    return [
        *(f"{at}{each}" for at in (page, signed) for each in made),
        f"/bills/{key}/pictures/{file['file_id']}/{width}.jpg",
        f"/api/v1/bills/{key}/files/{file['file_id']}",
        *([f"{page}/text.json"] if file["media_type"] == "application/pdf" else []),
    ]


@pytest.mark.parametrize("form", ["pdf", "png", "jpg"])
def test_what_needs_bytes_that_are_gone_says_so_and_comes_back_with_them(
    odd_site: Installation, odd_cloud: ScriptedCloud, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = unlike() if form == "pdf" else picture({"png": "PNG", "jpg": "JPEG"}[form])
    key = put(odd_cloud, **{form: content})
    (file,) = files_of(odd_site.whole(key))
    asked = addresses(odd_site, key, file)
    odd_site.archive.blobs.delete(file["sha256"])
    for address in asked:
        answer = odd_site.get(address, params={"lang": "en"}, headers={"Accept": JSON})
        assert WORDS in problem_of(answer, 503, "not_ready")["detail"], address
    assert "Traceback" not in caplog.text
    put_back(odd_site, file["sha256"], content)
    assert {odd_site.get(address).status_code for address in asked} == {200}


def put_back(site: Installation, sha256: str, content: bytes) -> None:
    path = site.settings.instance / f"{secrets.token_hex(4)}.back"
    path.write_bytes(content)
    site.archive.blobs.put(sha256, path)


def test_a_purged_bills_signed_picture_is_not_there(
    odd_site: Installation, odd_cloud: ScriptedCloud, caplog: pytest.LogCaptureFixture
) -> None:
    key = put(odd_cloud, png=picture("PNG"))
    (file,) = files_of(odd_site.whole(key))
    signed = [each for each in addresses(odd_site, key, file) if each.startswith("/i/")]
    assert odd_site.get(signed[0]).status_code == 200
    purge(odd_site, key)
    for address in signed:
        problem_of(odd_site.get(address, headers={"Accept": JSON}), 503, "not_ready")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("name", ["bundle.pdf", "print.pdf"])
@pytest.mark.parametrize("form", ["pdf", "jpg"])
@pytest.mark.parametrize("prepared", [False, True])
def test_a_document_has_a_notice_in_place_of_a_file_that_is_gone(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str, form: str, prepared: bool
) -> None:
    content = unlike(2) if form == "pdf" else picture("JPEG")
    key = put(odd_cloud, **{form: content, "pdf_2": pdf()})
    gone, _ = files_of(odd_site.whole(key))
    address = f"/api/v1/bills/{key}/{name}"
    whole = odd_site.get(address, params={"lang": "en"}).content if prepared else b""
    odd_site.archive.blobs.delete(gone["sha256"])
    answer = odd_site.get(address, params={"lang": "en"})
    assert answer.status_code == 200
    found = texts(answer.content)
    if prepared and form == "pdf":
        assert len(found) == len(texts(whole)), "its paper needs no original"
        return
    assert [WORDS in " ".join(text.split()) for text in found].count(True) == 1
    assert len(opened(answer.content).pages) == 2 + (name == "bundle.pdf")
    progress = odd_site.json(f"/bills/{key}/{name}/progress")
    assert (progress["ready"], progress["done"], progress["total"]) == (True, 2, 2)
    put_back(odd_site, gone["sha256"], content)
    again = texts(odd_site.get(address, params={"lang": "en"}).content)
    assert not any(WORDS in " ".join(text.split()) for text in again)


def test_the_archive_lists_a_file_that_is_gone_without_its_bytes(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    key = put(odd_cloud, pdf=unlike(), pdf_2=unlike())
    gone, here = files_of(odd_site.whole(key))
    odd_site.archive.blobs.delete(gone["sha256"])
    answer = odd_site.get(f"/api/v1/bills/{key}/bundle.zip", params={"lang": "en"})
    found = zipfile.ZipFile(io.BytesIO(answer.content))
    assert found.testzip() is None
    assert len(found.namelist()) == 2
    first, second = csv.DictReader(io.StringIO(found.read("index.csv").decode("utf-8-sig"), newline=""))
    assert (first["File"], first["SHA-256"], first["Bytes"]) == ("", "", "")
    assert WORDS in first["Problem"]
    assert (second["SHA-256"], second["Problem"]) == (here["sha256"], "")


def test_a_search_finds_the_others_texts_and_ends(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = put(odd_cloud, pdf=unlike(), pdf_2=unlike())
    gone, _ = files_of(odd_site.whole(key))
    odd_site.archive.blobs.delete(gone["sha256"])
    answer = odd_site.json(f"/bills/{key}/search", q="x")
    assert answer["pending"] == 0
