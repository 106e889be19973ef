"""Texts of an OFD: where each character stands, which font draws it, and what is read of it."""

from pathlib import Path

import pytest

from tests import ofds
from tests.papers import zipped
from tests.unit.documents.ofd.shown import RED, WHITE, at, drawn, findings, ink, said
from viewer.documents.ofd.faces import shipped
from viewer.documents.ofd.families import stand_in
from viewer.documents.ofd.objects import Item
from viewer.documents.ofd.order import in_reading_order
from viewer.documents.ofd.values import Rect
from viewer.fonts import KAI_SC, MONO, SANS, SANS_SC, SERIF, SERIF_SC

FONT = ofds.font("Test", "font.ttf")


def box_of(content: bytes) -> tuple[int, ...]:
    found = ink(drawn(content))
    return tuple(round(value) for value in found) if found else ()


def own(objects: str, program: bytes | None = None) -> bytes:
    """A page with the font whose A is a square and B half of one."""
    return ofds.ofd(objects, resources=FONT, files={"font.ttf": ofds.truetype() if program is None else program})


def test_a_character_stands_on_its_place_in_the_boundary() -> None:
    assert box_of(own(ofds.text("A", 'X="5" Y="10"'))) == (15, 12, 23, 20)


@pytest.mark.parametrize(
    ("deltas", "right", "bottom"),
    [
        ('DeltaX="10 20"', 48, 18),
        ('DeltaX="g 2 10"', 38, 18),
        ('DeltaX="10"', 38, 18),
        ('DeltaX="10" DeltaY="0 5"', 38, 23),
        ('DeltaY="10"', 18, 38),
        ('DeltaX="g 1 10 20" DeltaY="g 2 0"', 48, 18),
        ("", 34, 18),
    ],
)
def test_each_character_follows_by_its_delta(deltas: str, right: int, bottom: int) -> None:
    assert box_of(own(ofds.text("AAA", f'X="0" Y="8" {deltas}'))) == (10, 10, right, bottom)


def test_a_text_code_without_a_place_begins_where_the_one_before_began() -> None:
    content = own(
        ofds.text("A", 'X="0" Y="8"').replace(
            "</ofd:TextObject>", "<ofd:TextCode Y='20'>A</ofd:TextCode></ofd:TextObject>"
        )
    )
    assert box_of(content) == (10, 10, 18, 30)


@pytest.mark.parametrize(
    ("more", "box"),
    [
        ('CTM="2 0 0 1 0 0"', (10, 10, 26, 18)),
        ('HScale="0.5"', (10, 10, 14, 18)),
        ('CharDirection="90"', (10, 18, 18, 26)),
        ('CharDirection="180"', (2, 18, 10, 26)),
        ('CharDirection="270"', (2, 10, 10, 18)),
        ('CTM="0 1 -1 0 8 0"', (10, 10, 18, 18)),
        ('Italic="true"', (10, 10, 20, 18)),
        ('Weight="700"', (10, 10, 18, 18)),
    ],
)
def test_characters_are_stretched_turned_and_slanted(more: str, box: tuple[int, ...]) -> None:
    assert box_of(own(ofds.text("A", more=more))) == box


@pytest.mark.parametrize(("direction", "box"), [(0, (10, 10, 26, 18)), (90, (10, 10, 18, 26))])
def test_without_deltas_characters_follow_in_the_reading_direction(direction: int, box: tuple[int, ...]) -> None:
    assert box_of(own(ofds.text("AA", more=f'ReadDirection="{direction}"'))) == box


def test_upright_characters_that_are_read_downwards_stand_above_each_other() -> None:
    """B is half as wide as it is high."""
    assert box_of(own(ofds.text("BB", more='ReadDirection="90"'))) == (10, 10, 14, 26)
    assert box_of(own(ofds.text("BB", more='ReadDirection="90" CharDirection="90"'))) == (10, 18, 18, 26)


def test_a_heavy_weight_makes_a_letter_wider() -> None:
    plain, heavy = (
        sum(shade * count for shade, count in enumerate(drawn(own(ofds.text("A", more=more))).convert("L").histogram()))
        for more in ("", 'Weight="900"')
    )
    assert heavy < plain


def test_a_fill_colour_and_an_outline_are_drawn() -> None:
    coloured = ofds.text(
        "A", more='Stroke="true" LineWidth="2"', inside=ofds.RED + '<ofd:StrokeColor Value="0 0 255"/>'
    )
    picture = drawn(own(coloured))
    assert (at(picture, 14, 14), at(picture, 10, 14)) == (RED, (0, 0, 255))


def test_cgtransform_names_glyphs_by_their_numbers() -> None:
    named = (
        '<ofd:CGTransform CodePosition="1" CodeCount="1" GlyphCount="1"><ofd:Glyphs>1</ofd:Glyphs></ofd:CGTransform>'
    )
    content = own(ofds.text("Bx", 'X="0" Y="8" DeltaX="10"', inside=named), ofds.truetype(named=False))
    assert box_of(content)[2] == 28
    assert said(content) in (["Bx"], ["B", "x"])


