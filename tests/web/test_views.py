"""Both views beyond the FAQ's example, in the API and on the pages, and that no bill shows anything of another."""

import json
import re
from typing import Any

import pytest

from tests.bills import new_bill, split_bill
from tests.installations import Installation, files_of, pages_of, problem_of
from tests.sandboxes import signed, without_pixels
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.special_bills import EAS_BRANCH_IDS
from viewer.gateway.sandbox.state import State

FAQ, SEVERAL, SPLIT, FILES, FAILING, EAS, TRAVEL, PASTED = (without_pixels(bill) for bill in demo_bills()[:-1])
SERIALS = re.compile('data-serial-no="([^"]*)"')
SHOW = "/m4-web/fpzs/expense/showInvoice"


def serials(invoices: Any) -> list[str]:
    return [each["serial_no"] if isinstance(each, dict) else each.serial_no for each in invoices]


def links(page: str, rel: str) -> set[str]:
    """Where the page's links of this kind lead."""
    tags = [tag for tag in re.findall("<a [^>]*>", page) if f'rel="{rel}"' in tag]
    return {re.findall('href="([^"]*)"', tag)[0].replace("&amp;", "&") for tag in tags}


# EAS


@pytest.mark.parametrize("branch_id", EAS_BRANCH_IDS)
def test_an_eas_id_travels_through_the_query_escaped_or_raw(site: Installation, branch_id: str) -> None:
    own = [invoice.serial_no for invoice in EAS.invoices if branch_id in invoice.entry_ids]
    escaped = branch_id.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    for written in (escaped, branch_id):
        view = site.get(f"/api/v1/bills/{EAS.userkey}/views/location?branch_id={written}").json()
        assert (view["branch_id"], view["serial_nos"]) == (branch_id, own)
        page = site.get(f"/bills/{EAS.userkey}/location?branch_id={written}")
        assert SERIALS.findall(page.text) == own[:1]
        marked = site.get(f"/api/v1/bills/{EAS.userkey}/views/image?branch_id={written}").json()
        assert (marked["branch_id"], marked["marked"], len(marked["invoices"])) == (branch_id, True, 5)


def test_eas_ids_that_differ_in_one_letters_case_are_two_entries(site: Installation) -> None:
    views = [site.json(f"/bills/{EAS.userkey}/views/location", branch_id=each) for each in EAS_BRANCH_IDS[1:]]
    assert set(views[0]["serial_nos"]).isdisjoint(views[1]["serial_nos"])
    problem_of(
        site.get(f"/api/v1/bills/{EAS.userkey}/views/location", params={"branch_id": EAS_BRANCH_IDS[0].lower()}),
        *(404, "unknown_branch_id"),
    )


def test_the_links_on_a_page_with_eas_ids_lead_to_their_entries(site: Installation) -> None:
    page = site.page(f"/bills/{EAS.userkey}")
    links = {link.replace("&amp;", "&") for link in re.findall('href="([^"]*/location[^"]*)"', page)}
    reached = {re.findall('data-branch-id="([^"]*)"', site.page(link))[0] for link in links}
    assert reached == set(EAS_BRANCH_IDS)


def test_the_eas_profile_narrows_by_serial_numbers(site: Installation) -> None:
    first, _, third, *_ = serials(EAS.invoices)
    path = f"/bills/{EAS.userkey}/views/image"
    for asked in ({"serialNo": [third, first]}, {"serialNo": f"{third},{first},{third}"}):
        view = site.json(path, profile="eas", **asked)
        assert (view["profile"], serials(view["invoices"])) == ("eas", [first, third])
        assert SERIALS.findall(site.page(f"/bills/{EAS.userkey}", profile="eas", **asked)) == [first, third]
    assert serials(site.json(path, profile="eas")["invoices"]) == serials(EAS.invoices)
    assert serials(site.json(path, serialNo=third)["invoices"]) == serials(EAS.invoices)
    assert serials(site.json(path, profile="aws", serialNo="nothing")["invoices"]) == serials(EAS.invoices)


def test_a_bills_own_profile_is_only_a_default(site: Installation) -> None:
    assert site.json(f"/bills/{EAS.userkey}")["profile"] == "eas"
    assert site.json(f"/bills/{EAS.userkey}/views/image")["profile"] == "aws"


# Entries with several invoices, several entries with one, none at all


