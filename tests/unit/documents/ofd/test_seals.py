"""Seals: found in whatever wraps them, placed by their stamps, mixed with the page as ink is."""

import pytest
from PIL import Image

from tests import ofds
from tests.papers import encoded
from tests.unit.documents.ofd.shown import RED, WHITE, at, drawn, findings, said

INK = encoded(Image.new("RGB", (30, 20), RED), "PNG")
NESTED = ofds.ofd(
    ofds.path("M 0 0 L 30 0 L 30 20 L 0 20 C", at="0 0 30 20") + ofds.text("章", 'X="0" Y="8"', at="60 1 10 10"),
    resources=ofds.font(),
    size=(30, 20),
)
STAMP = '<ofd:StampAnnot ID="1" PageRef="1" Boundary="10 10 30 20"/>'


@pytest.mark.parametrize("version", [1, 4])
def test_a_seal_in_the_signed_value_is_shown(version: int) -> None:
    value = ofds.signed(ofds.seal(INK, version=version), version=version)
    content = ofds.stamped("", STAMP, value=value)
    picture = drawn(content)
    assert (at(picture, 12, 12), at(picture, 38, 28), at(picture, 42, 20)) == (RED, RED, WHITE)
    assert findings(content) == []


@pytest.mark.parametrize("version", [1, 4])
def test_a_seal_in_a_file_of_its_own_is_shown(version: int) -> None:
    assert at(drawn(ofds.stamped("", STAMP, file=ofds.seal(INK, version=version))), 20, 20) == RED


@pytest.mark.parametrize("kind", [b"JPG", b"BMP", b"GIF", b"whatever"])
def test_a_seals_picture_is_what_its_content_says(kind: bytes) -> None:
    form = {b"JPG": "JPEG", b"BMP": "BMP", b"GIF": "GIF"}.get(kind, "PNG")
    shown = encoded(Image.new("RGB", (30, 20), RED), form)
    assert at(drawn(ofds.stamped("", STAMP, value=ofds.signed(ofds.seal(shown, kind)))), 20, 20)[0] > 240


def test_what_is_under_a_seal_stays_to_be_seen() -> None:
    under = ofds.path(at="10 10 10 10", inside='<ofd:FillColor Value="0 0 0"/>')
    white = encoded(Image.new("RGB", (30, 20), WHITE), "PNG")
    assert at(drawn(ofds.stamped(under, STAMP, value=ofds.signed(ofds.seal(white)))), 15, 15) == (0, 0, 0)


def test_a_seals_picture_may_be_an_ofd_whose_words_nobody_reads() -> None:
    nested = ofds.ofd(ofds.text("章", 'X="2" Y="15"', at="0 0 30 20"), resources=ofds.font(), size=(30, 20))
    content = ofds.stamped("", STAMP, value=ofds.signed(ofds.seal(nested, b"OFD")))
    picture = drawn(content)
    assert min(at(picture, x / 4, y / 4)[0] for x in range(40, 160) for y in range(40, 120)) < 60
    assert said(content) == []


def test_a_nested_seal_fills_its_stamp() -> None:
    picture = drawn(ofds.stamped("", STAMP, value=ofds.signed(ofds.seal(NESTED, b"OFD"))))
    assert (at(picture, 11, 11), at(picture, 39, 29), at(picture, 41, 20)) == (RED, RED, WHITE)


def test_a_stamp_shows_only_what_its_clip_leaves() -> None:
    riding = '<ofd:StampAnnot ID="1" PageRef="1" Boundary="85 10 30 20" Clip="0 0 15 20"/>'
    left = drawn(ofds.stamped("", riding, value=ofds.signed(ofds.seal(INK))))
    assert at(left, 90, 20) == RED
    half = '<ofd:StampAnnot ID="1" PageRef="1" Boundary="10 10 30 20" Clip="15 0 15 20"/>'
    right = drawn(ofds.stamped("", half, value=ofds.signed(ofds.seal(INK))))
    assert (at(right, 20, 20), at(right, 30, 20)) == (WHITE, RED)


def test_a_seal_lies_on_the_pages_that_its_stamps_name() -> None:
    stamps = [f'<ofd:StampAnnot ID="{page}" PageRef="{page}" Boundary="10 10 30 20"/>' for page in (1, 3)]
    content = ofds.stamped("", *stamps, value=ofds.signed(ofds.seal(INK)), pages=3)
    assert [at(drawn(content, page), 20, 20) for page in (1, 2, 3)] == [RED, WHITE, RED]


@pytest.mark.parametrize(
    "value", [b"", b"no signature", b"\x30\x84\xff\xff\xff\xff" * 20, ofds.signed(ofds.seal(b"x" * 40))]
)
def test_a_seal_that_cannot_be_read_is_told_and_the_page_is_shown(value: bytes) -> None:
    content = ofds.stamped(ofds.path(), STAMP, value=value)
    assert at(drawn(content), 15, 15) == RED
    assert [kind for kind, _ in findings(content)] == ["seal"]


def test_seals_within_seals_end() -> None:
    inner = ofds.stamped(ofds.path(), STAMP, value=ofds.signed(ofds.seal(NESTED, b"OFD")))
    content = ofds.stamped("", STAMP, value=ofds.signed(ofds.seal(inner, b"OFD")))
    assert at(drawn(content), 14, 17) == RED
