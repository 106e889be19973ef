"""What an OFD draws: paths, colours, pictures, blocks; seen as PDFium shows it."""

import io

import pikepdf
import pytest
from PIL import Image

from tests import ofds
from tests.papers import cornered, encoded, zipped
from tests.unit.documents.ofd.shown import BLACK, BLUE, RED, SCALED, WHITE, at, drawn, findings, ink, said
from viewer.documents.ofd.convert import converted


def box_of(content: bytes, number: int = 1) -> tuple[int, ...]:
    found = ink(drawn(content, number))
    return tuple(round(value) for value in found) if found else ()


# Paths


def test_a_path_lies_where_its_boundary_says() -> None:
    picture = drawn(ofds.ofd(ofds.path(at="30 20 10 10")))
    assert (at(picture, 35, 25), at(picture, 29, 25), at(picture, 35, 31)) == (RED, WHITE, WHITE)


def test_a_path_is_only_stroked_unless_it_says_otherwise() -> None:
    picture = drawn(ofds.ofd(ofds.path(more='LineWidth="1"')))
    assert (at(picture, 10, 15), at(picture, 15, 15)) == (BLACK, WHITE)


def test_a_fill_without_a_colour_is_clear() -> None:
    assert at(drawn(ofds.ofd(ofds.path(more='Fill="true" Stroke="false"', inside=""))), 15, 15) == WHITE


def test_every_operator_of_abbreviated_data_draws() -> None:
    data = "S 0 0 L 10 0 Q 20 0 20 10 B 20 20 10 20 10 20 A 10 10 0 0 1 0 10 C"
    picture = drawn(ofds.ofd(ofds.path(data, at="10 10 20 20")))
    assert (at(picture, 15, 15), at(picture, 27, 15), at(picture, 11, 29)) == (RED, RED, WHITE)


@pytest.mark.parametrize(("rule", "middle"), [("NonZero", RED), ("Even-Odd", WHITE)])
def test_the_rule_says_whether_what_is_around_twice_is_inside(rule: str, middle: tuple[int, int, int]) -> None:
    data = ofds.SQUARE + " M 3 3 L 7 3 L 7 7 L 3 7 C"
    content = ofds.ofd(ofds.path(data, more=f'Fill="true" Stroke="false" Rule="{rule}"'))
    assert at(drawn(content), 15, 15) == middle


def test_a_ctm_turns_a_path_within_its_boundary() -> None:
    content = ofds.ofd(ofds.path("M 0 0 L 20 0 L 20 5 L 0 5 C", at="10 10 5 20", more='Fill="true" CTM="0 1 -1 0 5 0"'))
    assert box_of(content) == (10, 10, 15, 30)


def test_what_stands_far_out_of_its_boundary_is_cut_off() -> None:
    assert box_of(ofds.ofd(ofds.path("M 0 0 L 60 0 L 60 5 L 0 5 C", at="10 10 20 20"))) == (10, 10, 30, 15)


def test_a_line_on_the_edge_of_its_boundary_is_whole() -> None:
    content = ofds.ofd(ofds.path("M 0 0 L 30 0", at="10 10 30 0.25", more='LineWidth="2"', inside=""))
    assert box_of(content) == (10, 9, 40, 11)


def test_dashes_leave_gaps() -> None:
    line = ofds.path("M 0 0 L 20 0", at="10 10 20 1", more='LineWidth="1" DashPattern="5 5"', inside="")
    picture = drawn(ofds.ofd(line))
    assert (at(picture, 12, 10), at(picture, 17, 10), at(picture, 22, 10)) == (BLACK, WHITE, BLACK)


