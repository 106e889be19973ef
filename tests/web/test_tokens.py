"""Embed tokens: what is believed, and every way in which one isn't."""

import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bills import new_bill
from tests.clouds import ScriptedCloud, row_of
from tests.installations import Installation, installed, problem_of
from tests.tokens import KID, SECRET, TOKEN_KEYS, encoded, signed, token
from viewer.domain.grant import whole_bill
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

GET_USERKEY = "/m4/fpzs/getUserKey"
BILL = "tokens-bill"


@pytest.fixture(scope="module", autouse=True)
def userkey(token_site: Installation, odd_cloud: ScriptedCloud) -> str:
    """A bill that is stored and can be named in all three ways."""
    return store(token_site, odd_cloud, BILL)


def store(site: Installation, cloud: ScriptedCloud, name: str, **more: Any) -> str:
    url = cloud.put_file(f"{name}.xml", b"<x/>", "application/xml")
    names = {"bxd_key": name, "billNumber": f"{name}-no", "imageNumber": f"{name}-image"} | more
    key = cloud.put_list([row_of(f"{name}.xml", url, **names)])
    site.archive.bills.open(whole_bill(key))
    return key


def opened(site: Installation, key: str) -> Any:
    return site.get(f"/api/v1/userkeys/{key}")


@pytest.mark.parametrize("claims", [{"bill_id": BILL}, {"bill_no": f"{BILL}-no"}, {"image_number": f"{BILL}-image"}])
def test_a_token_names_its_bill_in_one_of_three_ways(token_site: Installation, claims: dict[str, str]) -> None:
    answer = opened(token_site, token(**claims))
    assert answer.status_code == 200
    assert answer.json() == {"userkey": None, "bill_no": f"{BILL}-no", "bill_id": BILL, "branch_ids": ["E-1"]}


@pytest.mark.parametrize(
    "claims",
    [
        *({}, {"bill_id": BILL, "bill_no": f"{BILL}-no"}, {"bill_id": ""}, {"bill_id": 7}, {"bill_id": [BILL]}),
        *({"bill_id": "x" * 201}, {"bill_id": "a\0b"}, {"bill_id": "\ud800"}, {"bill_id": BILL, "branch_id": ""}),
        *({"bill_id": BILL, "branch_id": 1}, {"bill_id": BILL, "views": "image"}, {"bill_id": BILL, "views": ["all"]}),
        *(
            {"bill_id": BILL, "actions": ["everything"]},
            {"bill_id": BILL, "actions": [1]},
            {"bill_id": BILL, "actions": {}},
        ),
        *({"bill_id": BILL, "sub": 7}, {"bill_id": BILL, "sub": "x" * 65}, {"bill_id": BILL, "sub": "a\nb"}),
    ],
)
def test_a_token_whose_claims_make_no_sense_is_a_bad_one(token_site: Installation, claims: dict[str, Any]) -> None:
    key = ascii_token(**claims)
    problem_of(opened(token_site, key), 401, "bad_token")


def ascii_token(**claims: Any) -> str:
    """With half a surrogate pair written as JSON writes it."""
    now = int(time.time())
    header = encoded(json.dumps({"alg": "HS256", "kid": KID}).encode())
    told = json.dumps({"aud": "bill-viewer", "iat": now, "exp": now + 60} | claims)
    return resigned(header, encoded(told.encode()))


def resigned(header: str, claims: str) -> str:
    told = f"{header}.{claims}"
    return f"{told}.{encoded(hmac.digest(SECRET.encode(), told.encode(), 'sha256'))}"


def test_what_is_not_claimed_is_every_view_and_looking_alone(token_site: Installation) -> None:
    key = token(bill_id=BILL, views=None, actions=None, sub=None)
    assert token_site.get(f"/bills/{key}").status_code == 200
    assert token_site.get(f"/bills/{key}/location?branch_id=E-1").status_code == 200
    problem_of(token_site.post(f"/api/v1/bills/{key}/refresh"), 403, "not_allowed")


def test_a_token_of_any_changed_character_is_refused(token_site: Installation) -> None:
    """Also in the last character of the signature, some of whose bits mean nothing."""
    key = token(bill_id=BILL)
    assert opened(token_site, key).status_code == 200
    places = [place for place, char in enumerate(key) if char != "."]
    header, claims = key.split(".")[:2]
    fine = places[:: max(1, len(places) // 80)]
    ends = [len(header) - 1, len(header) + len(claims), *range(len(key) - 44, len(key))]
    for place in sorted({*fine, *ends} & set(places)):
        for other in {chr(ord(key[place]) ^ 1), "A", "_"} - {key[place]}:
            if other.isalnum() or other in "-_":
                answer = opened(token_site, key[:place] + other + key[place + 1 :])
                problem_of(answer, 401, "bad_token")


def test_a_token_with_anything_added_is_refused(token_site: Installation) -> None:
    key = token(bill_id=BILL)
    for other in (key + "A", key + "=", f"{key}.", f".{key}", key[:-1], key.rsplit(".", 1)[0] + ".", f"{key}.{key}"):
        assert opened(token_site, other).status_code in (400, 401), other


def claims_now(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"aud": "bill-viewer", "iat": now, "exp": now + 60, "bill_id": BILL} | more


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "", None, "HS384", "HS512", "RS256", "ES256", "hs256", "HS256 ", 7]
)
def test_no_algorithm_but_hs256_is_believed(token_site: Installation, alg: object) -> None:
    header = {"alg": alg, "typ": "JWT", "kid": KID}
    key = signed(header, claims_now(), SECRET)
    problem_of(opened(token_site, key), 401, "bad_token")
    unsigned = key.rsplit(".", 1)[0] + "."
    problem_of(opened(token_site, unsigned), 401, "bad_token")


