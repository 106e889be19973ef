"""The API's own document, held against its answers: whatever it allows is asked at random, and so is what it doesn't.

`make fuzz` asks 10,000 times; the suite less often.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.installations import LONG, Installation, files_of, installed
from tests.sandboxes import signed
from tests.tokens import TOKEN_KEYS, token
from viewer.gateway.sandbox.catalogue import demo_bills
from viewer.gateway.sandbox.server import ServedApp

CASES = int(os.environ.get("OPENAPI_CASES", "200"))
"""Requests in all."""
MANY = 2000
"""Requests among which surely one of each kind is answered with what was asked for."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HOW: Any = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate, Phase.shrink],
}
BILL = demo_bills()[0]
OPERATOR = "0perator-of-these-tests"
GIVEN = {"token_keys": TOKEN_KEYS, "operator_token": OPERATOR}
MESSAGE = {"type": "saveEntrys", "data": {"bxd_key": "PUSHED", "branch_id": "E-1", "list": []}}


@pytest.fixture(scope="module")
def own_site(shared_cloud: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that takes userkeys and tokens, whose upstream knows every call."""
    with installed(tmp_path_factory.mktemp("fuzzed"), cloud=shared_cloud.url, **GIVEN) as site:
        yield site


@pytest.mark.timeout(0)
def test_whatever_is_asked_gets_an_answer_that_the_document_knows(own_site: Installation) -> None:
    schema = schemathesis.openapi.from_dict(own_site.get("/api/openapi.json").json())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    reals = st.fixed_dictionaries(real_values(own_site.whole(BILL.userkey)))
    share = -(-CASES // len(operations))
    met: Counter[tuple[str, int]] = Counter()
    for operation in operations:
        for mode, until in ((GenerationMode.NEGATIVE, share // 2), (GenerationMode.POSITIVE, share)):
            count = until - sum(count for (label, _), count in met.items() if label == operation.label)
            cases = operation.as_strategy(generation_mode=mode)
            tried = given(site=st.just(own_site), met=st.just(met), case=cases, real=reals)(ask)
            with suppress(Unsatisfiable):  # any text is a key: there is nothing that such a document forbids
                settings(max_examples=max(count, 1), **HOW)(tried)()
    assert sum(met.values()) >= CASES, met
    reached = {label for label, status in met if status < 300}
    missed = {operation.label for operation in operations} - reached
    assert not missed or CASES < MANY, (missed, met)


def ask(site: Installation, met: Counter[tuple[str, int]], case: Any, real: dict[str, Any]) -> None:
    for given_values in (case.path_parameters, case.query):
        for name in given_values or {}:
            given_values[name] = real.get(name) or given_values[name]
    if isinstance(case.body, dict) and case.method == "POST" and real["signed"]:
        case.body |= signed(at=time.time() - sum(met.values()) % 20_000 / 100) | {"bill_id": BILL.bill_id}
        case.body = {name: value for name, value in case.body.items() if name not in ("bill_no", "image_number")}
        if case.operation.path.endswith("/push"):
            case.body |= MESSAGE
    if case.operation.path.endswith("/doctor") and real["operator"]:
        case.headers["Authorization"] = f"Bearer {OPERATOR}"
    answer = case.call(base_url=site.url, timeout=LONG)
    met[case.operation.label, answer.status_code] += 1
    case.validate_response(answer, checks=CHECKS)


def real_values(bill: Any) -> dict[str, st.SearchStrategy[Any]]:
    """What is put in place of a made-up value, where it isn't None: keys, ids and names that there are."""
    entries = [entry["branch_id"] for entry in bill["entries"]]
    keys = [
        *(token(bill_id=BILL.bill_id), token(bill_no=BILL.bill_no, branch_id=entries[0])),
        *(token(bill_id=BILL.bill_id, actions=["view"]), token(bill_id=BILL.bill_id, exp=1)),
        *(token(bill_id="nowhere"), BILL.userkey, None),
    ]
    files = [file["file_id"] for file in files_of(bill)]
    serials = [invoice["serial_no"] for invoice in bill["invoices"]]
    return {
        "key": st.sampled_from([keys[0], keys[0], *keys]),
        "file_id": st.sampled_from([*files, None]),
        "branch_id": st.sampled_from([*entries, None]),
        "serialNo": st.sampled_from([*serials, None]),
        "profile": st.sampled_from(["eas", "aws", None]),
        "view": st.sampled_from(["image", "location", None]),
        "signed": st.booleans(),
        "operator": st.booleans(),
    }
