"""Hanging invoices on an entry of an ERP's bill, and taking them off: the bill is asked for anew when it is opened next."""

from collections.abc import Sequence

from viewer.archive.bills import Bills
from viewer.errors import N_, CommandError
from viewer.gateway.binding import Binding, EntryOfBill
from viewer.gateway.client import Gateway


class Bindings:
    """Changes upstream; what is stored here follows at the next opening."""

    def __init__(self, bills: Bills, gateway: Gateway | None) -> None:
        self._bills = bills
        self._gateway = gateway

    def bind(self, serial_nos: Sequence[str], on: EntryOfBill, *, cache: bool) -> str:
        """Binds invoices to an entry, for two hours (`cache`) or until released; the bill's userkey."""
        desk = self._desk()
        userkey = self._bills.register(bill_id=on.bill_id, bill_no=on.bill_no, branch_id=on.branch_id)
        desk.bind(serial_nos, on, cache=cache)
        self._bills.make_due(on.bill_id)
        return userkey

    def release(self, serial_nos: Sequence[str], *, bill_id: str, branch_id: str) -> None:
        """Takes these invoices off the entry; without any, all of them and the entry."""
        self._desk().release(serial_nos, bill_id=bill_id, branch_id=branch_id)
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
