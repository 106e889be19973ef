"""The package around the pages: paths, areas, templates, documents, annotations, and what is tolerated."""

import pytest

from tests import ofds
from tests.papers import zipped
from tests.unit.documents.ofd.shown import BLUE, RED, SCALED, WHITE, at, drawn, findings, said
from tests.unit.documents.test_decode import LIMITS
from viewer.documents import bundle, decode, ofd
from viewer.documents.shapes import Unreadable
from viewer.documents.sniff import OFD, ZIP, sniff
from viewer.domain.size import Box, Size

SQUARE = ofds.path()


def test_a_page_is_as_large_as_a_pdf_page_of_the_same_millimetres() -> None:
    sizes = decode.page_sizes(ofds.ofd(SQUARE, size=(210, 140)), OFD, LIMITS)
    assert sizes == [Size(2480, 1653)]


@pytest.mark.parametrize(
    ("own", "size"),
    [
        ("<ofd:Area><ofd:PhysicalBox>0 0 25.4 50.8</ofd:PhysicalBox></ofd:Area>", Size(300, 600)),
        ("<ofd:Area><ofd:ApplicationBox>0 0 25.4 25.4</ofd:ApplicationBox></ofd:Area>", Size(300, 300)),
        ("", Size(600, 300)),
        ("<ofd:Area><ofd:PhysicalBox>0 0 0 0</ofd:PhysicalBox></ofd:Area>", Size(600, 300)),
        ("<ofd:Area><ofd:PhysicalBox>0 0 nan 1e9</ofd:PhysicalBox></ofd:Area>", Size(600, 300)),
    ],
)
def test_a_page_without_an_area_of_its_own_has_the_documents(own: str, size: Size) -> None:
    common = "<ofd:PageArea><ofd:PhysicalBox>0 0 50.8 25.4</ofd:PhysicalBox></ofd:PageArea>"
    content = zipped(ofds.parts(ofds.element("Page", own + ofds.layers(SQUARE)), common=common))
    assert decode.page_sizes(content, OFD, LIMITS) == [size]


def test_pages_are_drawn_one_by_one() -> None:
    content = ofds.ofd(SQUARE, ofds.path(inside=ofds.BLUE))
    assert [at(drawn(content, number), 15, 15) for number in (1, 2)] == [RED, BLUE]


def test_another_size_of_a_page_needs_no_other_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    content = ofds.ofd(SQUARE + ofds.path(at="1 1 1 1"))
    size = decode.page_sizes(content, OFD, SCALED)[0]
    whole = Box(0, 0, size.width, size.height)
    decode.draw(content, OFD, 1, whole, size, SCALED)
    monkeypatch.setattr(ofd, "converted", None)
    assert decode.draw(content, OFD, 1, whole, Size(20, 10), SCALED).size == (20, 10)


def test_what_is_kept_of_conversions_does_not_grow_for_ever() -> None:
    for number in range(ofd.KEPT_PAGES + 4):
        drawn(ofds.ofd(ofds.path(at=f"{number} 1 1 1")))
    assert len(ofd._pages) == ofd.KEPT_PAGES


def test_what_is_missing_is_looked_for_on_the_first_pages_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofd, "FIRST_PAGES", 2)
    content = ofds.ofd(*(ofds.image(str(400 + number)) for number in range(3)))
    assert [each.where for each in decode.findings(content, OFD, SCALED)] == ["MultiMedia 400", "MultiMedia 401"]
    assert [where for _, where in findings(content)] == ["MultiMedia 400", "MultiMedia 401", "MultiMedia 402"]


@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_there_is_not_cannot_be_drawn(number: int) -> None:
    with pytest.raises(Unreadable):
        decode.draw(ofds.ofd(SQUARE), OFD, number, Box(0, 0, 10, 10), Size(10, 10), SCALED)


def test_the_pages_of_every_document_are_shown() -> None:
    found = ofds.parts(ofds.page(SQUARE))
    body = b"<ofd:DocBody><ofd:DocRoot>/Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    found["OFD.xml"] = found["OFD.xml"].replace(b"</ofd:OFD>", body)
    found["Doc_1/Document.xml"] = ofds.element(
        "Document", '<ofd:CommonData/><ofd:Pages><ofd:Page ID="1" BaseLoc="P.xml"/></ofd:Pages>'
    ).encode()
    found["Doc_1/P.xml"] = ofds.page(ofds.path(inside=ofds.BLUE)).encode()
    assert at(drawn(zipped(found), 2), 15, 15) == BLUE


@pytest.mark.parametrize(("order", "seen"), [("Background", RED), ("Foreground", BLUE)])
def test_a_template_lies_behind_or_before_the_page(order: str, seen: tuple[int, int, int]) -> None:
    found = ofds.parts(
        ofds.page(SQUARE, before=f'<ofd:Template TemplateID="2" ZOrder="{order}"/>'),
        common='<ofd:TemplatePage ID="2" BaseLoc="T.xml"/>',
    )
    found["Doc_0/T.xml"] = ofds.page(ofds.path(inside=ofds.BLUE)).encode()
    assert at(drawn(zipped(found)), 15, 15) == seen


def test_templates_in_each_other_end() -> None:
    found = ofds.parts(
        ofds.page(SQUARE, before='<ofd:Template TemplateID="2"/>'),
        common='<ofd:TemplatePage ID="2" BaseLoc="T.xml"/>',
    )
    found["Doc_0/T.xml"] = ofds.page(SQUARE, before='<ofd:Template TemplateID="2"/>').encode()
    assert at(drawn(zipped(found)), 15, 15) == RED
    assert findings(zipped(found)) == [("too_deep", "TemplatePage 2")]