def test_a_line_thinner_than_a_pixel_is_paler() -> None:
    line = ofds.path("M 0 0 L 20 0", at="10 10 20 1", more='LineWidth="0.1"', inside="")
    shades = {sum(at(drawn(ofds.ofd(line)), 20, 10 + step / 8)) // 3 for step in range(-4, 5)}
    assert 140 < min(shades) < 230


def test_an_unending_list_of_offsets_or_dashes_does_no_harm() -> None:
    line = ofds.path("M 0 0 L 20 0", more=f'LineWidth="1" DashPattern="{"0 " * 5000}"', inside="")
    assert box_of(ofds.ofd(line + ofds.text("一", 'X="0" Y="8" DeltaX="g 9999999999 1"'))) != ()


# Colours


@pytest.mark.parametrize(
    ("colour", "seen"),
    [
        ('Value="255 0 0"', RED),
        ('Value="#FF 0 0"', RED),
        ('Value="0" ColorSpace="3"', BLACK),
        ('Value="0 0 0 255" ColorSpace="4"', BLACK),
        ('Index="1" ColorSpace="5"', BLUE),
        ('ColorSpace="404" Value="255 0 0"', RED),
        ("", BLACK),
    ],
)
def test_a_colour_counts_in_the_space_that_it_names(colour: str, seen: tuple[int, int, int]) -> None:
    spaces = (
        '<ofd:ColorSpaces><ofd:ColorSpace ID="3" Type="GRAY"/><ofd:ColorSpace ID="4" Type="CMYK"/>'
        '<ofd:ColorSpace ID="5" Type="RGB"><ofd:Palette><ofd:CV>9 9 9</ofd:CV><ofd:CV>0 0 255</ofd:CV></ofd:Palette>'
        "</ofd:ColorSpace></ofd:ColorSpaces>"
    )
    picture = drawn(ofds.ofd(ofds.path(inside=f"<ofd:FillColor {colour}/>"), resources=spaces))
    assert max(abs(a - b) for a, b in zip(at(picture, 15, 15), seen, strict=True)) < 40


def test_alpha_of_object_and_colour_multiply() -> None:
    half = ofds.path(more='Fill="true" Stroke="false" Alpha="128"', inside='<ofd:FillColor Value="0 0 0" Alpha="128"/>')
    assert 188 <= at(drawn(ofds.ofd(half)), 15, 15)[0] <= 194


def test_a_blend_mode_mixes_with_what_is_beneath() -> None:
    over = ofds.path(
        more='Fill="true" Stroke="false" BlendMode="Multiply"', inside='<ofd:FillColor Value="255 255 0"/>'
    )
    assert at(drawn(ofds.ofd(ofds.path() + over)), 15, 15) == RED


AXIAL = (
    '<ofd:FillColor><ofd:AxialShd StartPoint="{start}" EndPoint="{end}" {more}><ofd:Segment Position="0"><ofd:Color'
    ' Value="255 0 0"/></ofd:Segment><ofd:Segment Position="1"><ofd:Color Value="0 0 255"/></ofd:Segment>'
    "</ofd:AxialShd></ofd:FillColor>"
)


def test_an_axial_shading_flows_from_start_to_end() -> None:
    colours = AXIAL.format(start="0 0", end="40 0", more='Extend="3"')
    picture = drawn(ofds.ofd(ofds.path("M 0 0 L 40 0 L 40 10 L 0 10 C", at="10 10 40 10", inside=colours)))
    left, middle, right = (at(picture, x, 15) for x in (11, 30, 49))
    assert left[0] > 230 > 150 > middle[0] > 100 > 30 > right[0]


def test_a_repeated_axial_shading_begins_again() -> None:
    colours = AXIAL.format(start="0 0", end="10 0", more='MapType="Repeat"')
    picture = drawn(ofds.ofd(ofds.path("M 0 0 L 40 0 L 40 10 L 0 10 C", at="10 10 40 10", inside=colours)))
    assert all(at(picture, 10 + 10 * unit + 1, 15)[0] > 200 for unit in range(4))
    assert all(at(picture, 10 + 10 * unit + 9, 15)[2] > 200 for unit in range(4))


def test_a_radial_shading_flows_from_its_middle() -> None:
    colours = AXIAL.replace("Axial", "Radial").format(
        start="10 10", end="10 10", more='StartRadius="0" EndRadius="10" Extend="3"'
    )
    picture = drawn(ofds.ofd(ofds.path("M 0 0 L 20 0 L 20 20 L 0 20 C", at="10 10 20 20", inside=colours)))
    assert at(picture, 20, 20)[0] > 230
    assert at(picture, 11, 11)[2] > 230


def test_a_mesh_has_the_colours_of_its_corners() -> None:
    corners = "".join(
        f'<ofd:Point X="{x}" Y="{y}" EdgeFlag="0"><ofd:Color Value="{value}"/></ofd:Point>'
        for x, y, value in ((0, 0, "255 0 0"), (30, 0, "0 0 255"), (0, 30, "0 0 255"))
    )
    colours = f"<ofd:FillColor><ofd:GouraudShd>{corners}</ofd:GouraudShd></ofd:FillColor>"
    picture = drawn(ofds.ofd(ofds.path("M 0 0 L 30 0 L 30 30 L 0 30 C", at="10 10 30 30", inside=colours)))
    assert at(picture, 11, 11)[0] > 200
    assert at(picture, 36, 11)[2] > 180


@pytest.mark.parametrize(("method", "second"), [("Normal", WHITE), ("Column", RED)])
def test_a_pattern_repeats_its_tile_and_mirrors_it_where_it_says_so(method: str, second: tuple[int, int, int]) -> None:
    tile = ofds.path("M 0 0 L 4 0 L 4 8 L 0 8 C", at="0 0 4 8")
    colours = (
        f'<ofd:FillColor><ofd:Pattern Width="8" Height="8" XStep="8" YStep="8" ReflectMethod="{method}">'
        f"<ofd:CellContent>{tile}</ofd:CellContent></ofd:Pattern></ofd:FillColor>"
    )
    picture = drawn(ofds.ofd(ofds.path("M 0 0 L 32 0 L 32 16 L 0 16 C", at="10 10 32 16", inside=colours)))
    assert (at(picture, 12, 12), at(picture, 16, 12)) == (RED, WHITE)
    assert at(picture, 24, 20) == second


# Draw parameters


def test_what_an_object_says_wins_over_its_draw_parameter_and_that_over_its_layers() -> None:
    params = (
        '<ofd:DrawParams><ofd:DrawParam ID="20" LineWidth="4"><ofd:StrokeColor Value="255 0 0"/></ofd:DrawParam>'
        '<ofd:DrawParam ID="21" Relative="20"><ofd:StrokeColor Value="0 0 255"/></ofd:DrawParam></ofd:DrawParams>'
    )
    line = "M 0 0 L 30 0"
    pages = [
        ofds.path(line, at="10 10 30 1", more='DrawParam="21"', inside=""),
        ofds.path(line, at="10 10 30 1", more='DrawParam="21" LineWidth="1"', inside=""),
    ]
    content = ofds.ofd(*pages, resources=params)
    assert at(drawn(content), 20, 11.5) == BLUE
    assert at(drawn(content, 2), 20, 11.5) == WHITE
    layered = ofds.parts(
        ofds.element("Page", ofds.area(100, 50) + ofds.layers(ofds.path(line, more="", inside=""), 'DrawParam="20"')),
        resources=params,
    )
    assert at(drawn(zipped(layered)), 15, 11.5) == RED


def test_draw_parameters_that_relate_to_each_other_in_a_circle_end() -> None:
    params = (
        '<ofd:DrawParams><ofd:DrawParam ID="20" Relative="21" LineWidth="2"/>'
        '<ofd:DrawParam ID="21" Relative="20"/></ofd:DrawParams>'
    )
    assert box_of(ofds.ofd(ofds.path(more='DrawParam="20"'), resources=params)) == (9, 9, 21, 21)


# Pictures


MODES = ("RGB", "L", "1", "P", "RGBA", "LA")
FORMS = {"PNG": MODES, "GIF": MODES, "TIFF": MODES, "BMP": MODES[:5], "JPEG": MODES[:2]}


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in FORMS.items() for mode in modes])
def test_pictures_of_every_form_are_shown(form: str, mode: str) -> None:
    content = ofds.ofd(ofds.image(), resources=ofds.media(_7="a.bin"), files={"a.bin": encoded(cornered(mode), form)})
    picture = drawn(content)
    corner, middle = at(picture, 11, 11), at(picture, 25, 15)
    assert sum(middle) > 740
    assert sum(corner) < 500
    assert findings(content) == []


