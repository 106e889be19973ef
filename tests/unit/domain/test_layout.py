"""Which file is an invoice's picture, and how the image view groups a bill."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.groups import group_by_entry
from viewer.domain.pictures import picture_of


@dataclass(frozen=True)
class File:
    name: str
    original: bool = False
    resource: str | None = None
    snapshot: bool = False
    sheet: bool = False
    region: str | None = None
    renderable: bool = True
    data_only: bool = False
    usable: bool = True


ORIGINAL = File("original", original=True, resource="1")
DATA = File("xml", original=True, resource="2", renderable=False)
DRAWN = File("xml with a page", original=True, resource="2", data_only=True)
BUREAU = File("bureau", resource="2")
CONVERTED = File("converted", resource="3")
LEDGER = File("ledger", resource="4")
SNAPSHOT = File("snapshot", snapshot=True)
IN_ORDER = (ORIGINAL, BUREAU, CONVERTED, LEDGER, SNAPSHOT)


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_an_original_comes_first_then_the_bureaus_then_a_conversion_then_a_snapshot(first: int) -> None:
    assert picture_of(IN_ORDER[first:]) is IN_ORDER[first]
    assert picture_of(IN_ORDER[first:][::-1]) is IN_ORDER[first]


def test_the_crop_of_a_pasted_sheet_is_the_picture_and_the_sheet_never_is() -> None:
    sheet, crop = File("sheet", original=True, sheet=True), File("crop", resource="3", region="0,0,1,1")
    assert picture_of([sheet, crop, File("bureau", resource="2")]) is crop
    assert picture_of([sheet]) is None


def test_an_original_that_cannot_be_shown_yields_to_anything_that_can() -> None:
    assert picture_of([DATA, SNAPSHOT]) is SNAPSHOT
    assert picture_of([DATA, CONVERTED, BUREAU]) is BUREAU


def test_a_damaged_original_yields_to_a_conversion() -> None:
    damaged = File("damaged", original=True, usable=False)
    assert picture_of([damaged, CONVERTED]) is CONVERTED


def test_the_page_drawn_from_data_displaces_nothing_that_has_a_look_of_its_own() -> None:
    for other in IN_ORDER:
        assert picture_of([DRAWN, other]) is other
        assert picture_of([other, DRAWN]) is other
    assert picture_of([DRAWN]) is DRAWN


def test_the_page_drawn_from_data_stands_where_nothing_else_can_be_shown() -> None:
    damaged, office = File("damaged", original=True, usable=False), File("office", original=True, renderable=False)
    assert picture_of([damaged, office, DRAWN]) is DRAWN


def test_where_nothing_can_be_shown_the_first_by_rank_stands() -> None:
    gone = File("gone", resource="3", usable=False)
    assert picture_of([gone, DATA]) is gone
    assert picture_of([DATA]) is DATA
    assert picture_of([]) is None


def test_within_one_rank_upstreams_order_holds() -> None:
    second = File("second", original=True)
    assert picture_of([CONVERTED, second, ORIGINAL]) is second


@dataclass(frozen=True)
class Entry:
    branch_id: str


@dataclass(frozen=True)
class Invoice:
    serial_no: str
    branch_ids: tuple[str, ...]
    total_amount: Decimal | None


@st.composite
def bills(draw: st.DrawFn) -> tuple[list[Entry], list[Invoice]]:
    branch_ids = draw(st.lists(st.text("abc", min_size=1), unique=True, max_size=5))
    hung = st.lists(st.sampled_from(branch_ids), unique=True) if branch_ids else st.just([])
    amounts = st.none() | st.decimals(-999, 999, places=2)
    invoices = [
        Invoice(str(number), tuple(sorted(draw(hung), key=branch_ids.index)), draw(amounts))
        for number in range(draw(st.integers(0, 8)))
    ]
    return [Entry(branch_id) for branch_id in branch_ids], invoices


@given(bills(), st.booleans())
def test_every_invoice_stands_on_the_page_once_and_the_groups_keep_the_entries_order(
    bill: tuple[list[Entry], list[Invoice]], keep_empty: bool
) -> None:
    entries, invoices = bill
    groups = group_by_entry(invoices, entries, keep_empty=keep_empty)
    shown = [invoice.serial_no for group in groups for invoice in group.shown]
    assert sorted(shown) == sorted(invoice.serial_no for invoice in invoices)
    own = [group for group in groups if group.entry]
    assert [group.entry for group in own] == [
        entry for entry in entries if keep_empty or any(entry.branch_id in each.branch_ids for each in invoices)
    ]
    for group in own:
        assert group.entry
        hung = [each for each in invoices if group.entry.branch_id in each.branch_ids]
        assert sorted(each.serial_no for each in (*group.shown, *group.elsewhere)) == sorted(
            each.serial_no for each in hung
        )
        assert group.count == len(hung)
        assert group.sum == sum((each.total_amount or Decimal(0) for each in hung), Decimal(0))
    headers = [group for group in groups if group.entry is None]
    assert headers == groups[-1:] if any(not each.branch_ids for each in invoices) else not headers
