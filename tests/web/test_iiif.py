"""IIIF over HTTP: the image service of each page (Image API 3.0) and the manifest of each view (Presentation API 3.0)."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from PIL import Image

from tests.clouds import ScriptedCloud
from tests.installations import Installation, files_of, installed, pages_of, problem_of
from tests.papers import RED, WHITE, cornered, encoded, pdf, tiff

LEVEL = '<http://iiif.io/api/image/3/level2.json>;rel="profile"'
BRANCHES = ("E-1", "jbYAAAAB8aBnb3TT/x+Q0kg=", "E-3")
LANGUAGES = ["zh-CN", "en"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("iiif")


@pytest.fixture(scope="module")
def here(folder: Path) -> Iterator[Installation]:
    """An installation without any upstream."""
    with installed(folder / "instance") as installation:
        yield installation


@pytest.fixture(scope="module")
def key(here: Installation, folder: Path) -> str:
    """Two entries that share an invoice, a third without any, one invoice on the header, an attachment, a damaged file."""
    papers = {
        "photo.png": encoded(cornered(size=(640, 320)), "PNG"),
        "fax.tif": tiff([(300, 200), (200, 300)]),
        "second.pdf": pdf(),
        "header.pdf": pdf(),
        "trip.pdf": pdf(2),
        "damaged.pdf": pdf()[:200],
    }
    for name, content in papers.items():
        (folder / name).write_bytes(content)

    def invoice(serial_no: str, file: str, **more: Any) -> dict[str, Any]:
        return {"serial_no": serial_no, "invoice_no": f"No-{serial_no}", "files": [{"path": file}], **more}

    known = {
        "invoice_type": "26",
        "total_amount": "1234.50",
        "invoice_date": "2026-09-18",
        "seller_name": "大连印务有限公司",
        "check_status": "1",
        "invoice_status": "77",
    }
    bill = {
        "bill_id": "IIIF",
        "bill_no": "报销-100%-1",
        "entries": [
            {
                "branch_id": BRANCHES[0],
                "expense_type": "差旅费 100%",
                "invoices": [invoice("S-1", "photo.png", **known)],
            },
            {"branch_id": BRANCHES[1], "invoices": [invoice("S-3", "second.pdf"), invoice("S-4", "damaged.pdf")]},
            {"branch_id": BRANCHES[2]},
        ],
        "invoices": [
            invoice("S-2", "fax.tif", branch_ids=BRANCHES[:2]),
            invoice("S-5", "header.pdf"),
        ],
        "attachments": [{"name": "出差申请.pdf", "branch_ids": [BRANCHES[1]], "files": [{"path": "trip.pdf"}]}],
    }
    manifest = folder / "bills.json"
    manifest.write_text(json.dumps({"bills": [bill]}), "utf-8")
    (taken,) = here.archive.imports.run(manifest, lambda *_: None)
    return taken.userkey


@pytest.fixture(scope="module")
def bill(here: Installation, key: str) -> Any:
    return here.whole(key)


@pytest.fixture(scope="module")
def page(key: str, bill: Any) -> str:
    """The path of the photo's image service."""
    photo = next(invoice for invoice in bill["invoices"] if invoice["serial_no"] == "S-1")
    return f"/bills/{key}/iiif/{photo['files'][0]['pages'][0]['page_id']}"


def image_of(response: requests.Response) -> Image.Image:
    assert response.status_code == 200, response.text
    return Image.open(io.BytesIO(response.content))


def links_of(response: requests.Response) -> list[str]:
    return response.headers["Link"].split(", ")


# The image service


@pytest.mark.parametrize(
    ("asked", "size", "canonical"),
    [
        ("full/max/0/default.jpg", (640, 320), "full/max/0/default.jpg"),
        ("full/640,/0/color.jpg", (640, 320), "full/max/0/default.jpg"),
        ("square/!64,999/0/default.png", (64, 64), "160,0,320,320/64,64/0/default.png"),
        ("pct:0,0,25,25/max/90/default.png", (80, 160), "0,0,160,80/max/90/default.png"),
        ("600,300,999,999/max/!0/gray.webp", (40, 20), "600,300,40,20/max/!0/gray.webp"),
        ("full/^1280,/0/default.jpg", (1280, 640), "full/^1280,640/0/default.jpg"),
        ("full/pct:50/360/bitonal.png", (320, 160), "full/320,160/0/bitonal.png"),
        ("full/%5E1280,/0/default.jpg", (1280, 640), "full/^1280,640/0/default.jpg"),
    ],
)
def test_an_image_is_as_asked_and_names_its_canonical_address(
    here: Installation, page: str, asked: str, size: tuple[int, int], canonical: str
) -> None:
    answer = here.get(f"{page}/{asked}")
    assert image_of(answer).size == size
    assert links_of(answer) == [LEVEL, f'<{here.url}{page}/{canonical}>;rel="canonical"']
    assert here.get(f"{page}/{canonical}").content == answer.content
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"


