"""`viewer demo`: the sandbox and a demo ERP beside the viewer, on an instance that the demo itself filled."""

import contextlib
import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import TracebackType
from typing import Self

import requests

from viewer.archive import Archive
from viewer.config import ENV_FILE, Settings
from viewer.demo.erp import create_erp
from viewer.domain.grant import whole_bill
from viewer.errors import N_, CommandError
from viewer.gateway.sandbox.app import create_sandbox
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_TAX_NO,
    CatalogueBill,
    demo_bills,
)
from viewer.gateway.sandbox.seeding import seed
from viewer.gateway.sandbox.server import serve_in_thread
from viewer.gateway.sandbox.state import State
from viewer.instance import init_instance, making
from viewer.web.demo import DEMO_FILE, DemoBill

LOCK_FILE = "demo.lock"
"""Held while a demo runs: a second one would point viewer.env at its own sandbox."""

Progress = Callable[[str, int, int], None]
"""Called with the step ("documents", "bills", "files"), how much of it is done and how much there is."""


class Demo:
    """Sandbox and demo ERP, served until the end of the `with`; the viewer itself is the caller's to serve."""

    def __init__(self, *, host: str, port: int) -> None:
        self.url = f"http://{_shown(host)}:{port}"
        self._host = host
        self._instance = Settings.load({**os.environ, **_NO_CREDENTIALS}).instance
        self.bills: list[DemoBill] = []
        with contextlib.ExitStack() as stack:
            self._claim_instance(stack)
            if not _is_free(host, port):
                raise CommandError(N_("Port {port} is taken. Choose another: make demo PORT=…"), port=port)
            free = (candidate for candidate in range(port + 1, 65536) if _is_free(host, candidate))
            self._sandbox_port, self._erp_port = _next(free), _next(free)
            self.sandbox_url = f"http://{_shown(host)}:{self._sandbox_port}"
            self.settings = self._configure()
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def fill(self, progress: Progress) -> None:
        """Makes the documents, starts sandbox and ERP, opens every bill and fetches its files."""
        catalogue = demo_bills()
        folder = self._instance / "sandbox"
        folder.mkdir(exist_ok=True)
        state = State(folder / "sandbox.db")
        seed(state, catalogue, progress=lambda done, total: progress("documents", done, total))
        cloud = create_sandbox(
            state,
            client_id=SANDBOX_CLIENT_ID,
            client_secret=SANDBOX_CLIENT_SECRET,
            push_url=f"{self.url}/api/v1/push",
        )
        self._stack.enter_context(serve_in_thread(cloud, self._host, self._sandbox_port))
        init_instance(self.settings)
        self._open_bills(catalogue, progress)
        erp = create_erp(self.settings, catalogue, viewer_port=int(self.url.rsplit(":", 1)[1]))
        self._stack.enter_context(serve_in_thread(erp, self._host, self._erp_port))
        self.bills = [
            DemoBill(each.userkey, each.bill_no, {"zh-CN": each.title_zh, "en": each.title_en}) for each in catalogue
        ]
        words = json.dumps([asdict(each) for each in self.bills], ensure_ascii=False, indent=1)
        (self._instance / DEMO_FILE).write_text(words, "utf-8")

    def announce(self, tell: Callable[[], None]) -> None:
        """Calls `tell` once the viewer answers."""
        threading.Thread(target=self._await_viewer, args=[tell], daemon=True).start()

    def _await_viewer(self, tell: Callable[[], None]) -> None:
        for _ in range(600):
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return tell()
            time.sleep(0.1)
        return None

    def _claim_instance(self, stack: contextlib.ExitStack) -> None:
        """The demo fills only an instance that it made itself."""
        marker = self._instance / DEMO_FILE
        theirs = [name for name in (ENV_FILE, "viewer.db", "blobs") if (self._instance / name).exists()]
        if theirs and not marker.exists():
            raise CommandError(
                N_("{path} holds an instance that the demo didn't make ({name}). Name another with VIEWER_INSTANCE."),
                path=self._instance,
                name=theirs[0],
            )
        with making(self._instance):
            held = stack.enter_context((self._instance / LOCK_FILE).open("w"))
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(N_("Another demo is running on {path}. End it first."), path=self._instance) from error
        if not marker.exists():
            marker.write_text("[]\n", "utf-8")

    def _configure(self) -> Settings:
        """Writes the instance's viewer.env, so that any `viewer` command reaches the same instance and sandbox."""
        erp = f"{_shown(self._host)}:{self._erp_port}"
        ancestors = dict.fromkeys(("'self'", f"http://{erp}", *(f"http://{name}:{self._erp_port}" for name in _LOCAL)))
        if self._host in _EVERYWHERE:
            ancestors[f"http://*:{self._erp_port}"] = None
        given = {
            "VIEWER_GATEWAY_URL": self.sandbox_url,
            "VIEWER_CLIENT_ID": SANDBOX_CLIENT_ID,
            "VIEWER_CLIENT_SECRET": SANDBOX_CLIENT_SECRET,
            "VIEWER_TAX_NO": SANDBOX_TAX_NO,
            "VIEWER_LOGIN_ACCOUNT": SANDBOX_ACCOUNT,
            "VIEWER_FRAME_ANCESTORS": " ".join(ancestors),
            "VIEWER_FILE_HOSTS": self.sandbox_url.removeprefix("http://"),
            "VIEWER_DEMO_ERP_URL": f"http://{erp}",
        }
        lines = [f'{name}="{value}"' for name, value in given.items()]
        (self._instance / ENV_FILE).write_text("# Written by `viewer demo` at each start.\n" + "\n".join(lines) + "\n")
        for name in given:
            os.environ.pop(name, None)
        return Settings.load({**os.environ, "VIEWER_INSTANCE": str(self._instance)})

    def _open_bills(self, catalogue: tuple[CatalogueBill, ...], progress: Progress) -> None:
        archive = Archive.compose(self.settings)
        try:
            opened = []
            for number, each in enumerate(catalogue, 1):
                for entry in each.entries:
                    archive.bills.register(bill_id=each.bill_id, bill_no=each.bill_no, branch_id=entry.branch_id)
                opened.append(archive.bills.open(whole_bill(each.userkey)))
                progress("bills", number, len(catalogue))
            coming = [future for bill in opened for future in archive.files.bring_in(bill)]
            for number, future in enumerate(coming, 1):
                future.result()
                progress("files", number, len(coming))
            progress("files", 1, 1)
        finally:
            archive.close()


_LOCAL = ("127.0.0.1", "localhost")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not listened on
_NO_CREDENTIALS = {"VIEWER_GATEWAY_URL": ""}


def _shown(host: str) -> str:
    """An address that a browser on this machine can open."""
    return "127.0.0.1" if host in _EVERYWHERE else host


def _is_free(host: str, port: int) -> bool:
    try:
        with socket.create_server((host, port)):
            return True
    except OSError:
        return False


def _next(free: Iterator[int]) -> int:
    port = next(free, None)
    if port is None:
        raise CommandError(N_("There is no free port for the sandbox and the demo ERP."))
    return port
