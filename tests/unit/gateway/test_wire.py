"""The invoice cloud's lists as our values: every spelling that is met, and nothing that breaks the reader."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.listing import BillListing, ListedAttachment, ListedInvoice
from viewer.errors import UpstreamRefused, UpstreamUnreachable
from viewer.gateway.wire.answers import open_envelope, parse_userkey
from viewer.gateway.wire.bills import parse_listing

KEY = "dda807c9e4e4b1d86b1921d0e0619e45"


def listing(*rows: object, **beside: object) -> BillListing:
    return parse_listing({"data": list(rows), **beside})


def invoice(**row: object) -> ListedInvoice:
    (found,) = listing({"serialNo": "S-1", **row}).invoices
    return found


# The envelope


def test_success_is_0000_whatever_its_type() -> None:
    assert open_envelope({"errcode": "0000", "data": 1})["data"] == 1


@pytest.mark.parametrize("errcode", ["1301", 1301, "0", "00000", ""])
def test_every_other_code_is_a_refusal_with_its_words(errcode: object) -> None:
    with pytest.raises(UpstreamRefused, match="trace t-1") as refused:
        open_envelope({"errcode": errcode, "description": "授权信息不存在", "data": None, "traceId": "t-1"})
    assert refused.value.errcode == str(errcode)
    assert "授权信息不存在" in str(refused.value)


def test_a_refusal_without_words_is_a_refusal_too() -> None:
    with pytest.raises(UpstreamRefused, match="1101"):
        open_envelope({"errcode": "1101"})


@pytest.mark.parametrize("answer", [None, [], "0000", 0, {}, {"code": "0000"}])
def test_what_is_no_envelope_is_no_usable_answer(answer: object) -> None:
    with pytest.raises(UpstreamUnreachable):
        open_envelope(answer)


@pytest.mark.parametrize("data", [{"userKey": KEY}, {"userKey": KEY.upper()}, KEY])
def test_a_userkey_comes_in_an_object_or_bare(data: object) -> None:
    assert parse_userkey({"data": data}) == KEY


@pytest.mark.parametrize("data", [None, "", {}, {"userKey": ""}, {"userKey": None}, {"userKey": KEY + "0"}, [KEY], 1])
def test_anything_else_is_no_userkey(data: object) -> None:
    with pytest.raises(UpstreamUnreachable):
        parse_userkey({"data": data})


# Entries


@pytest.mark.parametrize("field", ["entryid", "entryId", "branch_id", "branchId"])
@pytest.mark.parametrize(
    ("value", "branch_ids"),
    [
        ("E-1", ("E-1",)),
        (7, ("7",)),
        (["E-1", "E-2"], ("E-1", "E-2")),
        ('["E-1", "E-2"]', ("E-1", "E-2")),
        (" E-1 ", ("E-1",)),
    ],
)
def test_an_invoice_names_its_entry_in_any_spelling(field: str, value: object, branch_ids: tuple[str, ...]) -> None:
    assert invoice(**{field: value}).branch_ids == branch_ids


@pytest.mark.parametrize("value", [None, "", " ", [], [None, ""], {}, True, "[]", "[", "[1"])
def test_an_invoice_without_an_entry_is_the_headers(value: object) -> None:
    assert invoice(entryid=value).branch_ids == ()


def test_rows_of_one_invoice_are_one_invoice_on_all_their_entries() -> None:
    bill = listing(
        {"serialNo": "S-1", "entryid": "E-2"},
        {"serialNo": "S-2", "entryid": "E-1"},
        {"serialNo": "S-1", "entryid": "E-1"},
        {"serialNo": "S-1", "entryid": "E-2"},
        {"serialNo": "S-1"},
    )
    assert [(each.serial_no, each.branch_ids) for each in bill.invoices] == [("S-1", ("E-2", "E-1")), ("S-2", ("E-1",))]
    assert list(dict.fromkeys(entry.branch_id for entry in bill.entries)) == ["E-2", "E-1"]


def test_an_entrys_facts_stand_on_its_rows() -> None:
    (entry,) = listing({"serialNo": "S-1", "entryid": "E-1", "costTypeName": "办公费", "entryAmount": "12.3"}).entries
    assert (entry.branch_id, entry.expense_type, entry.amount) == ("E-1", "办公费", Decimal("12.30"))


# Facts


def test_an_invoices_facts_are_taken_over() -> None:
    found = invoice(
        invoiceType=27,
        invoiceCode="",
        invoiceNo="25442000000012345678",
        invoiceDate="2026-09-14",
        totalAmount=Decimal("5000.00"),
        invoiceAmount="4,716.98",
        totalTaxAmount=283.02,
        buyerName="买方",
        buyerTaxNo="91330100MA2FTESTX1",
        salerName="卖方",
        salerTaxNo="91330100MA2FTESTX2",
        checkStatus=1,
        expendStatus="30",
        invoiceStatus=0,
        checkTime="2026-09-16 09:18:12",
        unknown={"kept": True},
    )
    assert (found.invoice_type, found.invoice_code, found.invoice_no) == ("27", None, "25442000000012345678")
    assert found.invoice_date == date(2026, 9, 14)
    assert (found.total_amount, found.amount, found.tax_amount) == (
        Decimal("5000.00"),
        Decimal("4716.98"),
        Decimal("283.02"),
    )
    assert (found.buyer_name, found.seller_name, found.seller_tax_no) == ("买方", "卖方", "91330100MA2FTESTX2")
    assert (found.check_status, found.expend_status, found.invoice_status) == ("1", "30", "0")
    assert found.checked_at == datetime(2026, 9, 16, 1, 18, 12, tzinfo=UTC)
    assert found.raw["unknown"] == {"kept": True}


@pytest.mark.parametrize(
    "row", [{"totalTaxAmount": "1"}, {"taxAmount": "1"}, {"totalTaxAmount": None, "taxAmount": "1"}]
)
def test_the_tax_has_two_names(row: dict[str, object]) -> None:
    assert invoice(**row).tax_amount == Decimal("1.00")


@pytest.mark.parametrize("fields", [("bxd_key", "billNumber"), ("bxdKey", "billNo"), ("billId", "billnumber")])
def test_the_bill_is_named_on_its_rows_or_beside_them(fields: tuple[str, str]) -> None:
    names = dict(zip(fields, ("ID", "NO"), strict=True))
    assert [(each.bill_id, each.bill_no) for each in (listing({"serialNo": "S-1"}, {"serialNo": "S-2", **names}),)] == [
        ("ID", "NO")
    ]
    beside = parse_listing({"data": {"invoices": [{"serialNo": "S-1"}], **names}})
    assert (beside.bill_id, beside.bill_no, len(beside.invoices)) == ("ID", "NO", 1)


def test_findings_keep_upstreams_words_and_level() -> None:
    found = invoice(
        verifyResult=[
            {"errorLevel": "2", "config": "0", "msg": "该发票已报销"},
            {"code": 8, "config": 2, "name": "红冲"},
            {"errorLevel": "13", "config": "9"},
            {"config": "1"},
            "nonsense",
        ]
    ).findings
    assert [(each.code, each.level, each.message) for each in found] == [
        ("2", "block", "该发票已报销"),
        ("8", "red", "红冲"),
        ("13", "yellow", ""),
    ]


# Files


def test_the_files_of_an_invoice_in_upstreams_order() -> None:
    pdf, ofd = invoice(
        invoiceFiles=[
            {
                "id": "f-1",
                "fileName": "a.PDF",
                "fileExtends": "PDF",
                "fileHash": "h",
                "fileSize": "12",
                "originalState": 1,
                "resource": 2,
                "url": "http://files/a",
            },
            {"id": "f-2", "fileName": "a.ofd", "url": "http://files/b", "originalState": "0", "resource": "3"},
        ]
    ).files
    assert (pdf.identity, pdf.version, pdf.name, pdf.extension, pdf.size) == ("f-1", "h", "a.PDF", "pdf", 12)
    assert (pdf.original, pdf.resource, pdf.url) == (True, "2", "http://files/a")
    assert (ofd.extension, ofd.original, ofd.resource, ofd.size) == ("ofd", False, "3", None)


def test_the_older_single_addresses_are_files_and_the_snapshot_is_the_last() -> None:
    files = invoice(
        snapshotUrl="http://files/s.png?x=1", pdfurl="http://files/p", downloadUrl="http://files/o.ofd#top"
    ).files
    assert [(file.identity, file.extension, file.original, file.snapshot) for file in files] == [
        ("pdfurl", "pdf", True, False),
        ("downloadUrl", "ofd", True, False),
        ("snapshotUrl", "png", False, True),
    ]


def test_one_address_under_two_names_is_one_file() -> None:
    (file,) = invoice(pdfurl="http://files/p", downloadUrl="http://files/p", kdcloudUrl="http://files/p").files
    assert file.identity == "pdfurl"


def test_beside_the_files_only_the_snapshot_counts() -> None:
    files = invoice(
        invoiceFiles=[{"id": "f", "url": "http://x/f"}], pdfurl="http://x/p", snapshotUrl="http://x/s"
    ).files
    assert [file.identity for file in files] == ["f", "snapshotUrl"]


@pytest.mark.parametrize("files", [None, [], {}, "nothing", [None, "x"]])
def test_without_files_the_older_addresses_hold(files: object) -> None:
    assert [file.identity for file in invoice(invoiceFiles=files, pdfurl="http://x/p").files] == ["pdfurl"]


def test_two_files_of_one_identity_are_one() -> None:
    assert len(invoice(invoiceFiles=[{"id": "f", "fileName": "a"}, {"id": "f", "fileName": "b"}]).files) == 1


# Attachments


@pytest.mark.parametrize("field", ["attachList", "attachments"])
def test_attachments_stand_beside_the_invoices(field: str) -> None:
    paper = {
        "attachSerialNo": "A-1",
        "fileName": "合同.pdf",
        "fileExtends": "pdf",
        "url": "http://x/a",
        "entryid": "E-9",
    }
    for bill in (listing(**{field: [paper, paper]}), parse_listing({"data": {"list": [], field: [paper]}})):
        (found,) = bill.attachments
        assert (found.attachment_id, found.name, found.branch_ids, found.files[0].url) == (
            "A-1",
            "合同.pdf",
            ("E-9",),
            "http://x/a",
        )
        assert {entry.branch_id for entry in bill.entries} == {"E-9"}


def test_invoices_name_their_attachments() -> None:
    assert invoice(attachSerialNoList=["A-1", "A-2"]).attachment_ids == ("A-1", "A-2")
    assert invoice(attachSerialNoList='["A-1"]').attachment_ids == ("A-1",)


# Whatever comes

NAMES = st.sampled_from(
    [
        *(
            "serialNo",
            "fid",
            "entryid",
            "entryId",
            "branch_id",
            "branchId",
            "invoiceFiles",
            "id",
            "fileName",
            "fileHash",
        ),
        *("fileExtends", "url", "pdfurl", "snapshotUrl", "verifyResult", "code", "config", "msg", "attachSerialNoList"),
        *("attachSerialNo", "totalAmount", "invoiceDate", "checkTime", "bxd_key", "list", "invoices", "originalState"),
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["[", "[[", '["a"]', "1"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=6),
    max_leaves=20,
)


@given(ANYTHING, ANYTHING)
def test_no_list_breaks_the_reader(data: object, papers: object) -> None:
    for envelope in (
        {"data": data, "attachList": papers},
        {"data": {"invoices": data, "attachments": papers}},
        {"data": [data, papers]},
    ):
        try:
            bill = parse_listing(envelope)
        except UpstreamUnreachable:
            continue  # a success without any list
        serial_nos = [each.serial_no for each in bill.invoices]
        assert len(serial_nos) == len(set(serial_nos))
        known = {entry.branch_id for entry in bill.entries}
        owners: list[ListedInvoice | ListedAttachment] = [*bill.invoices, *bill.attachments]
        for each in owners:
            assert known.issuperset(each.branch_ids)
            identities = [file.identity for file in each.files]
            assert len(identities) == len(set(identities))


ROWS = st.lists(st.dictionaries(NAMES, ANYTHING, max_size=8), max_size=4)


@given(ROWS, ROWS)
def test_no_row_and_no_attachment_breaks_the_reader(rows: list[dict[str, Any]], papers: list[dict[str, Any]]) -> None:
    parse_listing({"data": rows, "attachList": papers})


@pytest.mark.parametrize("value", ["[" * 100_000, "[" + "9" * 5000 + "]", "[1e999999, {}]", "[" * 9 + "]" * 9])
def test_no_text_that_looks_like_a_list_breaks_the_reader(value: str) -> None:
    assert invoice(entryid=value).branch_ids == ()


def test_what_no_database_can_keep_is_replaced() -> None:
    raw = json.loads('{"serialNo": "S-\\ud800", "entryid": ["E\\udfff"], "buyerName": "A\\u0000B"}')
    (found,) = listing(raw).invoices
    for text in (found.serial_no, *found.branch_ids, found.buyer_name):
        assert text
        assert text.encode()
        assert "\0" not in text


@pytest.mark.parametrize("data", [None, "garbage", 7, {"foo": 1}, {}])
def test_a_success_without_a_list_is_no_empty_bill(data: object) -> None:
    with pytest.raises(UpstreamUnreachable):
        parse_listing({"data": data})


@pytest.mark.parametrize("data", [{"serialNo": "S-1"}, '[{"serialNo": "S-1"}]', '{"invoices": [{"serialNo": "S-1"}]}'])
def test_one_invoice_alone_and_a_list_written_as_text_are_lists(data: object) -> None:
    assert [each.serial_no for each in parse_listing({"data": data}).invoices] == ["S-1"]


def test_an_invoice_without_serial_number_is_not_left_out_and_keeps_the_one_it_is_given() -> None:
    rows = [{"invoiceNo": "12345678"}, {"serialNo": "S-1"}, {}, {"invoiceNo": "87654321"}]
    one, other = (parse_listing({"data": data}).invoices for data in (rows, rows[::-1]))
    assert [each.invoice_no for each in one] == ["12345678", None, "87654321"]
    assert {each.serial_no for each in one} == {each.serial_no for each in other}
    assert len({each.serial_no for each in one}) == 3
