"""Acts out the faults: before a call is answered, or on its finished answer."""

import time
from collections.abc import Callable, Iterator

from flask import Flask, Response, g, request

from viewer.gateway.sandbox.asked import Asked
from viewer.gateway.sandbox.envelope import NO_AUTHORISATION, Refusal, refuse
from viewer.gateway.sandbox.faults import Fault
from viewer.gateway.sandbox.state import State

OWN_PATHS = ("/_sandbox", "/favicon.ico")
"""The sandbox's own pages, which no fault touches and no counter counts; its front page `/` is another."""

LOGIN_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>登录</title></head>
<body><h1>请登录</h1>
<form method="post"><input name="username"><input name="password" type="password"></form></body></html>
"""
_DRIP_CHUNKS = 20


def install(app: Flask, state: State, client_id: str) -> None:
    """Counts every call of the cloud's, and lets the state's fault rules act on it."""

    @app.before_request
    def before() -> Response | None:
        g.spoil = None
        if request.path == "/" or request.path.startswith(OWN_PATHS) or request.url_rule is None:
            return None
        file_id = str((request.view_args or {}).get("file_id", ""))
        userkey = _userkey(state, client_id, file_id)
        state.count_call(f"/files/{file_id}" if file_id else request.path, userkey)
        for fault in state.faults.take(request.path, userkey=userkey, file_id=file_id):
            if fault.kind == "delay":
                time.sleep(float(fault.value))
            elif fault.kind in _INSTEAD:
                return _INSTEAD[fault.kind](fault)
            else:
                g.spoil = fault
        return None

    @app.after_request
    def after(response: Response) -> Response:
        fault: Fault | None = g.get("spoil")
        return _AFTER[fault.kind](response, fault) if fault else response


def _userkey(state: State, client_id: str, file_id: str) -> str:
    """The bill that the call is about, as far as it can be told."""
    if file_id:
        file = state.file(file_id)
        return file.userkey if file else ""
    asked = Asked(request)
    return asked["userKey"] or (asked["bxd_key"] and state.userkey_of(client_id, asked["bxd_key"])) or ""


def _status(fault: Fault) -> Response:
    return Response("", int(fault.value), content_type="text/plain;charset=UTF-8")


def _errcode(fault: Fault) -> Response:
    errcode, _, description = fault.value.partition(" ")
    return refuse(Refusal(errcode, description or "系统繁忙，请稍后重试"))


def _html(_fault: Fault) -> Response:
    return Response(LOGIN_PAGE, content_type="text/html;charset=UTF-8")


def _expired(_fault: Fault) -> Response:
    return refuse(Refusal(NO_AUTHORISATION, "链接已过期，请重新获取", status=403))


def _cut(response: Response, fault: Fault) -> Response:
    """The headers promise the whole; then the server finds its connection gone, and closes it."""
    body = response.get_data()
    kept = body[: _kept(fault, body)]

    def parts() -> Iterator[bytes]:
        yield kept
        raise ConnectionAbortedError("cut on demand")

    response.response = parts()
    response.content_length = len(body)
    return response


def _truncated(response: Response, fault: Fault) -> Response:
    body = response.get_data()
    response.set_data(body[: _kept(fault, body)])
    return response


def _drip(response: Response, fault: Fault) -> Response:
    body = response.get_data()
    size = max(1, -(-len(body) // _DRIP_CHUNKS))

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), size):
            time.sleep(float(fault.value) / _DRIP_CHUNKS)
            yield body[start : start + size]

    response.response = parts()
    response.content_length = len(body)
    return response


def _kept(fault: Fault, body: bytes) -> int:
    return int(fault.value) if fault.value else len(body) // 2


_INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "status": _status,
    "errcode": _errcode,
    "html": _html,
    "expired": _expired,
}
_AFTER: dict[str, Callable[[Response, Fault], Response]] = {"cut": _cut, "truncated": _truncated, "drip": _drip}
