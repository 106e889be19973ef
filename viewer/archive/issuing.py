"""Issuing an invoice: checked, written down, sent once; and what became of it."""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any, NamedTuple

from viewer.archive.audit import Audit, Event
from viewer.archive.purging import OPERATOR
from viewer.config import Settings
from viewer.domain.issuing import (
    REQID,
    Permit,
    Typed,
    carries_flag,
    environment_of,
    new_reqid,
    objection,
)
from viewer.domain.listing import ListedInvoice
from viewer.errors import N_, CommandError, IssuingRefused, IssuingUnknown, UpstreamError, UpstreamRefused
from viewer.gateway.client import Gateway
from viewer.gateway.issue_request import ON_PAPER, IssueRequest
from viewer.gateway.wire.answers import Issued, parse_issued
from viewer.store import ledger_queries
from viewer.store.database import Database
from viewer.store.ledger import Issuing

NO_BILL = 0
"""In the audit, where an issuing has no bill yet."""
ANSWERED = frozenset({"issued", "accepted", "refused", "unsent"})
"""States in which it is known what became of a request."""


class Outcome(NamedTuple):
    """What is written of an issuing, if it was from here, and the invoice as the cloud tells it."""

    issuing: Issuing | None
    issued: Issued | None

    @property
    def state(self) -> str:
        """The issuing's, and "processing" for one that the cloud is still at."""
        if self.issuing and self.issuing.state not in ("accepted", "issued"):
            return self.issuing.state
        if self.issued and self.issued.invoice_no:
            return "issued"
        return "processing" if self.issued is None else "accepted"