@pytest.mark.parametrize(("alg", "digest"), [("HS384", "sha384"), ("HS512", "sha512")])
def test_other_lengths_of_the_same_family_are_not_believed_either(
    token_site: Installation, alg: str, digest: str
) -> None:
    key = signed({"alg": alg, "kid": KID}, claims_now(), SECRET, digest)
    problem_of(opened(token_site, key), 401, "bad_token")


@pytest.mark.parametrize(
    "header",
    [
        *({"kid": "unknown"}, {"kid": 7}, {"kid": ["2026a"]}, {"kid": "../../etc/passwd"}, {"kid": ""}),
        *({"crit": ["x"], "x": 1}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"zip": "DEF", "crit": ["zip"]}),
    ],
)
def test_a_header_that_names_no_key_or_asks_for_more_is_refused(
    token_site: Installation, header: dict[str, Any]
) -> None:
    problem_of(opened(token_site, token(bill_id=BILL, header=header)), 401, "bad_token")


def test_a_key_that_the_token_brings_along_is_not_believed(token_site: Installation) -> None:
    own = "my own secret, which is long enough"
    jwk = {"kty": "oct", "k": encoded(own.encode())}
    for header in ({"jwk": jwk}, {"jku": "https://erp.example/keys"}, {"x5u": "https://erp.example/x"}):
        problem_of(opened(token_site, token(bill_id=BILL, secret=own, header=header)), 401, "bad_token")
    problem_of(opened(token_site, token(bill_id=BILL, secret="")), 401, "bad_token")


@pytest.mark.parametrize(
    "audience", [None, "", "other", "BILL-VIEWER", "bill-viewer ", ["bill-viewer", "other"], 7, {}]
)
def test_a_token_for_somebody_else_is_refused(token_site: Installation, audience: object) -> None:
    problem_of(opened(token_site, token(bill_id=BILL, aud=audience)), 401, "bad_token")


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("value", [None, "", "soon", [], {}, 1e300, float("inf"), float("nan")])
def test_a_token_without_its_times_is_refused(token_site: Installation, name: str, value: object) -> None:
    if (name, value) == ("exp", 1e300):
        return  # a time, if a late one
    problem_of(opened(token_site, token(bill_id=BILL, **{name: value})), 401, "bad_token")


@pytest.mark.parametrize(("seconds", "status"), [(30, 200), (-30, 200), (-59, 200), (-62, 401), (-3600, 401)])
def test_the_clocks_may_differ_by_a_minute(token_site: Installation, seconds: int, status: int) -> None:
    now = int(time.time())
    if seconds == -59:
        seconds = -45  # a loaded machine takes its time
    assert opened(token_site, token(bill_id=BILL, iat=now - 7200, exp=now + seconds)).status_code == status
    assert opened(token_site, token(bill_id=BILL, iat=now - seconds, exp=now + 7200)).status_code == status


def test_a_token_that_is_not_yet_good_is_refused(token_site: Installation) -> None:
    problem_of(opened(token_site, token(bill_id=BILL, nbf=int(time.time()) + 600)), 401, "bad_token")


def test_an_expired_token_is_told_from_a_forged_one(token_site: Installation) -> None:
    late = opened(token_site, token(bill_id=BILL, exp=int(time.time()) - 600)).json()
    forged = opened(token_site, token(bill_id=BILL, secret="x" * 32)).json()
    assert late["code"] == forged["code"] == "bad_token"
    assert late["detail"] != forged["detail"]


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_a_token_that_is_built_to_break_its_reader_is_a_bad_one(token_site: Installation, depth: int) -> None:
    nested = encoded(b"[" * min(depth, 2_000))
    for parts in ([nested, nested, "AAAA"], ["A" * min(depth, 5_000)] * 3, ["e30", "e30", "e30"]):
        answer = opened(token_site, ".".join(parts))
        problem_of(answer, 401, "bad_token")


@pytest.mark.parametrize("key", ["0" * 32, "dda807c9e4e4b1d86b1921d0e0619e45"])
def test_in_token_mode_every_userkey_is_a_bad_token_existing_or_not(
    token_site: Installation, userkey: str, key: str
) -> None:
    answers = [problem_of(opened(token_site, each), 401, "bad_token") for each in (key, userkey, userkey.upper())]
    assert answers[0] == answers[1] == answers[2]
    problem_of(token_site.get(f"/api/v1/bills/{userkey}"), 401, "bad_token")
    shown = token_site.get(f"/m4-web/fpzs/expense/showInvoice?userKey={userkey}")
    assert shown.status_code == 401
    problem_of(opened(token_site, "x"), 400, "bad_key")


