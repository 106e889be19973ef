"""What a call asks, whether it came as JSON, as a form or in the query, and whether it is rightly signed."""

import time
from collections.abc import Callable
from typing import Any

from flask import Request

from viewer.domain.signing import ENC_TYPES, is_signed
from viewer.gateway.sandbox.envelope import BAD_CREDENTIALS, BAD_PARAMETER, NO_CLIENT_ID, Refusal

CLOCK_MINUTES = 10
"""How far a call's timestamp may be from the sandbox's clock. (The vendor names no figure.)"""


class Asked:
    """A call's parameters as text; one that is missing is empty."""

    def __init__(self, request: Request) -> None:
        body = request.get_json(force=True, silent=True) if request.is_json else None
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}
        given = {**request.args.to_dict(), **request.form.to_dict(), **self.body}
        self._values = {name: "" if value is None else str(value) for name, value in given.items()}

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")

    def need(self, name: str) -> str:
        """The parameter; a call without it is refused."""
        if not self[name]:
            raise Refusal(BAD_PARAMETER, f"参数错误：{name}不能为空")
        return self[name]


def check_signature(asked: Asked, secret_of: Callable[[str], str | None]) -> None:
    """Refuses a call that isn't signed with its client's secret, or whose timestamp (milliseconds) is far from now."""
    if not asked["client_id"]:
        raise Refusal(NO_CLIENT_ID, "授权ID不能为空")
    enc_type = asked["encType"] or "0"
    if enc_type not in ENC_TYPES:
        raise Refusal(BAD_PARAMETER, "参数错误：encType只能是0、1、2")
    timestamp = asked.need("timestamp")
    client_secret = secret_of(asked["client_id"])
    signed = client_secret is not None and is_signed(
        asked["sign"],
        client_id=asked["client_id"],
        client_secret=client_secret,
        timestamp=timestamp,
        enc_type=enc_type,
    )
    if not signed:
        raise Refusal(BAD_CREDENTIALS, "授权信息不匹配，请检查client_id、client_secret与sign")
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp) / 1000) > CLOCK_MINUTES * 60:
        raise Refusal(BAD_CREDENTIALS, f"timestamp无效：应为毫秒，且与服务器时间相差不超过{CLOCK_MINUTES}分钟")
