"""The causes of upstream's errors, each tested as far as it can be from here.

The sandbox tells what of an issuer is missing. The cloud itself doesn't: there a granted token shows that clientId and secret fit,
the check character that a tax number is none, and the rest is said to be unknown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from viewer.archive.doctor.checks import Found
from viewer.archive.issuing import Issuings
from viewer.config import Settings
from viewer.domain.issuing import environment_of, new_reqid
from viewer.domain.listing import ListedInvoice
from viewer.domain.tax_number import is_tax_number
from viewer.errors import N_, UpstreamError, UpstreamRefused, ViewerError
from viewer.gateway import probe
from viewer.gateway.client import Gateway
from viewer.store.ledger import Issuing

MOBILE = re.compile(r"1[3-9][0-9]{9}")

State = Literal["cause", "ruled_out", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether something is the cause; `message` is a message id with the named `facts`."""

    state: State
    message: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Clues:
    """What the request that failed was made with; "" what isn't known."""

    client_id: str = ""
    tax_no: str = ""
    account: str = ""
    serial_no: str = ""
    token: str = ""

    def completed(self, settings: Settings, issuing: Issuing | None) -> "Clues":
        """With the facts of the issuing that failed so, and of the settings, for what isn't known."""
        return replace(
            self,
            client_id=self.client_id or (issuing.client_id if issuing else settings.client_id),
            tax_no=self.tax_no or (issuing.tax_no if issuing else ""),
            account=self.account or (issuing.account if issuing else settings.login_account),
        )


def _cause(message: str, **facts: object) -> Verdict:
    return Verdict(state="cause", message=message, facts=facts)


def _ruled_out(message: str, **facts: object) -> Verdict:
    return Verdict(state="ruled_out", message=message, facts=facts)


def _unknown(message: str, **facts: object) -> Verdict:
    return Verdict(state="unknown", message=message, facts=facts)


UNTESTED = _unknown(N_("This can't be tested from here."))
NO_CLOUD = _unknown(N_("No invoice cloud is configured, so nothing could be asked."))
NO_SERIAL_NO = _unknown(N_("Name the serial number to have it tested: --serial-no."))


