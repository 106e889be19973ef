"""OFDs from the sandbox to the reader: named, typed, and byte for byte what was issued."""

from typing import Any
from urllib.parse import unquote

import pytest

from tests.installations import Installation
from tests.unit.gateway.sandbox.ofds import Ofd
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.papers import Invoice
from viewer.gateway.sandbox.shapes import CatalogueBill, CatalogueInvoice
from viewer.gateway.sandbox.state import State

HELD = [
    (bill, invoice)
    for bill in demo_bills()
    for invoice in bill.invoices
    if any(it.form == "ofd" for it in invoice.files)
]


@pytest.mark.parametrize(("made", "held"), HELD, ids=[made.bill_no for made, _ in HELD])
def test_an_ofd_is_listed_and_downloaded_as_it_was_issued(
    site: Installation, filled_state: State, made: CatalogueBill, held: CatalogueInvoice
) -> None:
    bill = site.whole(made.userkey)
    (shown,) = (each for each in bill["invoices"] if each["serial_no"] == held.serial_no)
    (file,) = (each for each in shown["files"] if each["name"].endswith(".ofd"))
    (wanted,) = (each for each in held.files if each.form == "ofd")
    assert (file["name"], file["media_type"], file["original"]) == (wanted.name, "application/ofd", True)
    issued = issued_bytes(filled_state, made.userkey, wanted.name)
    response = site.get(f"/api/v1/bills/{made.userkey}/files/{file['file_id']}?download=1")
    assert response.status_code == 200
    assert response.content == issued
    assert response.headers["Content-Type"] == "application/ofd"
    assert wanted.name in unquote(response.headers["Content-Disposition"])
    assert isinstance(held.paper, Invoice)
    assert Ofd(response.content).custom_datas()["发票号码"] == held.paper.number


def issued_bytes(state: State, userkey: str, name: str) -> Any:
    bill = state.bill(userkey)
    assert bill
    (record,) = (file for invoice in bill.invoices for file in invoice.files if file.name == name)
    return state.content(record)
