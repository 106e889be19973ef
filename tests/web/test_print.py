"""print.pdf: a view's pages on paper; what is printed is what was previewed, and it looks the same to two libraries."""

import io
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageChops

from tests.bench.steps import vat_invoice
from tests.bills import new_bill
from tests.clouds import ScriptedCloud
from tests.installations import Installation, problem_of, purge
from tests.likeness import psnr, red_overlap, ssim
from tests.papers import encoded, pdf, signed_pdf, turned
from tests.prints import extents, images, is_calm, opened, original_shown, shown, shown_by_poppler, texts
from viewer.drawing import draw_sheet
from viewer.gateway.sandbox.maker import make
from viewer.gateway.sandbox.state import State

MM = 72 / 25.4


def printed(site: Installation, key: str, **query: object) -> bytes:
    response = site.get(f"/api/v1/bills/{key}/print.pdf", params={"lang": "en", **query})
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")
    return response.content


def pictures(site: Installation) -> set[str]:
    return {path.name for path in site.settings.derivatives.glob("*/*/*")}


def put(cloud: ScriptedCloud, **files: bytes) -> str:
    return cloud.put_bill(
        {f"{secrets.token_hex(4)}.{name.partition('_')[0]}": content for name, content in files.items()}
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [(297, 210)] * 4),
        ({"layout": "2up"}, [(210, 297)] * 2),
        ({"layout": "4up"}, [(297, 210)]),
        ({"paper": "A5"}, [(210, 148)] * 4),
        ({"paper": "240x140"}, [(240, 140)] * 4),
        ({"layout": "2up", "paper": "240x140"}, [(240, 140)] * 2),
        ({"layout": "asis"}, [(210, 145)] * 4),
        ({"layout": "asis", "footer": "0", "binding": "20"}, [(230, 140)] * 4),
    ],
)
def test_the_paper_is_the_one_asked_for(
    site: Installation, sandbox: State, query: dict[str, str], expected: list[tuple[int, int]]
) -> None:
    bill = new_bill(4)
    sandbox.put_bill(bill)
    content = printed(site, bill.userkey, **query)
    assert extents(content) == expected
    assert is_calm(content)


def test_each_page_bears_the_bills_number_its_entry_and_the_sheets_place(site: Installation, sandbox: State) -> None:
    bill = new_bill(2, 1)
    sandbox.put_bill(bill)
    first, second = texts(printed(site, bill.userkey, layout="2up"))
    assert first.count(bill.bill_no) == 2, "both halves, which are cut apart"
    assert first.count("1 / 2") == 2
    assert "Entry 1" in first
    assert "Entry 2" in second
    assert "2 / 2" in second
    assert "单据" in texts(printed(site, bill.userkey, lang="zh-CN"))[0]
    plain = "".join(texts(printed(site, bill.userkey, layout="2up", footer=0)))
    assert bill.bill_no not in plain
    assert "1 / 2" not in plain


