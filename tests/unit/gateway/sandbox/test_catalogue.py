"""The demo's bills are what the demo promises, and say the same every time."""

import re
from collections import Counter
from decimal import Decimal
from itertools import combinations
from pathlib import Path

from viewer.domain.sheets import Region
from viewer.domain.size import Box, Size
from viewer.gateway.sandbox import companies, pasting
from viewer.gateway.sandbox.big_bill import big_bill
from viewer.gateway.sandbox.calls import CONTENT_TYPES
from viewer.gateway.sandbox.catalogue import FAQ_BRANCH_IDS, SANDBOX_TAX_NO, demo_bills
from viewer.gateway.sandbox.companies import tax_no
from viewer.gateway.sandbox.everyday_bills import LONG_INVOICE_LINES
from viewer.gateway.sandbox.facts import invoice_facts
from viewer.gateway.sandbox.papers import Contract, Invoice, Itinerary, Party, PastedSheet, Piece, TrainTicket
from viewer.gateway.sandbox.parts import hex_id
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueEntry, CatalogueInvoice

BILLS = demo_bills()
FAQ, SEVERAL, SPLIT, FILES, FAILING, EAS, TRAVEL, PASTED, BIG = BILLS
INVOICES = [invoice for bill in BILLS for invoice in bill.invoices]


def on(bill: CatalogueBill, entry: CatalogueEntry) -> list[CatalogueInvoice]:
    return [invoice for invoice in bill.invoices if entry.branch_id in invoice.entry_ids]


def pieces() -> tuple[Piece, ...]:
    """What is glued on the sheet of the bill that has one."""
    paper = PASTED.invoices[0].files[0].paper
    assert isinstance(paper, PastedSheet)
    return paper.pieces


def total(invoice: CatalogueInvoice) -> Decimal:
    assert not isinstance(invoice.paper, Itinerary | Contract | PastedSheet)
    return invoice.paper.total


def test_the_catalogue_is_the_same_every_time() -> None:
    assert demo_bills() == BILLS


def test_ids_are_unique() -> None:
    serial_nos = [invoice.serial_no for invoice in INVOICES]
    branch_ids = [entry.branch_id for bill in BILLS for entry in bill.entries]
    assert len(set(serial_nos)) == len(serial_nos)
    assert len(set(branch_ids)) == len(branch_ids)
    assert len({bill.userkey for bill in BILLS}) == len({bill.bill_no for bill in BILLS}) == 9
    assert all(32 <= len(serial_no) <= 36 for serial_no in serial_nos)


def test_files_of_one_invoice_have_different_names() -> None:
    assert all(len({file.name for file in invoice.files}) == len(invoice.files) for invoice in INVOICES)


def test_invoices_hang_only_on_entries_of_their_bill() -> None:
    for bill in BILLS:
        assert {it for invoice in bill.invoices for it in invoice.entry_ids} <= {it.branch_id for it in bill.entries}


def test_every_userkey_but_the_faqs_belongs_to_its_bill_id() -> None:
    assert FAQ.userkey == "dda807c9e4e4b1d86b1921d0e0619e45"
    assert all(bill.userkey == hex_id(bill.bill_id) for bill in BILLS[1:])


def test_the_readme_names_the_userkeys_of_the_faqs_bill_and_of_the_pasted_sheet() -> None:
    named = re.findall(r"/bills/([0-9a-f]{32})>", (Path(__file__).parents[4] / "README.md").read_text("utf-8"))
    assert named == [FAQ.userkey, PASTED.userkey]


def test_each_entry_of_the_faqs_bill_has_one_invoice() -> None:
    assert tuple(entry.branch_id for entry in FAQ.entries) == FAQ_BRANCH_IDS
    assert [[invoice.files[0].form for invoice in on(FAQ, entry)] for entry in FAQ.entries] == [["pdf"], ["scan"]]
    assert [it.paper.type_code for it in FAQ.invoices if isinstance(it.paper, Invoice)] == ["27", "26"]


