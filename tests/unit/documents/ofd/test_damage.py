"""Damaged and hostile OFDs: they end in pages or in a problem that a reader is told, and soon."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests import ofds
from tests.papers import cornered, encoded, zipped
from tests.unit.documents.ofd.shown import RED, SCALED, at, drawn, findings
from viewer.documents import decode, ofd
from viewer.documents.ofd.cff import Cff
from viewer.documents.ofd.faces import face_of
from viewer.documents.ofd.glyf import Drawn
from viewer.documents.ofd.jbig2 import embedded
from viewer.documents.ofd.seals import seal_in
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import OFD
from viewer.domain.codes import PROBLEMS

RICH = ofds.stamped(
    ofds.text("发票AB", 'X="0" Y="8" DeltaX="g 2 8 4"', inside=ofds.RED)
    + ofds.path("M 0 0 L 9 9 Q 1 2 3 4 B 1 2 3 4 5 6 A 5 5 0 0 1 9 9 C")
    + ofds.image(),
    '<ofd:StampAnnot ID="1" PageRef="1" Boundary="10 10 30 20"/>',
    value=ofds.signed(ofds.seal(encoded(cornered(), "PNG"))),
    resources=ofds.font("Test", "font.ttf") + ofds.media(_7="a.png"),
)
PARTS = ofds.parts(
    ofds.page(ofds.text("发票AB", 'X="0" Y="8" DeltaX="g 2 8 4"', inside=ofds.RED) + ofds.path() + ofds.image()),
    resources=ofds.font("Test", "font.ttf") + ofds.media(_7="a.png"),
) | {"Doc_0/Res/font.ttf": ofds.truetype(), "Doc_0/Res/a.png": encoded(cornered(), "PNG")}


def ends(content: bytes) -> None:
    """Shows the first page, or is told as a known problem."""
    problem = None
    try:
        if decode.page_sizes(content, OFD, SCALED):
            drawn(content)
            decode.words(content, OFD, 1, SCALED)
        ofd.to_pdf(content, SCALED)
    except Unreadable as error:
        problem = error.problem
    assert problem is None or problem in PROBLEMS


@pytest.mark.parametrize("seed", range(12))
def test_a_package_with_wrong_bytes_ends(seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(RICH)
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    ends(bytes(content))


@pytest.mark.parametrize("part", [step / 10 for step in range(10)])
def test_a_truncated_package_ends(part: float) -> None:
    ends(RICH[: int(len(RICH) * part)])


@pytest.mark.parametrize("seed", range(60))
def test_a_part_with_wrong_bytes_ends(seed: int) -> None:
    """The ZIP's checksums hold here, so that the damage is met where the parts are read."""
    chance = random.Random(seed)
    name = chance.choice(sorted(PARTS))
    part = bytearray(PARTS[name])
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(part))
        match chance.randrange(3):
            case 0:
                part[place] = chance.randrange(256)
            case 1:
                del part[place : place + chance.randint(1, 30)]
            case _:
                part[place:place] = part[: chance.randint(1, 60)]
        part = part or bytearray(b"?")
    ends(zipped(PARTS | {name: bytes(part)}))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("program", [ofds.truetype(), ofds.bare_cff(), ofds.opentype()], ids=["ttf", "cff", "otf"])
