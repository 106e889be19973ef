"""Issuing in the sandbox: at once (`invoicewebsocket/push`), or taken first (`/push`) and asked for later (`/invoice/query`).

The FAQ gives its two error texts without their codes; 1301 is the sandbox's own choice.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Response, request

from viewer.domain.dates import CHINA
from viewer.domain.issuing import FLAG, REQID
from viewer.gateway.issue_request import ON_PAPER, IssueRequest, read_request
from viewer.gateway.sandbox.asked import Asked
from viewer.gateway.sandbox.envelope import BAD_CREDENTIALS, BAD_PARAMETER, NO_AUTHORISATION, Refusal, success
from viewer.gateway.sandbox.facts import Facts, with_amounts
from viewer.gateway.sandbox.links import Links
from viewer.gateway.sandbox.papers import Invoice, Line, Party
from viewer.gateway.sandbox.parts import as_ofd, data_file, original
from viewer.gateway.sandbox.pool import UNUSED, IssuedRecord
from viewer.gateway.sandbox.shapes import CatalogueInvoice
from viewer.gateway.sandbox.state import State

NO_ACCOUNT = "未配置全电开票账号，请联系工作人员"
"""FAQ 1.2: no such issuer by tenant clientId, tax number and login account."""
NO_DATA = "未查询该数据"
"""FAQ 1.3."""
PROCESSING = "1307"
LONGEST_WAIT = 30.0
"""Seconds that a synchronous issuing is held at most, whatever the delay."""
COPY_TYPES = frozenset({"", "23", "26", "53", "56"})
SIMULATED = "模拟开票，非真实发票"
"""What the remark of a simulated invoice says."""


@dataclass(frozen=True, kw_only=True)
class IssuingCalls:
    """One method per endpoint."""

    state: State
    links: Links

    def push(self) -> Response:
        """POST /bill-websocket/v3/invoicewebsocket/push: the invoice is in the answer."""
        asked = Asked(request)
        invoice = self._issue(asked, asked["clientId"], asynchronous=False)
        time.sleep(min(self.state.pool.delay, LONGEST_WAIT))
        return success(self._told(invoice))

    def push_asynchronously(self) -> Response:
        """POST /push: the answer is the serial number to ask with."""
        asked = Asked(request)
        holder = self.state.issuers.holder_of(asked["access_token"])
        if holder is None:
            raise Refusal(BAD_CREDENTIALS, "access_token无效或已过期")
        invoice = self._issue(asked, holder, asynchronous=True)
        return success({"serialNo": invoice.serial_no})

    def query(self) -> Response:
        """GET /invoice/query: FAQ 1.3. A wrong tax number or serial number, a token that is no good, and an invoice that was
        issued synchronously are all answered alike."""
        asked = Asked(request)
        issued = self.state.pool.find(asked["serialNo"])
        holder = self.state.issuers.holder_of(asked["access_token"])
        if issued is None or issued.tax_no != asked["taxNo"] or holder != issued.client_id or not issued.asynchronous:
            raise Refusal(NO_AUTHORISATION, NO_DATA)
        if not issued.is_ready:
            raise Refusal(PROCESSING, "开票处理中，请稍后重试")
        return success(self._told(issued))

    def _issue(self, asked: Asked, client_id: str, *, asynchronous: bool) -> IssuedRecord:
        if not REQID.fullmatch(asked["reqid"]):
            raise Refusal(BAD_PARAMETER, "参数错误：reqid应为13位毫秒加3位随机数")
        tax_no = asked.need("taxNo")
        account = str(asked.body.get("account", ""))
        if self.state.issuers.missing(client_id, tax_no, account):
            raise Refusal(NO_AUTHORISATION, NO_ACCOUNT)
        if asked["invoiceCopyType"] not in COPY_TYPES:
            raise Refusal(BAD_PARAMETER, "参数错误：invoiceCopyType只能是23、26、53、56")
        wanted, problems = read_request(asked.body)
        if wanted is None:
            raise Refusal(BAD_PARAMETER, f"参数错误：{problems[0].place}")
        if wanted.salerTaxNo != tax_no:
            raise Refusal(BAD_PARAMETER, "参数错误：salerTaxNo与taxNo不一致")
        if (wanted.invoiceType in ON_PAPER) != (asked["paperInvoiceFlag"] == "1"):
            raise Refusal(BAD_PARAMETER, "参数错误：paperInvoiceFlag与invoiceType不符")
        simulated = asked[FLAG] == "1"
        now = datetime.now(CHINA)
        paper = _paper(wanted, self.state.pool.next_number(), now.date(), simulated=simulated)
        invoice = _invoice(paper, wanted.serialNo or secrets.token_hex(16))
        self.state.pool.put(
            invoice,
            reqid=asked["reqid"],
            client_id=client_id,
            tax_no=tax_no,
            simulated=simulated,
            asynchronous=asynchronous,
            ready=time.time() + (self.state.pool.delay if asynchronous else 0.0),
        )
        issued = self.state.pool.find(invoice.serial_no)
        assert issued, "it was put there just now"
        return issued

    def _told(self, issued: IssuedRecord) -> Facts:
        """The invoice, with links to its files under the names that public integrations know."""
        link = partial(self.links.url, request.host_url)
        links = {f"{file.extends}Url": link(file) for file in issued.files}
        return {**with_amounts(issued.facts), **links}


def _invoice(paper: Invoice, serial_no: str) -> CatalogueInvoice:
    """As it lies in the pool: unused, and known to the tax bureau. What goes out on paper has no OFD."""
    electronic = [as_ofd(paper)] if paper.type_code not in ON_PAPER else []
    return CatalogueInvoice(
        serial_no=serial_no,
        paper=paper,
        entry_ids=(),
        files=(original(paper), *electronic, data_file(paper)),
        expend_status=UNUSED,
        checked_at=datetime.now(CHINA).replace(tzinfo=None),
    )


def _paper(wanted: IssueRequest, number: int, issued: date, *, simulated: bool) -> Invoice:
    remark = " ".join(filter(None, [wanted.remark, SIMULATED if simulated else ""]))
    return Invoice(
        type_code=wanted.invoiceType,
        issued=issued,
        buyer=_party(wanted, "buyer", "buyerFixedTelephone"),
        seller=_party(wanted, "saler", "salerPhone"),
        lines=tuple(_line(item) for item in wanted.body()["items"]),
        remark=remark,
        drawer=wanted.drawer,
        **_numbers(wanted, number, issued),
    )


def _numbers(wanted: IssueRequest, number: int, issued: date) -> dict[str, str]:
    """20 digits on a 数电票: year, province, a channel, and the running number; code and 8 digits on paper."""
    place = wanted.salerTaxNo[2:6]
    if wanted.invoiceType in ON_PAPER:
        code = f"0{place}{issued:%y}00104" if wanted.invoiceType == "3" else f"{place}{issued:%y}3130"
        return {"code": code, "number": f"{number:08d}", "check_code": f"{secrets.randbelow(10**20):020d}"}
    return {"number": f"{issued:%y}{place[:2]}3000000{number:09d}"}


def _party(wanted: IssueRequest, role: str, phone: str) -> Party:
    def told(name: str) -> str:
        return str(getattr(wanted, name) or "")

    return Party(
        name=told(f"{role}Name"),
        tax_no=told(f"{role}TaxNo"),
        address_phone=f"{told(f'{role}Address')} {told(phone)}".strip(),
        bank_account=f"{told(f'{role}CardName')} {told(f'{role}CardNumber')}".strip(),
    )


def _line(item: Mapping[str, Any]) -> Line:
    return Line(
        name=item["goodsName"],
        amount=Decimal(item["detailAmount"]),
        rate=Decimal(item["taxRate"]),
        spec=item.get("specModel", ""),
        unit=item.get("unit", ""),
        quantity=Decimal(item["num"]) if "num" in item else None,
        stated_tax=Decimal(item["taxAmount"]),
    )
