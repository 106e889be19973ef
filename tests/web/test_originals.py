"""Originals over HTTP: the bytes as they came, in ranges, validated, under their own name, and never run by a browser."""

import hashlib
from typing import Any
from urllib.parse import unquote

import pytest

from tests.bills import new_bill, with_files
from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, files_of, problem_of
from tests.papers import cornered, encoded, pdf
from viewer.gateway.sandbox.state import State

NAME = "差旅费 发票（1）.pdf"


@pytest.fixture(scope="module")
def original(site: Installation, filled_state: State) -> Any:
    """A ready file with its address and its bytes."""
    made = with_files(new_bill(1), name=NAME)
    filled_state.put_bill(made)
    (file,) = files_of(site.whole(made.userkey))
    record = filled_state.bill(made.userkey)
    assert record
    address = f"/api/v1/bills/{made.userkey}/files/{file['file_id']}"
    return {**file, "address": address, "content": filled_state.content(record.invoices[0].files[0])}


def test_the_bytes_are_those_that_were_issued(site: Installation, original: Any) -> None:
    response = site.get(original["address"])
    assert response.status_code == 200
    assert response.content == original["content"]
    assert response.headers["Content-Type"] == "application/pdf"
    assert int(response.headers["Content-Length"]) == original["size"] == len(original["content"])
    assert hashlib.sha256(response.content).hexdigest() == original["sha256"]
    assert response.headers["ETag"] == f'"{original["sha256"]}"'
    assert response.headers["Accept-Ranges"] == "bytes"


def test_head_says_the_same_without_the_bytes(site: Installation, original: Any) -> None:
    head, get = (site.ask(method, original["address"]) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Content-Disposition", "Accept-Ranges"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("0-9", slice(0, 10)),
        ("5-", slice(5, None)),
        ("-7", slice(-7, None)),
        ("10-10", slice(10, 11)),
        ("3-99999999", slice(3, None)),
    ],
)
def test_a_range_is_a_part(site: Installation, original: Any, asked: str, part: slice) -> None:
    response = site.get(original["address"], headers={"Range": f"bytes={asked}"})
    expected = original["content"][part]
    assert (response.status_code, response.content) == (206, expected)
    first = part.indices(original["size"])[0]
    assert response.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{original['size']}"
    assert int(response.headers["Content-Length"]) == len(expected)


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "items=0-1", "bytes=x", "bytes=9-5", "nonsense"])
def test_a_range_that_is_not_understood_is_the_whole(site: Installation, original: Any, asked: str) -> None:
    response = site.get(original["address"], headers={"Range": asked})
    assert (response.status_code, response.content) == (200, original["content"])


@pytest.mark.parametrize("beyond", [0, 1, 10**9])
def test_a_range_outside_the_file_is_an_error(site: Installation, original: Any, beyond: int) -> None:
    asked = {"Range": f"bytes={original['size'] + beyond}-"}
    assert str(original["size"]) in problem_of(site.get(original["address"], headers=asked), 416, "bad_range")["detail"]


@pytest.mark.parametrize("tag", ['"{}"', 'W/"{}"', '"other", "{}"', "*"])
def test_what_the_reader_has_already_is_not_sent_again(site: Installation, original: Any, tag: str) -> None:
    response = site.get(original["address"], headers={"If-None-Match": tag.format(original["sha256"])})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == f'"{original["sha256"]}"'


def test_a_range_of_another_version_is_the_whole(site: Installation, original: Any) -> None:
    same = {"Range": "bytes=0-9", "If-Range": f'"{original["sha256"]}"'}
    other = {"Range": "bytes=0-9", "If-Range": '"other"'}
    assert site.get(original["address"], headers=same).status_code == 206
    assert site.get(original["address"], headers=other).content == original["content"]


def test_a_download_has_the_original_file_name(site: Installation, original: Any) -> None:
    for query, kind in (("", "inline"), ("?download=1", "attachment"), ("?download=0", "inline")):
        disposition = site.get(original["address"] + query).headers["Content-Disposition"]
        assert disposition.isascii()
        assert disposition.split(";")[0] == kind
        assert unquote(disposition.partition("filename*=UTF-8''")[2]) == NAME


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ('a";x="b.pdf', "a_;x=_b.pdf"),
        ("../../etc/passwd.pdf", ".._.._etc_passwd.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a__Set-Cookie: x=1.pdf"),
        ("a\\b.pdf", "a_b.pdf"),
        ("ohne", "ohne.pdf"),
    ],
)
def test_a_name_can_neither_end_the_header_nor_leave_its_folder(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str, safe: str
) -> None:
    content = pdf()
    url = odd_cloud.put_file(hashlib.md5(name.encode()).hexdigest(), content)
    key = odd_cloud.put_list([row_of(name, url, content)])
    (file,) = files_of(odd_site.whole(key))
    response = odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}?download=1")
    assert "Set-Cookie" not in response.headers
    given = response.headers["Content-Disposition"].partition("filename")[2]
    assert unquote(given.removeprefix("*=UTF-8''").removeprefix("=").strip('"')) == safe


EVIL = b"<!doctype html><script>alert(1)</script>"


def test_nothing_is_handed_to_a_browser_to_run(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    key = odd_cloud.put_bill({"page.html": EVIL, "drawing.svg": svg, "data.xml": b"<?xml version='1.0'?><a/>"})
    for file in files_of(odd_site.whole(key)):
        response = odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}")
        assert response.status_code == 200
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Type"].split(";")[0] in ("application/octet-stream", "application/xml")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.jpg", encoded(cornered(), "PNG"), "image/png"),
        ("a.pdf", encoded(cornered(), "JPEG"), "image/jpeg"),
        ("a.png", pdf(), "application/pdf"),
        ("a.xml", pdf(), "application/pdf"),
        ("a", encoded(cornered(), "TIFF"), "image/tiff"),
        ("a.ofd", b"PK\x03\x04 not really", "application/zip"),
    ],
)
def test_the_type_is_the_contents_and_not_the_names(
    odd_site: Installation, odd_cloud: ScriptedCloud, name: str, content: bytes, media_type: str
) -> None:
    key = odd_cloud.put_bill({name: content})
    (file,) = files_of(odd_site.whole(key))
    assert (file["media_type"], file["state"]) == (media_type, "ready")
    assert bool(file["pages"]) == (media_type != "application/zip")
    response = odd_site.get(f"/api/v1/bills/{key}/files/{file['file_id']}")
    assert (response.headers["Content-Type"], response.content) == (media_type, content)