def test_the_second_bill_has_three_none_and_one_on_its_header() -> None:
    assert [len(on(SEVERAL, entry)) for entry in SEVERAL.entries] == [3, 0]
    assert [it.files[0].form for it in SEVERAL.invoices] == ["pdf", "photo", "png", "pdf"]
    assert SEVERAL.invoices[-1].entry_ids == ()
    assert isinstance(SEVERAL.attachments[0].file.paper, Contract)


def test_the_split_cost_adds_up() -> None:
    (rent,) = SPLIT.invoices
    assert rent.entry_ids == tuple(entry.branch_id for entry in SPLIT.entries)
    assert sum(entry.amount for entry in SPLIT.entries) == total(rent)
    assert rent.old_style


def test_an_older_invoice_came_as_an_ofd_of_which_the_cloud_made_a_pdf() -> None:
    ofd, pdf, picture = SPLIT.invoices[0].files
    assert [(file.form, file.original_state) for file in (ofd, pdf, picture)] == [
        ("ofd", "1"),
        ("pdf", "0"),
        ("png", "0"),
    ]
    assert (pdf.converted_from, picture.converted_from) == (ofd.name, pdf.name)


def test_digital_invoices_have_an_ofd_beside_their_pdf_and_one_has_nothing_else() -> None:
    digital = [it for it in INVOICES if isinstance(it.paper, Invoice) and not it.paper.code]
    forms = Counter(
        tuple(file.form for file in it.files) for it in digital if any(file.form == "ofd" for file in it.files)
    )
    assert forms == {("pdf", "ofd"): 1, ("pdf", "ofd", "xml"): 1, ("ofd",): 1}
    (alone,) = (it.files[0] for it in digital if [file.form for file in it.files] == ["ofd"])
    assert (alone.extends, alone.original_state) == ("ofd", "1")
    assert not any(file.form == "ofd" for bill in (FAQ, FILES, BIG) for it in bill.invoices for file in it.files)


def test_entries_come_to_what_their_invoices_say() -> None:
    for bill in (FAQ, FILES, FAILING, EAS, TRAVEL, PASTED, BIG):
        for entry in bill.entries:
            assert entry.amount == sum(map(total, on(bill, entry))), (bill.bill_no, entry.description)


def test_the_fourth_bill_has_several_files_a_long_invoice_and_a_wrong_extension() -> None:
    several, long, wrong = FILES.invoices
    assert [file.form for file in several.files] == ["pdf", "xml", "png"]
    assert several.files[2].converted_from == several.files[0].name
    assert isinstance(long.paper, Invoice)
    assert len(long.paper.lines) == LONG_INVOICE_LINES == 468
    assert (wrong.files[0].form, wrong.files[0].extends) == ("png", "jpg")
    (archived,) = FILES.attachments
    assert (archived.file.form, archived.file.extends) == ("tiff", "tif")
    assert isinstance(archived.file.paper, Contract)
    assert long.attachment_serial_nos == (archived.serial_no,)


def test_the_fifth_bill_has_a_damaged_an_expired_and_a_healthy_file() -> None:
    assert [(it.files[0].broken, it.files[0].link_expired) for it in FAILING.invoices] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_the_eas_bill_has_ids_that_need_care() -> None:
    ids = [EAS.bill_id, *(entry.branch_id for entry in EAS.entries)]
    assert all(len(it) == 28 and {"+", "/", "="} <= set(it) for it in ids)
    assert len({it.lower() for it in ids}) == 3
    assert (len(EAS.entries), len(EAS.invoices)) == (3, 5)


