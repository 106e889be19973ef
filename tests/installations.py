"""Whole installations to test against: an instance in a folder, the application over real HTTP, an upstream beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import requests
from flask import Flask
from sqlalchemy import select

from tests.sandboxes import SECONDS
from viewer.app import create_app
from viewer.archive import Archive, behind
from viewer.archive.purging import Purging
from viewer.config import Settings
from viewer.gateway.sandbox.catalogue import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from viewer.gateway.sandbox.server import ServedApp, serve_in_thread
from viewer.instance import init_instance
from viewer.store.models import Bill

behind.PATIENCE = 0.0  # what a test waits for is made ahead at once, however busy the machine

JSON = "application/json"
PROBLEM = "application/problem+json"
LONG = 60
"""Seconds within which even a slow machine has brought a small bill's files in."""


@dataclass(frozen=True)
class Installation:
    """A served application and what lies behind it."""

    app: Flask
    served: ServedApp

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def archive(self) -> Archive:
        return cast(Archive, self.app.extensions["archive"])

    @property
    def settings(self) -> Settings:
        return self.archive.settings

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, self.url + path, timeout=LONG, **{"allow_redirects": False, **more})

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> requests.Response:
        return self.ask("POST", path, **more)

    def json(self, path: str, **params: Any) -> Any:
        """What the API says under /api/v1."""
        response = self.get(f"/api/v1{path}", params=params)
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == JSON
        return response.json()

    def page(self, path: str, **params: Any) -> str:
        """A page's HTML."""
        response = self.get(path, params=params)
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        return response.text

    def whole(self, userkey: str) -> Any:
        """The bill with every file brought in."""
        for _ in range(LONG):
            bill = self.json(f"/bills/{userkey}", wait=SECONDS)
            if not any(file["state"] == "pending" for file in files_of(bill)):
                return bill
        raise AssertionError("files stayed pending")

    def age(self, userkey: str, seconds: float) -> None:
        """Upstream was asked so many seconds earlier than it was."""
        with self.archive.database.write() as session:
            bill = session.scalars(select(Bill).where(Bill.userkey == userkey)).one()
            assert bill.asked_at
            bill.asked_at -= timedelta(seconds=seconds)

    def expire(self, userkey: str, *, by: float = 1) -> None:
        """The stored copy is older than it may be, by so many seconds."""
        self.age(userkey, self.settings.bill_ttl + by)


@contextmanager
def installed(folder: Path, *, cloud: str = "", **settings: object) -> Iterator[Installation]:
    """An installation in this folder (made if it isn't there); `bill_ttl=1` stands for VIEWER_BILL_TTL=1."""
    given = {f"VIEWER_{name.upper()}": str(value) for name, value in settings.items()}
    loaded = Settings.load(
        {
            "VIEWER_INSTANCE": str(folder),
            "VIEWER_GATEWAY_URL": cloud,
            "VIEWER_CLIENT_ID": SANDBOX_CLIENT_ID,
            "VIEWER_CLIENT_SECRET": SANDBOX_CLIENT_SECRET,
            "VIEWER_FAILED_LOOKUPS": "100000",  # the tests are one client with many bad keys
            **given,
        }
    )
    init_instance(loaded)
    app = create_app(loaded)
    try:
        with serve_in_thread(app) as served:
            yield Installation(app, served)
    finally:
        app.extensions["archive"].close()


def files_of(bill: Any) -> list[Any]:
    """Every file of a bill as the API tells it."""
    return [file for owner in (*bill["invoices"], *bill["attachments"]) for file in owner["files"]]


def purge(site: Installation, userkey: str) -> None:
    """What `viewer purge` does with this bill, beside the running server."""
    purging = Purging(site.settings, site.archive.database, site.archive.blobs)
    purging.purge(purging.find(before=None, names=[userkey]))


def pages_of(bill: Any) -> list[str]:
    """Every page id of it."""
    return [page["page_id"] for file in files_of(bill) for page in file["pages"]]


def problem_of(response: requests.Response, status: int, code: str) -> Any:
    """The problem that an answer is; checks its shape on the way."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == PROBLEM, response.headers
    assert response.headers["Cache-Control"] == "no-store"
    problem = response.json()
    assert list(problem) == ["type", "title", "status", "detail", "code"]
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in response.text
    return problem
