"""Signed calls from servers: registering a bill, and every way in which a signature is no good."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.bills import new_bill
from tests.clouds import ScriptedCloud
from tests.installations import Installation, installed, problem_of
from tests.sandboxes import signed
from tests.scoped_bills import put_scoped_bill
from tests.tokens import decoded
from viewer.demo.erp import create_erp
from viewer.domain.signing import ENC_TYPES, EncType
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.state import State

PATH = "/api/v1/userkeys"
GET_USERKEY = "/m4/fpzs/getUserKey"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation without any upstream that takes the weakest signature."""
    with installed(tmp_path_factory.mktemp("alone"), enc_type=0) as installation:
        yield installation


def test_every_branch_id_of_a_bill_gets_one_userkey_and_is_an_entry_from_now_on(
    site: Installation, sandbox: State
) -> None:
    made = new_bill(1, 1, drawn=False)
    sandbox.put_bill(made)
    keys = {
        site.post(PATH, json=signed(at=time.time() - number, bill_id=made.bill_id, branch_id=branch_id)).json()[
            "userkey"
        ]
        for number, branch_id in enumerate(["first-seen", *(entry.branch_id for entry in made.entries), "last-seen"])
    }
    assert keys == {made.userkey}
    bill = site.json(f"/userkeys/{made.userkey}")
    assert bill["branch_ids"] == ["first-seen", *(entry.branch_id for entry in made.entries), "last-seen"]


def test_without_an_upstream_a_bill_gets_a_random_userkey_that_stays(alone: Installation) -> None:
    body = [
        signed(at=time.time() - number, bill_id=bill_id, branch_id=f"e{number}") for number, bill_id in enumerate("AAB")
    ]
    keys = [alone.post(PATH, json=each).json()["userkey"] for each in body]
    assert keys[0] == keys[1] != keys[2]
    assert len(keys[0]) == 32
    bill = alone.json(f"/bills/{keys[0]}")
    assert (bill["bill_id"], [entry["branch_id"] for entry in bill["entries"]]) == ("A", ["e0", "e1"])
    assert alone.json(f"/bills/{keys[0]}/views/location", branch_id="e1")["invoice"] is None


def test_calls_at_once_for_one_bill_get_one_userkey(alone: Installation) -> None:
    bodies = [signed(at=time.time() - 100 - number, bill_id="at once", branch_id=str(number)) for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda body: alone.post(PATH, json=body).json(), bodies))
    (key,) = {answer["userkey"] for answer in answers}
    assert sorted(alone.json(f"/userkeys/{key}")["branch_ids"]) == [str(number) for number in range(8)]


