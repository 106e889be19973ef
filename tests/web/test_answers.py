"""The API's answers have exactly the contract's fields, and say codes, amounts and dates as it says."""

import re
from typing import Any

import pytest

from tests.installations import Installation, files_of
from tests.sandboxes import without_pixels
from viewer.gateway.sandbox.catalogue import demo_bills

FAQ, SEVERAL, SPLIT, FILES, FAILING, EAS, TRAVEL, PASTED = (without_pixels(bill) for bill in demo_bills()[:-1])


def fields(*names: str) -> list[str]:
    """The names in these lines of text, in order."""
    return " ".join(names).split()


BILL = fields("userkey bill_no bill_id profile total_amount currency entries invoices attachments fetched_at stale")
ENTRY = fields("branch_id seq expense_type amount serial_nos")
INVOICE = fields(
    "serial_no branch_id branch_ids invoice_type invoice_type_name invoice_code invoice_no invoice_date total_amount",
    "tax_amount amount currency buyer_name buyer_tax_no seller_name seller_tax_no check_status expend_status",
    "invoice_status checked_at findings files",
)
FINDING = fields("code level message source")
ATTACHMENT = fields("attachment_id branch_ids name files")
FILE = fields(
    "file_id name media_type size sha256 original resource picture rotation state problem pages fields findings"
)
"""`problem` and `findings` are ours: why a file can't be shown, or something in it."""
PAGE = fields("page_id width height")
IMAGE_VIEW = fields("view profile branch_id marked invoices attachments")
LOCATION_VIEW = fields("view branch_id invoice position count serial_nos")


def check_invoice(invoice: Any) -> None:
    assert list(invoice) == INVOICE
    for finding in invoice["findings"]:
        assert list(finding) == FINDING
        assert finding["level"] in ("block", "none", "red", "yellow")
        assert finding["message"]
    for amount in (invoice["total_amount"], invoice["tax_amount"], invoice["amount"]):
        assert re.fullmatch(r"-?\d+\.\d{2}", amount)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", invoice["invoice_date"])
    assert invoice["checked_at"] is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", invoice["checked_at"])
    for code in (invoice["invoice_type"], invoice["check_status"], invoice["expend_status"], invoice["invoice_status"]):
        assert re.fullmatch(r"\d{1,2}", code)
    assert len([file for file in invoice["files"] if file["picture"]]) == (1 if invoice["files"] else 0)


def check_file(file: Any) -> None:
    assert list(file) == FILE
    assert file["state"] in ("ready", "pending", "unavailable", "unreadable")
    for page in file["pages"]:
        assert list(page) == PAGE
        assert page["width"] > 0 < page["height"]
    if file["state"] == "ready":
        assert re.fullmatch("[0-9a-f]{64}", file["sha256"])
        assert file["size"] > 0
        assert "/" in file["media_type"]
    else:
        assert file["pages"] == []


@pytest.mark.parametrize(
    "made", [FAQ, SEVERAL, SPLIT, FILES, FAILING, EAS, TRAVEL, PASTED], ids=lambda made: str(made.bill_no)
)
def test_a_bill_has_the_fields_of_the_contract(site: Installation, made: Any) -> None:
    bill = site.whole(made.userkey)
    assert list(bill) == BILL
    assert (bill["userkey"], bill["bill_id"], bill["bill_no"]) == (made.userkey, made.bill_id, made.bill_no)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", bill["fetched_at"])
    assert [entry["seq"] for entry in bill["entries"]] == list(range(1, len(bill["entries"]) + 1))
    for entry in bill["entries"]:
        assert list(entry) == ENTRY
    for invoice in bill["invoices"]:
        check_invoice(invoice)
    for attachment in bill["attachments"]:
        assert list(attachment) == ATTACHMENT
    for file in files_of(bill):
        check_file(file)


def test_the_views_have_the_fields_of_the_contract(site: Installation) -> None:
    image = site.json(f"/bills/{SEVERAL.userkey}/views/image")
    assert (list(image), image["view"]) == (IMAGE_VIEW, "image")
    location = site.json(f"/bills/{SEVERAL.userkey}/views/location", branch_id=SEVERAL.entries[0].branch_id)
    assert (list(location), location["view"]) == (LOCATION_VIEW, "location")
    check_invoice(location["invoice"])
    assert list(site.json(f"/userkeys/{SEVERAL.userkey}")) == ["userkey", "bill_no", "bill_id", "branch_ids"]


def test_an_invoice_says_what_upstream_recorded(site: Installation) -> None:
    invoice = site.json(f"/bills/{FAQ.userkey}", lang="en")["invoices"][0]
    paper = FAQ.invoices[0].paper
    assert {
        name: invoice[name]
        for name in (
            "invoice_type",
            "invoice_type_name",
            "invoice_no",
            "invoice_date",
            "total_amount",
            "amount",
            "tax_amount",
        )
    } == {
        "invoice_type": "27",
        "invoice_type_name": "Digital invoice (special)",
        "invoice_no": paper.number,  # type: ignore[union-attr]
        "invoice_date": "2026-09-14",
        "total_amount": "5000.00",
        "amount": "4716.98",
        "tax_amount": "283.02",
    }
    assert (invoice["invoice_code"], invoice["checked_at"][:13]) == (None, "2026-09-16T01")


def test_an_entry_says_its_expense_type_and_amount(site: Installation) -> None:
    entries = site.json(f"/bills/{FAQ.userkey}")["entries"]
    assert [(entry["expense_type"], entry["amount"]) for entry in entries] == [
        ("信息技术服务费", "5000.00"),
        ("业务招待费", "860.00"),
    ]


def test_the_picture_is_the_original_and_the_others_are_there(site: Installation) -> None:
    pdf, xml, converted = site.whole(FILES.userkey)["invoices"][0]["files"]
    assert [(each["original"], each["resource"], each["picture"]) for each in (pdf, xml, converted)] == [
        (True, "2", True),
        (True, "2", False),
        (False, "3", False),
    ]
    assert (xml["state"], len(xml["pages"]), xml["media_type"]) == ("ready", 1, "application/xml")


def test_every_page_of_a_long_invoice_is_there(site: Installation) -> None:
    (file,) = site.whole(FILES.userkey)["invoices"][1]["files"]
    assert len(file["pages"]) == 24
    assert len({page["page_id"] for page in file["pages"]}) == 24


def test_files_that_fail_say_why_in_the_readers_language(site: Installation) -> None:
    damaged, expired, vague = (each["files"][0] for each in site.whole(FAILING.userkey)["invoices"])
    assert (damaged["state"], expired["state"], vague["state"]) == ("unreadable", "unavailable", "ready")
    assert vague["media_type"] == "application/pdf"
    english = [each["files"][0]["problem"] for each in site.json(f"/bills/{FAILING.userkey}", lang="en")["invoices"]]
    assert "damaged" in english[0]
    assert "expired" in english[1]
    assert english[2] is None


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_codes_stay_the_same_in_every_language(site: Installation, lang: str) -> None:
    invoice = site.json(f"/bills/{EAS.userkey}", lang=lang)["invoices"][2]
    assert (invoice["invoice_status"], invoice["findings"][0]["code"], invoice["findings"][0]["level"]) == (
        "3",
        "8",
        "red",
    )


def test_the_openapi_document_describes_every_address_of_the_api(site: Installation) -> None:
    document = site.get("/api/openapi.json").json()
    documented = set(document["paths"])
    served = {
        re.sub("<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }
    assert served == documented
    assert site.page("/api/docs")
