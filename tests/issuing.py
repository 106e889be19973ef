"""What tests of issuing share: a request for an invoice, and a wire that records instead of sending."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import HTTPAdapter

from viewer.gateway.issue_request import IssueRequest
from viewer.gateway.issuing_guard import PROOF, PROOF_PATH
from viewer.gateway.sandbox.catalogue import SANDBOX_ACCOUNT, SANDBOX_TAX_NO

REQUEST: dict[str, Any] = {
    "invoiceType": "26",
    "salerName": "杭州栖云数据技术有限公司",
    "salerTaxNo": SANDBOX_TAX_NO,
    "buyerName": "绍兴柯岩小馆餐饮有限公司",
    "drawer": "林嘉禾",
    "items": [
        {"goodsName": "*信息技术服务*软件维护", "unit": "项", "num": 1, "detailAmount": "1200.00", "taxRate": 0.06}
    ],
}
"""The least that a request says."""


def a_request(**more: Any) -> IssueRequest:
    return IssueRequest.model_validate({**REQUEST, "account": SANDBOX_ACCOUNT, **more})


class Wire:
    """What reached the wire: requests after every check of ours, answered with a success."""

    def __init__(self) -> None:
        self.requests: list[requests.PreparedRequest] = []
        self.is_sandbox = True
        self.at_sending: Callable[[requests.PreparedRequest], None] = lambda request: None

    @property
    def issuings(self) -> list[requests.PreparedRequest]:
        """Those that a cloud would issue an invoice for."""
        return [each for each in self.requests if "push" in urlsplit(each.url or "").path.lower()]

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        self.requests.append(request)
        self.at_sending(request)
        response = requests.Response()
        response.status_code = 200
        path = urlsplit(request.url or "").path
        if path == PROOF_PATH:
            text = PROOF if self.is_sandbox else "a tunnel to somewhere else"
        elif path.endswith("/base/oauth/token"):
            text = json.dumps({"errcode": "0000", "data": {"access_token": "t", "expires_in": 7200}})
        else:
            text = json.dumps({"errcode": "0000", "data": {"serialNo": "s", "invoiceNo": "1"}})
        response._content = text.encode()
        response.raw = _Raw(text.encode())
        return response


class _Raw:
    """As much of urllib3's response as our transfer reads."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read1(self, _size: int, **_: Any) -> bytes:
        given, self._content = self._content, b""
        return given

    def close(self) -> None: ...

    def release_conn(self) -> None: ...


@contextmanager
def recorded() -> Iterator[Wire]:
    """Puts a recorder below every session's adapter: nothing leaves the machine."""
    wire = Wire()

    def send(adapter: HTTPAdapter, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        return wire.send(request)

    with patch.object(HTTPAdapter, "send", send):
        yield wire


def query_of(request: requests.PreparedRequest) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.url or "").query, keep_blank_values=True)