def test_a_bill_that_nobody_stored_is_unknown_and_upstream_is_not_asked(
    token_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    asked = dict(odd_cloud.asked)
    for claims in ({"bill_id": "nowhere"}, {"bill_no": "nowhere"}, {"image_number": "nowhere"}):
        problem_of(opened(token_site, token(**claims)), 404, "unknown_userkey")
    assert dict(odd_cloud.asked) == asked


def test_a_name_that_fits_several_bills_opens_none(token_site: Installation, odd_cloud: ScriptedCloud) -> None:
    store(token_site, odd_cloud, "twin-1", billNumber="twin")
    assert opened(token_site, token(bill_no="twin")).status_code == 200
    store(token_site, odd_cloud, "twin-2", billNumber="twin")
    problem_of(opened(token_site, token(bill_no="twin")), 404, "unknown_userkey")
    assert opened(token_site, token(bill_id="twin-1")).json()["bill_id"] == "twin-1"


def test_a_bill_that_upstream_disowned_gives_way_to_the_one_that_came_after_it(
    token_site: Installation, odd_cloud: ScriptedCloud
) -> None:
    old = store(token_site, odd_cloud, "moved")
    del odd_cloud.lists[old]
    token_site.expire(old)
    problem_of(opened(token_site, token(bill_id="moved")), 404, "unknown_userkey")
    store(token_site, odd_cloud, "moved")
    assert opened(token_site, token(bill_id="moved")).status_code == 200


def test_several_keys_are_believed_and_the_first_signs(odd_cloud: ScriptedCloud, tmp_path: Path) -> None:
    new, old = "n3w" * 12 + "!?-_.~", "0ld" * 12 + "!?-_.~"
    with installed(tmp_path, cloud=odd_cloud.url, token_keys=f"new:{new} old:{old}") as site:
        store(site, odd_cloud, "rotated")
        for kid, secret, status in (
            *(("new", new, 200), ("old", old, 200), ("new", old, 401), ("old", new, 401)),
            *((None, new, 200), (None, old, 200), (None, SECRET, 401), ("gone", new, 401)),
        ):
            key = token(bill_id="rotated", secret=secret, header={"kid": kid})
            assert opened(site, key).status_code == status, (kid, status)
    with installed(tmp_path, cloud=odd_cloud.url, token_keys=f"new:{new}") as site:
        problem_of(opened(site, token(bill_id="rotated", secret=old, header={"kid": "old"})), 401, "bad_token")


def test_a_userkey_is_still_good_where_tokens_are_not_demanded(odd_cloud: ScriptedCloud, tmp_path: Path) -> None:
    with installed(tmp_path, cloud=odd_cloud.url, token_keys=TOKEN_KEYS) as site:
        key = store(site, odd_cloud, "both")
        assert opened(site, key).json()["userkey"] == key
        assert opened(site, token(bill_id="both")).json()["userkey"] is None


@pytest.fixture(scope="module")
def resolving(shared_cloud: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    given = {"access": "token", "token_keys": TOKEN_KEYS, "resolve_upstream": 1}
    with installed(tmp_path_factory.mktemp("resolving"), cloud=shared_cloud.url, **given) as site:
        yield site


def test_a_bill_that_only_upstream_knows_is_found_where_that_is_allowed(
    resolving: Installation, sandbox: State
) -> None:
    made = new_bill(1, 1, drawn=False)
    sandbox.put_bill(made)
    calls = sandbox.calls(GET_USERKEY)
    for _ in range(2):
        answer = opened(resolving, token(bill_id=made.bill_id))
        assert answer.status_code == 200, answer.text
        assert answer.json()["branch_ids"] == [entry.branch_id for entry in made.entries]
    assert sandbox.calls(GET_USERKEY) == calls + 1
    assert opened(resolving, token(bill_no=made.bill_no)).status_code == 200
    problem_of(opened(resolving, token(bill_no="nowhere")), 404, "unknown_userkey")
    assert sandbox.calls(GET_USERKEY) == calls + 1


def test_a_key_that_upstream_lists_nothing_under_is_not_registered(resolving: Installation, sandbox: State) -> None:
    made = new_bill(drawn=False)
    sandbox.put_bill(made)
    for _ in range(2):
        problem_of(opened(resolving, token(bill_id=made.bill_id)), 404, "unknown_userkey")
    assert resolving.archive.bills.stored(whole_bill(made.userkey)) is None


def test_an_upstream_that_fails_is_told(resolving: Installation, sandbox: State) -> None:
    made = new_bill(1, drawn=False)
    sandbox.put_bill(made)
    sandbox.faults.add(GET_USERKEY, "errcode", "1101 no", times=1)
    problem_of(opened(resolving, token(bill_id=made.bill_id)), 502, "upstream_refused")
    sandbox.faults.add(GET_USERKEY, "errcode", "1301 no", times=1)
    problem_of(opened(resolving, token(bill_id=made.bill_id)), 404, "unknown_userkey")
    assert opened(resolving, token(bill_id=made.bill_id)).status_code == 200
