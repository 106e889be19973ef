"""The doctor over HTTP: who may ask, what a check-up says, and each cause of the FAQ reproduced in the sandbox and named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.commands import viewer
from tests.installations import Installation, installed, problem_of
from tests.issuing import a_request
from tests.sandboxes import serving
from viewer.domain.issuing import Typed, new_reqid
from viewer.errors import UpstreamRefused
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_CLIENT_ID,
    SANDBOX_COMPANY_ID,
    SANDBOX_COMPANY_SECRET,
    SANDBOX_TAX_NO,
    demo_bills,
)
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State

TOKEN = "an operator's own words"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NO_ACCOUNT, NO_DATA = "未配置全电开票账号，请联系工作人员", "未查询该数据"
ANOTHER_TAX_NO = demo_bills()[0].invoices[0].paper.seller.tax_no  # type: ignore[union-attr]
OURS = {"tax_no": SANDBOX_TAX_NO, "login_account": SANDBOX_ACCOUNT, "operator_token": TOKEN}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    return State(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")


@pytest.fixture(scope="module")
def cloud(state: State) -> Iterator[ServedApp]:
    with serving(state) as served:
        yield served


@pytest.fixture(scope="module")
def clinic(cloud: ServedApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("clinic"), cloud=cloud.url, **OURS) as installation:
        yield installation


def explained(site: Installation, error: str, **clues: str) -> Any:
    asked = {"error": error, "lang": "en", **clues}
    response = site.get("/api/v1/doctor", params=asked, headers=BEARER)
    assert response.status_code == 200, response.text
    return response.json()["explanation"]


def states(explanation: Any) -> list[str]:
    return [each["state"] for each in explanation["causes"]]


# who may ask


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN} ", "Bearer é"])
def test_only_the_bearer_of_the_operators_token_is_answered(clinic: Installation, header: str | None) -> None:
    headers = {"Authorization": header.encode("utf-8")} if header else {}
    for path in ("/api/v1/doctor", "/doctor"):
        answer = clinic.get(path, headers={**headers, "Accept": "application/json"})
        if header == f"Bearer {TOKEN} ":  # surrounding space is no part of a header's value
            assert answer.status_code == 200
        else:
            problem_of(answer, 401, "bad_token")


def test_without_a_token_in_the_settings_nobody_is_answered(cloud: ServedApp, tmp_path: Path) -> None:
    with installed(tmp_path, cloud=cloud.url) as site:
        for header in ("Bearer ", "Bearer None"):
            problem_of(site.get("/api/v1/doctor", headers={"Authorization": header}), 401, "bad_token")


def test_the_page_asks_for_the_token_and_then_shows_the_report(clinic: Installation) -> None:
    asking = clinic.get("/doctor?lang=en", headers={"Accept": "text/html"})
    assert (asking.status_code, 'type="password"' in asking.text) == (401, True)
    assert "What this installation needs" not in asking.text
    wrong = clinic.post("/doctor?lang=en", data={"token": "wrong"})
    assert (wrong.status_code, "aria-invalid" in wrong.text) == (401, True)
    shown = clinic.post("/doctor?lang=en", data={"token": TOKEN})
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "What this installation needs" in shown.text
    answer = clinic.post("/doctor?lang=en", data={"token": TOKEN, "error": NO_DATA})
    assert "can&#39;t be found by the asynchronous query" in answer.text


def test_what_is_typed_is_escaped(clinic: Installation) -> None:
    page = clinic.post("/doctor", data={"token": TOKEN, "error": "<script>alert(1)</script>", "tax_no": '"><b>'}).text
    assert "<script>alert" not in page
    assert '"><b>' not in page


# the check-up


def test_a_sound_installation_is_found_sound(clinic: Installation) -> None:
    found = clinic.get("/api/v1/doctor", params={"lang": "en"}, headers=BEARER).json()
    assert [each["name"] for each in found["checks"]] == [
        *("configuration", "environment", "dns", "tls", "clock", "credentials"),
        *("database", "blobs", "fonts", "decoders", "disk"),
    ]
    by_name = {each["name"]: each for each in found["checks"]}
    assert {name: each["state"] for name, each in by_name.items() if each["state"] != "ok"} == {"tls": "skipped"}
    assert by_name["environment"]["message"] == "The sandbox: issuing is simulated."
    assert "127.0.0.1" in by_name["dns"]["message"]
    assert found["explanation"] is None


def test_wrong_credentials_and_a_cloud_that_is_gone_are_told(cloud: ServedApp, tmp_path: Path) -> None:
    with installed(tmp_path / "a", cloud=cloud.url, client_secret="wrong", **OURS) as site:
        found = site.get("/api/v1/doctor", params={"lang": "en"}, headers=BEARER).json()
        (credentials,) = [each for each in found["checks"] if each["name"] == "credentials"]
        assert (found["state"], credentials["state"]) == ("failed", "failed")
        assert "1101" in credentials["message"]
    with installed(tmp_path / "b", cloud="http://127.0.0.1:9", **OURS) as site:
        found = site.get("/api/v1/doctor", headers=BEARER).json()
        wrong = {each["name"]: each["state"] for each in found["checks"] if each["state"] not in ("ok", "skipped")}
        assert wrong == {"environment": "warning", "clock": "failed", "credentials": "failed"}


def test_a_clock_that_is_off_is_told(clinic: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    for seconds, state in ((3.0, "ok"), (-90.0, "warning"), (3600.0, "failed")):
        monkeypatch.setattr("viewer.gateway.probe.clock_offset", lambda url, ahead=seconds: ahead)
        found = clinic.get("/api/v1/doctor", headers=BEARER).json()["checks"]
        assert [each["state"] for each in found if each["name"] == "clock"] == [state]


# FAQ 1.2, each cause reproduced


def refused(site: Installation, **request: Any) -> str:
    """What the cloud says of an issuing that it refuses."""
    with pytest.raises(UpstreamRefused) as told:
        site.archive.issuings.issue(a_request(**request), typed=Typed())
    return told.value.description


def test_faq_1_2_cause_1_a_clientid_that_is_no_tenants_is_named_first(cloud: ServedApp, tmp_path: Path) -> None:
    company = {"client_id": SANDBOX_COMPANY_ID, "client_secret": SANDBOX_COMPANY_SECRET}
    with installed(tmp_path, cloud=cloud.url, **{**OURS, **company}) as site:
        told = refused(site)
        assert told == NO_ACCOUNT
        explanation = explained(site, told)
    assert explanation["cause"] == explanation["causes"][0]
    assert states(explanation) == ["cause", "unknown", "unknown"]
    assert SANDBOX_COMPANY_ID in explanation["cause"]["message"]


def test_faq_1_2_cause_2_a_wrong_tax_number_is_named(clinic: Installation) -> None:
    told = refused(clinic, salerTaxNo=ANOTHER_TAX_NO)
    explanation = explained(clinic, told)
    assert states(explanation) == ["ruled_out", "cause", "unknown"]
    assert ANOTHER_TAX_NO in explanation["cause"]["message"]


def test_faq_1_2_cause_3_a_wrong_login_account_is_named(clinic: Installation) -> None:
    told = refused(clinic, account="13900139000")
    explanation = explained(clinic, told)
    assert states(explanation) == ["ruled_out", "ruled_out", "cause"]
    assert "13900139000" in explanation["cause"]["message"]
    assert explanation["trace_id"]


def test_faq_1_2_several_causes_are_named_in_the_faqs_order(clinic: Installation) -> None:
    clues = {"client_id": "nobody", "tax_no": SANDBOX_TAX_NO[:-1] + "0", "account": ""}
    explanation = explained(clinic, NO_ACCOUNT, **clues)
    assert states(explanation)[:2] == ["cause", "cause"]
    assert "nobody" in explanation["cause"]["message"]
    assert [each["cause"] for each in explanation["causes"]] == [
        "Is the clientId a tenant's?",
        "Is the tax number right?",
        "Is the login account right? It usually is a mobile number.",
    ]


# FAQ 1.3, each cause reproduced


@pytest.fixture
def taken(clinic: Installation) -> str:
    """The serial number of an invoice that was issued asynchronously."""
    issuing = clinic.archive.issuings.issue(a_request(), typed=Typed(), asynchronous=True).issuing
    assert issuing
    return issuing.serial_no


def asked(site: Installation, cloud: ServedApp, serial_no: str, **query: str) -> str:
    """What the asynchronous query says that it refuses."""
    given = {"reqid": new_reqid(), "taxNo": SANDBOX_TAX_NO, "serialNo": serial_no, **query}
    given.setdefault("access_token", _token(site))
    told: str = requests.get(f"{cloud.url}/invoice/query", params=given, timeout=10).json()["description"]
    return told


def test_faq_1_3_cause_1_a_wrong_tax_number_or_serial_number_is_named_first(
    clinic: Installation, cloud: ServedApp, taken: str
) -> None:
    for clues in ({"serial_no": taken, "tax_no": ANOTHER_TAX_NO}, {"serial_no": "0" * 32}):
        told = asked(clinic, cloud, clues["serial_no"], **({"taxNo": ANOTHER_TAX_NO} if "tax_no" in clues else {}))
        assert told == NO_DATA
        explanation = explained(clinic, told, **clues)
        assert states(explanation) == ["cause", "ruled_out", "ruled_out"]
        assert explanation["cause"] == explanation["causes"][0]


def test_faq_1_3_cause_2_a_token_that_is_no_good_is_named(
    clinic: Installation, cloud: ServedApp, state: State, taken: str
) -> None:
    token = _token(clinic)
    state.issuers.expire_tokens()
    assert asked(clinic, cloud, taken, access_token=token) == NO_DATA
    given = {"GATEWAY_URL": cloud.url, "CLIENT_ID": SANDBOX_CLIENT_ID, "TAX_NO": SANDBOX_TAX_NO}
    given |= {"CLIENT_SECRET": clinic.settings.client_secret}
    asking = ("--lang", "en", "doctor", "--error", NO_DATA, "--serial-no", taken, "--token", token)
    ended = viewer(clinic.settings.instance, *asking, **given)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[1] == "The cause: Under a new token the query is answered: the old one was wrong or had run out."
    assert [
        word in line for word, line in zip(("ruled out", "this is it", "ruled out"), _rows(lines), strict=True)
    ] == [True] * 3


def test_faq_1_3_cause_3_an_invoice_issued_synchronously_is_named_and_the_right_question_asked(
    clinic: Installation, cloud: ServedApp, tmp_path: Path
) -> None:
    outcome = clinic.archive.issuings.issue(a_request(), typed=Typed())
    assert outcome.issuing
    assert outcome.issued
    serial_no = outcome.issuing.serial_no
    told = asked(clinic, cloud, serial_no)
    assert told == NO_DATA
    with installed(tmp_path, cloud=cloud.url, **OURS) as elsewhere:
        for site in (clinic, elsewhere):  # also where it wasn't issued from: the cloud itself gives it away
            explanation = explained(site, told, serial_no=serial_no)
            assert states(explanation) == ["ruled_out", "ruled_out", "cause"]
            assert outcome.issued.invoice_no in explanation["cause"]["message"]
            assert f"viewer invoice query {serial_no}" in explanation["cause"]["message"]


def test_an_issuing_that_was_refused_is_no_invoice_to_be_found(clinic: Installation) -> None:
    refused(clinic, account="13900139000", serialNo="REFUSED-1")
    explanation = explained(clinic, NO_DATA, serial_no="REFUSED-1")
    assert explanation["cause"] == explanation["causes"][0]
    assert "refused" in explanation["cause"]["message"]


def _token(site: Installation) -> str:
    gateway = site.archive.issuings._gateway
    assert gateway
    return gateway.issuing.grant().token


def _rows(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("│")]


# what is known, and what isn't


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (NO_ACCOUNT, "no_issuing_account"),
        ("未配置全电开票账号", "no_issuing_account"),
        (" 未配置 全电开票账号,请联系工作人员! ", "no_issuing_account"),
        ('{"errcode":"1301","description":"未查询该数据","traceId":"abc123def"}', "no_issuing_found"),
        ("The invoice cloud refused with code 1101: x. (trace 5f)", "credentials"),
        *(("1101", "credentials"), ("1200", "no_client_id"), ("1300", "bad_parameter"), ("1301", "no_authorisation")),
        *(("1307", "processing"), ("发票流水号不在该单据下", "serial_no_not_on_bill")),
    ],
)
def test_known_errors_are_found_by_text_code_or_within_an_answer(clinic: Installation, text: str, name: str) -> None:
    explanation = explained(clinic, text)
    assert (explanation["known"], explanation["name"]) == (True, name)
    assert explanation["source"]
    assert explanation["causes"]


@pytest.mark.parametrize(
    ("text", "trace"), [("9999 traceId: 0a1b2c3d4e", "0a1b2c3d4e"), ("something else", None), ("13011", None)]
)
def test_an_unknown_error_says_so_with_the_trace_to_quote(clinic: Installation, text: str, trace: str | None) -> None:
    explanation = explained(clinic, text)
    assert (explanation["known"], explanation["causes"], explanation["trace_id"]) == (False, [], trace)


def test_an_unknown_error_of_an_issuing_from_here_brings_its_own_trace(clinic: Installation, state: State) -> None:
    state.faults.add("/bill-websocket", "errcode", "4711 从未见过的错误", times=1)
    told = refused(clinic)
    assert told == "从未见过的错误"
    explanation = explained(clinic, told)
    assert explanation["known"] is False
    assert len(explanation["trace_id"]) == 32


def test_an_explanation_is_in_the_readers_language(clinic: Installation) -> None:
    answer = clinic.get("/api/v1/doctor", params={"error": NO_DATA}, headers=BEARER).json()["explanation"]
    assert [each["cause"] for each in answer["causes"]] == [
        "检查税号、开票流水号。",
        "检查 token。",
        "同步开票不能用异步查询。",
    ]
