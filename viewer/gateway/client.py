"""The invoice cloud behind one tenant's credentials: bills and their keys, issuing, and binding invoices to entries."""

from viewer.config import Settings
from viewer.domain.listing import BillListing
from viewer.gateway.binding import Binding
from viewer.gateway.issuing import Issuing
from viewer.gateway.transport import Transport
from viewer.gateway.wire import answers, bills


class Gateway:
    """All calls share one transport; `issuing` and `binding` are its other two desks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._transport = Transport(settings)
        self.issuing = Issuing(settings, self._transport)
        self.binding = Binding(settings, self._transport)

    def list_bill(self, userkey: str) -> BillListing:
        """Every invoice of the whole bill and its attachments (`expense/invoices/query`; unsigned, the key is enough)."""
        return bills.parse_listing(self._transport.read("/m4/fpzs/expense/invoices/query", {"userKey": userkey}))

    def get_userkey(self, *, bill_id: str, bill_no: str | None, branch_id: str | None) -> str:
        """The bill's userkey (`getUserKey`), the same for every entry of it. Not repeated: it may register the bill."""
        ask = {
            "bxd_key": bill_id,
            "billNumber": bill_no or "",
            "branch_id": branch_id or "",
            "tin": self._settings.tax_no,
        }
        return answers.parse_userkey(self._transport.post("/m4/fpzs/getUserKey", self._transport.signed(ask)))

    def close(self) -> None:
        self._transport.close()
