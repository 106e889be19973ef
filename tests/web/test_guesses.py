"""Look-ups with keys that nobody gave out: counted by client among all processes, and stopped without locking anybody out."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.bills import new_bill
from tests.installations import JSON, Installation, installed, problem_of
from tests.tokens import TOKEN_KEYS, token
from viewer.archive.guesses import WINDOW
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State
from viewer.store.ledger import FailedLookUp

QUERY = "/m4/fpzs/expense/invoices/query"
MOST = 5
PROXY: dict[str, Any] = {
    "cloud": "",
    "failed_lookups": MOST,
    "trusted_proxies": "127.0.0.1 10.9.0.0/16",
    "token_keys": TOKEN_KEYS,
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


def test_a_minute_later_all_is_forgotten(pair: tuple[Installation, Installation]) -> None:
    use_up(pair[0])
    with pair[0].archive.database.write() as session:
        for each in session.scalars(select(FailedLookUp)):
            each.at -= WINDOW + timedelta(seconds=1)
    problem_of(ask(pair[1], unknown()), 404, "unknown_userkey")
    with pair[0].archive.database.read() as session:
        assert session.scalar(select(func.count()).select_from(FailedLookUp)) == 1, "what no longer counts isn't kept"


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
