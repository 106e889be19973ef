"""Pasted sheets: each invoice's picture is its own part, and no location view shows a neighbour's."""

import io
import json
import secrets
from typing import Any

import pytest
from PIL import Image, ImageStat

from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, problem_of
from tests.papers import encoded
from viewer.gateway.sandbox import pasting
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import PastedSheet

DEMO = demo_bills()[7]
"""The demo's bill whose four receipts were scanned on one sheet."""
COLORS = ((200, 30, 30), (30, 160, 30), (30, 30, 200), (220, 200, 20))
CORNERS = ((0, 0), (300, 0), (0, 200), (300, 200))


def sheet_of_four() -> bytes:
    """A scan with four invoices on it, each of one colour."""
    sheet = Image.new("RGB", (600, 400), "white")
    for corner, color in zip(CORNERS, COLORS, strict=True):
        sheet.paste(color, (*corner, corner[0] + 300, corner[1] + 200))
    return encoded(sheet, "PNG")


def put_sheet(cloud: ScriptedCloud, **more: Any) -> tuple[str, str]:
    """A bill of four entries with one invoice each, all on one sheet; its userkey and the sheet's file name."""
    name, content = f"{secrets.token_hex(4)}.png", sheet_of_four()
    url = cloud.put_file(name, content, "image/png")
    rows = []
    for number, (left, top) in enumerate(CORNERS):
        told = {"region": f"[{left},{top},300,200]", "pixel": "600,400"} | more
        rows.append(
            row_of(name, url, content, serialNo=f"S-{number}", entryid=f"E-{number}", invoiceNo=f"N-{number}", **told)
        )
    return cloud.put_list(rows), name


def shown_pages(site: Installation, key: str, branch_id: str) -> list[Image.Image]:
    """Every page that the entry's location view shows."""
    invoice = site.json(f"/bills/{key}/views/location", branch_id=branch_id)["invoice"]
    return [page_of(site, key, page) for file in invoice["files"] for page in file["pages"]]


@pytest.mark.parametrize("region", ["[-40,0,300,200]", "left half", "[0,0,300]", [0, 0, 0, 200]])
def test_a_place_on_a_sheet_that_makes_no_sense_shows_no_neighbour(
    odd_site: Installation, odd_cloud: ScriptedCloud, region: object
) -> None:
    key, _ = put_sheet(odd_cloud, region=region)
    odd_site.whole(key)
    for number in range(4):
        assert shown_pages(odd_site, key, f"E-{number}") == []


