"""bundle.pdf: a view as one document. Text stays text, pictures keep their bytes, nothing acts, no other entry is in it."""

import io
import itertools
import secrets
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.bench.steps import vat_invoice
from tests.bills import new_bill
from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, problem_of
from tests.likeness import psnr, ssim
from tests.papers import cornered, encoded, pdf, pdf_of, signed_pdf, stream, tiff, turned, zipped
from tests.prints import (
    bookmarks,
    extents,
    images,
    is_calm,
    opened,
    original_shown,
    shown,
    shown_by_poppler,
    texts,
)
from tests.sandboxes import signed
from tests.web.test_sheets import COLORS, put_sheet
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.papers import Form
from viewer.gateway.sandbox.state import State

FORMS: tuple[Form, ...] = ("pdf", "ofd")


def bundle(site: Installation, key: str, **query: object) -> bytes:
    response = site.get(f"/api/v1/bills/{key}/bundle.pdf", params={"lang": "en", **query})
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    return response.content


def bound(site: Installation, cloud: ScriptedCloud, files: Mapping[str, bytes]) -> bytes:
    """The pages of these files, without a cover."""
    return bundle(
        site, cloud.put_bill({f"{secrets.token_hex(4)}-{name}": each for name, each in files.items()}), cover=0
    )


def test_a_bundle_has_a_cover_every_page_and_a_bookmark_for_each_entry_and_invoice(
    site: Installation, sandbox: State
) -> None:
    bill = new_bill(2, 1, header=1)
    sandbox.put_bill(bill)
    content = bundle(site, bill.userkey)
    told = site.json(f"/bills/{bill.userkey}", lang="en")
    cover, *pages = texts(content)
    assert len(pages) == 4
    numbers = [invoice["invoice_no"] for invoice in told["invoices"]]
    assert all(number in page for number, page in zip(numbers, pages, strict=True))
    assert all(number in cover for number in numbers)
    assert bill.bill_no in cover
    assert "¥411.40" in cover, "four times 102.85"
    names = [f"{invoice['invoice_type_name']} {invoice['invoice_no']}" for invoice in told["invoices"]]
    marks = bookmarks(content)
    assert [(level, page) for level, _, page in marks] == [(0, 2), (1, 2), (1, 3), (0, 4), (1, 4), (0, 5), (1, 5)]
    assert [title for level, title, _ in marks if level] == names
    assert marks[0][1].startswith("Entry 1")
    assert marks[-2][1] == "On the bill's header"


def test_the_cover_speaks_the_readers_language_and_its_fonts_hold_only_what_it_says(
    site: Installation, sandbox: State
) -> None:
    bill = new_bill(1)
    sandbox.put_bill(bill)
    chinese, english = (bundle(site, bill.userkey, lang=lang) for lang in ("zh-CN", "en"))
    assert "发票合计" in texts(chinese)[0]
    assert "Sum of the invoices" in texts(english)[0]
    assert len(chinese) < 400_000, "the font alone has 15 MB"
    for document, lang in ((opened(chinese), "zh-CN"), (opened(english), "en")):
        assert str(document.Root.Lang) == lang
        with document.open_metadata() as told:
            assert bill.bill_no in told["dc:title"]
        assert bill.bill_no in str(document.docinfo["/Title"])
        assert bill.userkey not in str(document.docinfo["/Title"])
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        assert document.Root.OutputIntents[0].DestOutputProfile.read_bytes()[36:40] == b"acsp"