class Causes:
    """The tests by their names in the data file, over one set of clues."""

    def __init__(
        self,
        settings: Settings,
        gateway: Gateway | None,
        issuings: Issuings | None,
        clues: Clues,
        clock: Callable[[], Found],
    ) -> None:
        self._settings = settings
        self._gateway = gateway
        self._clues = clues
        self._clock = clock
        self._known = issuings.find(clues.serial_no) if issuings and clues.serial_no else None
        self._found: ListedInvoice | None = None
        self._looked = False

    def run(self, name: str) -> Verdict:
        """The verdict of a test; one that fails itself leaves its cause unknown."""
        if not name:
            return UNTESTED
        tests: dict[str, Callable[[], Verdict]] = {
            "tenant": self._tenant,
            "tax_no": self._tax_no,
            "account": self._account,
            "serial_no": self._serial_no,
            "token": self._token,
            "synchronous": self._synchronous,
            "credentials": self._credentials,
            "clock": self._clock_is_off,
            "has_client_id": self._has_client_id,
        }
        try:
            return tests[name]()
        except ViewerError as error:
            return _unknown(N_("The test itself failed: {error}"), error=error)
        except OSError as error:
            return _unknown(N_("The test itself failed: {error}"), error=type(error).__name__)

    # --- FAQ 1.2 ---

    def _tenant(self) -> Verdict:
        client_id = self._clues.client_id
        if not client_id:
            return _cause(N_("No clientId is set (VIEWER_CLIENT_ID)."))
        if self._is_sandbox():
            if self._missing() == "clientId":
                return _cause(N_("{client_id} is no tenant's clientId."), client_id=client_id)
            return _ruled_out(N_("{client_id} is a tenant's clientId."), client_id=client_id)
        if client_id != self._settings.client_id:
            words = N_(
                "The request named {client_id}, VIEWER_CLIENT_ID is {configured}: only the latter can be tested."
            )
            return _unknown(words, client_id=client_id, configured=self._settings.client_id)
        fits = self._credentials()
        if fits.state != "ruled_out":
            return fits
        words = N_(
            "{client_id} and its secret are accepted. Whether it is the tenant's or a company's is told by no call: compare "
            "it with the authorisation mail."
        )
        return _unknown(words, client_id=client_id)

    def _tax_no(self) -> Verdict:
        tax_no = self._clues.tax_no or self._settings.tax_no
        if not tax_no:
            return _cause(N_("No tax number is set (VIEWER_TAX_NO)."))
        if not is_tax_number(tax_no):
            return _cause(N_("{tax_no} is no tax number: its form or its check character is wrong."), tax_no=tax_no)
        if self._is_sandbox():
            missing = self._missing()
            if missing == "taxNo":
                return _cause(N_("The tenant has no company with the tax number {tax_no}."), tax_no=tax_no)
            if missing == "clientId":
                return _unknown(
                    N_("{tax_no} is well formed; it can't be looked up before the clientId is right."), tax_no=tax_no
                )
            return _ruled_out(N_("The tenant has a company with the tax number {tax_no}."), tax_no=tax_no)
        words = N_(
            "{tax_no} is well formed. Whether it is this tenant's is told by no call: compare it with the authorisation mail."
        )
        return _unknown(words, tax_no=tax_no)

    def _account(self) -> Verdict:
        account = self._clues.account
        if not account:
            return _cause(N_("No login account was named (VIEWER_LOGIN_ACCOUNT, --account)."))
        if self._is_sandbox():
            missing = self._missing()
            if missing == "account":
                return _cause(N_("The company has no login account {account}."), account=account)
            if missing:
                words = N_("{account} can't be looked up before clientId and tax number are right.")
                return _unknown(words, account=account)
            return _ruled_out(N_("The company has the login account {account}."), account=account)
        if not MOBILE.fullmatch(account):
            return _unknown(N_("{account} isn't a mobile number, which login accounts usually are."), account=account)
        return _unknown(
            N_("{account} has the form of a mobile number. Whether it exists is told by no call."), account=account
        )

    # --- FAQ 1.3 ---

    def _serial_no(self) -> Verdict:
        serial_no = self._clues.serial_no
        if not serial_no:
            return NO_SERIAL_NO
        own = self._own_tax_no()
        if own is None:
            words = N_("Neither this installation nor the invoice cloud knows the serial number {serial_no}.")
            return _cause(words, serial_no=serial_no)
        if self._known and self._known.state in ("refused", "unsent"):
            words = N_("The request for {serial_no} of {when} was refused or not sent, so there is no invoice.")
            return _cause(words, serial_no=serial_no, when=f"{self._known.written_at:%Y-%m-%d %H:%M} UTC")
        asked = self._clues.tax_no or own
        if asked != own:
            words = N_("{serial_no} was issued under the tax number {own}, not {asked}.")
            return _cause(words, serial_no=serial_no, own=own, asked=asked)
        return _ruled_out(N_("{serial_no} is known, under the tax number {own}."), serial_no=serial_no, own=own)

    def _token(self) -> Verdict:
        """Asks with the token that is doubted, then with a new one; without one to doubt, with a new one alone."""
        if not self._clues.serial_no:
            return NO_SERIAL_NO
        if self._gateway is None:
            return NO_CLOUD
        try:
            fresh = self._gateway.issuing.grant().token
        except UpstreamRefused as error:
            words = N_("No token is granted: {errcode} {description}. Check client_id and client_secret.")
            return _cause(words, errcode=error.errcode, description=error.description)
        own = self._own_tax_no() or ""
        tax_no = own if self._clues.token else self._clues.tax_no or own
        if not self._is_answered(fresh, tax_no):
            return _ruled_out(N_("A new token changes nothing: the query is refused under it too."))
        if self._clues.token and self._is_answered(self._clues.token, tax_no):
            return _ruled_out(N_("The query is answered under this token."))
        return _cause(N_("Under a new token the query is answered: the old one was wrong or had run out."))

    def _synchronous(self) -> Verdict:
        serial_no = self._clues.serial_no
        if not serial_no:
            return NO_SERIAL_NO
        found = self._invoice()
        if self._known and self._known.asynchronous:
            return _ruled_out(N_("{serial_no} was issued asynchronously, from here."), serial_no=serial_no)
        if not self._known and (found is None or self._is_answered_anew()):
            words = N_("Nothing shows that {serial_no} was issued synchronously.")
            return _ruled_out(words, serial_no=serial_no)
        if found is None:
            words = N_("{serial_no} was issued synchronously, from here: an asynchronous query can't find it.")
            return _cause(words, serial_no=serial_no)
        words = N_(
            "{serial_no} was issued synchronously: an asynchronous query can't find it. Asked by its serial number, the cloud "
            "answers: invoice {invoice_no} of {date}, {total}. The right question: viewer invoice query {serial_no}"
        )
        facts = {
            "invoice_no": found.invoice_no or "–",
            "date": found.invoice_date or "–",
            "total": found.total_amount or "–",
        }
        return _cause(words, serial_no=serial_no, **facts)

    # --- the others ---

    def _credentials(self) -> Verdict:
        if self._gateway is None:
            return NO_CLOUD
        try:
            self._gateway.issuing.grant()
        except UpstreamRefused as error:
            words = N_("{client_id} and its secret are refused here: {errcode} {description}")
            told = {"errcode": error.errcode, "description": error.description}
            return _cause(words, client_id=self._settings.client_id, **told)
        return _ruled_out(N_("{client_id} and its secret are accepted."), client_id=self._settings.client_id)

    def _clock_is_off(self) -> Verdict:
        state, message, facts = self._clock()
        found: dict[str, State] = {"ok": "ruled_out", "failed": "cause", "warning": "cause"}
        return Verdict(state=found.get(state, "unknown"), message=message, facts=facts)

    def _has_client_id(self) -> Verdict:
        if self._settings.client_id:
            return _ruled_out(N_("VIEWER_CLIENT_ID is {client_id}."), client_id=self._settings.client_id)
        return _cause(N_("No clientId is set (VIEWER_CLIENT_ID)."))

    # --- what the tests ask ---

    def _is_sandbox(self) -> bool:
        url = self._settings.gateway_url or ""
        return environment_of(url) == "sandbox" and probe.is_sandbox(url)

    def _missing(self) -> str | None:
        clues = self._clues
        tax_no = clues.tax_no or self._settings.tax_no
        return probe.missing_of_issuer(
            self._settings.gateway_url or "", client_id=clues.client_id, tax_no=tax_no, account=clues.account
        )

    def _invoice(self) -> ListedInvoice | None:
        """The invoice by its serial number, whichever way it was issued; looked up once."""
        if not self._looked and self._gateway:
            self._looked = True
            try:
                found = self._gateway.issuing.details([self._clues.serial_no])
            except UpstreamError:
                found = ()
            self._found = next((each for each in found if each.serial_no == self._clues.serial_no), None)
        return self._found

    def _own_tax_no(self) -> str | None:
        """The tax number under which it was issued."""
        if self._known:
            return self._known.tax_no
        found = self._invoice()
        return (found.seller_tax_no or self._clues.tax_no) if found else None

    def _is_answered_anew(self) -> bool:
        return self._gateway is not None and self._is_answered(
            self._gateway.issuing.grant().token, self._own_tax_no() or ""
        )

    def _is_answered(self, token: str, tax_no: str) -> bool:
        """Whether the asynchronous query knows the serial number under this token and tax number."""
        assert self._gateway
        try:
            self._gateway.issuing.query(serial_no=self._clues.serial_no, tax_no=tax_no, reqid=new_reqid(), token=token)
        except UpstreamRefused:
            return False
        return True