def test_two_to_a_sheet_each_looks_as_it_is_shown_and_its_text_stays_text(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    originals = [make(vat_invoice(), "pdf"), make(vat_invoice(), "ofd")]
    content = printed(odd_site, put(odd_cloud, pdf=originals[0], ofd=originals[1]), layout="2up", footer=0)
    assert extents(content) == [(210, 297)]
    assert texts(content)[0].replace(" ", "").count("价税合计") == 2
    sheet = shown(content, width=2100)
    for place, original in enumerate(originals):
        half = sheet.crop((0, 1485 * place, 2100, 1485 * (place + 1)))
        whole = original_shown(original, size=(2000, round(2000 * 140 / 210)))
        left, top = (half.width - whole.width) // 2, (half.height - whole.height) // 2
        part = half.crop((left, top, left + whole.width, top + whole.height))
        assert ssim(part, whole) > 0.93
        assert red_overlap(part, whole) > 0.7, "its seal hasn't shifted"
    other = shown_by_poppler(content, width=2100)
    assert other is None or ssim(other.resize(sheet.size), sheet) > 0.85


def test_nothing_is_cut_off_and_nothing_lies_beyond_the_page(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    """A frame along every edge of each paper is whole on the print, whatever the layout."""
    frame = Image.new("RGB", (900, 600), (255, 0, 0))
    frame.paste((255, 255, 255), (12, 12, 888, 588))
    key = put(odd_cloud, png=encoded(frame, "PNG"), png_2=encoded(frame.rotate(90, expand=True), "PNG"))
    for query in ({}, {"layout": "2up"}, {"layout": "4up"}, {"paper": "A5"}, {"paper": "240x140", "binding": 40}):
        content = printed(odd_site, key, **query)
        for page in range(1, len(opened(content).pages) + 1):
            sheet = shown(content, page, width=1200)
            strong, other, _ = sheet.split()
            red = ImageChops.subtract(strong, other).point(lambda level: 255 * (level > 128))
            assert red.getbbox()
            left, top, right, bottom = red.getbbox() or (0, 0, 0, 0)
            assert left > 0
            assert top > 0
            assert right < sheet.width
            assert bottom < sheet.height
    for box in (page.mediabox for page in opened(content).pages):
        assert [float(edge) for edge in list(box)[:2]] == [0, 0]


def test_the_binding_margin_stays_free_at_the_asked_edge(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    dark = encoded(Image.new("RGB", (600, 400), (0, 0, 0)), "PNG")
    key = put(odd_cloud, png=dark)
    for edge in ("left", "top"):
        content = printed(odd_site, key, binding=40, edge=edge, footer=0)
        sheet = shown(content, width=2970)
        box = ImageChops.invert(sheet.convert("L")).getbbox()
        assert box
        free = box[0] if edge == "left" else box[1]
        assert free >= 10 * (40 + 5) - 2, "forty for binding and the printer's five"


def test_grey_has_no_colour_left_and_its_text_stays_text(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    key = put(odd_cloud, pdf=make(vat_invoice(), "pdf"), pdf_2=signed_pdf(), jpg=turned(6))
    content, coloured = (printed(odd_site, key, layout="4up", grey=grey) for grey in (1, 0))
    assert "价税合计" in texts(content)[0].replace(" ", "")
    assert {image.raw for image in images(content)} == {image.raw for image in images(coloured)}
    for draw in (shown, shown_by_poppler):
        sheet, plain = draw(content, width=1200), draw(coloured, width=1200)
        if sheet is None or plain is None:
            continue
        bands = sheet.split()
        assert max(ImageChops.difference(bands[0], band).getextrema()[1] for band in bands[1:]) <= 2  # type: ignore[operator]
        assert psnr(sheet.convert("L"), plain.convert("L")) > 25, "as bright as before"
        assert sheet.getpixel((3, 3)) == (255, 255, 255)


def test_a_preview_is_the_very_page_that_is_printed(odd_site: Installation, odd_cloud: ScriptedCloud) -> None:
    files = {
        "pdf": make(vat_invoice(), "pdf"),
        "pdf_2": signed_pdf(),
        "jpg": turned(6),
        "pdf_3": pdf(2),
        "pdf_4": b"%PDF-",
    }
    key = put(odd_cloud, **files)
    for query in ({"layout": "2up"}, {"layout": "asis", "grey": "1"}, {"paper": "240x140", "binding": "30"}):
        content = printed(odd_site, key, **query)
        count = len(opened(content).pages)
        assert odd_site.json(f"/bills/{key}/print.pdf/progress", **query)["pages"] == count
        for number in range(1, count + 1):
            address = f"/api/v1/bills/{key}/print.pdf/pages/{number}"
            response = odd_site.get(address, params={"lang": "en", **query, "width": "600"})
            assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
            preview = Image.open(io.BytesIO(response.content)).convert("RGB")
            assert preview.width == 600
            page = shown(content, number, width=600).resize(preview.size)
            assert psnr(preview, page) > 25
            assert ssim(preview, page) > 0.95
        problem_of(odd_site.get(f"/api/v1/bills/{key}/print.pdf/pages/{count + 1}", params=query), 404, "unknown_page")


def test_a_preview_is_made_anew_only_where_something_changed(site: Installation, sandbox: State) -> None:
    bill = new_bill(1)
    sandbox.put_bill(bill)
    address = f"/api/v1/bills/{bill.userkey}/print.pdf/pages/1"
    first = site.get(address)
    assert site.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    ((file,),) = (invoice["files"] for invoice in site.whole(bill.userkey)["invoices"])
    rotation = f"/api/v1/bills/{bill.userkey}/files/{file['file_id']}/rotation"
    assert site.ask("PUT", rotation, json={"rotation": 180}).status_code == 200
    turned_ = site.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert turned_.status_code == 200
    assert turned_.content != first.content


def test_a_preview_is_kept_nowhere_so_that_a_purge_leaves_none(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    key = put(odd_cloud, pdf=pdf(size=(200 + secrets.randbelow(100_000) / 1000, 100)))
    before = pictures(odd_site)
    address = f"/api/v1/bills/{key}/print.pdf/pages/1"
    first, wide = odd_site.get(address), odd_site.get(address, params={"width": "1000"})
    assert first.headers["ETag"] != wide.headers["ETag"]
    assert pictures(odd_site) > before, "the file's paper"
    purge(odd_site, key)
    assert pictures(odd_site) == before


def test_a_preview_that_the_reader_has_is_not_drawn_again(
    odd_site: Installation, odd_cloud: ScriptedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = put(odd_cloud, pdf=pdf(size=(200 + secrets.randbelow(100_000) / 1000, 100)))
    address = f"/api/v1/bills/{key}/print.pdf/pages/1"
    first = odd_site.get(address)
    drawn: list[object] = []
    run = odd_site.archive.decoders.run

    def note(task: Callable[..., Any], *given: object, **named: object) -> object:
        drawn.append(task)
        return run(task, *given, **named)

    monkeypatch.setattr(odd_site.archive.decoders, "run", note)
    again = odd_site.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, draw_sheet in drawn) == (304, b"", False)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert odd_site.ask("HEAD", address).headers["ETag"] == first.headers["ETag"]
    assert odd_site.get(address).content == first.content
    assert draw_sheet in drawn


@pytest.mark.parametrize(
    "query", [{"layout": "3up"}, {"paper": "A3"}, {"binding": "99"}, {"grey": "yes"}, {"edge": "x"}]
)
def test_a_wrong_parameter_is_refused_by_name(site: Installation, sandbox: State, query: dict[str, str]) -> None:
    bill = new_bill(1)
    sandbox.put_bill(bill)
    for path in ("print.pdf", "print.pdf/progress", "print.pdf/pages/1"):
        problem = problem_of(site.get(f"/api/v1/bills/{bill.userkey}/{path}", params=query), 400, "bad_request")
        assert next(iter(query)) in problem["detail"]
    for width in ("0", "15", "2001", "x"):
        response = site.get(f"/api/v1/bills/{bill.userkey}/print.pdf/pages/1", params={"width": width})
        problem_of(response, 400, "bad_request")


def test_unknown_keys_and_bills_answer_as_everywhere(site: Installation) -> None:
    for path in ("bundle.pdf", "bundle.zip", "print.pdf", "print.pdf/progress", "print.pdf/pages/1"):
        problem_of(site.get(f"/api/v1/bills/nonsense/{path}"), 400, "bad_key")
        problem_of(site.get(f"/api/v1/bills/{secrets.token_hex(16)}/{path}"), 404, "unknown_userkey")
        problem_of(site.get(f"/api/v1/bills/{secrets.token_hex(16)}.a.b/{path}"), 401, "bad_token")
