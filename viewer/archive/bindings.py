"""Hanging invoices on an entry of an ERP's bill, and taking them off: the bill is asked for anew when it is opened next."""

from collections.abc import Sequence

from viewer.archive.bills import Bills
from viewer.domain.keys import branch_key
from viewer.errors import N_, CommandError
from viewer.gateway.binding import Binding, EntryOfBill
from viewer.gateway.client import Gateway
from viewer.store import ledger_queries, queries
from viewer.store.database import Database


class Bindings:
    """Changes upstream; what is stored here follows at the next opening. What was bound is kept for a list that names no
    entries."""

    def __init__(self, database: Database, bills: Bills, gateway: Gateway | None) -> None:
        self._database = database
        self._bills = bills
        self._gateway = gateway

    def bind(self, serial_nos: Sequence[str], on: EntryOfBill, *, cache: bool) -> str:
        """Binds invoices to an entry, for two hours (`cache`) or until released; the bill's userkey."""
        desk = self._desk()
        userkey = self._bills.register(bill_id=on.bill_id, bill_no=on.bill_no, branch_id=on.branch_id)
        desk.bind(serial_nos, on, cache=cache)
        with self._database.write() as session:
            if bill := queries.load_bill_by_id(session, on.bill_id):
                ledger_queries.add_bindings(session, bill.id, branch_key(on.branch_id), serial_nos)
        self._bills.make_due(on.bill_id)
        return userkey

    def release(self, serial_nos: Sequence[str], *, bill_id: str, branch_id: str) -> None:
        """Takes these invoices off the entry; without any, all of them and the entry."""
        self._desk().release(serial_nos, bill_id=bill_id, branch_id=branch_id)
        with self._database.write() as session:
            if bill := queries.load_bill_by_id(session, bill_id):
                ledger_queries.remove_bindings(session, bill.id, branch_key(branch_id), serial_nos or None)
        self._bills.make_due(bill_id)

    def set_status(self, serial_nos: Sequence[str], status: str) -> None:
        """1 unused, 30 in use, 60 used, 65 booked."""
        self._desk().set_status(serial_nos, status)

    def _desk(self) -> Binding:
        if self._gateway is None:
            raise CommandError(
                N_("VIEWER_GATEWAY_URL is empty: without an invoice cloud nothing can be issued or bound.")
            )
        return self._gateway.binding
