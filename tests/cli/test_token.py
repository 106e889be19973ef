"""`viewer token`: a token by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended
from tests.installations import installed, problem_of
from tests.tokens import TOKEN_KEYS, decoded
from viewer.store.record import lock_bill


@pytest.mark.parametrize("keys", ["", TOKEN_KEYS])
def test_a_token_by_hand_is_believed_by_the_instance(run: Callable[..., Ended], instance: Path, keys: str) -> None:
    given = ("--bill-no", "2026-7", "--view", "image", "--action", "view", "--action", "original", "--sub", "张三")
    done = run("token", *given, "--ttl", 90, TOKEN_KEYS=keys, PUBLIC_URL="https://erp.example/invoices")
    assert done.status == 0, done.err
    token = done.out.strip()
    told = decoded(token.split(".")[1])
    assert told == {
        "aud": "bill-viewer",
        "iat": told["iat"],
        "exp": told["iat"] + 90,
        "bill_no": "2026-7",
        "sub": "张三",
        "views": ["image"],
        "actions": ["original", "view"],
    }
    assert done.err.strip() == f"https://erp.example/invoices/bills/{token}"
    with installed(instance, access="token", token_keys=keys) as site:
        problem_of(site.get(f"/api/v1/bills/{token}"), 404, "unknown_userkey")
        with site.archive.database.write() as session:
            lock_bill(session, "a" * 32, source="upstream").bill_no = "2026-7"
        assert site.json(f"/bills/{token}")["bill_no"] == "2026-7"


def test_a_token_of_an_entry_leads_to_its_location_view(run: Callable[..., Ended]) -> None:
    done = run("token", "--bill-id", "B", "--branch-id", "E")
    assert done.err.strip().endswith("/location")


@pytest.mark.parametrize("given", [(), ("--bill-id", "a", "--bill-no", "b"), ("--bill-id", "")])
def test_a_token_names_exactly_one_bill(run: Callable[..., Ended], given: tuple[str, ...]) -> None:
    done = run("token", *given)
    assert (done.status, done.out) == (1, "")
    assert "bill_id" in done.err
