"""Calls of the invoice cloud: pooled, signed, bounded in time, repeated where that is safe, every failure in our error tree."""

import json
import logging
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests

from viewer.config import Settings
from viewer.domain.listing import BillListing
from viewer.domain.signing import sign
from viewer.errors import UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from viewer.gateway import wire
from viewer.gateway.transfer import BoundedAdapter, Deadline, body, exchange

log = logging.getLogger(__name__)

PAUSES = (0.2, 0.6)
"""Seconds before the second and third try of a read."""
TRY_AGAIN = "1307"
"""Upstream's errcode for "still processing, ask again"."""
LARGEST_ANSWER = 64 * 1024 * 1024


class Gateway:
    """The invoice cloud behind one tenant's credentials."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = requests.Session()
        adapter = BoundedAdapter(pool_connections=4, pool_maxsize=32)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def list_bill(self, userkey: str) -> BillListing:
        """Every invoice of the whole bill and its attachments (`expense/invoices/query`; unsigned, the key is enough)."""
        return wire.parse_listing(self._read("/m4/fpzs/expense/invoices/query", {"userKey": userkey}))

    def get_userkey(self, *, bill_id: str, bill_no: str | None, branch_id: str | None) -> str:
        """The bill's userkey (`getUserKey`), the same for every entry of it. Not repeated: it may register the bill."""
        ask = {
            "bxd_key": bill_id,
            "billNumber": bill_no or "",
            "branch_id": branch_id or "",
            "tin": self._settings.tax_no,
        }
        answer = self._call("/m4/fpzs/getUserKey", self._signed(ask), Deadline(self._settings.upstream_deadline))
        return wire.parse_userkey(answer)

    def close(self) -> None:
        self._session.close()

    def _signed(self, fields: Mapping[str, str]) -> dict[str, str]:
        timestamp = str(time.time_ns() // 1_000_000)
        given = self._settings
        signature = sign(
            client_id=given.client_id, client_secret=given.client_secret, timestamp=timestamp, enc_type=given.enc_type
        )
        return {
            **fields,
            "client_id": given.client_id,
            "timestamp": timestamp,
            "encType": given.enc_type,
            "sign": signature,
        }

    def _read(self, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """A call that changes nothing, tried up to three times within the one deadline."""
        deadline = Deadline(self._settings.upstream_deadline)
        for pause in PAUSES:
            try:
                return self._call(path, fields, deadline)
            except UpstreamTimeout:
                raise
            except UpstreamError as error:
                if isinstance(error, UpstreamRefused) and error.errcode != TRY_AGAIN:
                    raise
                log.info("upstream %s failed (%s), trying again", path, error.code)
                time.sleep(min(pause, deadline.left()))
        return self._call(path, fields, deadline)

    def _call(self, path: str, fields: Mapping[str, str], deadline: Deadline) -> dict[str, Any]:
        try:
            with (
                exchange(deadline, LARGEST_ANSWER),
                self._session.post(
                    f"{self._settings.gateway_url}{path}",
                    json=fields,
                    timeout=(min(self._settings.connect_timeout, deadline.left()), deadline.left()),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                content = b"".join(body(response, deadline=deadline, limit=LARGEST_ANSWER))
        except OverflowError as error:
            raise UpstreamUnreachable(reason=f"more than {LARGEST_ANSWER} bytes") from error
        if response.status_code != requests.codes.ok:
            raise UpstreamUnreachable(reason=f"HTTP {response.status_code}")
        try:
            envelope = json.loads(content, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise UpstreamUnreachable(reason="no JSON") from error
        return wire.open_envelope(envelope)