def test_a_composite_glyph_is_whole() -> None:
    picture = drawn(own(ofds.text("C")))
    assert [at(picture, x, 14)[0] for x in (11, 14, 17)] == [0, 255, 0]


@pytest.mark.parametrize("program", [ofds.opentype(), ofds.bare_cff()], ids=["OpenType", "bare CFF"])
def test_cff_outlines_are_drawn(program: bytes) -> None:
    content = own(ofds.text("AB", 'X="0" Y="8" DeltaX="20"'), program)
    assert box_of(content) == (10, 10, 34, 18)
    assert findings(content) == []


def test_a_cff_font_with_cids_is_asked_for_cids() -> None:
    named = '<ofd:CGTransform CodePosition="0" CodeCount="2" GlyphCount="2"><ofd:Glyphs>700 50</ofd:Glyphs></ofd:CGTransform>'
    content = own(ofds.text("发票", 'X="0" Y="8" DeltaX="20"', inside=named), ofds.keyed_cff(50, 700))
    assert box_of(content) == (10, 10, 38, 18)
    assert at(drawn(content), 16, 14) == WHITE
    assert said(content) == ["发票"]
    assert findings(content) == []


def test_text_that_is_neither_filled_nor_outlined_is_only_read() -> None:
    content = ofds.ofd(ofds.text("发票", 'X="0" Y="8" DeltaX="8"', more='Fill="false"'), resources=ofds.font())
    assert (box_of(content), said(content)) == ((), ["发票"])


def test_a_cff_glyph_of_several_widths_is_one_glyph_each_time() -> None:
    content = own(ofds.text("AAAA", 'X="0" Y="8" DeltaX="10 15 20"'), ofds.bare_cff())
    picture = drawn(content)
    assert [at(picture, x, 14)[0] for x in (14, 19, 24, 30, 39, 44, 59)] == [0, 255, 0, 255, 0, 255, 0]


@pytest.mark.parametrize(
    "program", [b"", b"\0\1\0\0", b"\1\0\4\1" + b"\0" * 50, b"%!PS-AdobeFont", ofds.truetype()[:300]]
)
def test_a_font_that_cannot_be_used_is_told_and_another_draws(program: bytes) -> None:
    content = own(ofds.text("A"), program)
    assert [kind for kind, _ in findings(content)] == ["font"]
    assert box_of(content)


@pytest.mark.parametrize(
    "name",
    ["宋体", "SimSun", "仿宋", "黑体", "楷体", "KaiTi", "Courier New", "Times New Roman", "Arial", "没有这种字体"],
)
def test_every_usual_font_draws_without_being_there(name: str) -> None:
    content = ofds.ofd(ofds.text("发票¥12.00", 'X="0" Y="8" DeltaX="8 8 4"'), resources=ofds.font(name))
    assert box_of(content)
    assert "".join(said(content)) == "发票¥12.00"
    assert findings(content) == []


@pytest.mark.parametrize(
    ("name", "chinese", "latin"),
    [
        ("宋体", SERIF_SC, SERIF_SC),
        ("SimSun", SERIF_SC, SERIF_SC),
        ("黑体", SANS_SC, SANS_SC),
        ("SimHei", SANS_SC, SANS_SC),
        ("微软雅黑", SANS_SC, SANS_SC),
        ("仿宋_GB2312", KAI_SC, KAI_SC),
        ("楷体", KAI_SC, KAI_SC),
        ("Arial", SANS_SC, SANS),
        ("Times New Roman", SERIF_SC, SERIF),
        ("Courier New", SERIF_SC, MONO),
        ("", SERIF_SC, SERIF_SC),
    ],
)
def test_each_usual_font_has_one_of_its_kind_in_its_place(name: str, chinese: Path, latin: Path) -> None:
    faces = stand_in(name)
    assert not faces.bold
    for char, path in (("发", chinese), ("A", latin)):
        found = faces.find(ord(char))
        assert found
        assert found[0] is shipped(path)


def test_letters_that_stand_in_are_no_wider_than_those_of_the_missing_font() -> None:
    content = ofds.ofd(ofds.text("6%6%", 'X="0" Y="8" DeltaX="4"'), resources=ofds.font("宋体"))
    found = ink(drawn(content))
    assert found
    assert found[2] <= 10 + 16


def test_a_digit_behind_a_narrow_point_is_as_wide_as_the_others() -> None:
    with_point, without = (
        ofds.ofd(ofds.text(said, f'X="0" Y="8" DeltaX="{deltas}"'), resources=ofds.font("宋体"))
        for said, deltas in (("4.4", "4 2.2"), ("44", "6.2"))
    )
    assert box_of(with_point) == box_of(without)


