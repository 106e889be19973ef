"""The last place before the wire: every call of the invoice cloud passes it, and a request for an invoice only with a permit."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests

from viewer.domain.issuing import ASYNCHRONOUS, FLAG, ISSUING_PATHS, Environment, Permit, environment_of, objection
from viewer.errors import N_, IssuingRefused
from viewer.gateway.transfer import BoundedAdapter

PROOF_PATH = "/_sandbox/environment"
PROOF = "bill-viewer-sandbox"
"""What only our sandbox answers there: behind a loopback address there may be a tunnel to production."""


class IssuingRequest(requests.PreparedRequest):
    """A request for an invoice with what permits it. A copy, such as a redirect makes, has lost the permit."""

    permit: Permit

    @classmethod
    def of(cls, request: requests.PreparedRequest, permit: Permit) -> "IssuingRequest":
        permitted = cls()
        permitted.__dict__.update(request.__dict__)
        permitted.permit = permit
        return permitted


class Guard(BoundedAdapter):
    """Judges each finished request by its own address, whatever built it."""

    def __init__(self, *, pool_connections: int, pool_maxsize: int) -> None:
        super().__init__(pool_connections=pool_connections, pool_maxsize=pool_maxsize)
        self._sent: set[str] = set()

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Raises IssuingRefused for a request for an invoice that isn't permitted, before anything is sent."""
        if asks_for_an_invoice(request.url or ""):
            self._judge(request, more)
        return super().send(request, *args, **more)

    def _judge(self, request: requests.PreparedRequest, way: dict[str, Any]) -> None:
        permit = request.permit if isinstance(request, IssuingRequest) else None
        address, _, query = (request.url or "").partition("?")
        path = next((path for path in ISSUING_PATHS if address.endswith(path)), None)
        if permit is None or path is None or request.method != "POST":
            raise IssuingRefused(N_("Nothing was sent: this request for an invoice wasn't recorded before."))
        given = dict(asked := parse_qsl(query, keep_blank_values=True))
        flags = [value for name, value in asked if name.lower() == FLAG.lower()]
        odd = len(given) != len(asked) or flags not in ([], ["1"]) or (bool(flags) and FLAG not in given)
        if odd or given.get("reqid") != permit.reqid:
            raise IssuingRefused(N_("Nothing was sent: the address of this request for an invoice is malformed."))
        environment = self._environment(address.removesuffix(path), way)
        why = objection(environment, asynchronous=path == ASYNCHRONOUS, simulated=bool(flags), typed=permit.typed)
        if why:
            raise IssuingRefused(why)
        if permit.reqid in self._sent:
            raise IssuingRefused(N_("Nothing was sent: the reqid {reqid} was sent before."), reqid=permit.reqid)
        self._sent.add(permit.reqid)

    def _environment(self, base_url: str, way: dict[str, Any]) -> Environment:
        """By the base address; a loopback address must also prove that our sandbox is behind it."""
        found = environment_of(base_url)
        if found == "sandbox" and not self._is_proved(base_url, way):
            return "production"
        return found

    def _is_proved(self, base_url: str, way: dict[str, Any]) -> bool:
        """Asked on the very way (proxies, timeouts) that the request itself would go."""
        ask = requests.Request("GET", base_url + PROOF_PATH).prepare()
        try:
            answer = super().send(ask, **{**way, "stream": False})
        except requests.RequestException:
            return False
        return answer.status_code == requests.codes.ok and answer.text == PROOF


def asks_for_an_invoice(url: str) -> bool:
    """Whether an address is one that issues invoices, read as widely as any server might read it."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return True
    return "push" in re.split(r"[/;\\\s\0]+", unquote(path).lower())