def test_region_size_rotation_and_quality_follow_one_another(here: Installation, page: str) -> None:
    """The red corner is the upper left quarter of both edges; half of the region is red."""
    found = image_of(here.get(f"{page}/80,0,160,80/80,/!90/default.png")).convert("RGB")
    assert found.size == (40, 80)
    assert (found.getpixel((20, 10)), found.getpixel((20, 70))) == (WHITE, RED)
    assert image_of(here.get(f"{page}/80,0,160,80/80,/45/default.png")).mode == "RGBA"
    assert image_of(here.get(f"{page}/full/max/0/bitonal.png")).mode == "1"


def test_a_part_of_a_pdf_is_drawn_anew_and_not_enlarged_from_the_page(here: Installation, key: str, bill: Any) -> None:
    second = next(invoice for invoice in bill["invoices"] if invoice["serial_no"] == "S-3")
    (drawn,) = second["files"][0]["pages"]
    edge, low = drawn["width"] // 4, drawn["height"] // 4
    address = f"/bills/{key}/iiif/{drawn['page_id']}/{edge - 5},{low - 5},10,10/^400,400/0/default.png"
    found = image_of(here.get(address)).convert("RGB")
    colours = found.getcolors(100_000)
    assert colours
    assert {RED, WHITE} <= {colour for _, colour in colours}
    assert sum(count for count, colour in colours if colour not in (RED, WHITE)) < 0.05 * 400 * 400


def test_a_service_leads_to_its_info(here: Installation, page: str) -> None:
    answer = here.get(page)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{here.url}{page}/info.json"


def test_an_info_is_json_or_json_ld_as_asked(here: Installation, page: str) -> None:
    answer = here.get(f"{page}/info.json")
    info = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert (info["id"], info["width"], info["height"]) == (here.url + page, 640, 320)
    assert info["maxArea"] == here.settings.decoder_pixels == 36_000_000
    assert LEVEL in links_of(answer)
    profile = "http://iiif.io/api/image/3/context.json"
    for accept in ("application/ld+json", f'application/ld+json;profile="{profile}", application/json;q=0.5'):
        linked = here.get(f"{page}/info.json", headers={"Accept": accept})
        assert linked.headers["Content-Type"] == f'application/ld+json;profile="{profile}"'
        assert "Accept" in linked.headers["Vary"]
        assert linked.json() == info
    for accept in ("*/*", "application/json, application/ld+json;q=0.5", "text/html"):
        plain = here.get(f"{page}/info.json", headers={"Accept": accept})
        assert plain.headers["Content-Type"] == "application/json"


def test_every_size_of_an_info_is_answered_in_just_that_size(here: Installation, page: str) -> None:
    info = here.get(f"{page}/info.json").json()
    for size in info["sizes"]:
        width, height = size["width"], size["height"]
        assert image_of(here.get(f"{page}/full/{width},{height}/0/default.webp")).size == (width, height)


def test_anyone_may_read_and_ask_before(here: Installation, key: str, page: str) -> None:
    known = [
        "",
        "/info.json",
        "/full/max/0/default.jpg",
        "/nonsense/max/0/default.jpg",
        "/too/many/segments/are/not/found",
    ]
    for path in (*(page + each for each in known), f"/bills/{key}/iiif/manifest.json", f"/bills/{key}/iiif/nothing"):
        for method in ("GET", "HEAD"):
            answer = here.ask(method, path, headers={"Origin": "https://viewer.example"})
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "Access-Control-Allow-Credentials" not in answer.headers
    asking = {"Origin": "https://viewer.example", "Access-Control-Request-Method": "GET"}
    for path in (f"{page}/info.json", f"{page}/full/max/0/default.jpg", f"/bills/{key}/iiif/manifest.json"):
        answer = here.ask("OPTIONS", path, headers={**asking, "Access-Control-Request-Headers": "x-any"})
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert answer.headers["Access-Control-Allow-Headers"] == "*"