def test_an_entry_with_several_invoices_shows_one_at_a_time(site: Installation) -> None:
    branch_id = SEVERAL.entries[0].branch_id
    own = serials(SEVERAL.invoices)[:3]
    for position, picked in enumerate(own, 1):
        view = site.json(f"/bills/{SEVERAL.userkey}/views/location", branch_id=branch_id, serialNo=picked)
        assert (view["invoice"]["serial_no"], view["position"], view["count"]) == (picked, position, 3)
        page = site.page(f"/bills/{SEVERAL.userkey}/location", branch_id=branch_id, serialNo=picked)
        assert SERIALS.findall(page) == [picked]
        neighbours = {own[place] for place in (position - 2, position) if 0 <= place < 3}
        linked = [*links(page, "prev"), *links(page, "next")]
        assert {re.findall("serialNo=([0-9a-f]{32})", link)[0] for link in linked} == neighbours
        assert not [other for other in serials(SEVERAL.invoices)[3:] if other in page]


def test_the_pager_walks_over_the_entrys_own_and_nothing_else(site: Installation) -> None:
    seen = []
    address = f"/bills/{SEVERAL.userkey}/location?branch_id={SEVERAL.entries[0].branch_id}"
    while address:
        page = site.page(address)
        seen += SERIALS.findall(page)
        address = next(iter(links(page, "next")), "")
    assert seen == serials(SEVERAL.invoices)[:3]


def test_an_entry_without_an_invoice_says_so(site: Installation) -> None:
    empty = new_bill(1, drawn=False).entries[0].branch_id
    site.post("/api/v1/userkeys", json=signed(bill_id=SEVERAL.bill_id, branch_id=empty))
    view = site.json(f"/bills/{SEVERAL.userkey}/views/location", branch_id=empty)
    assert view == {
        "view": "location",
        "branch_id": empty,
        "invoice": None,
        "position": 0,
        "count": 0,
        "serial_nos": [],
    }
    page = site.page(f"/bills/{SEVERAL.userkey}/location", branch_id=empty, lang="en")
    assert "has no invoice" in page
    assert SERIALS.findall(page) == []
    assert empty in site.page(f"/bills/{SEVERAL.userkey}")


def test_a_header_invoice_has_no_entry(site: Installation) -> None:
    bill = site.json(f"/bills/{SEVERAL.userkey}")
    header = bill["invoices"][3]
    assert (header["branch_id"], header["branch_ids"]) == (None, [])
    assert not [entry for entry in bill["entries"] if header["serial_no"] in entry["serial_nos"]]


@pytest.mark.parametrize("pages", ["0", "-1", "-5", "x", "99", "99999999999999999999", ""])
def test_a_page_number_that_does_not_exist_is_no_harm(site: Installation, pages: str) -> None:
    site.whole(SEVERAL.userkey)
    page = site.page(f"/bills/{SEVERAL.userkey}/location", branch_id=SEVERAL.entries[0].branch_id, page=pages)
    assert len(SERIALS.findall(page)) == 1


def test_a_split_cost_is_listed_once_with_all_its_entries(site: Installation, sandbox: State) -> None:
    made = split_bill()
    sandbox.put_bill(made)
    branch_ids = [entry.branch_id for entry in made.entries]
    bill = site.json(f"/bills/{made.userkey}")
    (invoice,) = bill["invoices"]
    assert (invoice["branch_id"], invoice["branch_ids"]) == (branch_ids[0], branch_ids)
    assert [entry["serial_nos"] for entry in bill["entries"]] == [[invoice["serial_no"]]] * 2
    assert SERIALS.findall(site.page(f"/bills/{made.userkey}")) == [invoice["serial_no"]]
    for branch_id in branch_ids:
        view = site.json(f"/bills/{made.userkey}/views/location", branch_id=branch_id)
        assert (view["invoice"]["serial_no"], view["invoice"]["branch_id"]) == (invoice["serial_no"], branch_id)


def test_attachments_come_with_the_whole_bill_only(site: Installation) -> None:
    bill = site.json(f"/bills/{SEVERAL.userkey}")
    (contract,) = bill["attachments"]
    assert contract["name"] == "办公家具采购合同.pdf"
    assert contract["branch_ids"] == [SEVERAL.entries[0].branch_id], "an invoice of that entry names it"
    narrowed = site.json(f"/bills/{SEVERAL.userkey}/views/image", profile="eas", serialNo=SEVERAL.invoices[0].serial_no)
    assert narrowed["attachments"] == []
    assert site.json(f"/bills/{SEVERAL.userkey}/views/image")["attachments"] == bill["attachments"]


