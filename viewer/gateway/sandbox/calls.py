"""The cloud's calls that the sandbox answers: keys, a bill's invoices, an invoice's details, and the files."""

import secrets
from dataclasses import dataclass
from functools import partial

from flask import Response, request

from viewer.gateway.sandbox.asked import Asked, check_signature
from viewer.gateway.sandbox.envelope import BAD_PARAMETER, NO_AUTHORISATION, Refusal, success
from viewer.gateway.sandbox.facts import Facts
from viewer.gateway.sandbox.links import Links
from viewer.gateway.sandbox.rows import attachment_rows, bill_files, bill_rows, invoice_row
from viewer.gateway.sandbox.state import State

TOKEN_SECONDS = 7200

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "xml": "application/xml",
    "ofd": "application/ofd",
}


@dataclass(frozen=True, kw_only=True)
class Calls:
    """One method per endpoint, for the clients that the state knows."""

    state: State
    links: Links
    token_seconds: float = TOKEN_SECONDS

    def token(self) -> Response:
        """POST /base/oauth/token"""
        asked = self._signed()
        token = self.state.issuers.new_token(asked["client_id"], self.token_seconds)
        return success({"access_token": token, "token_type": "bearer", "expires_in": int(self.token_seconds)})

    def user_key(self) -> Response:
        """POST /m4/fpzs/getUserKey: every branch_id of one bill gets the same userkey (FAQ 2.1)."""
        asked = self._signed()
        given = self.state.give_userkey(asked["client_id"], asked.need("bxd_key"), asked["branch_id"])
        return success({"userKey": given})

    def link_key(self) -> Response:
        """POST /m4/fpzs/getLinkKey: the name of a new channel for the pushes of the editing page."""
        return success(secrets.token_hex(16))

    def invoices_of_userkey(self) -> Response:
        """POST /m4/fpzs/expense/invoices/query: the userkey alone, unsigned, gives the whole bill."""
        userkey = Asked(request).need("userKey")
        if not self.state.knows(userkey):
            raise Refusal(NO_AUTHORISATION, "授权信息不存在，请检查userKey")
        return self._whole_bill(userkey)

    def invoices_of_bill(self) -> Response:
        """GET /m4/fpzs/bxdInvoices: the same by the bill's id, signed."""
        asked = self._signed()
        userkey = self.state.userkey_of(asked["client_id"], asked.need("bxd_key"))
        if userkey is None:
            raise Refusal(NO_AUTHORISATION, "授权信息不存在，请检查bxd_key")
        return self._whole_bill(userkey)

    def invoice_details(self) -> Response:
        """POST /m4/fpzs/expense/invoice/detail/query: by serial numbers, of one bill if a userKey is given."""
        asked = self._signed()
        serial_nos = [part.strip() for part in asked.need("fid").split(",") if part.strip()]
        if not serial_nos:
            raise Refusal(BAD_PARAMETER, "参数错误：fid不能为空")
        return success([self._detail(asked["userKey"], serial_no) for serial_no in dict.fromkeys(serial_nos)])

    def download(self, file_id: str, name: str) -> Response:
        """GET /files/<file id>/<name>"""
        given = request.args
        self.links.check(file_id, name, expires=given.get("expires", ""), signature=given.get("sig", ""))
        file = self.state.file(file_id)
        if file is None:
            raise Refusal(NO_AUTHORISATION, "文件不存在", status=403)
        content_type = file.content_type or CONTENT_TYPES[file.extends]
        return Response(self.state.content(file), content_type=content_type)

    def _signed(self) -> Asked:
        asked = Asked(request)
        check_signature(asked, self.state.issuers.secret_of)
        return asked

    def _whole_bill(self, userkey: str) -> Response:
        """A userkey that was given out for a bill without invoices is no failure: an empty list."""
        bill = self.state.bill(userkey)
        if bill is None:
            return success([], attachList=[])
        made = self.state.made(bill_files(bill))
        link = partial(self.links.url, request.host_url)
        return success(bill_rows(bill, made, link), attachList=attachment_rows(bill.attachments, made, link))

    def _detail(self, userkey: str, serial_no: str) -> Facts:
        holders = (userkey,) if userkey else self.state.userkeys_with(serial_no)[:1]
        for bill in map(self.state.bill, holders):
            for invoice in bill.invoices if bill else ():
                if invoice.serial_no == serial_no:
                    made = self.state.made(invoice.files)
                    return invoice_row(invoice, made, partial(self.links.url, request.host_url))
        issued = None if userkey else self.state.pool.find(serial_no)
        if issued is None or not issued.is_ready:
            raise Refusal(NO_AUTHORISATION, "发票流水号不在该单据下")
        made = self.state.made(issued.files)
        return invoice_row(issued.invoice, made, partial(self.links.url, request.host_url))