def test_a_head_answers_as_the_get_without_a_body(here: Installation, key: str, page: str) -> None:
    for path in (f"{page}/info.json", f"{page}/full/100,/0/gray.jpg", f"/bills/{key}/iiif/manifest.json"):
        full, head = here.get(path), here.ask("HEAD", path)
        assert (head.status_code, head.content) == (full.status_code, b"")
        for name in ("Content-Type", "Link", "ETag", "Cache-Control"):
            assert head.headers.get(name) == full.headers.get(name)


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("full/max/0/default", 400, "bad_image_request"),
        ("full/max/0/default.", 400, "bad_image_request"),
        ("full/max/0/.jpg", 400, "bad_image_request"),
        ("full/max/0/info.json", 400, "bad_image_request"),
        ("640,0,5,5/max/0/default.jpg", 400, "bad_image_request"),
        ("full/641,/0/default.jpg", 400, "bad_image_request"),
        ("0,0,50,50/51,/0/default.jpg", 400, "bad_image_request"),
        ("full/^99999,/0/default.jpg", 400, "bad_image_request"),
        ("full/full/0/default.jpg", 400, "bad_image_request"),
        ("full/max/0", 404, "not_found"),
        ("full/max/0/default.jpg/", 404, "not_found"),
        ("a%2Fb/full/max/0/default.jpg", 404, "not_found"),
    ],
)
def test_what_is_not_answered_is_a_problem_that_nobody_keeps(
    here: Installation, page: str, rest: str, status: int, code: str
) -> None:
    problem_of(here.get(f"{page}/{rest}"), status, code)


@pytest.mark.parametrize("rest", ["", "/info.json", "/full/max/0/default.jpg"])
def test_a_page_that_is_not_this_bills_is_unknown(here: Installation, key: str, rest: str) -> None:
    problem_of(here.get(f"/bills/{key}/iiif/{'0' * 24}{rest}"), 404, "unknown_page")


# The manifest


def manifest_of(site: Installation, key: str, **asked: Any) -> Any:
    answer = site.get(f"/bills/{key}/iiif/manifest.json", params=asked)
    assert answer.status_code == 200, answer.text
    manifest = answer.json()
    assert manifest["id"] == answer.url
    assert_sound(manifest)
    return manifest


def assert_sound(manifest: Any) -> None:
    """What Presentation 3.0 requires of every manifest (sections 3 to 5), as far as it can be told from outside."""
    assert manifest["@context"] == "http://iiif.io/api/presentation/3/context.json"
    assert manifest["type"] == "Manifest"
    assert manifest["behavior"] == ["individuals"]
    ids = [manifest["id"]]
    canvases = {}
    assert_words(manifest["label"])
    for canvas in manifest["items"]:
        assert canvas["type"] == "Canvas"
        assert canvas["width"] > 0
        assert canvas["height"] > 0
        assert_words(canvas["label"])
        for fact in canvas["metadata"]:
            assert list(fact["label"]) == LANGUAGES
            assert_words(fact["label"])
            assert_words(fact["value"])
        (annotations,) = canvas["items"]
        assert annotations["type"] == "AnnotationPage"
        (painting,) = annotations["items"]
        assert (painting["type"], painting["motivation"]) == ("Annotation", "painting")
        assert painting["target"] == canvas["id"]
        for image in (painting["body"], *canvas["thumbnail"]):
            assert (image["type"], image["format"]) == ("Image", "image/jpeg")
            (service,) = image["service"]
            assert (service["type"], service["profile"]) == ("ImageService3", "level2")
            assert image["id"].startswith(service["id"] + "/full/")
        ids += [canvas["id"], annotations["id"], painting["id"]]
        canvases[canvas["id"]] = canvas
    for part in manifest.get("structures", []):
        assert part["type"] == "Range"
        assert_words(part["label"])
        assert part["items"]
        assert all(item["type"] == "Canvas" and item["id"] in canvases for item in part["items"])
        ids.append(part["id"])
    assert len(ids) == len(set(ids))
    assert all(each.startswith(("http://", "https://")) and "#" not in each for each in ids)


def assert_words(words: Any) -> None:
    assert list(words) in (LANGUAGES, ["none"])
    assert all(
        isinstance(each, list) and each and all(isinstance(one, str) and one for one in each) for each in words.values()
    )