def test_a_gray_picture_of_sixteen_bits_is_shown_in_its_shade() -> None:
    gray = encoded(Image.new("I;16", (4, 4), 0x8000), "PNG")
    content = ofds.ofd(ofds.image(), resources=ofds.media(_7="a"), files={"a": gray})
    assert 126 <= at(drawn(content), 15, 15)[0] <= 129


def test_a_cmyk_jpeg_has_its_colours() -> None:
    photo = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG")
    red, green, blue = at(drawn(ofds.ofd(ofds.image(), resources=ofds.media(_7="a"), files={"a": photo})), 15, 15)
    assert red > 180 > 90 > max(green, blue)


def test_a_jpeg_is_passed_on_byte_for_byte() -> None:
    photo = encoded(cornered(size=(200, 100)), "JPEG")
    content = ofds.ofd(ofds.image(), resources=ofds.media(_7="a.jpg"), files={"a.jpg": photo})
    result, _ = converted(content, SCALED)
    with pikepdf.open(io.BytesIO(result)) as pdf:
        streams = [each for each in pdf.objects if isinstance(each, pikepdf.Stream)]
        assert photo in [each.read_raw_bytes() for each in streams]


def test_a_jbig2_file_is_shown() -> None:
    content = ofds.ofd(ofds.image(), resources=ofds.media(_7="a.jb2"), files={"a.jb2": JBIG2})
    assert box_of(content) == (10, 10, 30, 20)
    assert findings(content) == []


