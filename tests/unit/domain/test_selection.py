"""Which invoices a view shows: the sentences of the FAQ's section 2.1, first by example, then over random bills."""

from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from viewer.domain.selection import image_view, location_view, parse_profile
from viewer.errors import BadRequest, BranchIdMissing, UnknownBranchId, UnknownSerialNo


@dataclass(frozen=True)
class Invoice:
    serial_no: str
    branch_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bill:
    branch_ids: list[str]
    invoices: list[Invoice]

    @property
    def serial_nos(self) -> list[str]:
        return [invoice.serial_no for invoice in self.invoices]

    def image(
        self, *serial_nos: str, branch_id: str | None = None, profile: str | None = None
    ) -> tuple[list[str], str | None, bool]:
        view = image_view(
            self.invoices, branch_ids=self.branch_ids, branch_id=branch_id, profile=profile, serial_nos=serial_nos
        )
        return [invoice.serial_no for invoice in view.invoices], view.branch_id, view.marked


GUID = "AAA14B00-D169-45AB-9331-1FFC9F12B9E5"
EAS = "jbYAAAAB8aFK+pXd/9sUvOe3Ym4="
BILL = Bill(
    branch_ids=[GUID, EAS, "empty"],
    invoices=[
        Invoice("one", (GUID,)),
        Invoice("two", (EAS,)),
        Invoice("three", (GUID,)),
        Invoice("both", (GUID, EAS)),
        Invoice("header"),
    ],
)
ALL = ["one", "two", "three", "both", "header"]


# The image view


def test_the_image_view_is_the_whole_bill_in_its_order() -> None:
    assert BILL.image() == (ALL, None, False)


@pytest.mark.parametrize(
    ("asked", "stored"),
    [(GUID, GUID), (GUID.lower(), GUID), (EAS, EAS), (EAS.replace("+", " "), EAS), ("empty", "empty")],
)
def test_a_branch_id_marks_its_entry_and_filters_nothing(asked: str, stored: str) -> None:
    assert BILL.image(branch_id=asked) == (ALL, stored, True)


@pytest.mark.parametrize("asked", ["unknown", EAS.lower(), EAS.swapcase(), GUID + " ", "EMPTY"])
def test_an_unknown_branch_id_marks_nothing_and_filters_nothing(asked: str) -> None:
    assert BILL.image(branch_id=asked) == (ALL, asked, False)


def test_an_empty_branch_id_is_none() -> None:
    assert BILL.image(branch_id="") == (ALL, None, False)


@pytest.mark.parametrize("profile", [None, "", "aws"])
def test_aws_ignores_serial_numbers_even_unknown_ones(profile: str | None) -> None:
    assert BILL.image("two", "nothing like it", profile=profile)[0] == ALL


def test_eas_narrows_by_serial_numbers_in_the_bills_order() -> None:
    assert BILL.image("both", "one", profile="eas")[0] == ["one", "both"]


@pytest.mark.parametrize(
    "asked", [("one,two",), ("one", "two"), ("two,one", "one"), (",one,,two,",), ("one", "", "two")]
)
def test_serial_numbers_are_repeated_or_split_by_commas_and_duplicates_collapse(asked: tuple[str, ...]) -> None:
    assert BILL.image(*asked, profile="eas")[0] == ["one", "two"]


@pytest.mark.parametrize("asked", [(), ("",), (",",)])
def test_eas_without_a_serial_number_is_the_whole_bill(asked: tuple[str, ...]) -> None:
    assert BILL.image(*asked, profile="eas")[0] == ALL


def test_eas_never_narrows_by_branch_id() -> None:
    assert BILL.image(branch_id=EAS, profile="eas") == (ALL, EAS, True)
    assert BILL.image("one", branch_id=EAS, profile="eas") == (["one"], EAS, True)


@pytest.mark.parametrize("asked", [("unknown",), ("one,unknown",), ("one", "unknown"), ("ONE",)])
def test_any_unknown_serial_number_is_an_error_that_names_it(asked: tuple[str, ...]) -> None:
    with pytest.raises(UnknownSerialNo, match=asked[-1].split(",")[-1]):
        BILL.image(*asked, profile="eas")


@pytest.mark.parametrize("profile", ["EAS", "Aws", "eas ", "sap", "eas,aws"])
def test_there_are_two_profiles_and_no_more(profile: str) -> None:
    with pytest.raises(BadRequest, match=profile):
        parse_profile(profile)


# The location view


def test_the_location_view_is_the_first_of_the_entrys_own() -> None:
    view = location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id=GUID)
    assert view.invoice
    assert (view.invoice.serial_no, view.position, view.count) == ("one", 1, 3)
    assert view.serial_nos == ("one", "three", "both")