def test_the_demo_erps_overlapping_calls_are_all_answered(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr("viewer.demo.erp.time", SimpleNamespace(time_ns=lambda: now))
    bill = demo_bills()[0]
    erp = create_erp(site.settings, (bill,), viewer_port=site.served.port)
    rows = [None, *(entry.branch_id for entry in bill.entries)] * 4

    def status(branch_id: str | None) -> int:
        return erp.test_client().get(f"/bill/{bill.bill_no}", query_string={"entry": branch_id or ""}).status_code

    with ThreadPoolExecutor(len(rows)) as threads:
        assert list(threads.map(status, rows)) == [200] * len(rows)


def test_a_userkey_that_nobody_gave_out_is_unknown_without_an_upstream(alone: Installation) -> None:
    problem_of(alone.get(f"/api/v1/bills/{'0' * 32}"), 404, "unknown_userkey")


@pytest.mark.parametrize("enc_type", ENC_TYPES)
def test_every_strength_is_taken_that_is_configured(alone: Installation, enc_type: EncType) -> None:
    at = time.time() - 20 - int(enc_type)
    assert alone.post(PATH, json=signed(enc_type, at=at, bill_id="strength")).status_code == 200


@pytest.mark.parametrize("enc_type", ["0", "1"])
def test_a_weaker_signature_is_refused(site: Installation, enc_type: EncType) -> None:
    problem_of(site.post(PATH, json=signed(enc_type, bill_id="weak")), 401, "bad_signature")


@pytest.mark.parametrize(
    "wrong",
    [
        *({"sign": value} for value in ("", "0" * 64, "签名")),
        *({"client_id": value} for value in ("", "somebody else")),
        *({"timestamp": value} for value in ("", "x", "1", "99999999999999999999", "-1")),
        *({"encType": value} for value in ("", "3", "02", "x")),
    ],
)
def test_a_wrong_signature_is_refused(site: Installation, sandbox: State, wrong: dict[str, str]) -> None:
    calls = sandbox.calls(GET_USERKEY)
    problem_of(site.post(PATH, json=signed(bill_id="wrong") | wrong), 401, "bad_signature")
    assert sandbox.calls(GET_USERKEY) == calls


@pytest.mark.parametrize("name", ["bill_id", "bill_no", "branch_id"])
@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_an_id_that_a_database_cant_hold_is_no_request(alone: Installation, name: str, character: str) -> None:
    body = signed(at=time.time() - 95) | {"bill_id": "B-0", name: f"x{character}y"}
    problem_of(alone.post(PATH, json=body), 400, "bad_request")


@pytest.mark.parametrize("missing", ["client_id", "timestamp", "sign", "encType"])
def test_a_call_without_a_signature_is_refused(site: Installation, missing: str) -> None:
    body = signed(bill_id="wrong")
    del body[missing]
    problem_of(site.post(PATH, json=body), 401, "bad_signature")


@pytest.mark.parametrize("minutes", [-5.1, 5.1, -60, 60 * 24])
def test_a_stamp_outside_its_window_is_refused(site: Installation, minutes: float) -> None:
    body = signed(at=time.time() + minutes * 60, bill_id="late")
    assert "five minutes" in problem_of(site.post(f"{PATH}?lang=en", json=body), 401, "bad_signature")["detail"]


@pytest.mark.parametrize("minutes", [-4.5, 4.5])
def test_a_clock_that_is_a_little_off_is_no_harm(alone: Installation, minutes: float) -> None:
    assert alone.post(PATH, json=signed(at=time.time() + minutes * 60, bill_id="clock")).status_code == 200


def test_the_same_call_again_gets_the_same_answer_and_acts_once(site: Installation, sandbox: State) -> None:
    made = new_bill(1, drawn=False)
    sandbox.put_bill(made)
    body = signed(at=time.time() - 50, bill_id=made.bill_id)
    first = site.post(PATH, json=body)
    calls = sandbox.calls(GET_USERKEY)
    again = site.post(PATH, json=body)
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (200, {"userkey": made.userkey})
    assert sandbox.calls(GET_USERKEY) == calls


def test_a_stamp_is_good_for_one_body(site: Installation) -> None:
    body = signed(at=time.time() - 70, bill_id="one body")
    assert site.post(PATH, json=body).status_code == 200
    for changed in ({"bill_id": "another"}, {"branch_id": "x"}, {"bill_no": "x"}):
        problem_of(site.post(PATH, json=body | changed), 401, "bad_signature")
    assert site.post(PATH, json=body).status_code == 200


def test_a_call_that_failed_can_be_repeated(site: Installation, sandbox: State) -> None:
    made = new_bill(1, drawn=False)
    sandbox.put_bill(made)
    body = signed(at=time.time() - 80, bill_id=made.bill_id)
    sandbox.faults.add(GET_USERKEY, "errcode", "1101 no", times=1)
    problem_of(site.post(PATH, json=body), 502, "upstream_refused")
    assert site.post(PATH, json=body).json() == {"userkey": made.userkey}


def test_numbers_are_as_good_as_text(alone: Installation) -> None:
    body: dict[str, object] = {**signed(at=time.time() - 90, bill_id="numbers")}
    body |= {"timestamp": int(str(body["timestamp"])), "encType": 2}
    assert alone.post(PATH, json=body).status_code == 200


def test_without_a_client_secret_nobody_can_sign(tmp_path: Path) -> None:
    with installed(tmp_path, client_secret="") as open_house:
        problem_of(open_house.post(PATH, json=signed(bill_id="x")), 401, "bad_signature")


TOKENS = "/api/v1/embed-tokens"


def test_a_signed_call_gets_a_token_and_the_same_call_the_same_one(token_site: Installation) -> None:
    claims = {
        "bill_id": "B-1",
        "branch_id": "E-1",
        "views": ["location"],
        "actions": ["view"],
        "sub": "张三",
        "ttl": 60,
    }
    body = signed(at=time.time() - 110) | claims
    first = token_site.post(TOKENS, json=body)
    assert first.status_code == 200, first.text
    told = decoded(first.json()["token"].split(".")[1])
    del claims["ttl"]
    assert told == {"aud": "bill-viewer", "iat": told["iat"], "exp": told["iat"] + 60, **claims}
    assert datetime.fromisoformat(first.json()["expires_at"]).timestamp() == told["exp"]
    assert token_site.post(TOKENS, json=body).json() == first.json()
    problem_of(token_site.post(TOKENS, json=body | {"sub": "李四"}), 401, "bad_signature")
    problem_of(token_site.post(PATH, json=body), 401, "bad_signature")


def test_a_token_that_was_asked_for_opens_its_bill(token_site: Installation, odd_cloud: ScriptedCloud) -> None:
    put_scoped_bill(odd_cloud, token_site, "asked")
    asked = {"bill_no": "asked-bill", "views": ["location"], "branch_id": "asked-entry-2"}
    made = token_site.post(TOKENS, json=signed(at=time.time() - 120) | asked).json()["token"]
    assert token_site.json(f"/bills/{made}/views/location")["branch_id"] == "asked-entry-2"
    problem_of(token_site.get(f"/api/v1/bills/{made}"), 403, "not_allowed")


@pytest.mark.parametrize(
    "wrong",
    [
        *({}, {"bill_id": "a", "bill_no": "b"}, {"bill_id": ""}, {"bill_id": "a", "views": ["all"]}),
        *({"bill_id": "a", "actions": ["x"]}, {"bill_id": "a", "ttl": 0}, {"bill_id": "a", "ttl": 10**9}),
        *({"bill_id": "a", name: "E-1"} for name in ("branchId", "branch_ids", "aud", "iat", "exp")),
        *({"bill_id": "a", "sub": "x" * 65}, {"bill_id": "a", "branch_id": "\n"}, {"bill_id": 7}),
    ],
)
def test_claims_that_make_no_sense_are_no_request(token_site: Installation, wrong: dict[str, object]) -> None:
    body = signed(at=time.time() - 130) | wrong
    assert problem_of(token_site.post(TOKENS, json=body), 400, "bad_request")["detail"]


def test_a_field_that_no_token_has_is_named(token_site: Installation) -> None:
    body = signed(at=time.time() - 135) | {"bill_id": "a", "branchId": "E-1"}
    assert "branchId" in problem_of(token_site.post(TOKENS, json=body), 400, "bad_request")["detail"]
    document = token_site.get("/api/openapi.json").json()
    assert document["components"]["schemas"]["EmbedTokenIn"]["additionalProperties"] is False


def test_nobody_gets_a_token_without_a_signature(token_site: Installation) -> None:
    for wrong in ({"sign": "0" * 64}, {"encType": "0"}, {"client_id": "x"}, {"timestamp": "1"}):
        body = signed(at=time.time() - 140) | {"bill_id": "a"} | wrong
        problem_of(token_site.post(TOKENS, json=body), 401, "bad_signature")