def shown_pages(manifest: Any) -> list[str]:
    return [
        canvas["items"][0]["items"][0]["body"]["service"][0]["id"].rsplit("/", 1)[1] for canvas in manifest["items"]
    ]


def ranges_of(manifest: Any) -> dict[str, list[str]]:
    """Each range's English (or only) label → the labels of its canvases."""
    labels = {canvas["id"]: english(canvas["label"]) for canvas in manifest["items"]}
    return {
        english(part["label"]): [labels[item["id"]] for item in part["items"]]
        for part in manifest.get("structures", [])
    }


def english(words: Any) -> str:
    (only,) = words.get("en") or words["none"]
    return str(only)


FAX = ["No-S-2, page 1", "No-S-2, page 2"]
TRIP = ["出差申请.pdf, page 1", "出差申请.pdf, page 2"]


def test_the_image_views_manifest_has_every_page_once_and_a_range_for_each_entry(
    here: Installation, key: str, bill: Any
) -> None:
    manifest = manifest_of(here, key)
    assert manifest["label"] == {"none": ["报销-100%-1"]}
    assert sorted(shown_pages(manifest)) == sorted(pages_of(bill))
    ranges = ranges_of(manifest)
    assert list(ranges) == ["Entry 1 差旅费 100%", "Entry 2", "On the bill's header", "Attachments"]
    first, second, header, attachments = ranges.values()
    assert sorted(first) == ["No-S-1", *FAX]
    assert sorted(second) == [*FAX, "No-S-3"]
    assert (header, attachments) == (["No-S-5"], TRIP)
    assert manifest["structures"][0]["label"]["zh-CN"] == ["分录 1 差旅费 100%"]


def test_canvases_have_their_pages_size_and_images_that_are_answered_so(
    here: Installation, key: str, bill: Any
) -> None:
    sizes = {page["page_id"]: (page["width"], page["height"]) for file in files_of(bill) for page in file["pages"]}
    manifest = manifest_of(here, key)
    for canvas, page_id in zip(manifest["items"], shown_pages(manifest), strict=True):
        assert (canvas["width"], canvas["height"]) == sizes[page_id]
        for image in (canvas["items"][0]["items"][0]["body"], *canvas["thumbnail"]):
            answer = here.get(image["id"].removeprefix(here.url))
            assert image_of(answer).size == (image["width"], image["height"])
            assert f'<{image["id"]}>;rel="canonical"' in links_of(answer)


def test_what_is_known_of_an_invoice_comes_in_both_languages(here: Installation, key: str) -> None:
    manifest = manifest_of(here, key)
    canvas = next(each for each in manifest["items"] if english(each["label"]) == "No-S-1")
    facts = {english(fact["label"]): fact for fact in canvas["metadata"]}
    assert facts["Type"] == {
        "label": {"zh-CN": ["发票类型"], "en": ["Type"]},
        "value": {"zh-CN": ["数电普票"], "en": ["Digital invoice (general)"]},
    }
    assert facts["Seller"] == {
        "label": {"zh-CN": ["销售方"], "en": ["Seller"]},
        "value": {"none": ["大连印务有限公司"]},
    }
    assert facts["Total"]["value"] == {"none": ["¥1,234.50"]}
    assert facts["Date"]["value"] == {"none": ["2026-09-18"]}
    assert facts["Invoice status"]["value"] == {"none": ["77"]}, "a code without a name stands as it came"
    assert "Buyer" not in facts


def test_a_marked_entry_is_where_the_manifest_opens_and_an_unknown_one_marks_nothing(
    here: Installation, key: str
) -> None:
    marked = manifest_of(here, key, branch_id=BRANCHES[1])
    of_entry = next(part for part in marked["structures"] if english(part["label"]) == "Entry 2")
    assert marked["start"] == of_entry["items"][0]
    assert marked["items"] == manifest_of(here, key)["items"]
    assert "start" not in manifest_of(here, key, branch_id="nothing")
    assert "start" not in manifest_of(here, key, branch_id=BRANCHES[2])


def test_eas_serial_numbers_narrow_the_manifest(here: Installation, key: str) -> None:
    narrowed = manifest_of(here, key, profile="eas", serialNo=["S-1", "S-5"])
    assert ranges_of(narrowed) == {"Entry 1 差旅费 100%": ["No-S-1"], "On the bill's header": ["No-S-5"]}
    assert manifest_of(here, key, profile="aws", serialNo="S-1")["items"] == manifest_of(here, key)["items"]