@pytest.mark.parametrize(("picked", "position"), [("one", 1), ("three", 2), ("both", 3)])
def test_a_serial_number_picks_within_the_entry(picked: str, position: int) -> None:
    view = location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id=GUID.lower(), serial_no=picked)
    assert view.invoice
    assert (view.invoice.serial_no, view.position, view.branch_id) == (picked, position, GUID)


@pytest.mark.parametrize("branch_id", [GUID, EAS])
def test_a_split_cost_is_the_invoice_of_each_of_its_entries(branch_id: str) -> None:
    view = location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id=branch_id, serial_no="both")
    assert view.invoice is BILL.invoices[3]


@pytest.mark.parametrize("picked", ["two", "header", "unknown"])
def test_an_invoice_that_is_not_the_entrys_is_unknown_there(picked: str) -> None:
    with pytest.raises(UnknownSerialNo):
        location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id=GUID, serial_no=picked)


def test_an_entry_without_an_invoice_has_an_empty_view() -> None:
    view = location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id="empty")
    assert (view.invoice, view.position, view.count, view.serial_nos) == (None, 0, 0, ())


@pytest.mark.parametrize("branch_id", [None, ""])
def test_the_location_view_needs_an_entry(branch_id: str | None) -> None:
    with pytest.raises(BranchIdMissing):
        location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id=branch_id)


@pytest.mark.parametrize("branch_id", ["unknown", EAS.lower(), " "])
def test_the_location_view_needs_an_entry_of_this_bill(branch_id: str) -> None:
    with pytest.raises(UnknownBranchId):
        location_view(BILL.invoices, branch_ids=BILL.branch_ids, branch_id=branch_id)


# Any bill

IDS = st.text("abcABC+/= ", min_size=1, max_size=6)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """Entries, and invoices that hang on none, one or several of them."""
    branch_ids = draw(st.lists(IDS, unique_by=lambda branch_id: branch_id.replace(" ", "+"), max_size=6))
    serial_nos = draw(st.lists(st.text("0123456789abcdef", min_size=1, max_size=4), unique=True, max_size=12))
    hung = st.lists(st.sampled_from(branch_ids), unique=True) if branch_ids else st.just([])
    return Bill(branch_ids, [Invoice(serial_no, tuple(draw(hung))) for serial_no in serial_nos])


@given(bills(), st.none() | IDS, st.sampled_from([None, "aws", "eas"]))
def test_every_image_view_without_serial_numbers_is_all_of_the_bill(
    bill: Bill, branch_id: str | None, profile: str | None
) -> None:
    assert bill.image(branch_id=branch_id, profile=profile)[0] == bill.serial_nos


@given(bills(), st.data())
def test_every_aws_image_view_is_all_of_the_bill(bill: Bill, data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(bill.serial_nos) if bill.invoices else IDS))
    assert bill.image(*asked, profile="aws")[0] == bill.serial_nos


@given(bills(), st.data())
def test_every_eas_image_view_is_exactly_what_was_asked_in_the_bills_order(bill: Bill, data: st.DataObject) -> None:
    assume(bill.invoices)
    asked = data.draw(st.lists(st.sampled_from(bill.serial_nos), min_size=1))
    cut = data.draw(st.integers(0, len(asked)))
    in_any_form = [",".join(asked[:cut]), *asked[cut:]]
    branch_id = data.draw(st.sampled_from([None, *bill.branch_ids]))
    expected = [serial_no for serial_no in bill.serial_nos if serial_no in asked]
    assert bill.image(*in_any_form, profile="eas", branch_id=branch_id)[0] == expected


@given(bills(), st.data())
def test_every_location_view_is_one_invoice_of_its_own_entry(bill: Bill, data: st.DataObject) -> None:
    assume(bill.branch_ids)
    branch_id = data.draw(st.sampled_from(bill.branch_ids))
    own = [invoice for invoice in bill.invoices if branch_id in invoice.branch_ids]
    view = location_view(bill.invoices, branch_ids=bill.branch_ids, branch_id=branch_id)
    assert view.serial_nos == tuple(invoice.serial_no for invoice in own)
    assert view.invoice is (own[0] if own else None)
    for position, invoice in enumerate(own, 1):
        picked = location_view(
            bill.invoices, branch_ids=bill.branch_ids, branch_id=branch_id, serial_no=invoice.serial_no
        )
        assert (picked.invoice, picked.position, picked.count) == (invoice, position, len(own))
    for invoice in bill.invoices:
        if invoice not in own:
            with pytest.raises(UnknownSerialNo):
                location_view(
                    bill.invoices, branch_ids=bill.branch_ids, branch_id=branch_id, serial_no=invoice.serial_no
                )
