"""Issuing invoices and asking what became of one.

Synchronous: `invoicewebsocket/push` answers with the invoice. Asynchronous: `/push` takes it, `/invoice/query` tells the
result; the two don't know of each other (FAQ 1.3). How a refused token is answered isn't documented, so a question that is
refused under a kept token is asked once more under a new one; issuing isn't, and gets a new token each time.
"""

from collections.abc import Mapping
from typing import Any

from viewer.config import Settings
from viewer.domain.issuing import ASYNCHRONOUS, FLAG, SYNCHRONOUS, Permit
from viewer.domain.listing import ListedInvoice
from viewer.errors import UpstreamRefused
from viewer.gateway.tokens import Granted, Tokens
from viewer.gateway.transport import TRY_AGAIN, Transport
from viewer.gateway.wire import answers, bills

TOKEN = "/base/oauth/token"  # noqa: S105 - an address
QUERY = "/invoice/query"
DETAIL = "/m4/fpzs/expense/invoice/detail/query"


class Issuing:
    """The issuer's side of the cloud."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._tokens = Tokens(self.grant)

    def grant(self) -> Granted:
        """A new access token (`base/oauth/token`)."""
        return answers.parse_token(self._transport.post(TOKEN, self._transport.signed({})))

    def issue(
        self,
        body: Mapping[str, Any],
        permit: Permit,
        *,
        tax_no: str,
        asynchronous: bool,
        simulated: bool,
        paper: Mapping[str, str],
    ) -> answers.Issued:
        """Sends one request for an invoice, once. `paper` holds what only an invoice on paper needs in the address.

        Raises IssuingRefused where the guard keeps it back, UpstreamRefused, and for everything after which nobody knows
        whether an invoice was issued UpstreamTimeout or UpstreamUnreachable.
        """
        query = {"reqid": permit.reqid, "taxNo": tax_no, "clientId": self._settings.client_id, **paper}
        if simulated:
            query[FLAG] = "1"
        if asynchronous:
            query |= {"access_token": self._tokens.fresh(), "fpdk_type": self._settings.fpdk_type}
        path = ASYNCHRONOUS if asynchronous else SYNCHRONOUS
        return answers.parse_issued(self._transport.issue(path, query, body, permit))

    def query(self, *, serial_no: str, tax_no: str, reqid: str, token: str | None = None) -> answers.Issued | None:
        """What became of an asynchronous issuing; None while it is under way. A `token` of one's own isn't renewed."""
        query = {"reqid": reqid, "taxNo": tax_no, "fpdk_type": self._settings.fpdk_type, "serialNo": serial_no}
        kept = token or self._tokens.get()
        try:
            return self._query({**query, "access_token": kept})
        except UpstreamRefused:
            if token:
                raise
            return self._query({**query, "access_token": self._tokens.renewed(kept)})

    def details(self, serial_nos: list[str]) -> tuple[ListedInvoice, ...]:
        """Invoices by their serial numbers, however they were issued (`invoice/detail/query`)."""
        fields = self._transport.signed({"fid": ",".join(serial_nos)})
        return bills.parse_listing(self._transport.read(DETAIL, fields)).invoices

    def _query(self, query: Mapping[str, str]) -> answers.Issued | None:
        try:
            return answers.parse_issued(self._transport.get(QUERY, query))
        except UpstreamRefused as error:
            if error.errcode == TRY_AGAIN:
                return None
            raise