JBIG2 = (
    b"\x97JB2\r\n\x1a\n\x01\0\0\0\1"
    b"\0\0\0\0\x30\0\1\0\0\0\x13" + b"\0\0\0\x10\0\0\0\x08" + b"\0" * 8 + b"\x04\0\0"
    b"\0\0\0\1\x31\0\1\0\0\0\0"
    b"\0\0\0\2\x33\0\0\0\0\0\0"
)
"""A page of 16 × 8 that is black by default, without any region."""


def test_what_is_dark_in_a_mask_is_clear_in_its_picture() -> None:
    mask = Image.new("L", (64, 32), 255)
    mask.paste(0, (0, 0, 32, 32))
    files = {"a.png": encoded(Image.new("RGB", (64, 32), RED), "PNG"), "m.png": encoded(mask, "PNG")}
    masked = ofds.image(more='CTM="20 0 0 10 0 0" ImageMask="8"')
    picture = drawn(ofds.ofd(masked, resources=ofds.media(_7="a.png", _8="m.png"), files=files))
    assert (at(picture, 15, 15), at(picture, 25, 15)) == (WHITE, RED)


def test_a_picture_without_a_ctm_fills_its_boundary() -> None:
    red = encoded(Image.new("RGB", (4, 4), RED), "PNG")
    assert box_of(ofds.ofd(ofds.image(more=""), resources=ofds.media(_7="a"), files={"a": red})) == (10, 10, 30, 20)


def test_a_missing_or_damaged_picture_is_told_and_the_rest_is_shown() -> None:
    content = ofds.ofd(
        ofds.image("7") + ofds.image("8") + ofds.image("9") + ofds.path(),
        resources=ofds.media(_7="gone.png", _8="bad.png"),
        files={"bad.png": encoded(cornered(), "PNG")[:60]},
    )
    assert at(drawn(content), 15, 15) == RED
    assert findings(content) == [("missing", "MultiMedia 7"), ("picture", "8"), ("missing", "MultiMedia 9")]