def test_layers_lie_in_the_order_of_their_types() -> None:
    layer = '<ofd:Layer ID="{0}" Type="{1}">{2}</ofd:Layer>'
    both = layer.format(1, "Foreground", SQUARE) + layer.format(2, "Background", ofds.path(inside=ofds.BLUE))
    found = ofds.parts(ofds.element("Page", ofds.area(100, 50) + f"<ofd:Content>{both}</ofd:Content>"))
    assert at(drawn(zipped(found)), 15, 15) == RED


def annotated(annotation: str) -> bytes:
    found = ofds.parts(ofds.page(SQUARE), document="<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>")
    found["Doc_0/Annots/Annotations.xml"] = ofds.element(
        "Annotations", '<ofd:Page PageID="1"><ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page>'
    ).encode()
    found["Doc_0/Annots/Page_0/Annotation.xml"] = ofds.element("PageAnnot", annotation).encode()
    return zipped(found)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [('Type="Stamp"', BLUE), ('Type="Highlight"', (0, 0, 0)), ('Type="Stamp" Visible="false"', RED)],
)
def test_annotations_lie_over_the_page(kind: str, seen: tuple[int, int, int]) -> None:
    inside = ofds.path(at="0 0 10 10", inside=ofds.BLUE)
    picture = drawn(
        annotated(f'<ofd:Annot {kind}><ofd:Appearance Boundary="10 10 20 20">{inside}</ofd:Appearance></ofd:Annot>')
    )
    assert at(picture, 15, 15) == seen


# What is tolerated


@pytest.mark.parametrize(
    "location",
    [
        "Doc_0/Document.xml",
        "/Doc_0/Document.xml",
        "doc_0/document.XML",
        "./Doc_0/../Doc_0/Document.xml",
        r"Doc_0\Document.xml",
    ],
)
def test_paths_are_found_however_they_are_written(location: str) -> None:
    found = ofds.parts(ofds.page(SQUARE))
    found["OFD.xml"] = found["OFD.xml"].replace(b"Doc_0/Document.xml", location.encode())
    assert at(drawn(zipped(found)), 15, 15) == RED


@pytest.mark.parametrize("prefix", [b"ofd:", b"", b"x:", b"OFD2016:"])
def test_any_prefix_of_the_names_is_read(prefix: bytes) -> None:
    found = {name: part.replace(b"ofd:", prefix) for name, part in ofds.parts(ofds.page(SQUARE)).items()}
    assert at(drawn(zipped(found)), 15, 15) == RED


def test_a_missing_resource_file_does_not_matter() -> None:
    found = ofds.parts(ofds.page(SQUARE))
    del found["Doc_0/PublicRes.xml"]
    assert at(drawn(zipped(found)), 15, 15) == RED
    assert findings(zipped(found)) == [("missing", "PublicRes.xml")]


def test_malformed_tags_do_not_matter() -> None:
    found = ofds.parts(ofds.page(SQUARE), document="<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>")
    found["Doc_0/Tags/CustomTag.xml"] = b'<:eInvoice xmlns:=""><:x></:eInvoice>'
    assert at(drawn(zipped(found)), 15, 15) == RED


def test_a_page_whose_xml_breaks_off_shows_what_is_there() -> None:
    found = ofds.parts(ofds.page(SQUARE + ofds.path(at="40 10 10 10")))
    found["Doc_0/Pages/1.xml"] = found["Doc_0/Pages/1.xml"][:-60]
    assert at(drawn(zipped(found)), 15, 15) == RED


def test_names_that_are_none_do_not_matter() -> None:
    found = ofds.parts(ofds.page("<ofd:-x/><:y/><ofd:7/>" + SQUARE))
    assert at(drawn(zipped(found)), 15, 15) == RED


def test_an_object_whose_values_mean_nothing_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(self: object, element: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("viewer.documents.ofd.objects.Scene._image", fault)
    content = ofds.ofd(ofds.image() + SQUARE)
    assert at(drawn(content), 15, 15) == RED
    assert findings(content) == [("unreadable", "ImageObject 8")]


def test_a_page_that_is_missing_is_told_and_the_others_are_shown() -> None:
    found = ofds.parts(ofds.page(SQUARE), ofds.page(SQUARE))
    del found["Doc_0/Pages/1.xml"]
    assert len(decode.page_sizes(zipped(found), OFD, SCALED)) == 1
    assert findings(zipped(found)) == [("missing", "Pages/1.xml")]


# In a bundle


def test_an_ofd_in_a_bundle_is_a_paper() -> None:
    content = zipped(
        {"1.ofd": ofds.ofd(ofds.text("一"), SQUARE, resources=ofds.font()), "2.zip": zipped({"a.txt": b""})}
    )
    bundle._counts.clear()
    assert sniff(content) == ZIP
    sizes = decode.page_sizes(content, ZIP, SCALED)
    assert len(sizes) == 2
    page = decode.draw(content, ZIP, 2, Box(0, 0, sizes[1].width, sizes[1].height), sizes[1], SCALED)
    assert (at(page, 15, 15), at(page, 5, 5)) == (RED, WHITE)
    assert [word.text for word in decode.words(content, ZIP, 1, SCALED)] == ["一"]
    assert said(ofds.ofd(ofds.text("一"), resources=ofds.font())) == ["一"]