class Issuings:
    """Every issuing from here goes through `issue`, and is in the database and in the audit before it is on the wire."""

    def __init__(self, settings: Settings, database: Database, gateway: Gateway | None, audit: Audit) -> None:
        self._settings = settings
        self._audit = audit
        self._database = database
        self._gateway = gateway

    def issue(
        self,
        request: IssueRequest,
        *,
        typed: Typed,
        asynchronous: bool = False,
        reqid: str | None = None,
        copy_type: str | None = None,
    ) -> Outcome:
        """Issues an invoice, simulated unless the words for a real one were typed.

        A reqid that was used before is never sent again: the same request gets what is written of it. Raises
        IssuingRefused (nothing was sent), UpstreamRefused (none was issued), IssuingUnknown (it may have been), and
        CommandError for a reqid that stands for another request.
        """
        gateway = self._need_gateway()
        environment = environment_of(self._settings.gateway_url or "")
        simulated = carries_flag(environment, typed)
        if why := objection(environment, asynchronous=asynchronous, simulated=simulated, typed=typed):
            raise IssuingRefused(why)
        reqid = reqid or new_reqid()
        if not REQID.fullmatch(reqid):
            raise CommandError(N_("A reqid has 16 digits: 13 of milliseconds and 3 random ones."))
        account = request.account or self._settings.login_account
        body = {**request.body(), "account": account} if account else request.body()
        paper = _paper(request, copy_type)
        asked = {"body": body, "paper": paper, "asynchronous": asynchronous, "simulated": simulated}
        digest = hashlib.sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        body.setdefault("serialNo", secrets.token_hex(16))
        with self._database.write() as session:
            first = ledger_queries.claim_issuing(
                session,
                reqid=reqid,
                written_at=datetime.now(UTC),
                environment=environment,
                simulated=simulated,
                asynchronous=asynchronous,
                client_id=self._settings.client_id,
                tax_no=request.salerTaxNo,
                account=account,
                serial_no=body["serialNo"],
                digest=digest,
                state="sending",
            )
        if not first:
            known = self._repeated(reqid, digest)
            told = known.answer if known.state in ("issued", "accepted") else None
            return Outcome(known, parse_issued({"data": told}) if told else None)
        self._audit.note(
            Event(
                reader=OPERATOR,
                token_id="",
                client="",
                action="issue simulated" if simulated else "issue real",
                what=reqid,
                bill_pk=NO_BILL,
                bill_no=None,
                bill_id=None,
                serial_nos=(body["serialNo"],),
            )
        )
        try:
            issued = gateway.issuing.issue(
                body,
                Permit(reqid=reqid, typed=typed),
                tax_no=request.salerTaxNo,
                asynchronous=asynchronous,
                simulated=simulated,
                paper=paper,
            )
        except IssuingRefused:
            self._note(reqid, "unsent", None)
            raise
        except UpstreamRefused as error:
            self._note(reqid, "refused", _refusal(error))
            raise
        except UpstreamError as error:
            raise self._unknown(self._note(reqid, "unknown", {"failure": error.code})) from error
        return Outcome(
            self._note(reqid, "accepted" if asynchronous else "issued", _plain(issued.raw), issued.serial_no), issued
        )

    def query(self, serial_no: str, *, tax_no: str | None = None) -> Outcome:
        """What became of an issuing. One that was synchronous is asked for by its serial number, since the asynchronous query
        can't find it (FAQ 1.3). Raises UpstreamRefused."""
        known = self.find(serial_no)
        if known and known.state in ("refused", "unsent"):
            return Outcome(known, None)
        if known and not known.asynchronous:
            invoice = self.details(serial_no)
            issued = Issued.of(invoice) if invoice else None
        else:
            tax_no = tax_no or (known.tax_no if known else self._settings.tax_no)
            issued = self._need_gateway().issuing.query(serial_no=serial_no, tax_no=tax_no, reqid=new_reqid())
        if known and issued and known.state != "issued":
            known = self._note(known.reqid, "issued", _plain(issued.raw), issued.serial_no)
        return Outcome(known, issued)

    def details(self, serial_no: str) -> ListedInvoice | None:
        """An invoice that the cloud has under this serial number, however it was issued."""
        found = self._need_gateway().issuing.details([serial_no])
        return next((each for each in found if each.serial_no == serial_no), None)

    def find(self, serial_no: str) -> Issuing | None:
        """The latest issuing of this serial number from here."""
        with self._database.read() as session:
            return ledger_queries.find_issuing(session, serial_no)

    def last(self, count: int) -> list[Issuing]:
        with self._database.read() as session:
            return ledger_queries.last_issuings(session, count)

    def _repeated(self, reqid: str, digest: str) -> Issuing:
        """What is written under a reqid that was claimed before."""
        with self._database.read() as session:
            known = ledger_queries.load_issuing(session, reqid)
        if known.digest != digest:
            raise CommandError(
                N_("Nothing was sent: the reqid {reqid} stands for another request, of {when}."),
                reqid=reqid,
                when=self._shown(known.written_at),
            )
        if known.state not in ANSWERED:
            raise self._unknown(known)
        return known

    def _note(self, reqid: str, state: str, answer: dict[str, Any] | None, serial_no: str | None = None) -> Issuing:
        with self._database.write() as session:
            row = ledger_queries.load_issuing(session, reqid)
            row.state, row.answer, row.answered_at = state, answer, datetime.now(UTC)
            row.cloud_serial_no = serial_no or row.cloud_serial_no
        return row

    def _unknown(self, known: Issuing) -> IssuingUnknown:
        return IssuingUnknown(reqid=known.reqid, when=self._shown(known.written_at), serial_no=known.serial_no)

    def _shown(self, moment: datetime) -> str:
        return moment.astimezone(self._settings.timezone).strftime("%Y-%m-%d %H:%M:%S")

    def _need_gateway(self) -> Gateway:
        if self._gateway is None:
            raise CommandError(
                N_("VIEWER_GATEWAY_URL is empty: without an invoice cloud nothing can be issued or bound.")
            )
        return self._gateway


def _paper(request: IssueRequest, copy_type: str | None) -> dict[str, str]:
    """What the address says of an invoice on paper. `copy_type`: copies of a general, then of a special invoice."""
    if request.invoiceType not in ON_PAPER:
        return {}
    return {"paperInvoiceFlag": "1", **({"invoiceCopyType": copy_type} if copy_type else {})}


def _refusal(error: UpstreamRefused) -> dict[str, Any]:
    return {"errcode": error.errcode, "description": error.description, "trace_id": error.trace_id}


def _plain(raw: Any) -> dict[str, Any]:
    """The answer as JSON alone holds it."""
    plain: dict[str, Any] = json.loads(json.dumps(raw, default=str))
    return plain
