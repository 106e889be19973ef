"""An upstream that says exactly what a test wrote, over real HTTP: odd lists, odd files, odd behaviour."""

import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from viewer.gateway.sandbox.server import serve_in_thread

Answer = Callable[[], AnyResponse]
DONE = {"errcode": "0000", "description": "操作成功", "data": None, "traceId": "t"}
UNKNOWN = {"errcode": "1301", "description": "授权信息不存在", "data": None, "traceId": "t"}


class ScriptedCloud:
    """Lists by userkey, userkeys by the ERP's id of a bill, files by name; `asked` counts what was asked for. It agrees to
    every binding and changes no list by it."""

    def __init__(self) -> None:
        self.userkeys: dict[str, str] = {}
        self.lists: dict[str, bytes] = {}
        self.files: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.app = Flask("scripted")
        self.app.post("/m4/fpzs/expense/invoices/query")(self._list)
        self.app.get("/files/<name>")(self._file)
        self.app.post("/m4/fpzs/getUserKey")(self._userkey)
        for call in ("entry/save", "entry/cache", "entry/delete", "invoice/del/entry"):
            self.app.post(f"/m4/fpzs/expense/{call}", endpoint=call)(lambda: json.dumps(DONE))
        self.url = ""

    def put_list(self, data: object, **beside: object) -> str:
        """A bill with this list; its userkey."""
        return self.put_answer(
            json.dumps({"errcode": "0000", "description": "操作成功", "data": data, **beside}).encode()
        )

    def put_answer(self, content: bytes) -> str:
        userkey = secrets.token_hex(16)
        self.lists[userkey] = content
        return userkey

    def put_file(self, name: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """The address of a file with these bytes."""
        return self.put_behaviour(name, lambda: Response(content, content_type=media_type))

    def put_redirect(self, name: str, target: str) -> str:
        return self.put_behaviour(name, lambda: redirect(target))

    def put_drip(self, name: str, seconds: float) -> str:
        """A file that never stops coming within this time."""

        def drip() -> Iterator[bytes]:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                yield b"%PDF-1.7\n"
                time.sleep(0.02)

        return self.put_behaviour(name, lambda: Response(drip(), content_type="application/pdf"))

    def put_behaviour(self, name: str, answer: Answer) -> str:
        self.files[name] = answer
        return f"{self.url}/files/{name}"

    def put_bill(self, files: Mapping[str, bytes]) -> str:
        """A bill with one invoice for each file, in order; its userkey."""
        return self.put_list([row_of(name, self.put_file(name, content), content) for name, content in files.items()])

    def _list(self) -> AnyResponse:
        userkey = (request.get_json() or {}).get("userKey", "")
        self.asked[userkey] += 1
        return Response(self.lists.get(userkey) or json.dumps(UNKNOWN), content_type="application/json;charset=UTF-8")

    def _userkey(self) -> AnyResponse:
        userkey = self.userkeys[request.get_json()["bxd_key"]]
        return Response(json.dumps(DONE | {"data": {"userKey": userkey}}), content_type="application/json")

    def _file(self, name: str) -> AnyResponse:
        self.asked[name] += 1
        return self.files[name]()


def row_of(name: str, url: str, content: bytes = b"", **more: Any) -> dict[str, Any]:
    """A row of a list: an invoice on the entry E-1 with this one file."""
    file = {
        "id": hashlib.md5(name.encode()).hexdigest(),
        "fileName": name,
        "fileExtends": name.rpartition(".")[2],
        "fileHash": hashlib.md5(content or name.encode()).hexdigest(),
        "originalState": "1",
        "resource": "1",
        "url": url,
    }
    serial_no = hashlib.sha256(name.encode()).hexdigest()[:32]
    return {
        "serialNo": serial_no,
        "entryid": "E-1",
        "invoiceType": "26",
        "invoiceNo": name,
        "invoiceFiles": [file],
    } | more


@contextmanager
def scripted() -> Iterator[ScriptedCloud]:
    cloud = ScriptedCloud()
    with serve_in_thread(cloud.app) as served:
        cloud.url = served.url
        yield cloud