def test_another_address_of_the_sheet_shows_no_neighbour(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    name, content = f"{secrets.token_hex(4)}.png", sheet_of_four()
    url = odd_cloud.put_file(name, content, "image/png")
    row = row_of(name, url, content, entryid="E-0", snapshotUrl=f"{url}?again=1")
    row["invoiceFiles"][0] |= {"region": "[0,0,300,200]", "pixel": "600,400"}
    key = odd_cloud.put_list([row])
    odd_site.whole(key)
    pictures = shown_pages(odd_site, key, "E-0")
    assert pictures
    assert all(picture.getcolors() == [(60000, COLORS[0])] for picture in pictures)


def test_an_invoice_whose_place_on_a_known_sheet_is_not_told_shows_none_of_it(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    name, content = f"{secrets.token_hex(4)}.png", sheet_of_four()
    url = odd_cloud.put_file(name, content, "image/png")
    placed = row_of(name, url, content, serialNo="S-0", entryid="E-0", region="[0,0,300,200]", pixel="600,400")
    key = odd_cloud.put_list([placed, row_of(name, url, content, serialNo="S-1", entryid="E-1")])
    odd_site.whole(key)
    assert [picture.size for picture in shown_pages(odd_site, key, "E-0")] == [(300, 200)]
    assert shown_pages(odd_site, key, "E-1") == []


def page_of(site: Installation, key: str, page: Any) -> Image.Image:
    answer = site.get(f"/bills/{key}/iiif/{page['page_id']}/full/max/0/default.png")
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def color_of(site: Installation, key: str, page: Any) -> tuple[set[object], tuple[int, int]]:
    """The colours of a page and its size."""
    picture = page_of(site, key, page)
    return {color for _, color in picture.getcolors(100000) or []}, picture.size


def test_the_picture_of_each_invoice_is_its_own_part_of_the_sheet(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    key, _ = put_sheet(odd_cloud)
    for invoice, color in zip(odd_site.whole(key)["invoices"], COLORS, strict=True):
        crop, sheet = invoice["files"]
        assert (crop["picture"], sheet["picture"]) == (True, False)
        assert (crop["original"], sheet["original"]) == (False, True)
        assert color_of(odd_site, key, crop["pages"][0]) == ({color}, (300, 200))
        assert color_of(odd_site, key, sheet["pages"][0]) == (set(COLORS), (600, 400))


def test_the_crops_own_bytes_hold_no_neighbour(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = put_sheet(odd_cloud)
    crop = odd_site.whole(key)["invoices"][1]["files"][0]
    original = odd_site.get(f"/api/v1/bills/{key}/files/{crop['file_id']}")
    assert original.headers["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(original.content)).convert("RGB")
    assert (picture.size, picture.getcolors()) == ((300, 200), [(60000, COLORS[1])])


def test_a_location_view_holds_no_trace_of_the_sheet(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = put_sheet(odd_cloud)
    for number, invoice in enumerate(odd_site.whole(key)["invoices"]):
        crop, sheet = invoice["files"]
        told = odd_site.json(f"/bills/{key}/views/location", branch_id=f"E-{number}")["invoice"]
        assert [file["file_id"] for file in told["files"]] == [crop["file_id"]]
        html = odd_site.page(f"/bills/{key}/location", branch_id=f"E-{number}")
        assert crop["pages"][0]["page_id"] in html
        assert sheet["file_id"] not in html
        assert sheet["pages"][0]["page_id"] not in html


def test_the_image_view_offers_the_whole_sheet(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, _ = put_sheet(odd_cloud)
    sheet = odd_site.whole(key)["invoices"][0]["files"][1]
    assert sheet["file_id"] in odd_site.page(f"/bills/{key}")


def test_the_sheet_is_downloaded_once_for_all_its_invoices(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key, name = put_sheet(odd_cloud)
    odd_site.whole(key)
    assert odd_cloud.asked[name] == 1


@pytest.mark.parametrize("form", ["one address", "no hash"])
def test_two_sheets_of_which_no_hash_is_told_are_not_taken_for_one(
    odd_site: Installation, odd_cloud: ScriptedCloud, form: str
) -> None:
    rows = []
    for number, color in enumerate(COLORS[:2]):
        content = encoded(Image.new("RGB", (600, 400), color), "PNG")
        url = odd_cloud.put_file(f"{secrets.token_hex(4)}.png", content, "image/png")
        files = {"kdcloudUrl": url} if form == "one address" else {"invoiceFiles": [{"name": "scan.png", "url": url}]}
        region = {"region": "[0,0,300,200]", "pixel": "600,400"}
        rows.append({"serialNo": f"S-{number}", "entryid": f"E-{number}", "invoiceNo": f"N-{number}"} | region | files)
    key = odd_cloud.put_list(rows)
    for invoice, color in zip(odd_site.whole(key)["invoices"], COLORS, strict=False):
        crop, sheet = invoice["files"]
        assert color_of(odd_site, key, crop["pages"][0]) == ({color}, (300, 200))
        assert color_of(odd_site, key, sheet["pages"][0]) == ({color}, (600, 400))


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([("1", "", "pdf")], id="a PDF alone"),
        pytest.param([("1", "", "png"), ("2", "1", "pdf")], id="a PDF made of it"),
        pytest.param([("1", "", "pdf"), ("2", "1", "png")], id="the PDF that it was made of"),
    ],
)
def test_a_sheet_in_a_pdf_is_cut_too(
    odd_site: Installation, odd_cloud: ScriptedCloud, files: list[tuple[str, str, str]]
) -> None:
    sheet = Image.open(io.BytesIO(sheet_of_four()))
    listed = []
    for file_id, parent, extension in files:
        content = encoded(sheet, extension.upper())
        name = f"{secrets.token_hex(4)}.{extension}"
        url = odd_cloud.put_file(name, content, f"application/{extension}")
        listed.append({"id": file_id, "pid": parent, "fileName": name, "fileExtends": extension, "url": url})
    rows = [
        {"serialNo": f"S-{number}", "entryid": f"E-{number}", "invoiceFiles": listed}
        | {"region": f"[{left},{top},300,200]", "pixel": "600,400"}
        for number, (left, top) in enumerate(CORNERS)
    ]
    key = odd_cloud.put_list(rows)
    odd_site.whole(key)
    for number, color in enumerate(COLORS):
        shown = odd_site.json(f"/bills/{key}/views/location", branch_id=f"E-{number}")["invoice"]["files"]
        assert len(shown) == len(files)
        for file in shown:
            picture = page_of(odd_site, key, file["pages"][0])
            width, height = picture.size
            picture = picture.crop((20, 20, width - 20, height - 20))  # colours run at their edges in the PDF's JPEG
            middle = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
            assert isinstance(middle, tuple)
            assert all(abs(one - other) < 4 for one, other in zip(middle, color, strict=True))
            assert ImageStat.Stat(picture).stddev < [4, 4, 4]


@pytest.mark.parametrize("told", [{"pixel": "400,600"}, {"region": "[500,300,300,200]"}])
def test_a_region_that_does_not_fit_shows_no_picture_rather_than_a_neighbours(
    odd_site: Installation, odd_cloud: ScriptedCloud, told: dict[str, str]
) -> None:
    key, _ = put_sheet(odd_cloud, **told)
    for number, invoice in enumerate(odd_site.whole(key)["invoices"]):
        crop, _ = invoice["files"]
        assert (crop["state"], crop["pages"]) == ("unreadable", [])
        problem_of(
            odd_site.get(f"/bills/{key}/pictures/{crop['file_id']}/100.jpg", headers={"Accept": "application/json"}),
            422,
            "unreadable_document",
        )
        html = odd_site.page(f"/bills/{key}/location", branch_id=f"E-{number}")
        assert "/i/" not in html


def picture_of(site: Installation, file: Any) -> Image.Image:
    """A file's own bytes as a picture."""
    answer = site.get(f"/api/v1/bills/{DEMO.userkey}/files/{file['file_id']}")
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def part_of(sheet: Image.Image, serial_no: str) -> Image.Image:
    """What of the demo's sheet is the paper of this invoice."""
    (made,) = (invoice for invoice in DEMO.invoices if invoice.serial_no == serial_no)
    scan = made.files[0].paper
    assert isinstance(scan, PastedSheet)
    (piece,) = (piece for piece in scan.pieces if piece.paper == made.paper)
    left, top, width, height = pasting.box(piece)
    return sheet.crop((left, top, left + width, top + height))


def test_each_picture_of_the_demos_sheet_is_the_pixels_of_its_own_paper(site: Installation) -> None:
    bill = site.whole(DEMO.userkey)
    assert len(bill["invoices"]) == 4
    for invoice in bill["invoices"]:
        crop, sheet = invoice["files"]
        part = part_of(picture_of(site, sheet), invoice["serial_no"])
        (page,) = crop["pages"]
        assert (page["width"], page["height"]) == part.size
        assert picture_of(site, crop).tobytes() == part.tobytes()
        drawn = site.get(f"/bills/{DEMO.userkey}/iiif/{page['page_id']}/full/max/0/default.png")
        assert Image.open(io.BytesIO(drawn.content)).convert("RGB").tobytes() == part.tobytes()


def test_the_demos_sheet_is_listed_with_the_whole_bill_and_is_nobodys_picture(site: Installation) -> None:
    site.whole(DEMO.userkey)
    html = site.page(f"/bills/{DEMO.userkey}")
    for invoice in site.json(f"/bills/{DEMO.userkey}/views/image")["invoices"]:
        crop, sheet = invoice["files"]
        assert (crop["picture"], crop["original"], sheet["picture"], sheet["original"]) == (True, False, False, True)
        assert (sheet["pages"][0]["width"], sheet["pages"][0]["height"]) == pasting.SCAN
        assert crop["pages"][0]["page_id"] in html
        assert sheet["file_id"] in html


@pytest.mark.parametrize("invoice", range(4))
def test_a_location_view_of_the_demos_sheet_tells_of_its_own_crop_only(site: Installation, invoice: int) -> None:
    bill = site.whole(DEMO.userkey)
    own = bill["invoices"][invoice]
    where = {"branch_id": own["branch_id"], "serialNo": own["serial_no"]}
    told = site.json(f"/bills/{DEMO.userkey}/views/location", **where)
    assert [file["file_id"] for file in told["invoice"]["files"]] == [own["files"][0]["file_id"]]
    manifest = site.get(f"/bills/{DEMO.userkey}/iiif/manifest.json", params={**where, "view": "location"})
    assert manifest.status_code == 200, manifest.text
    html = site.page(f"/bills/{DEMO.userkey}/location", **where)
    pages = [page["page_id"] for each in bill["invoices"] for file in each["files"] for page in file["pages"]]
    for shown in (json.dumps(told), html):
        assert [page_id for page_id in pages if page_id in shown] == [own["files"][0]["pages"][0]["page_id"]]
    sheets = [page["page_id"] for each in bill["invoices"] for page in each["files"][1]["pages"]]
    assert len(sheets) == 4
    assert not [page_id for page_id in sheets if page_id in manifest.text]


@pytest.mark.parametrize(
    ("hints", "turned"),
    [
        ({"rotationAngle": "90"}, 90),
        ({"orientation": 90}, 90),
        ({"rotationAngle": "0", "orientation": "90"}, 0),
        ({"orientation": "6"}, 0),
    ],
)
def test_upstreams_rotation_is_how_the_file_is_shown_at_first(
    odd_site: Installation, odd_cloud: ScriptedCloud, hints: dict[str, Any], turned: int
) -> None:
    content = encoded(Image.new("RGB", (60, 40), "white"), "PNG")
    row = row_of("lying.png", odd_cloud.put_file("lying.png", content, "image/png"), content)
    row["invoiceFiles"][0].update(hints)
    key = odd_cloud.put_list([row])
    (file,) = odd_site.whole(key)["invoices"][0]["files"]
    assert (file["rotation"], file["pages"][0]["width"], file["pages"][0]["height"]) == (turned, 60, 40)
    assert f"/full/60,/{turned}/default.jpg" in odd_site.page(f"/bills/{key}")


def test_a_reader_turns_a_file_for_every_later_reader(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = odd_cloud.put_bill({"turn-me.png": encoded(Image.new("RGB", (60, 40), "white"), "PNG")})
    (file,) = odd_site.whole(key)["invoices"][0]["files"]
    address = f"/api/v1/bills/{key}/files/{file['file_id']}/rotation"
    assert odd_site.ask("PUT", address, json={"rotation": 270}).status_code == 200
    (later,) = odd_site.json(f"/bills/{key}")["invoices"][0]["files"]
    assert (later["rotation"], later["pages"]) == (270, file["pages"])
    problem_of(odd_site.ask("PUT", address, json={"rotation": 45}), 400, "bad_request")
    odd_site.expire(key)
    (asked_again,) = odd_site.json(f"/bills/{key}")["invoices"][0]["files"]
    assert asked_again["rotation"] == 270
