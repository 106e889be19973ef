"""Binding in the sandbox: invoices onto entries and off them, their status, other papers of a bill, and the messages with
which the cloud tells the ERP's page of it.

What the unbinding calls take isn't documented beyond `branch_id` and `bxd_key`: entries are taken by any of their names.
"""

import logging
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests
from flask import Response, request

from viewer.domain.signing import sign
from viewer.gateway.sandbox.asked import Asked, check_signature
from viewer.gateway.sandbox.envelope import BAD_PARAMETER, NO_AUTHORISATION, Refusal, success
from viewer.gateway.sandbox.facts import Facts, with_amounts
from viewer.gateway.sandbox.state import State

log = logging.getLogger(__name__)

STATUSES = frozenset({"1", "30", "60", "65"})
PUSH_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class EntryCalls:
    """One method per endpoint. `push_url` is where the messages go, if anywhere."""

    state: State
    push_url: str = ""

    def cache(self) -> Response:
        """POST /m4/fpzs/expense/entry/cache: for two hours."""
        return self._bind(cache=True)

    def save(self) -> Response:
        """POST /m4/fpzs/expense/entry/save: until released."""
        return self._bind(cache=False)

    def delete(self) -> Response:
        """POST /m4/fpzs/expense/entry/delete: the entry and all its bindings."""
        asked = self._signed()
        userkey, branch_id = self._userkey(asked), _branch_id(asked)
        self.state.pool.delete_entry(userkey, branch_id)
        self._tell_entry(asked, userkey, branch_id)
        return success(None)

    def unbind(self) -> Response:
        """POST /m4/fpzs/expense/invoice/del/entry: some invoices of an entry, or all of them."""
        asked = self._signed()
        userkey, branch_id = self._userkey(asked), _branch_id(asked)
        self.state.pool.unbind(userkey, branch_id, _serial_nos(asked.body.get("fid")) or None)
        self._tell_entry(asked, userkey, branch_id)
        return success(None)

    def set_status(self) -> Response:
        """POST /m4/fpzs/expense/invoice/status/update"""
        asked = self._signed()
        status = asked.need("expenseStatus")
        if status not in STATUSES:
            raise Refusal(BAD_PARAMETER, "参数错误：expenseStatus只能是1、30、60、65")
        self.state.pool.set_status(_serial_nos(asked.need("fid")), status)
        return success(None)

    def upload(self) -> Response:
        """POST /m4/fpzs/attachBill/upload?userKey=: a form with the file and its serial number."""
        asked = Asked(request)
        userkey = asked.need("userKey")
        if not self.state.knows(userkey):
            raise Refusal(NO_AUTHORISATION, "授权信息不存在，请检查userKey")
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Refusal(BAD_PARAMETER, "参数错误：file不能为空")
        serial_no = asked["billSerialNo"] or secrets.token_hex(16)
        try:
            self.state.put_upload(userkey, serial_no, asked["branch_id"], file.filename, file.read())
        except KeyError as error:
            raise Refusal(BAD_PARAMETER, "参数错误：billSerialNo重复") from error
        return success({"billSerialNo": serial_no})

    def _bind(self, *, cache: bool) -> Response:
        asked = self._signed()
        bill_id = asked.need("bxd_key")
        userkey = self.state.give_userkey(asked["client_id"], bill_id, "")
        rows = asked.body.get("data")
        entries = [_entry(row) for row in rows] if isinstance(rows, list) else []
        if not entries:
            raise Refusal(BAD_PARAMETER, "参数错误：data不能为空")
        facts: Facts = {"bxd_key": bill_id, "billNumber": asked["billnumber"]}
        before = self._on_bill(userkey)
        for entry, serial_nos in entries:
            self.state.pool.bind(userkey, facts, entry, serial_nos, cache=cache)
        if new := [facts for serial_no, facts in self._on_bill(userkey).items() if serial_no not in before]:
            self._tell("saveBill", asked, {"list": list(map(_told, new))})
        for entry, _ in entries:
            self._tell_entry(asked, userkey, str(entry["entryid"]))
        return success(None)

    def _signed(self) -> Asked:
        asked = Asked(request)
        check_signature(asked, self.state.issuers.secret_of)
        return asked

    def _userkey(self, asked: Asked) -> str:
        userkey = self.state.userkey_of(asked["client_id"], asked.need("bxd_key"))
        if userkey is None:
            raise Refusal(NO_AUTHORISATION, "授权信息不存在，请检查bxd_key")
        return userkey

    def _on_bill(self, userkey: str) -> dict[str, Facts]:
        bill = self.state.bill(userkey)
        return {invoice.serial_no: invoice.facts for invoice in bill.invoices} if bill else {}

    def _tell_entry(self, asked: Asked, userkey: str, branch_id: str) -> None:
        listed = [_told(facts) for facts in self.state.pool.on_entry(userkey, branch_id)]
        self._tell("saveEntrys", asked, {"branch_id": branch_id, "list": listed})

    def _tell(self, kind: str, asked: Asked, data: dict[str, Any]) -> None:
        """A signed message; that nobody hears it is no failure of the call."""
        if not self.push_url:
            return
        client_id = asked["client_id"]
        timestamp = str(time.time_ns() // 1_000_000)
        secret = self.state.issuers.secret_of(client_id) or ""
        signature = sign(client_id=client_id, client_secret=secret, timestamp=timestamp, enc_type="2")
        message = {
            "type": kind,
            "data": {"bxd_key": asked["bxd_key"], **data},
            "client_id": client_id,
            "timestamp": timestamp,
            "encType": "2",
            "sign": signature,
        }
        try:
            answer = requests.post(self.push_url, json=message, timeout=PUSH_SECONDS)
            log.info("%s was answered with HTTP %s", kind, answer.status_code)
        except requests.RequestException as error:
            log.info("%s was heard by nobody: %s", kind, error)


def _entry(row: Any) -> tuple[Facts, list[str]]:
    """The facts of an entry of `data`, and its serial numbers."""
    given = row if isinstance(row, dict) else {}
    branch_id = str(given.get("entryid") or "")
    serial_nos = _serial_nos(given.get("fid"))
    if not branch_id or not serial_nos:
        raise Refusal(BAD_PARAMETER, "参数错误：entryid与fid不能为空")
    named = {name: str(given[name]) for name in ("costTypeId", "costTypeName") if given.get(name)}
    return {"entryid": branch_id, **named}, serial_nos


def _branch_id(asked: Asked) -> str:
    found = next((asked[name] for name in ("branch_id", "entryid", "entryId") if asked[name]), "")
    if not found:
        raise Refusal(BAD_PARAMETER, "参数错误：branch_id不能为空")
    return found


def _serial_nos(value: object) -> list[str]:
    """A list of serial numbers, or one text with commas."""
    parts: Iterable[object] = value if isinstance(value, list) else str(value or "").split(",")
    return [text for part in parts if (text := str(part).strip())]


def _told(facts: Facts) -> Facts:
    """An invoice in the words of the messages: type, code, number, total, date, tax, serial number."""
    told = {
        "fplx": facts["invoiceType"],
        "fpdm": facts["invoiceCode"],
        "fphm": facts["invoiceNo"],
        "jshj": facts["totalAmount"],
        "kprq": facts["invoiceDate"],
        "se": facts["totalTaxAmount"],
        "fid": facts["serialNo"],
    }
    return with_amounts(told)