def test_the_journey_has_tickets_a_hotel_and_an_itinerary() -> None:
    assert TRAVEL.bill_type == "Tra"
    assert [entry.expense_type for entry in TRAVEL.entries] == ["交通费", "住宿费"]
    tickets = {it.paper.type_code: it.files[0].form for it in TRAVEL.invoices if isinstance(it.paper, TrainTicket)}
    assert (tickets["9"], tickets["29"]) == ("photo", "pdf")
    assert isinstance(TRAVEL.attachments[0].file.paper, Itinerary)


def test_the_pasted_sheet_holds_four_kinds_of_papers_of_three_entries() -> None:
    assert [len(on(PASTED, entry)) for entry in PASTED.entries] == [2, 1, 1]
    assert [facts["invoiceType"] for facts in map(invoice_facts, PASTED.invoices)] == ["9", "8", "17", "7"]
    (sheet,) = {invoice.files for invoice in PASTED.invoices}
    assert [(file.form, file.extends) for file in sheet] == [("scan", "jpg")]
    assert {id(piece.paper) for piece in pieces()} == {id(invoice.paper) for invoice in PASTED.invoices}


def test_each_invoice_is_told_with_the_part_of_the_sheet_that_holds_its_paper() -> None:
    scan = Size(*pasting.SCAN)
    for invoice in PASTED.invoices:
        facts = invoice_facts(invoice)
        told = Region.parse(facts["region"], facts["pixel"])
        assert told
        (piece,) = (each for each in pieces() if each.paper == invoice.paper)
        assert told.within(scan) == told.box == Box(*pasting.box(piece))
        for x, y in pasting.corners(piece):
            assert told.box.left < x < told.box.left + told.box.width
            assert told.box.top < y < told.box.top + told.box.height


def test_no_two_parts_of_the_sheet_overlap() -> None:
    for one, other in combinations(map(pasting.box, pieces()), 2):
        apart = [
            one[axis] + one[axis + 2] <= other[axis] or other[axis] + other[axis + 2] <= one[axis] for axis in (0, 1)
        ]
        assert any(apart), (one, other)


def test_nothing_but_a_pasted_paper_is_told_with_a_region() -> None:
    told = [bill for bill in BILLS for invoice in bill.invoices if "region" in invoice_facts(invoice)]
    assert told == [PASTED] * 4


def test_the_big_bill_mixes_forms_and_statuses() -> None:
    assert (len(BIG.invoices), len(BIG.entries)) == (200, 60)
    assert Counter(it.files[0].form for it in BIG.invoices) == {"pdf": 164, "png": 20, "scan": 10, "photo": 6}
    assert {it.invoice_status for it in BIG.invoices} >= {"0", "2", "3"}
    assert {it.check_status for it in BIG.invoices} == {"1", "2", "3"}
    assert {it.expend_status for it in BIG.invoices} == {"1", "30", "60", "65"}
    assert 0 < sum(bool(it.findings) for it in BIG.invoices) < 40
    assert all(on(BIG, entry) for entry in BIG.entries)
    assert big_bill() == BIG


def test_digital_numbers_have_twenty_digits_and_older_ones_eight() -> None:
    for invoice in INVOICES:
        if isinstance(invoice.paper, Invoice):
            number = invoice.paper.number
            assert number.isdecimal()
            assert len(number) == (8 if invoice.paper.code else 20)


def test_tax_numbers_carry_right_check_characters() -> None:
    assert tax_no("350100", "M000100Y") == "91350100M000100Y43"
    parties = [it for it in vars(companies).values() if isinstance(it, Party)]
    assert len(parties) > 10
    assert all(len(party.tax_no) == 18 for party in parties)
    assert len(SANDBOX_TAX_NO) == 18


def test_the_sandbox_knows_the_content_type_of_every_file_it_hands_out() -> None:
    owners = [owner for bill in demo_bills() for owner in bill.invoices]
    files = [file for owner in owners for file in owner.files]
    files += [attachment.file for bill in demo_bills() for attachment in bill.attachments]
    assert {file.extends for file in files} <= set(CONTENT_TYPES)
