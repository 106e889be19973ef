"""The cloud's answer: `{"errcode", "description", "data", "traceId"}`, HTTP 200 for success and refusal alike.

`"0000"` is success, everything else a failure. (Source: the vendor's interface description, "返回参数".)
"""

import json
import re
import secrets
from decimal import Decimal

from flask import Response

SUCCESS = "0000"
BAD_CREDENTIALS = "1101"
NO_CLIENT_ID = "1200"
BAD_PARAMETER = "1300"
NO_AUTHORISATION = "1301"


class Refusal(Exception):
    """The call is refused with one of the cloud's codes; only a refused download has an HTTP status of its own."""

    def __init__(self, errcode: str, description: str, *, status: int = 200) -> None:
        super().__init__(f"{errcode} {description}")
        self.errcode = errcode
        self.description = description
        self.status = status


def success(data: object, **beside: object) -> Response:
    """The envelope around `data`; `beside` are members next to it, such as `attachList`."""
    return _answer({"errcode": SUCCESS, "description": "操作成功", "data": data, **beside}, 200)


def refuse(refusal: Refusal) -> Response:
    """The envelope of a refusal."""
    return _answer({"errcode": refusal.errcode, "description": refusal.description, "data": None}, refusal.status)


_MARK = "\ue000"
_MARKED = re.compile(f'"{_MARK}(-?[0-9]+\\.[0-9]{{2}}){_MARK}"')


def _answer(members: dict[str, object], status: int) -> Response:
    text = json.dumps({**members, "traceId": secrets.token_hex(16)}, ensure_ascii=False, default=_marked)
    return Response(_MARKED.sub(r"\1", text), status, content_type="application/json;charset=UTF-8")


def _marked(value: object) -> str:
    """An amount is a JSON number that keeps both decimals (120.00), which `json` writes only with this detour."""
    if isinstance(value, Decimal):
        return f"{_MARK}{value:.2f}{_MARK}"
    raise TypeError(f"{type(value).__name__} has no place in an answer")