def test_a_font_with_wrong_bytes_ends(seed: int, program: bytes) -> None:
    chance = random.Random(seed)
    content = bytearray(program)
    for _ in range(chance.randint(1, 10)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    ends(
        ofds.ofd(ofds.text("ABC", 'X="0" Y="8" DeltaX="8"'), resources=ofds.font("T", "f"), files={"f": bytes(content)})
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_seal_with_wrong_bytes_ends(seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(ofds.signed(ofds.seal(b"x" * 100)))
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    found = seal_in(bytes(content))
    assert found is None or len(found.content) <= len(content)


def test_xml_that_is_very_deep_ends() -> None:
    deep = b"<ofd:PageBlock>" * 200_000 + b"</ofd:PageBlock>" * 200_000
    found = dict(PARTS)
    found["Doc_0/Pages/1.xml"] = found["Doc_0/Pages/1.xml"].replace(b"<ofd:TextObject", deep + b"<ofd:TextObject", 1)
    ends(zipped(found))


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    found = dict(PARTS)
    changed = found["Doc_0/Pages/1.xml"].decode().replace(ofds.HEAD, ofds.HEAD + bomb).replace("发票AB", "发&f;&b;票")
    found["Doc_0/Pages/1.xml"] = changed.encode()
    content = zipped(found)
    assert "aaaa" not in "".join(word.text for word in decode.words(content, OFD, 1, SCALED))
    assert "root" not in "".join(word.text for word in decode.words(content, OFD, 1, SCALED))


def test_a_bomb_is_too_large() -> None:
    with pytest.raises(Unreadable, match="archive_too_large"):
        decode.page_sizes(zipped(PARTS | {"Doc_0/Pages/1.xml": b" " * 9_000_000}), OFD, SCALED)


def test_too_many_entries_are_too_many() -> None:
    with pytest.raises(Unreadable, match="archive_too_large"):
        decode.page_sizes(zipped(PARTS | {f"{number}": b"" for number in range(60)}), OFD, SCALED)


def test_too_many_pages_are_too_many() -> None:
    with pytest.raises(Unreadable, match="too_many_pages"):
        decode.page_sizes(ofds.ofd("", "", ""), OFD, replace(SCALED, max_pages=2))


def test_names_that_lead_out_of_the_package_stay_in_it(tmp_path: Path) -> None:
    found = ofds.parts(ofds.page(ofds.path()))
    found["OFD.xml"] = found["OFD.xml"].replace(b"Doc_0/Document.xml", b"../../../../etc/../Doc_0/Document.xml")
    outside = tmp_path / "outside"
    found |= {f"../../../../../..{outside}": b"x"}
    assert at(drawn(zipped(found)), 15, 15) == RED
    assert not outside.exists()


def test_very_many_characters_end() -> None:
    content = ofds.ofd(ofds.text("一" * 300_000, 'X="0" Y="8" DeltaX="g 1000000 0.001"'), resources=ofds.font())
    assert ("too_much", "TextCode") in findings(content)
    ends(content)


def test_very_many_characters_with_places_of_their_own_end() -> None:
    deltas = " ".join(str(number % 7 - 3) for number in range(20_000))
    ends(ofds.ofd(ofds.text("一" * 20_000, f'X="0" Y="8" DeltaX="{deltas}"'), resources=ofds.font()))


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4", b"PK\5\6" + b"\0" * 18, zipped({"OFD.xml": b""}), zipped({"OFD.xml": b"<OFD/>"})]
)
def test_what_is_no_package_is_damaged(content: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        ofd.to_pdf(content, SCALED)


# The pieces


def test_a_subset_of_a_cff_font_draws_what_the_font_draws() -> None:
    font = Cff(ofds.bare_cff())
    again = Cff(font.subset([2, 1, 1]))
    assert again.charstrings == [font.charstrings[number] for number in (0, 2, 1, 1)]


def test_a_face_is_known_by_its_content() -> None:
    kinds = [face_of(program).kind for program in (ofds.truetype(), ofds.bare_cff(), ofds.opentype())]
    assert kinds == ["FontFile2", "FontFile3", "FontFile3"]


def test_a_narrowed_glyph_lies_in_the_middle_of_its_cell() -> None:
    face = face_of(face_of(ofds.truetype()).program([Drawn(1, 0.5, 0.25), Drawn(1)]))
    assert [face.advance(glyph, 65) for glyph in (1, 2)] == [0.5, 1.0]


def test_a_jbig2_file_for_random_access_is_put_in_order() -> None:
    page = b"\0\0\0\x10\0\0\0\x08" + b"\0" * 8 + b"\4\0\0"
    heads = b"\0\0\0\0\x30\0\1\0\0\0\x13" + b"\0\0\0\1\x31\0\1\0\0\0\0" + b"\0\0\0\2\x33\0\0\0\0\0\0"
    found = embedded(b"\x97JB2\r\n\x1a\n\0\0\0\0\1" + heads + page)
    assert found == (16, 8, heads[:11] + page)
