"""What the cloud's channel or the ERP reports of a bill: taken at once, so that no view shows an entry's former invoice, and
completed by the cloud's own list when the bill is opened next."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from viewer.archive.bills import Bills
from viewer.errors import N_, BadRequest
from viewer.gateway.wire.bills import parse_message
from viewer.gateway.wire.values import LONGEST_ID
from viewer.store import queries
from viewer.store.database import Database
from viewer.store.record import lock_bill, record_entry, record_more


class Messages:
    """Each may come twice, or out of order with the lists that are asked for."""

    def __init__(self, database: Database, bills: Bills) -> None:
        self._database = database
        self._bills = bills

    def take(self, kind: Literal["saveBill", "saveEntrys"], data: Mapping[str, Any]) -> str:
        """Records a message; the bill's userkey. Raises BadRequest, or an UpstreamError where a new bill gets no userkey."""
        bill_id = _need(data, "bxd_key")
        branch_id = _need(data, "branch_id") if kind == "saveEntrys" else None
        invoices = parse_message(data)
        userkey = self._stored(bill_id) or self._bills.register(bill_id=bill_id, bill_no=None, branch_id=branch_id)
        with self._database.write() as session:
            bill = lock_bill(session, userkey, source="upstream")
            if branch_id:
                record_entry(session, bill, branch_id, invoices)
            else:
                record_more(bill, invoices)
        self._bills.make_due(bill_id)
        return userkey

    def _stored(self, bill_id: str) -> str | None:
        with self._database.read() as session:
            bill = queries.load_bill_by_id(session, bill_id)
        return bill.userkey if bill else None


UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
"""What a database can't hold: NUL, and half of a surrogate pair, which JSON can escape."""


def _need(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID or UNSTORABLE.search(value):
        raise BadRequest(N_("The parameter “{name}” is missing or wrong."), name=name)
    return value