def test_the_location_views_manifest_has_not_one_trace_of_another_invoice(
    here: Installation, key: str, bill: Any
) -> None:
    for branch_id, serial_no in (
        (BRANCHES[0], "S-1"),
        (BRANCHES[0], "S-2"),
        (BRANCHES[1], "S-2"),
        (BRANCHES[1], "S-3"),
    ):
        manifest = manifest_of(here, key, view="location", branch_id=branch_id, serialNo=serial_no)
        told = json.dumps(manifest, ensure_ascii=False)
        own = next(invoice for invoice in bill["invoices"] if invoice["serial_no"] == serial_no)
        assert shown_pages(manifest) == [page["page_id"] for file in own["files"] for page in file["pages"]]
        assert len(manifest["structures"]) == 1
        for other in (*bill["invoices"], *bill["attachments"]):
            if other is not own:
                assert not [page for page in pages_of({"invoices": [other], "attachments": []}) if page in told]
                assert other.get("serial_no", "出差申请") not in told
                assert other.get("invoice_no", "出差申请") not in told
        others = [each for each in BRANCHES if each != branch_id]
        assert not [each for each in others if each in told or quote(each, safe="") in told]


def test_an_entry_without_an_invoice_has_an_empty_manifest(here: Installation, key: str) -> None:
    manifest = manifest_of(here, key, view="location", branch_id=BRANCHES[2])
    assert manifest["items"] == []
    assert "structures" not in manifest


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?view=sideways", 400, "bad_request"),
        ("?profile=sap", 400, "bad_request"),
        ("?view=location", 400, "branch_id_missing"),
        ("?view=location&branch_id=nothing", 404, "unknown_branch_id"),
        ("?view=location&branch_id=E-1&serialNo=S-3", 404, "unknown_serial_no"),
        ("?profile=eas&serialNo=S-9", 404, "unknown_serial_no"),
    ],
)
def test_a_wrong_view_is_refused_as_its_page_is(
    here: Installation, key: str, query: str, status: int, code: str
) -> None:
    problem_of(here.get(f"/bills/{key}/iiif/manifest.json{query}"), status, code)


def test_a_manifest_is_validated_and_comes_as_json_ld_to_those_who_ask(here: Installation, key: str, bill: Any) -> None:
    answer = here.get(f"/bills/{key}/iiif/manifest.json")
    assert answer.headers["Cache-Control"] == "no-store"
    address = f"/bills/{key}/iiif/manifest.json"
    again = here.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    linked = here.get(address, headers={"Accept": "application/ld+json"})
    profile = "http://iiif.io/api/presentation/3/context.json"
    assert linked.headers["Content-Type"] == f'application/ld+json;profile="{profile}"'


def test_a_manifest_leaves_out_what_is_on_its_way_and_is_not_kept_then(
    odd_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    pending = odd_cloud.put_bill({"on-its-way.pdf": pdf(), "also.png": encoded(cornered(), "PNG")})
    answer = odd_site.get(f"/bills/{pending}/iiif/manifest.json")
    assert answer.json()["items"] == []
    assert answer.headers["Cache-Control"] == "no-store"
    bill = odd_site.whole(pending)
    later = odd_site.get(f"/bills/{pending}/iiif/manifest.json")
    assert shown_pages(later.json()) == pages_of(bill)
    assert later.headers["Cache-Control"] == "no-store"


def test_ids_are_the_public_address_whatever_a_proxy_did_to_it(
    here: Installation, key: str, page: str, folder: Path
) -> None:
    front = "https://erp.example/invoices"
    with installed(folder / "instance", public_url=front) as behind:
        info = behind.get(f"{page}/info.json")
        assert info.json()["id"] == front + page
        image = behind.get(f"/invoices{page}/full/50,/0/default.jpg")
        assert f'<{front}{page}/full/50,25/0/default.jpg>;rel="canonical"' in links_of(image)
        assert behind.get(page).headers["Location"] == f"{front}{page}/info.json"
        manifest = behind.get(f"/bills/{key}/iiif/manifest.json", params={"view": "location", "branch_id": BRANCHES[1]})
        assert_sound(manifest.json())
        asked = f"view=location&branch_id={quote(BRANCHES[1], safe='')}"
        assert manifest.json()["id"] == f"{front}/bills/{key}/iiif/manifest.json?{asked}"
        assert here.url not in manifest.text
