"""`viewer doctor` in the terminal: a check-up that goes on whatever is broken, and an error explained."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Ended
from tests.commands import refused, viewer
from tests.sandboxes import serving
from viewer.archive.doctor import Doctor
from viewer.archive.doctor.causes import Causes, Clues
from viewer.archive.doctor.knowledge import known_errors
from viewer.config import Settings
from viewer.domain.checkup import CHECKS
from viewer.domain.issuing import TEST_BASE
from viewer.domain.tax_number import is_tax_number
from viewer.gateway import probe
from viewer.gateway.sandbox import companies
from viewer.gateway.sandbox.catalogue import (
    SANDBOX_ACCOUNT,
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_TAX_NO,
)
from viewer.gateway.sandbox.papers import Party
from viewer.gateway.sandbox.server import ServedApp
from viewer.gateway.sandbox.state import State


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    with serving(State(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")) as served:
        yield served


@pytest.fixture
def settings(cloud: ServedApp) -> dict[str, str]:
    given = {"CLIENT_ID": SANDBOX_CLIENT_ID, "CLIENT_SECRET": SANDBOX_CLIENT_SECRET, "TAX_NO": SANDBOX_TAX_NO}
    return {"GATEWAY_URL": cloud.url, "LOGIN_ACCOUNT": SANDBOX_ACCOUNT, **given}


def test_a_sound_instance_ends_well_and_every_part_is_told(run: Callable[..., Ended], settings: dict[str, str]) -> None:
    ended = run("doctor", **settings)
    assert (ended.status, ended.err) == (0, "")
    assert all(words in ended.out for words in CHECKS.values())
    found = json.loads(run("doctor", "--json", **settings).out)
    assert (found["state"], [each["name"] for each in found["checks"]]) == ("ok", list(CHECKS))


def test_without_a_database_the_rest_is_looked_at_all_the_same(tmp_path: Path, settings: dict[str, str]) -> None:
    done = viewer(tmp_path, "--lang", "en", "doctor", "--json", **settings)
    assert (done.returncode, done.stderr) == (1, "")
    states = {each["name"]: each["state"] for each in json.loads(done.stdout)["checks"]}
    assert (states["database"], states["blobs"]) == ("failed", "failed")
    assert {states[name] for name in ("credentials", "fonts", "decoders")} == {"ok"}
    assert not (tmp_path / "blobs").exists(), "a look makes nothing"


def test_a_database_address_that_cant_be_read_is_told_without_it(
    run: Callable[..., Ended], settings: dict[str, str]
) -> None:
    ended = run("doctor", "--json", **settings, DATABASE_URL="postgresql+psycopg://u:DB@PASS:x@h/db")
    assert (ended.status, ended.err) == (1, "")
    by_name = {each["name"]: each for each in json.loads(ended.out)["checks"]}
    assert by_name["database"]["state"] == "failed"
    assert "its address can't be read" in by_name["database"]["message"]
    assert "PASS" not in ended.out


def test_without_a_cloud_its_checks_arent_needed(run: Callable[..., Ended]) -> None:
    found = json.loads(run("doctor", "--json").out)
    skipped = [each["name"] for each in found["checks"] if each["state"] == "skipped"]
    assert (found["state"], skipped) == ("ok", ["environment", "dns", "tls", "clock", "credentials"])


def test_of_the_test_environment_no_more_is_told_than_is_documented(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_url: str) -> None:
        raise OSError("no network in a test")

    for name in ("addresses", "certificate_end", "clock_offset"):
        monkeypatch.setattr(probe, name, nothing)
    given = {"VIEWER_INSTANCE": str(instance), "VIEWER_GATEWAY_URL": TEST_BASE}
    settings = Settings.load({**given, "VIEWER_CLIENT_ID": "x", "VIEWER_CLIENT_SECRET": "y"})
    found = {check.name: check.message for check in Doctor(settings, gateway=None, issuings=None).check_up()}
    assert found["environment"] == (
        "The test environment: synchronous issuing is simulated; whether asynchronous issuing is, is documented nowhere."
    )


def test_a_setting_that_is_wrong_is_one_line(instance: Path) -> None:
    assert "VIEWER_PORT" in refused(viewer(instance, "doctor", PORT="http"))


def test_a_tax_number_that_is_none_is_told(run: Callable[..., Ended], settings: dict[str, str]) -> None:
    wrong = SANDBOX_TAX_NO[:-1] + ("0" if SANDBOX_TAX_NO[-1] != "0" else "1")
    found = json.loads(run("doctor", "--json", **{**settings, "TAX_NO": wrong}).out)
    assert found["checks"][0]["state"] == "warning"
    assert wrong in found["checks"][0]["message"]


def test_an_error_is_explained_in_chinese_with_its_source_and_causes(instance: Path, settings: dict[str, str]) -> None:
    done = viewer(instance, "doctor", "--error", "未配置全电开票账号", "--account", "13900139000", **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert "FAQ 1.2" in done.stdout
    assert "原因：该企业没有登录账号 13900139000。" in done.stdout
    order = [
        done.stdout.index(words) for words in ("clientId 是否为租户账号", "检查税号是否正确", "检查登录账号是否正确")
    ]
    assert order == sorted(order)


def test_an_unknown_error_says_so_and_prints_the_trace(run: Callable[..., Ended], settings: dict[str, str]) -> None:
    out = run("doctor", "--error", "9999 系统开小差 traceId=00ff00ff00ff", **settings).out
    assert "isn't known here" in out
    assert "traceId: 00ff00ff00ff" in out
    assert "has no traceId" in run("doctor", "--error", "9999", **settings).out


def test_every_known_error_has_a_source_both_languages_and_tests_that_exist(cloud: ServedApp) -> None:
    loaded = Settings.load({"VIEWER_INSTANCE": "unused"})
    tests = Causes(loaded, None, None, Clues(), lambda: ("skipped", "not looked at", {}))
    for error in known_errors():
        assert error.source
        for words in (error.words, *(cause.words for cause in error.causes)):
            assert all(words[language] for language in ("zh-CN", "en"))
        for cause in error.causes:
            assert tests.run(cause.test).message


def test_every_tax_number_of_the_sandbox_is_one() -> None:
    numbers = [party.tax_no for party in vars(companies).values() if isinstance(party, Party)]
    assert len(numbers) > 10
    assert all(map(is_tax_number, numbers))
    assert not is_tax_number(numbers[0].lower())
    assert not is_tax_number("")
