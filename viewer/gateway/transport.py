"""Exchanges with the invoice cloud: pooled, signed, bounded in time, repeated where that is safe, failures in our error tree."""

import json
import logging
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests

from viewer import metrics
from viewer.config import Settings
from viewer.domain.issuing import Permit
from viewer.domain.signing import sign
from viewer.errors import UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from viewer.gateway.issuing_guard import Guard, IssuingRequest
from viewer.gateway.transfer import Deadline, body, exchange
from viewer.gateway.wire.answers import open_envelope

log = logging.getLogger(__name__)

PAUSES = (0.2, 0.6)
"""Seconds before the second and third try of a read."""
TRY_AGAIN = "1307"
"""Upstream's errcode for "still processing, ask again"."""
LARGEST_ANSWER = 64 * 1024 * 1024

Fields = Mapping[str, object]


class Transport:
    """The one session on which calls of the invoice cloud go out, behind the guard of issuing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = requests.Session()
        guard = Guard(pool_connections=4, pool_maxsize=32)
        self._session.mount("http://", guard)
        self._session.mount("https://", guard)

    def read(self, path: str, fields: Fields) -> dict[str, Any]:
        """A call that changes nothing, tried up to three times within the one deadline."""
        deadline = Deadline(self._settings.upstream_deadline)
        for pause in PAUSES:
            try:
                return self._call("POST", path, deadline, json=fields)
            except UpstreamTimeout:
                raise
            except UpstreamError as error:
                if isinstance(error, UpstreamRefused) and error.errcode != TRY_AGAIN:
                    raise
                log.info("upstream %s failed (%s), trying again", path, error.code)
                time.sleep(min(pause, deadline.left()))
        return self._call("POST", path, deadline, json=fields)

    def post(self, path: str, fields: Fields) -> dict[str, Any]:
        """A call that may change something: made once."""
        return self._call("POST", path, Deadline(self._settings.upstream_deadline), json=fields)

    def get(self, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        """A question in the address, asked once."""
        return self._call("GET", path, Deadline(self._settings.upstream_deadline), params=query)

    def issue(self, path: str, query: Mapping[str, str], fields: Fields, permit: Permit) -> dict[str, Any]:
        """A request for an invoice, made once. Raises IssuingRefused where the guard keeps it back."""
        deadline = Deadline(self._settings.issue_deadline)
        return self._call("POST", path, deadline, params=query, json=fields, permit=permit)

    def signed(self, fields: Fields) -> dict[str, object]:
        """The fields with client_id, timestamp, encType and the signature over them."""
        timestamp = str(time.time_ns() // 1_000_000)
        given = self._settings
        signature = sign(
            client_id=given.client_id, client_secret=given.client_secret, timestamp=timestamp, enc_type=given.enc_type
        )
        signs = {"client_id": given.client_id, "timestamp": timestamp, "encType": given.enc_type, "sign": signature}
        return {**fields, **signs}

    def close(self) -> None:
        self._session.close()

    def _call(
        self, method: str, path: str, deadline: Deadline, *, permit: Permit | None = None, **more: Any
    ) -> dict[str, Any]:
        with metrics.step("upstream", path):
            return self._answer(method, path, deadline, permit=permit, **more)

    def _answer(
        self, method: str, path: str, deadline: Deadline, *, permit: Permit | None = None, **more: Any
    ) -> dict[str, Any]:
        address = f"{self._settings.gateway_url}{path}"
        prepared = self._session.prepare_request(requests.Request(method, address, **more))
        if permit:
            prepared = IssuingRequest.of(prepared, permit)
        try:
            with exchange(deadline, LARGEST_ANSWER), self._send(prepared, deadline) as response:
                content = b"".join(body(response, deadline=deadline, limit=LARGEST_ANSWER))
        except OverflowError as error:
            raise UpstreamUnreachable(reason=f"more than {LARGEST_ANSWER} bytes") from error
        if response.status_code != requests.codes.ok:
            raise UpstreamUnreachable(reason=f"HTTP {response.status_code}")
        try:
            envelope = json.loads(content, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise UpstreamUnreachable(reason="no JSON") from error
        return open_envelope(envelope)

    def _send(self, prepared: requests.PreparedRequest, deadline: Deadline) -> requests.Response:
        around = self._session.merge_environment_settings(prepared.url or "", {}, True, None, None)
        return self._session.send(
            prepared,
            timeout=(min(self._settings.connect_timeout, deadline.left()), deadline.left()),
            allow_redirects=False,
            **around,
        )