def test_the_text_of_pdfs_and_ofds_stays_text_and_looks_as_it_is_shown(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    files = {form: make(vat_invoice(), form) for form in FORMS}
    content = bound(odd_site, odd_cloud, {f"a.{form}": each for form, each in files.items()})
    assert all(image.size[0] < 1000 for image in images(content)), "no page became a picture"
    for page, original in enumerate(files.values(), 1):
        assert "价税合计" in texts(content)[page - 1].replace(" ", "")
        picture = shown(content, page, width=1200)
        assert ssim(picture, original_shown(original, size=picture.size)) > 0.97
        other = shown_by_poppler(content, page, width=1200)
        assert other is None or ssim(other.resize(picture.size), picture) > 0.9


def test_seals_annotations_and_form_fields_show_where_they_were(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    originals = [signed_pdf(rotated=turn) for turn in (0, 90, 180, 270)]
    content = bound(odd_site, odd_cloud, {f"{number}.pdf": each for number, each in enumerate(originals)})
    for page, original in enumerate(originals, 1):
        picture = shown(content, page, width=400)
        assert psnr(picture, original_shown(original, size=picture.size)) > 40
    assert is_calm(content)


@pytest.mark.parametrize("flags", [0, 1, 2, 4, 6, 32, 36, 64])
def test_an_annotation_shows_if_it_does_on_the_screen(
    odd_site: Installation, odd_cloud: ScriptedCloud, flags: int
) -> None:
    sealed = pdf_of(
        b"/MediaBox[0 0 200 100]/Annots[5 0 R 7 0 R]",
        stream(b"0 0 1 rg 10 10 20 20 re f"),
        b"<</Type/Annot/Subtype/Stamp/F %d/Rect[60 20 100 60]/AP<</N 6 0 R>>>>" % flags,
        stream(b"1 0 0 rg 0 0 40 40 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 40 40]"),
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T(invisible)/F %d/Rect[0 0 0 0]>>" % flags,
    )
    picture = shown(bound(odd_site, odd_cloud, {"a.pdf": sealed}), width=400)
    assert psnr(picture, original_shown(sealed, size=picture.size)) > 40


def test_what_nobody_may_change_can_be_bundled_if_everybody_may_read_it(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    content = bound(odd_site, odd_cloud, {"a.pdf": pdf(owner="secret")})
    picture = shown(content, width=400)
    assert psnr(picture, original_shown(pdf(), size=picture.size)) > 40
    assert not opened(content).is_encrypted


def test_what_has_no_appearance_of_its_own_shows_as_it_does_on_the_screen(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    highlighted = pdf_of(
        b"/MediaBox[0 0 200 100]/Annots[5 0 R]",
        stream(b"0 0 1 rg 10 10 20 20 re f"),
        b"<</Type/Annot/Subtype/Square/F 4/C[1 0 0]/IC[1 1 0]/Rect[60 20 160 80]>>",
    )
    content = bound(odd_site, odd_cloud, {"a.pdf": highlighted})
    picture = shown(content, width=400)
    assert picture.getpixel((220, 100)) == (255, 255, 0)
    assert psnr(picture, original_shown(highlighted, size=picture.size)) > 30


def test_nothing_active_comes_along_from_a_hostile_pdf(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    action = b"<</Type/Action/S/JavaScript/JS(app.alert\\(1\\))>>"
    hostile = pdf_of(
        b"/MediaBox[0 0 200 100]/AA<</O 5 0 R>>/Annots[6 0 R]"
        b"/Resources<</XObject<</X 8 0 R>>/Properties<</M 5 0 R>>/Evil 5 0 R/Font<</F 9 0 R>>>>",
        stream(b"1 0 0 rg 0 75 50 25 re f /X Do BT /F 12 Tf 20 20 Td (words) Tj ET"),
        action,
        b"<</Type/Annot/Subtype/Link/Rect[0 0 200 100]/A<</S/URI/URI(http://example.com/)>>>>",
        stream(b"MZ", b"/Type/EmbeddedFile"),
        stream(
            b"0 0 1 rg 100 0 20 20 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 200 100]/AA<</O 5 0 R>>/PieceInfo 7 0 R"
        ),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Evil 5 0 R>>",
        catalog=b"/OpenAction 5 0 R/AA<</WC 5 0 R>>/Names<</EmbeddedFiles<</Names[(a.exe)<</Type/Filespec/EF<</F 7 0 R>>>>]>>>>",
    )
    assert not is_calm(hostile)
    content = bound(odd_site, odd_cloud, {"a.pdf": hostile})
    assert is_calm(content), "nothing of it acts"
    assert texts(content) == ["words"]
    picture = shown(content, width=400)
    assert psnr(picture, original_shown(hostile, size=picture.size)) > 40
    assert b"MZ" not in content


def test_a_layer_that_is_hidden_stays_hidden(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    layered = pdf_of(
        b"/MediaBox[0 0 200 100]/Resources<</Properties<</A 5 0 R/B 6 0 R>>>>",
        stream(b"/OC /A BDC 1 0 0 rg 0 0 50 50 re f EMC /OC /B BDC 0 0 1 rg 100 0 50 50 re f EMC"),
        b"<</Type/OCG/Name(seen)>>",
        b"<</Type/OCG/Name(unseen)>>",
        catalog=b"/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[6 0 R]>>>>",
    )
    content = bound(odd_site, odd_cloud, {"a.pdf": layered, "b.pdf": pdf()})
    picture = shown(content, width=200)
    assert picture.getpixel((25, 75)) == (255, 0, 0)
    assert picture.getpixel((125, 75)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpegs_keep_their_bytes_and_stand_upright(
    odd_site: Installation, odd_cloud: ScriptedCloud, orientation: int
) -> None:
    photo = turned(orientation)
    content = bound(odd_site, odd_cloud, {"a.jpg": photo})
    (image,) = images(content)
    assert image.raw == photo
    assert image.packing == "/DCTDecode"
    picture = shown(content, width=640)
    assert psnr(picture, original_shown(photo, size=picture.size)) > 20
    assert picture.getpixel((40, 20))[1] < 60, "its corner is red"  # type: ignore[index]


def test_pictures_in_the_colours_of_print_keep_their_bytes_and_their_look(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    inks = encoded(Image.new("CMYK", (64, 32), (0, 200, 200, 0)), "JPEG", quality=95)
    grey = encoded(cornered("L"), "JPEG", quality=95)
    content = bound(odd_site, odd_cloud, {"a.jpg": inks, "b.jpg": grey})
    assert {image.raw for image in images(content)} == {inks, grey}
    red = shown(content, 1, width=64).getpixel((32, 16))
    assert red[0] > 180 > 120 > red[1]  # type: ignore[index]


@pytest.mark.parametrize("photometric", [0, 1], ids=["white is 0", "black is 0"])
@pytest.mark.parametrize("strips", [1, 4])
def test_faxes_stay_faxes(odd_site: Installation, odd_cloud: ScriptedCloud, photometric: int, strips: int) -> None:
    fax = cornered("1", (800, 400))
    fax.paste(0, (300, 100, 500, 350))
    how = {"compression": "group4", "strip_size": 800 // 8 * 400 // strips, "dpi": (200, 200)}
    stored = encoded(fax, "TIFF", tiffinfo={262: photometric}, **how)
    with Image.open(io.BytesIO(stored)) as again:
        tags = again.tag_v2  # type: ignore[attr-defined]
        assert (tags[259], len(tags[273])) == (4, strips)
        packed = stored[tags[273][0] : tags[273][0] + tags[279][0]]
    content = bound(odd_site, odd_cloud, {"a.tif": stored})
    (image,) = images(content)
    assert image.packing == "/CCITTFaxDecode"
    assert strips > 1 or image.raw == packed
    picture = shown(content, width=800)
    assert psnr(picture, original_shown(stored, size=picture.size)) > 40
    assert extents(content) == [(102, 51)], "800 dots of which 200 make an inch"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_fax_stands_upright(odd_site: Installation, odd_cloud: ScriptedCloud, orientation: int) -> None:
    fax = cornered("1", (400, 200))
    stored = encoded(fax, "TIFF", compression="group4", strip_size=2**20, tiffinfo={274: orientation})
    content = bound(odd_site, odd_cloud, {"a.tif": stored})
    (image,) = images(content)
    assert (image.size, image.packing) == ((400, 200), "/CCITTFaxDecode")
    picture = shown(content, width=200 if orientation > 4 else 400)
    assert psnr(picture, original_shown(stored, size=picture.size)) > 40


def test_an_invoice_that_came_as_data_alone_has_its_page_with_its_text(site: Installation, sandbox: State) -> None:
    bill = new_bill(1, drawn=False)
    sandbox.put_bill(bill)
    (invoice,) = site.whole(bill.userkey)["invoices"]
    (text,) = texts(bundle(site, bill.userkey, cover=0))
    assert invoice["invoice_no"] in text
    assert "XML" in text


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        (form, mode)
        for form in ("PNG", "TIFF", "WEBP", "GIF", "BMP")
        for mode in ("1", "L", "P", "RGB", "RGBA", "LA")
        if (form, mode) != ("BMP", "LA")
    ],
)
def test_other_pictures_lose_nothing(odd_site: Installation, odd_cloud: ScriptedCloud, mode: str, form: str) -> None:
    source = Image.effect_noise((60, 40), 90).convert("RGB").convert(mode)
    stored = encoded(source, form, **({"lossless": True} if form == "WEBP" else {}))
    content = bound(odd_site, odd_cloud, {f"a.{form.lower()}": stored})
    (image,) = images(content)
    assert image.packing in ("/FlateDecode", "/CCITTFaxDecode")
    own = image.picture.convert("RGB")
    assert psnr(own, original_shown(stored, size=own.size)) == float("inf")


def test_a_picture_of_sixteen_bits_looks_as_it_is_shown(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    deep = Image.frombytes(
        "I;16", (60, 40), bytes(value % 256 for number in range(2400) for value in (0, number // 10))
    )
    files = {form.lower(): encoded(deep, form) for form in ("PNG", "TIFF")}
    content = bound(odd_site, odd_cloud, {f"a.{form}": stored for form, stored in files.items()})
    for page, stored in enumerate(files.values(), 1):
        picture = shown(content, page, width=60)
        assert psnr(picture, original_shown(stored, size=picture.size)) > 40


def test_every_page_of_a_file_is_there_and_an_archives_too(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    archive = zipped({"1.pdf": pdf(2), "2.jpg": turned(6), "3.tif": tiff([(30, 20), (20, 30)]), "notes.txt": b"-"})
    content = bound(odd_site, odd_cloud, {"a.pdf": pdf(3), "b.zip": archive})
    assert len(opened(content).pages) == 3 + 5
    assert bookmarks(content)[-1][2] == 4


def test_a_file_that_cant_be_shown_has_a_page_that_says_why(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    content = bound(
        odd_site,
        odd_cloud,
        {"a.pdf": pdf(password="secret"), "b.pdf": b"%PDF-1.7 nothing", "c.txt": b"words", "d.pdf": pdf()},
    )
    locked, damaged, other, sound = (text.replace("\n", " ") for text in texts(content))
    assert "protected by a password" in locked
    assert "a.pdf" in locked
    assert "damaged" in damaged
    assert "no pages that can be shown" in other
    assert sound == ""
    assert len(bookmarks(content)) == 5


def test_what_a_reader_turned_is_turned_in_the_bundle(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    name = f"{secrets.token_hex(4)}.pdf"
    key = odd_cloud.put_bill({name: pdf(size=(200, 100))})
    ((file,),) = (invoice["files"] for invoice in odd_site.whole(key)["invoices"])
    corners = {0: (20, 10), 90: (90, 10), 180: (180, 90), 270: (10, 180)}
    for rotation, corner in corners.items():
        address = f"/api/v1/bills/{key}/files/{file['file_id']}/rotation"
        assert odd_site.ask("PUT", address, json={"rotation": rotation}).status_code == 200
        picture = shown(bundle(odd_site, key, cover=0), width=100 if rotation % 180 else 200)
        assert picture.size == ((100, 200) if rotation % 180 else (200, 100))
        assert picture.getpixel(corner) == (255, 0, 0)


def test_a_page_that_is_turned_and_cropped_itself_comes_as_it_is_shown(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    pages = [
        b"/MediaBox[0 0 300 300]/CropBox[50 100 250 200]/TrimBox[100 120 120 140]/Rotate %d" % turn
        for turn in (0, 90, -90, 450)
    ]
    pages += [
        b"/MediaBox[0 0 100 50]/UserUnit 2",
        b"/MediaBox[100 50 0 0]",
        b"/MediaBox[-50 -50 50 50]/CropBox[0 0 0 0]",
    ]
    drawing = stream(b"1 0 0 rg 50 175 50 25 re f 0 0 1 rg 0 0 20 20 re f 0 1 0 rg 80 30 300 300 re f")
    originals = {f"{number}.pdf": pdf_of(page, drawing) for number, page in enumerate(pages)}
    content = bound(odd_site, odd_cloud, originals)
    for page, original in enumerate(originals.values(), 1):
        picture = shown(content, page, width=400)
        assert psnr(picture, original_shown(original, size=picture.size)) > 25, page


def test_of_a_pasted_sheet_the_bundle_has_the_crop_alone(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = put_sheet(odd_cloud)
    for number, color in enumerate(COLORS):
        content = bundle(odd_site, key, view="location", branch_id=f"E-{number}", cover=0)
        (image,) = images(content)
        assert image.size == (300, 200)
        assert image.picture.convert("RGB").getcolors() == [(60_000, color)]
    whole = bundle(odd_site, key, cover=0)
    assert [image.size for image in images(whole)] == [(300, 200)] * 4


numbers = itertools.count(1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hung=st.lists(st.sets(st.integers(0, 2)), min_size=1, max_size=5), asked=st.integers(0, 2))
def test_a_location_views_bundle_and_print_never_hold_another_entrys_invoice(
    odd_site: Installation, odd_cloud: ScriptedCloud, hung: list[set[int]], asked: int
) -> None:
    """Each invoice says its own number on its page and nothing else is like it."""
    rows = []
    for entries in hung:
        number = f"N{next(numbers):05d}"
        content = pdf_of(
            b"/MediaBox[0 0 200 100]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>",
            stream(b"BT /F 12 Tf 20 20 Td (%s) Tj ET" % number.encode()),
        )
        row = row_of(f"{number}.pdf", odd_cloud.put_file(f"{number}.pdf", content), content, invoiceNo=number)
        rows += [row | {"entryid": f"E-{entry}"} for entry in sorted(entries)] or [row | {"entryid": ""}]
    key = odd_cloud.put_list(rows)
    all_numbers = {row["invoiceNo"] for row in rows}
    own = [row["invoiceNo"] for row in rows if row["entryid"] == f"E-{asked}"]
    query = {"view": "location", "branch_id": f"E-{asked}"}
    for path in ("bundle.pdf", "print.pdf?layout=2up"):
        response = odd_site.get(f"/api/v1/bills/{key}/{path}", params=query)
        if not any(asked in entries for entries in hung):
            problem_of(response, 404, "unknown_branch_id")
            continue
        said = "\n".join(texts(response.content))
        held = {number for number in all_numbers if number in said or number.encode() in response.content}
        assert held == {own[0]}
    for other in {row["entryid"] for row in rows} - {f"E-{asked}", ""}:
        response = odd_site.get(f"/api/v1/bills/{key}/bundle.pdf", params={**query, "entry": other})
        problem_of(response, 404, "unknown_branch_id")


def test_a_selection_is_taken_in_the_views_order_and_nothing_beyond_the_view(
    site: Installation, sandbox: State
) -> None:
    bill = new_bill(2, 1, header=1)
    sandbox.put_bill(bill)
    told = site.json(f"/bills/{bill.userkey}")
    serials = [invoice["serial_no"] for invoice in told["invoices"]]
    numbers_ = [invoice["invoice_no"] for invoice in told["invoices"]]

    def pages(**query: object) -> list[str]:
        said = texts(bundle(site, bill.userkey, cover=0, **query))
        return [number for text in said for number in numbers_ if number in text]

    assert pages(invoice=[serials[3], serials[0]]) == [numbers_[0], numbers_[3]]
    assert pages(invoice=f"{serials[1]},{serials[2]}") == [numbers_[1], numbers_[2]]
    assert pages(entry=told["entries"][0]["branch_id"].lower()) == numbers_[:2]
    assert pages(entry=told["entries"][1]["branch_id"], invoice=serials[0]) == [numbers_[0], numbers_[2]]
    address = f"/api/v1/bills/{bill.userkey}/bundle.pdf"
    problem_of(site.get(address, params={"invoice": "none"}), 404, "unknown_serial_no")
    problem_of(site.get(address, params={"entry": "none"}), 404, "unknown_branch_id")
    problem_of(site.get(address, params={"attachment": "none"}), 404, "unknown_file")
    problem_of(site.get(address, params={"attachments": "2"}), 400, "bad_request")
    problem_of(site.get(address, params={"cover": "2"}), 400, "bad_request")
    narrowed = {"profile": "eas", "serialNo": serials[0], "invoice": serials[1]}
    problem_of(site.get(address, params=narrowed), 404, "unknown_serial_no")


def test_attachments_come_last_with_all_their_files_and_can_be_left_out(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    own, beside = (f"{secrets.token_hex(4)}.pdf" for _ in range(2))
    row = row_of(own, odd_cloud.put_file(own, pdf()))
    url = odd_cloud.put_file(beside, pdf(2))
    key = odd_cloud.put_list([row], attachList=[{"attachSerialNo": "A-1", "fileName": "报告.pdf", "url": url}])
    assert [title for _, title, _ in bookmarks(bundle(odd_site, key, cover=0))][2:] == ["Attachments", "报告.pdf"]
    assert len(opened(bundle(odd_site, key, cover=0)).pages) == 3
    assert len(opened(bundle(odd_site, key, cover=0, attachments=0)).pages) == 1
    assert len(opened(bundle(odd_site, key, cover=0, attachment="A-1")).pages) == 2
    assert len(opened(bundle(odd_site, key, cover=0, attachment="A-1", attachments=0)).pages) == 2


def test_progress_says_what_is_done_and_the_bundle_then_has_so_many_pages(site: Installation, sandbox: State) -> None:
    bill = new_bill(3)
    sandbox.put_bill(bill)
    for _ in range(60):
        told = site.json(f"/bills/{bill.userkey}/bundle.pdf/progress")
        assert told["done"] + told["pending"] <= told["total"]
        if told["ready"]:
            break
        assert told["pages"] is None
    assert told == {"total": 3, "done": 3, "pending": 0, "failed": 0, "ready": True, "pages": 4}
    assert len(opened(bundle(site, bill.userkey)).pages) == 4
    assert site.json(f"/bills/{bill.userkey}/bundle.pdf/progress", cover=0)["pages"] == 3
    zipped_ = site.json(f"/bills/{bill.userkey}/bundle.zip/progress")
    assert zipped_ == {"total": 3, "done": 3, "pending": 0, "failed": 0, "ready": True, "pages": None}


def test_what_was_prepared_serves_the_next_bundle_and_print_too(site: Installation, sandbox: State) -> None:
    bill = new_bill(2)
    sandbox.put_bill(bill)
    first = bundle(site, bill.userkey)
    for invoice in site.whole(bill.userkey)["invoices"]:
        site.archive.blobs.delete(invoice["files"][0]["sha256"])
    assert bundle(site, bill.userkey) == first, "the same bytes, without the originals"
    assert site.get(f"/api/v1/bills/{bill.userkey}/print.pdf", params={"layout": "2up"}).status_code == 200


def test_the_same_content_is_in_the_bundle_once(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    photo = encoded(Image.effect_noise((400, 300), 90), "JPEG")
    content = bound(odd_site, odd_cloud, {"a.jpg": photo, "b.jpg": photo})
    assert len(opened(content).pages) == 2
    assert len(images(content)) == 1


def test_an_entry_without_an_invoice_has_a_bundle_and_a_print_that_say_so(site: Installation, sandbox: State) -> None:
    bill, empty = new_bill(1), new_bill(1).entries[0].branch_id
    sandbox.put_bill(bill)
    site.whole(bill.userkey)
    site.post("/api/v1/userkeys", json=signed(bill_id=bill.bill_id, branch_id=empty))
    query = {"view": "location", "branch_id": empty}
    assert "no invoice" in texts(bundle(site, bill.userkey, **query))[-1]
    printed = site.get(f"/api/v1/bills/{bill.userkey}/print.pdf", params={"lang": "en", **query})
    assert ["no invoice" in text for text in texts(printed.content)] == [True]
    assert site.json(f"/bills/{bill.userkey}/print.pdf/progress", **query)["ready"] is True
