"""Look-ups with keys that nobody gave out: counted by client among all processes, and stopped without locking anybody out."""

import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.bills import new_bill
from tests.commands import until
from tests.installations import JSON, Installation, installed, problem_of
from tests.tokens import TOKEN_KEYS, token
from viewer.archive import bills
from viewer.archive.guesses import WINDOW
from viewer.errors import UnknownUserkey
from viewer.gateway.client import Gateway
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State
from viewer.store.ledger import FailedLookUp

QUERY = "/m4/fpzs/expense/invoices/query"
MOST = 5
BROWSER = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"}
PROXY: dict[str, Any] = {
    "cloud": "",
    "failed_lookups": MOST,
    "trusted_proxies": "127.0.0.1 10.9.0.0/16",
    "token_keys": TOKEN_KEYS,
    "operator_token": "of the operator",
}


@pytest.fixture
def pair(shared_cloud: ServedApp, tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two processes' applications on one instance, behind a proxy, with a limit that is soon met."""
    given = PROXY | {"cloud": shared_cloud.url}
    with installed(tmp_path, **given) as one, installed(tmp_path, **given) as other:
        yield one, other


def ask(site: Installation, key: str, client: str = "192.0.2.1", path: str = "/api/v1/bills/{key}") -> Any:
    return site.get(path.format(key=key), headers={"X-Forwarded-For": client, "Accept": JSON})


def unknown() -> str:
    return secrets.token_hex(16)


def show(site: Installation, key: str, client: str = "192.0.2.1") -> Any:
    """The same as a browser's window, which is shown a page of its own while upstream is asked."""
    return site.get(f"/bills/{key}", headers={**BROWSER, "X-Forwarded-For": client})


class HeldCloud:
    """An upstream that says nothing until it is let go, and then that it knows no such bill."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        patch.setattr(Gateway, "list_bill", self._list_bill)

    def _list_bill(self, _userkey: str) -> None:
        self.go.wait(60)
        raise UnknownUserkey


@pytest.fixture
def held_cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldCloud]:
    cloud = HeldCloud(monkeypatch)
    yield cloud
    cloud.go.set()


def failures(site: Installation) -> int:
    with site.archive.database.read() as session:
        return session.scalar(select(func.count()).select_from(FailedLookUp)) or 0


def use_up(site: Installation, client: str = "192.0.2.1") -> None:
    for _ in range(MOST):
        problem_of(ask(site, unknown(), client), 404, "unknown_userkey")


def test_over_the_limit_unknown_keys_are_refused_and_upstream_is_not_asked(
    pair: tuple[Installation, Installation], sandbox: State
) -> None:
    use_up(pair[0])
    for site in pair:
        for path in (
            "/api/v1/bills/{key}",
            "/api/v1/userkeys/{key}",
            "/bills/{key}",
            "/bills/{key}/iiif/manifest.json",
        ):
            key = unknown()
            answer = ask(site, key, path=path)
            problem_of(answer, 429, "too_many_requests")
            assert 0 < int(answer.headers["Retry-After"]) <= 61
            assert sandbox.calls(QUERY, key) == 0
    page = pair[0].get(f"/bills/{unknown()}", headers={"X-Forwarded-For": "192.0.2.1"})
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/html; charset=utf-8")


def test_failures_in_several_processes_are_one_count(pair: tuple[Installation, Installation], sandbox: State) -> None:
    for number in range(MOST):
        problem_of(ask(pair[number % 2], unknown()), 404, "unknown_userkey")
    for site in pair:
        problem_of(ask(site, unknown()), 429, "too_many_requests")


def test_over_the_limit_stored_bills_and_valid_tokens_are_answered(
    pair: tuple[Installation, Installation], sandbox: State
) -> None:
    stored, fresh = new_bill(1), new_bill(1)
    for made in (stored, fresh):
        sandbox.put_bill(made)
    site = pair[0]
    bill = ask(site, stored.userkey).json()
    use_up(site)
    assert ask(site, stored.userkey).status_code == 200
    assert ask(site, stored.userkey.upper(), path="/bills/{key}").status_code == 200
    good = token(bill_no=bill["bill_no"])
    assert ask(site, good).status_code == 200
    problem_of(ask(site, fresh.userkey), 429, "too_many_requests")
    assert ask(site, fresh.userkey, client="192.0.2.2").status_code == 200
    assert ask(site, fresh.userkey).status_code == 200, "it is stored now"


def test_what_counts_is_a_guess_and_nothing_else(pair: tuple[Installation, Installation], sandbox: State) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    site = pair[0]
    bill = ask(site, made.userkey).json()
    expired = token(bill_no=bill["bill_no"], exp=1_000_000_000)
    none_such = token(bill_no="none such")
    for _ in range(2 * MOST):
        problem_of(ask(site, expired), 401, "bad_token")
        problem_of(ask(site, none_such), 404, "unknown_userkey")
        problem_of(ask(site, made.userkey, path="/api/v1/bills/{key}/files/" + "0" * 24), 404, "unknown_file")
        problem_of(ask(site, made.userkey, path="/bills/{key}/location?branch_id=no"), 404, "unknown_branch_id")
        problem_of(ask(site, "x", path="/i/{key}/full/max/0/default.jpg"), 401, "bad_token")
    problem_of(ask(site, unknown()), 404, "unknown_userkey")


@pytest.mark.parametrize("kind", ["malformed", "forged", "unsigned"])
def test_malformed_keys_and_forged_tokens_count_too(pair: tuple[Installation, Installation], kind: str) -> None:
    forged = {"malformed": "nonsense", "forged": token(bill_no="1", secret="x" * 32), "unsigned": "e30.e30."}[kind]
    for _ in range(MOST):
        assert ask(pair[0], forged).json()["code"] in ("bad_key", "bad_token")
    for key in (forged, unknown()):
        problem_of(ask(pair[1], key), 429, "too_many_requests")


def test_the_look_up_page_counts_as_well(pair: tuple[Installation, Installation]) -> None:
    for _ in range(MOST):
        assert ask(pair[0], "nonsense", path="/?userkey={key}").status_code == 400
    assert ask(pair[0], "nonsense", path="/?userkey={key}").status_code == 429


def test_a_window_that_is_shown_a_page_meanwhile_counts_once_its_opening_has_failed(
    pair: tuple[Installation, Installation], held_cloud: HeldCloud
) -> None:
    for _ in range(MOST):
        assert show(pair[0], unknown()).status_code == 200
    assert failures(pair[0]) == 0
    held_cloud.go.set()
    until(lambda: failures(pair[0]) == MOST)
    for site in pair:
        assert show(site, unknown()).status_code == 429
    assert show(pair[0], unknown(), client="192.0.2.2").status_code == 404


def test_each_client_that_waits_for_the_same_unknown_key_is_counted(
    pair: tuple[Installation, Installation], held_cloud: HeldCloud
) -> None:
    key = unknown()
    for number in range(3):
        assert show(pair[0], key, client=f"192.0.2.{number}").status_code == 200
    held_cloud.go.set()
    until(lambda: failures(pair[0]) == 3)
    with pair[0].archive.database.read() as session:
        assert len(set(session.scalars(select(FailedLookUp.client)))) == 3


def test_a_stored_bill_that_upstream_disowns_late_is_nobodys_guess(
    pair: tuple[Installation, Installation], sandbox: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_bill(1)
    sandbox.put_bill(made)
    site = pair[0]
    assert ask(site, made.userkey).status_code == 200
    site.expire(made.userkey)
    cloud = HeldCloud(monkeypatch)
    assert show(site, made.userkey).status_code == 200
    cloud.go.set()
    problem_of(ask(site, made.userkey), 404, "unknown_userkey")
    assert failures(site) == 0


def test_openings_that_nobody_waits_for_are_few(pair: tuple[Installation, Installation], held_cloud: HeldCloud) -> None:
    keys = [unknown() for _ in range(bills.OPENINGS)]
    for number, key in enumerate(keys):
        assert show(pair[0], key, client=f"192.0.2.{number}").status_code == 200
    refused = show(pair[0], unknown())
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    assert show(pair[0], keys[0]).status_code == 200, "it is under way already"
    held_cloud.go.set()
    until(lambda: show(pair[0], unknown(), client="192.0.2.77").status_code != 503)


def test_a_minute_later_all_is_forgotten(pair: tuple[Installation, Installation]) -> None:
    use_up(pair[0])
    with pair[0].archive.database.write() as session:
        for each in session.scalars(select(FailedLookUp)):
            each.at -= WINDOW + timedelta(seconds=1)
    problem_of(ask(pair[1], unknown()), 404, "unknown_userkey")
    assert failures(pair[0]) == 1, "what no longer counts isn't kept"


def test_one_client_does_not_lock_another_out_and_cannot_pass_for_one(
    pair: tuple[Installation, Installation],
) -> None:
    site = pair[0]
    use_up(site, "2001:db8:1:2::1")
    for same in (
        "2001:db8:1:2:ffff::9",
        "[2001:db8:1:2::3]:4711",
        "203.0.113.7, 2001:db8:1:2::1",
        "x, 2001:db8:1:2::1, 10.9.1.1",
    ):
        problem_of(ask(site, unknown(), same), 429, "too_many_requests")
    for other in ("2001:db8:1:3::1", "192.0.2.9", "2001:db8:1:2::1, 192.0.2.8"):
        problem_of(ask(site, unknown(), other), 404, "unknown_userkey")


def test_a_proxy_that_nobody_trusts_is_the_client_itself(shared_cloud: ServedApp, tmp_path: Path) -> None:
    with installed(tmp_path, **(PROXY | {"cloud": shared_cloud.url, "trusted_proxies": ""})) as site:
        for number in range(MOST):
            problem_of(ask(site, unknown(), f"192.0.2.{number}"), 404, "unknown_userkey")
        problem_of(ask(site, unknown(), "192.0.2.200"), 429, "too_many_requests")


def bear(site: Installation, token: str, client: str = "192.0.2.1") -> Any:
    headers = {"X-Forwarded-For": client, "Authorization": f"Bearer {token}", "Accept": JSON}
    return site.get("/api/v1/doctor", headers=headers)


def type_in(site: Installation, token: str) -> Any:
    return site.post("/doctor", data={"token": token}, headers={"X-Forwarded-For": "192.0.2.1", "Accept": "text/html"})


@pytest.mark.parametrize("give", [bear, type_in])
def test_wrong_tokens_of_the_operator_count_and_are_not_guessed_beyond_the_limit(
    pair: tuple[Installation, Installation], give: Callable[[Installation, str], Any]
) -> None:
    right = str(PROXY["operator_token"])
    for number in range(MOST):
        assert give(pair[number % 2], f"wrong {number}").status_code == 401
    for site in pair:
        answer = give(site, "wrong")
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
        assert give(site, right).status_code == 429, "a right guess would be one too"
        problem_of(ask(site, unknown()), 429, "too_many_requests")
        assert bear(site, right, client="192.0.2.2").status_code == 200


def test_who_gives_no_token_of_the_operator_guesses_none(pair: tuple[Installation, Installation]) -> None:
    for _ in range(2 * MOST):
        assert type_in(pair[0], "").status_code == 401
        problem_of(bear(pair[0], ""), 401, "bad_token")
    assert failures(pair[0]) == 0
    assert bear(pair[0], str(PROXY["operator_token"])).status_code == 200
