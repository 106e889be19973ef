"""The FAQ's own example, section 2.1, from the ERP's first call to what its reader sees."""

import re

import pytest

from tests.installations import Installation, files_of, pages_of
from tests.sandboxes import signed, without_pixels
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, FAQ_USERKEY, demo_bills

FAQ = without_pixels(demo_bills()[0])
SERIAL_NOS = [invoice.serial_no for invoice in FAQ.invoices]
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("branch_id", FAQ_BRANCH_IDS)
def test_both_branch_ids_get_the_same_userkey(site: Installation, branch_id: str) -> None:
    body = signed(bill_id=FAQ.bill_id, bill_no=FAQ.bill_no, branch_id=branch_id)
    answer = site.post("/api/v1/userkeys", json=body)
    assert answer.status_code == 200
    assert answer.json() == {"userkey": "dda807c9e4e4b1d86b1921d0e0619e45"}


def test_the_userkey_resolves_to_the_bill_and_both_entries(site: Installation) -> None:
    assert site.json(f"/userkeys/{FAQ_USERKEY}") == {
        "userkey": FAQ_USERKEY,
        "bill_no": FAQ.bill_no,
        "bill_id": FAQ.bill_id,
        "branch_ids": list(FAQ_BRANCH_IDS),
    }


@pytest.mark.parametrize("branch_id", [None, *FAQ_BRANCH_IDS, UNKNOWN])
def test_the_image_view_is_the_whole_bill_whatever_the_branch_id(site: Installation, branch_id: str | None) -> None:
    view = site.json(f"/bills/{FAQ_USERKEY}/views/image", branch_id=branch_id)
    assert [invoice["serial_no"] for invoice in view["invoices"]] == SERIAL_NOS
    assert (view["branch_id"], view["marked"]) == (branch_id, branch_id in FAQ_BRANCH_IDS)
    page = site.page(f"/bills/{FAQ_USERKEY}", branch_id=branch_id)
    assert page.count("data-serial-no=") == 2
    for invoice in view["invoices"]:
        assert f'data-serial-no="{invoice["serial_no"]}"' in page
        assert f">{invoice['invoice_no']}<" in page


@pytest.mark.parametrize("branch_id", FAQ_BRANCH_IDS)
def test_the_image_view_marks_the_entry_that_was_asked_with(site: Installation, branch_id: str) -> None:
    page = site.page(f"/bills/{FAQ_USERKEY}", branch_id=branch_id.lower())
    (section,) = [part for part in page.split("<section")[1:] if 'aria-current="true"' in part.split(">")[0]]
    assert f'data-branch-id="{branch_id}"' in section.split(">")[0]


def test_an_unknown_branch_id_marks_nothing_and_the_page_says_so(site: Installation) -> None:
    page = site.page(f"/bills/{FAQ_USERKEY}", branch_id=UNKNOWN, lang="en")
    assert 'aria-current="true"' not in page
    assert re.search(f"<p[^>]*>[^<]*{UNKNOWN}[^<]*</p>", page)


@pytest.mark.parametrize("number", [0, 1])
def test_the_location_view_is_the_single_invoice_of_its_entry(site: Installation, number: int) -> None:
    view = site.json(f"/bills/{FAQ_USERKEY}/views/location", branch_id=FAQ_BRANCH_IDS[number])
    assert view["invoice"]["serial_no"] == SERIAL_NOS[number]
    assert view["invoice"]["branch_id"] == view["branch_id"] == FAQ_BRANCH_IDS[number]
    assert (view["position"], view["count"], view["serial_nos"]) == (1, 1, [SERIAL_NOS[number]])


@pytest.mark.parametrize("number", [0, 1])
def test_the_location_view_holds_no_trace_of_the_other_entry(site: Installation, number: int) -> None:
    bill = site.whole(FAQ_USERKEY)
    own, other = bill["invoices"][number], bill["invoices"][1 - number]
    traces = [other["serial_no"], other["invoice_no"], other["seller_name"], other["total_amount"], other["branch_id"]]
    for file in other["files"]:
        traces += [file["file_id"], file["sha256"], file["name"], *(page["page_id"] for page in file["pages"])]
    where = {"branch_id": FAQ_BRANCH_IDS[number]}
    page = site.page(f"/bills/{FAQ_USERKEY}/location", **where)
    told = site.get(f"/api/v1/bills/{FAQ_USERKEY}/views/location", params=where).text
    for shown in (page, told):
        assert own["serial_no"] in shown
        assert own["files"][0]["file_id"] in shown
        assert [trace for trace in traces if trace in shown] == []
    assert page.count("data-serial-no=") == 1


def test_a_key_in_capitals_is_the_same_key(site: Installation) -> None:
    assert site.json(f"/bills/{FAQ_USERKEY.upper()}")["userkey"] == FAQ_USERKEY
    page = site.page(f"/bills/{FAQ_USERKEY.upper()}")
    assert SERIAL_NOS[0] in page
    assert f'data-api="/api/v1/bills/{FAQ_USERKEY}"' in page, "addresses have one spelling, and so have ids"
    assert FAQ_USERKEY.upper() not in site.get(f"/bills/{FAQ_USERKEY.upper()}/iiif/manifest.json").text


def test_every_picture_of_the_pages_can_be_fetched_without_javascript(site: Installation) -> None:
    bill = site.whole(FAQ_USERKEY)
    pages = (
        site.page(f"/bills/{FAQ_USERKEY}"),
        site.page(f"/bills/{FAQ_USERKEY}/location", branch_id=FAQ_BRANCH_IDS[0]),
    )
    for page in pages:
        (address, *_) = [part.split('"')[0] for part in page.split('src="')[1:] if "/i/" in part.split('"')[0]]
        picture = site.get(address)
        assert picture.status_code == 200
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert picture.content.startswith(b"\xff\xd8\xff")
    assert len(pages_of(bill)) == len(files_of(bill)) == 2