def test_a_picture_with_too_many_pixels_is_not_decoded() -> None:
    huge = encoded(Image.new("1", (9000, 9000)), "PNG")
    assert findings(ofds.ofd(ofds.image(), resources=ofds.media(_7="a"), files={"a": huge})) == [("picture", "7")]


# Blocks, composites, clips


def test_blocks_in_blocks_are_drawn_in_order() -> None:
    blue = ofds.path(inside=ofds.BLUE)
    content = ofds.ofd(
        f"{ofds.path()}<ofd:PageBlock ID='3'><ofd:PageBlock ID='4'>{blue}</ofd:PageBlock></ofd:PageBlock>"
    )
    assert at(drawn(content), 15, 15) == BLUE


def composite(inside: str, ident: str = "30") -> str:
    return (
        f'<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="{ident}" Width="20" Height="20"><ofd:Content>{inside}'
        "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
    )


@pytest.mark.parametrize("more", ["", 'Alpha="128"'])
def test_a_composite_is_drawn_where_and_how_large_its_object_says(more: str) -> None:
    use = f'<ofd:CompositeObject ID="2" ResourceID="30" Boundary="40 10 40 40" CTM="2 0 0 2 0 0" {more}/>'
    content = ofds.ofd(use, resources=composite(ofds.path(at="5 5 10 10", inside='<ofd:FillColor Value="0 0 0"/>')))
    shade = at(drawn(content), 60, 30)[0]
    assert shade in ((0,) if not more else range(124, 131))
    assert at(drawn(content), 47, 17) == WHITE


def test_composites_in_each_other_end() -> None:
    use = '<ofd:CompositeObject ID="2" ResourceID="{}" Boundary="0 0 20 20"/>'
    both = composite(ofds.path() + use.format(31)) + composite(use.format(30), "31")
    content = ofds.ofd(use.format(30), resources=both)
    assert at(drawn(content), 15, 15) == RED
    assert findings(content) == [("too_deep", "CompositeGraphicUnit 30")]


def test_composites_that_double_at_every_level_end() -> None:
    use = '<ofd:CompositeObject ID="2" ResourceID="{}" Boundary="0 0 20 20"/>'
    levels = "".join(composite(use.format(level + 1) * 2, str(level)) for level in range(100, 122))
    content = ofds.ofd(use.format(100), resources=levels + composite(ofds.path(), "122"))
    assert ("too_much", "objects") in findings(content)


def test_a_clip_cuts_its_object() -> None:
    clip = (
        "<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path Boundary='0 0 5 10'>"
        "<ofd:AbbreviatedData>M 0 0 L 5 0 L 5 10 L 0 10 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
    )
    assert box_of(ofds.ofd(ofds.path(inside=ofds.RED + clip))) == (10, 10, 15, 20)


def test_characters_cut_an_object() -> None:
    """A square with an A, which this font draws as a full square, and a B, half as wide, as holes to see it through."""
    clip = (
        '<ofd:Clips><ofd:Clip><ofd:Area{ctm}><ofd:Text Boundary="2 0 8 8" Font="1" Size="4">'
        '<ofd:TextCode X="0" Y="4" DeltaX="4">AB</ofd:TextCode></ofd:Text></ofd:Area></ofd:Clip></ofd:Clips>'
    )
    fonts, files = ofds.font(file="own.ttf"), {"own.ttf": ofds.truetype()}
    for ctm, box in (("", (12, 10, 18, 14)), (' CTM="1 0 0 1 0 3"', (12, 13, 18, 17))):
        content = ofds.ofd(ofds.path(inside=ofds.RED + clip.format(ctm=ctm)), resources=fonts, files=files)
        assert box_of(content) == box
        assert (findings(content), said(content)) == ([], [])


def test_an_empty_list_of_clips_cuts_nothing() -> None:
    assert box_of(ofds.ofd(ofds.path(inside=ofds.RED + "<ofd:Clips/>"))) == (10, 10, 20, 20)
