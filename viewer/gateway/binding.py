"""Which invoices hang on which entry, and what has become of them: the cloud's calls that change it, each made once."""

from collections.abc import Sequence
from dataclasses import dataclass

from viewer.config import Settings
from viewer.gateway.transport import Transport

CACHE = "/m4/fpzs/expense/entry/cache"
SAVE = "/m4/fpzs/expense/entry/save"
DELETE = "/m4/fpzs/expense/entry/delete"
UNBIND = "/m4/fpzs/expense/invoice/del/entry"
STATUS = "/m4/fpzs/expense/invoice/status/update"


@dataclass(frozen=True, kw_only=True)
class EntryOfBill:
    """An entry as the ERP names it; `expense_type` is code and name."""

    bill_id: str
    bill_no: str | None
    branch_id: str
    expense_type: tuple[str, str] | None = None


class Binding:
    """Signed calls for one bill, named by the ERP's id of it."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport

    def bind(self, serial_nos: Sequence[str], on: EntryOfBill, *, cache: bool) -> None:
        """Hangs invoices on an entry: for two hours with `cache` (`entry/cache`), else until released (`entry/save`)."""
        entry: dict[str, object] = {"entryid": on.branch_id, "fid": list(serial_nos)}
        if on.expense_type:
            entry |= {"costTypeId": on.expense_type[0], "costTypeName": on.expense_type[1]}
        fields = {"bxd_key": on.bill_id, "billnumber": on.bill_no or "", "tin": self._settings.tax_no, "data": [entry]}
        self._transport.post(CACHE if cache else SAVE, self._transport.signed(fields))

    def release(self, serial_nos: Sequence[str], *, bill_id: str, branch_id: str) -> None:
        """Takes these invoices off the entry; without any, all of the entry's and the entry itself."""
        fields: dict[str, object] = {"bxd_key": bill_id, "branch_id": branch_id, "tin": self._settings.tax_no}
        if serial_nos:
            fields["fid"] = ",".join(serial_nos)
        self._transport.post(UNBIND if serial_nos else DELETE, self._transport.signed(fields))

    def set_status(self, serial_nos: Sequence[str], status: str) -> None:
        """1 unused, 30 in use, 60 used, 65 booked."""
        fields = {"fid": ",".join(serial_nos), "expenseStatus": status, "tin": self._settings.tax_no}
        self._transport.post(STATUS, self._transport.signed(fields))