# The upstream's own address


def test_show_invoice_without_a_serial_number_is_the_image_view(site: Installation) -> None:
    for query in ({"userKey": SEVERAL.userkey}, {"userKey": SEVERAL.userkey, "serialNo": ""}):
        assert SERIALS.findall(site.page(SHOW, **query)) == serials(SEVERAL.invoices)


def test_show_invoice_with_serial_numbers_is_the_eas_view(site: Installation) -> None:
    first, second, *_ = serials(SEVERAL.invoices)
    assert SERIALS.findall(site.page(SHOW, userKey=SEVERAL.userkey, serialNo=second)) == [second]
    assert SERIALS.findall(site.page(SHOW, userKey=SEVERAL.userkey, serialNo=f"{second},{first}")) == [first, second]


def test_show_invoice_marks_an_entry_too(site: Installation) -> None:
    page = site.page(SHOW, userKey=SEVERAL.userkey, branch_id=SEVERAL.entries[0].branch_id)
    assert 'aria-current="true"' in page


# Nothing of one bill under another's key


def test_no_id_of_any_bill_means_anything_under_another_key(site: Installation) -> None:
    bills = {made.userkey: site.whole(made.userkey) for made in (FAQ, SPLIT, EAS)}
    for key in bills:
        for owner, bill in bills.items():
            if owner == key:
                continue
            for file in files_of(bill):
                problem_of(site.get(f"/api/v1/bills/{key}/files/{file['file_id']}"), 404, "unknown_file")
                assert site.get(f"/bills/{key}/pictures/{file['file_id']}/50.jpg").status_code == 404
            for page_id in pages_of(bill):
                problem_of(site.get(f"/bills/{key}/iiif/{page_id}/full/50,/0/default.jpg"), 404, "unknown_page")
            for invoice in bill["invoices"]:
                eas = {"profile": "eas", "serialNo": invoice["serial_no"]}
                problem_of(site.get(f"/api/v1/bills/{key}/views/image", params=eas), 404, "unknown_serial_no")


def test_ids_are_unique_to_the_bill_even_for_the_same_invoice(site: Installation, sandbox: State) -> None:
    one, other = new_bill(0), new_bill(0)
    shared = new_bill(1).invoices[0]
    for made in (one, other):
        sandbox.put_bill(made)
        sandbox.add_invoice(made.userkey, shared)
    told = [site.whole(made.userkey) for made in (one, other)]
    assert told[0]["invoices"][0]["serial_no"] == told[1]["invoices"][0]["serial_no"]
    assert files_of(told[0])[0]["sha256"] == files_of(told[1])[0]["sha256"]
    assert files_of(told[0])[0]["file_id"] != files_of(told[1])[0]["file_id"]
    assert set(pages_of(told[0])).isdisjoint(pages_of(told[1]))


@pytest.mark.parametrize("made", [SEVERAL, SPLIT, EAS, TRAVEL, PASTED], ids=lambda made: str(made.bill_no))
def test_every_location_view_holds_its_one_invoice_and_no_trace_of_another(site: Installation, made: Any) -> None:
    bill = site.whole(made.userkey)
    for entry in bill["entries"]:
        for picked in entry["serial_nos"]:
            where = {"branch_id": entry["branch_id"], "serialNo": picked}
            page = site.page(f"/bills/{made.userkey}/location", **where)
            view = site.json(f"/bills/{made.userkey}/views/location", **where)
            assert SERIALS.findall(page) == [picked]
            assert view["invoice"]["serial_no"] == picked
            assert view["serial_nos"] == entry["serial_nos"]
            foreign = [each for each in bill["invoices"] if each["serial_no"] != picked]
            traces = [each["invoice_no"] for each in foreign]
            traces += [each["serial_no"] for each in foreign if each["serial_no"] not in entry["serial_nos"]]
            for file in (file for each in foreign for file in each["files"]):
                traces += [file["file_id"], file["sha256"], *(each["page_id"] for each in file["pages"])]
            for shown in (page, json.dumps(view, ensure_ascii=False)):
                assert not [trace for trace in traces if trace in shown]
