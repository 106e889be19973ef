"""`viewer invoice`: the whole loop, the safety words, and what is said of a wrong request."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ended
from tests.commands import MINUTE, environment, refused, viewer
from tests.installations import Installation, installed
from tests.issuing import REQUEST, recorded
from tests.sandboxes import serving
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_COMPANY_ID,
    SANDBOX_TAX_NO,
)
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State
from viewer.store import ledger_queries
from viewer.store.database import open_database

README = Path(__file__).parents[2] / "README.md"
CREDENTIALS = {"CLIENT_ID": SANDBOX_CLIENT_ID, "CLIENT_SECRET": SANDBOX_CLIENT_SECRET}
WORDS = ("--real", "--yes-issue-a-real-invoice")
PRODUCTION = {"GATEWAY_URL": "https://api.piaozone.com", "LOGIN_ACCOUNT": SANDBOX_ACCOUNT, **CREDENTIALS}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    return State(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")


@pytest.fixture(scope="module")
def cloud(state: State) -> Iterator[ServedApp]:
    with serving(state) as served:
        yield served


@pytest.fixture
def settings(cloud: ServedApp) -> dict[str, str]:
    given = {"GATEWAY_URL": cloud.url, "TAX_NO": SANDBOX_TAX_NO, "LOGIN_ACCOUNT": SANDBOX_ACCOUNT}
    return {**given, **CREDENTIALS}


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "invoice.json"
    path.write_text(json.dumps(REQUEST), "utf-8")
    return path


def told(ended: Ended) -> Any:
    assert (ended.status, ended.err) == (0, ""), ended
    return json.loads(ended.out)


def test_the_whole_loop_from_issuing_to_both_views(
    run: Callable[..., Ended], cloud: ServedApp, tmp_path: Path, request_file: Path, settings: dict[str, str]
) -> None:
    shared = {**settings, "INSTANCE": str(tmp_path / "site")}
    with installed(tmp_path / "site", cloud=cloud.url) as site:
        first = told(run("invoice", "issue", request_file, "--json", **shared))
        assert (first["state"], first["environment"], first["simulated"]) == ("issued", "sandbox", True)
        second = told(run("invoice", "issue", request_file, "--async", "--json", **shared))
        assert (second["state"], second["asynchronous"]) == ("accepted", True)
        asked = told(run("invoice", "query", second["serial_no"], "--json", **shared))
        assert (asked["state"], sorted(asked["invoice"]["files"])) == ("issued", ["ofd", "pdf", "xml"])
        keys = set()
        for number, each in enumerate((first, second), 1):
            where = ("--bill-id", "LOOP-1", "--bill-no", "BX-LOOP-1", "--branch-id", f"ENTRY-{number}")
            keys.add(told(run("invoice", "bind", each["serial_no"], *where, "--json", **shared))["userkey"])
        (userkey,) = keys
        _both_are_shown(site, userkey, [first["serial_no"], second["serial_no"]])
        off = ("--bill-id", "LOOP-1", "--branch-id", "ENTRY-1")
        told(run("invoice", "release", first["serial_no"], *off, "--json", **shared))
        view = site.json(f"/bills/{userkey}/views/image")
        assert [each["serial_no"] for each in view["invoices"]] == [second["serial_no"]]
        assert site.json(f"/bills/{userkey}/views/location", branch_id="ENTRY-1")["invoice"] is None


def _both_are_shown(site: Installation, userkey: str, serial_nos: list[str]) -> None:
    """In the image view with the whole bill, in the location view alone, each with its three files ready."""
    bill = site.whole(userkey)
    assert [each["serial_no"] for each in bill["invoices"]] == serial_nos
    for number, serial_no in enumerate(serial_nos, 1):
        branch_id = f"ENTRY-{number}"
        image = site.json(f"/bills/{userkey}/views/image", branch_id=branch_id)
        assert [each["serial_no"] for each in image["invoices"]] == serial_nos
        alone = site.json(f"/bills/{userkey}/views/location", branch_id=branch_id)
        assert (alone["invoice"]["serial_no"], alone["count"]) == (serial_no, 1)
        assert [file["state"] for file in alone["invoice"]["files"]] == ["ready"] * 3
        pages = site.page(f"/bills/{userkey}"), site.page(f"/bills/{userkey}/location", branch_id=branch_id)
        assert all(f'data-serial-no="{serial_no}"' in page for page in pages)
        (other,) = set(serial_nos) - {serial_no}
        assert other not in pages[1]


def test_the_session_of_the_readme_works_as_it_stands(
    cloud: ServedApp, tmp_path: Path, settings: dict[str, str]
) -> None:
    (session,) = re.findall(r"```sh\n(cat > invoice\.json.*?)```", README.read_text("utf-8"), re.DOTALL)
    with installed(tmp_path / "site", cloud=cloud.url) as site:
        (tmp_path / ".venv/bin").mkdir(parents=True)
        command = tmp_path / ".venv/bin/viewer"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m viewer "$@"\n')
        command.chmod(0o755)
        done = subprocess.run(
            ["sh", "-eu", "-c", session],
            cwd=tmp_path,
            env=environment(tmp_path / "site", **settings) | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            encoding="utf-8",
            timeout=3 * MINUTE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        whole, single = (line.removeprefix("http://127.0.0.1:8000") for line in done.stdout.splitlines()[-2:])
        assert site.page(whole).count("data-serial-no=") == 2
        assert site.page(single).count("data-serial-no=") == 1


def test_faq_1_1_only_the_test_environment_simulates_and_production_refuses_and_says_why(
    run: Callable[..., Ended], request_file: Path
) -> None:
    given = {**PRODUCTION, "TAX_NO": SANDBOX_TAX_NO}
    with recorded() as wire:
        for words in ((), WORDS[:1], WORDS[1:]):
            status, out, err = run("invoice", "issue", request_file, *words, **given)
            assert (status, out) == (1, "")
            assert "counts as production" in err
            assert all(word in err for word in WORDS)
        assert wire.requests == []
        told(run("invoice", "issue", request_file, *WORDS, "--json", **given))
        (sent,) = wire.issuings
    assert "debugOpenInvoice" not in (sent.url or "")


def test_faq_1_1_without_the_flag_a_real_invoice_is_issued_in_the_test_environment_too(
    run: Callable[..., Ended], request_file: Path
) -> None:
    test = {**PRODUCTION, "GATEWAY_URL": "https://api-dev.piaozone.com/test"}
    with recorded() as wire:
        assert "a real invoice is issued" in run("invoice", "issue", request_file, "--real", **test).err
        assert "documented nowhere" in run("invoice", "issue", request_file, "--async", **test).err
        assert wire.requests == []
        assert told(run("invoice", "issue", request_file, "--json", **test))["simulated"] is True
        assert told(run("invoice", "issue", request_file, *WORDS, "--json", **test))["simulated"] is False
    flags = ["debugOpenInvoice=1" in (each.url or "") for each in wire.issuings]
    assert flags == [True, False]


def test_a_loopback_address_that_is_no_sandbox_counts_as_production(
    run: Callable[..., Ended], request_file: Path
) -> None:
    with recorded() as wire:
        wire.is_sandbox = False
        tunnel = {**PRODUCTION, "GATEWAY_URL": "http://127.0.0.1:9000"}
        assert "production ignores debugOpenInvoice=1" in run("invoice", "issue", request_file, **tunnel).err
        assert wire.issuings == []


def test_in_the_sandbox_real_alone_leaves_the_flag_out(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, state: State
) -> None:
    issued = told(run("invoice", "issue", request_file, "--real", "--json", **settings))
    assert issued["simulated"] is False
    kept = state.pool.find(issued["serial_no"])
    assert kept
    assert not kept.simulated


def test_a_repeat_with_the_same_reqid_is_not_sent_and_gets_the_same_answer(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, state: State
) -> None:
    state.forget_calls()
    again = [
        told(run("invoice", "issue", request_file, "--reqid", "1763800000000777", "--json", **settings))
        for _ in range(2)
    ]
    assert again[0] == again[1]
    assert state.calls("/bill-websocket") == 1


def test_an_answer_that_is_lost_is_told_with_what_to_do(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, state: State
) -> None:
    state.faults.add("/bill-websocket", "cut", times=1)
    reqid = ("--reqid", "1763800000000778", "--serial-no", "LOST-1")
    for _ in range(2):
        status, out, err = run("invoice", "issue", request_file, *reqid, **settings)
        assert (status, out) == (1, "")
        assert "is not known" in err
        assert "viewer invoice query LOST-1" in err
    found = told(run("invoice", "query", "LOST-1", "--json", **settings))
    assert (found["state"], found["reqid"]) == ("issued", "1763800000000778")


def test_a_synchronous_issuing_is_asked_for_by_its_serial_number(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, state: State
) -> None:
    issued = told(run("invoice", "issue", request_file, "--json", **settings))
    state.forget_calls()
    asked = told(run("invoice", "query", issued["serial_no"], "--json", **settings))
    assert asked["invoice"]["invoice_no"] == issued["invoice"]["invoice_no"]
    assert state.calls("/invoice/query") == 0


def test_an_issuing_under_way_says_so(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, state: State
) -> None:
    state.pool.delay = 900.0
    try:
        issued = told(run("invoice", "issue", request_file, "--async", "--json", **settings))
        assert told(run("invoice", "query", issued["serial_no"], "--json", **settings))["state"] == "processing"
        assert "under way" in run("invoice", "query", issued["serial_no"], **settings).out
    finally:
        state.pool.delay = 0.0


def test_a_refusal_is_told_with_the_command_that_explains_it(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path
) -> None:
    status, _, err = run("invoice", "issue", request_file, **{**settings, "CLIENT_ID": SANDBOX_COMPANY_ID})
    assert status == 1
    assert 'viewer doctor --error "未配置全电开票账号，请联系工作人员"' in err


def test_a_failed_query_is_told_with_what_it_asked_for(run: Callable[..., Ended], settings: dict[str, str]) -> None:
    asked = ("NONE SUCH", "--tax-no", SANDBOX_TAX_NO)
    status, out, err = run("invoice", "query", *asked, **settings)
    assert (status, out) == (1, "")
    hint = shlex.split(err.splitlines()[-1].partition(": ")[2])
    assert hint[:3] == ["viewer", "doctor", "--error"]
    assert hint[4:] == ["--serial-no", "NONE SUCH", "--tax-no", SANDBOX_TAX_NO]
    assert run(*hint[1:], **settings).status == 0


@pytest.mark.parametrize("became", ["refused", "unsent", "unknown", "sending"])
def test_what_came_to_nothing_ends_so_however_often_it_is_asked_for(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, instance: Path, became: str
) -> None:
    reqid = {"refused": "1763800000000801", "unsent": "1763800000000802"}.get(became, "1763800000000803")
    named = ("--serial-no", f"NOTHING-{became}", "--reqid", reqid, "--json")
    other = {**settings, "CLIENT_ID": SANDBOX_COMPANY_ID}
    assert run("invoice", "issue", request_file, *named, **other).status == 1
    with open_database(f"sqlite:///{instance / 'viewer.db'}") as database, database.write() as session:
        ledger_queries.load_issuing(session, reqid).state = became
    asked = {"query": ("query", f"NOTHING-{became}", "--json"), "issue": ("issue", request_file, *named)}
    for words, arguments in asked.items():
        ended = run("invoice", *arguments, **(settings if words == "query" else other))
        assert ended.status == 1, words
        if became in ("refused", "unsent"):
            assert json.loads(ended.out)["state"] == became


WRONG = {
    "invoiceType": "27",
    "salerName": "",
    "salerTaxNo": "short",
    "buyerName": 7,
    "items": [{"goodsName": "*a*b", "detailAmount": "10.005", "taxRate": "6"}],
    "salrPhone": "x",
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "  salerName: must not be empty",
                "  salerTaxNo: hasn't the form ^[0-9A-Z]{15,20}$",
                "  drawer: is missing",
                "  items[0].detailAmount: has more than 2 decimals",
                "  items[0].taxRate: must be at most 0.17",
                "  salrPhone: is not a known field; is it misspelt?",
            ],
        ),
        (
            "zh-CN",
            [
                "  salerName: 不能为空",
                "  salerTaxNo: 格式不符合 ^[0-9A-Z]{15,20}$",
                "  drawer: 缺少此项",
                "  items[0].detailAmount: 小数超过 2 位",
                "  items[0].taxRate: 不能大于 0.17",
                "  salrPhone: 没有这个字段，是否拼写有误？",
            ],
        ),
    ],
)
def test_every_wrong_field_of_a_request_is_told_and_nothing_is_sent(
    instance: Path, settings: dict[str, str], tmp_path: Path, state: State, language: str, expected: list[str]
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(WRONG), "utf-8")
    state.forget_calls()
    done = viewer(instance, "--lang", language, "invoice", "issue", path, **settings)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[1:] == expected
    assert state.calls("/bill-websocket") == 0


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"items": [{**REQUEST["items"][0], "taxAmount": "80.00"}]}, "items[0]: taxAmount"),
        ({"items": [{**REQUEST["items"][0], "unitPrice": 7}]}, "items[0]: detailAmount"),
        ({"totalAmount": "1.00"}, "totalAmount must be the sum of the rows, 1272.00"),
        ({"invoiceType": "27"}, "buyerTaxNo is missing"),
        ({"items": "x"}, "items: must be a list"),
        ({"items": []}, "items: must have at least one element"),
    ],
)
def test_sums_that_dont_add_up_are_told(
    run: Callable[..., Ended], settings: dict[str, str], tmp_path: Path, change: dict[str, Any], place: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(REQUEST | change), "utf-8")
    assert place in run("invoice", "issue", path, **settings).err


def test_what_is_no_json_is_one_line(instance: Path, settings: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text("{", "utf-8")
    line = refused(viewer(instance, "--lang", "en", "invoice", "issue", path, **settings))
    assert line == f"{path} holds no JSON: it is wrong in line 1 at column 2."
    assert "第 1 行第 2 列" in refused(viewer(instance, "invoice", "issue", path, **settings))


@pytest.mark.parametrize("depth", [400, 100_000])
def test_json_that_is_too_deep_is_told(instance: Path, settings: dict[str, str], tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.json"
    path.write_text('{"items": ' + "[" * depth + "]" * depth + "}", "utf-8")
    done = viewer(instance, "--lang", "en", "invoice", "issue", path, **settings)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    if depth > 1000:
        assert f"{path} holds no JSON: " in refused(done)


def test_without_a_cloud_nothing_can_be_issued(run: Callable[..., Ended], request_file: Path) -> None:
    assert "VIEWER_GATEWAY_URL is empty" in run("invoice", "issue", request_file).err


def test_the_schema_is_json_schema(run: Callable[..., Ended]) -> None:
    schema = told(run("invoice", "schema"))
    assert schema["required"] == ["invoiceType", "salerName", "salerTaxNo", "buyerName", "drawer", "items"]
    assert schema["additionalProperties"] is False


def test_a_status_is_set_and_an_invoice_bound_for_two_hours(
    run: Callable[..., Ended], settings: dict[str, str], request_file: Path, state: State
) -> None:
    serial_no = told(run("invoice", "issue", request_file, "--json", **settings))["serial_no"]
    where = ("--bill-id", "CACHED", "--branch-id", "E")
    bound = run("invoice", "bind", serial_no, *where, "--cache", "--expense-type", "6602.01", "办公费", **settings)
    assert (bound.status, "for two hours (entry/cache)" in bound.out) == (0, True)
    assert "Booked" in run("invoice", "status", serial_no, "--to", "65", **settings).out
    kept = state.pool.find(serial_no)
    assert kept
    assert kept.facts["expendStatus"] == "65"
    state.pool.expire_cache()
    bill = state.bill(state.userkey_of(SANDBOX_CLIENT_ID, "CACHED") or "")
    assert bill
    assert bill.invoices == ()