@pytest.mark.parametrize("deltas", ["", 'DeltaX="4"', 'DeltaX="g 3 4" DeltaY="0"', 'DeltaX="g" DeltaY="x y"'])
def test_a_text_code_without_characters_draws_nothing(deltas: str) -> None:
    content = own(ofds.text("", f'X="0" Y="8" {deltas}') + ofds.path(inside='<ofd:FillColor Value="0 0 0"/>'))
    assert box_of(content) == (10, 10, 20, 20)
    assert findings(content) == []


def test_an_indented_text_is_drawn_without_its_white_space() -> None:
    assert said(ofds.ofd(ofds.text("\n   发票\n  ", 'X="0" Y="8" DeltaX="8"'), resources=ofds.font())) == ["发票"]


def test_a_missing_font_resource_is_told() -> None:
    content = ofds.ofd(ofds.text("一"))
    assert findings(content) == [("missing", "Font 1")]
    assert box_of(content)


def test_characters_that_no_font_has_are_told() -> None:
    content = ofds.ofd(ofds.text("一\U000f0000"), resources=ofds.font())
    assert [kind for kind, _ in findings(content)] == ["glyph"]


# What is read


@pytest.mark.parametrize("step", [4, 4.5, 3.6])
def test_an_amount_is_one_word_however_its_digits_are_spaced(step: float) -> None:
    content = ofds.ofd(ofds.text("4197.17", f'X="0" Y="8" DeltaX="g 6 {step}"'), resources=ofds.font())
    assert said(content) == ["4197.17"]


def test_texts_are_read_in_the_order_of_their_places_and_not_of_drawing() -> None:
    texts = [ofds.text("右", at="60 10 10 10"), ofds.text("下", at="10 30 10 10"), ofds.text("左", at="10 10 10 10")]
    assert said(ofds.ofd("".join(texts), resources=ofds.font())) == ["左", "右", "下"]


@pytest.mark.parametrize("step", [8, 12, 16])
def test_a_label_that_runs_down_is_one_word_however_its_characters_are_spaced(step: int) -> None:
    label = ofds.text("购买方", f'X="0" Y="8" DeltaY="{step}"', at="5 2 10 45")
    values = "".join(ofds.text("名称", 'X="0" Y="8" DeltaX="8"', at=f"30 {y} 30 10") for y in (2, 20, 36))
    assert sorted(said(ofds.ofd(label + values, resources=ofds.font()))) == ["名称", "名称", "名称", "购买方"]


def test_a_label_of_an_object_for_each_character_is_drawn_at_once() -> None:
    label = [Item(char, Rect(5, y, 9, 10), "text", char) for char, y in (("购", 40), ("买", 30), ("方", 20))]
    values = [Item(text, Rect(30, y, 20, 10), "text", text) for text, y in (("名称", 39), ("税号", 22))]
    found = in_reading_order([*values, *label])
    assert "".join(item.content for item in found).replace("\n", "") == "购买方名称税号"


def test_a_sign_is_as_wide_as_a_character_of_chinese() -> None:
    box = ink(drawn(ofds.ofd(ofds.text("⊗", 'X="0" Y="8"'), resources=ofds.font("宋体"))))
    assert box
    left, top, right, bottom = box
    assert 0.9 < (right - left) / (bottom - top) < 1.1


def test_cells_of_a_column_are_not_one_word() -> None:
    column = "".join(ofds.text(unit, at=f"40 {y} 10 10") for unit, y in (("次", 2), ("次", 12), ("克", 22)))
    names = "".join(ofds.text("餐费", 'X="0" Y="8" DeltaX="8"', at=f"10 {y} 20 10") for y in (2, 12, 22))
    content = ofds.ofd(names + column, resources=ofds.font())
    assert said(content) == ["餐费", "次", "餐费", "次", "餐费", "克"]


def test_a_text_that_something_covers_stays_covered() -> None:
    content = ofds.ofd(
        ofds.text("一", at="10 10 10 10") + ofds.path(at="10 10 10 10", inside='<ofd:FillColor Value="255 255 255"/>'),
        resources=ofds.font(),
    )
    assert box_of(content) == ()


def test_labels_of_a_template_are_read_with_their_values() -> None:
    template = ofds.page(ofds.text("号码：", 'X="0" Y="8" DeltaX="8"', at="10 10 30 10"))
    found = ofds.parts(
        ofds.page(
            ofds.text("25", 'X="0" Y="8" DeltaX="4"', at="40 10 30 10") + ofds.text("末", at="10 30 30 10"),
            before='<ofd:Template TemplateID="2"/>',
        ),
        resources=ofds.font(),
        common='<ofd:TemplatePage ID="2" BaseLoc="Tpls/Tpl_0.xml"/>',
    )
    content = zipped(found | {"Doc_0/Tpls/Tpl_0.xml": template.encode()})
    assert said(content) == ["号码：", "25", "末"]
    assert at(drawn(content), 90, 45) == WHITE
