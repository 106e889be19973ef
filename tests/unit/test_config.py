"""Settings: each parser, where values come from, and the one line that a wrong one gets."""

import contextlib
import dataclasses
import ipaddress
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import settings_table
from viewer import config
from viewer.config import PREFIX, Expected, Settings, host_port
from viewer.errors import ConfigError

NAMES = [PREFIX + field.name.upper() for field in dataclasses.fields(Settings)]


def load(instance: Path, **given: str) -> Settings:
    return Settings.load({"VIEWER_INSTANCE": str(instance), **given})


TWO_KEYS = (("b", b"0123:567" * 4), ("a", b"+/=," * 8 + b"wxyz"))


@pytest.mark.parametrize(
    ("parse", "value", "parsed"),
    [
        (config.text, " 顾晓岚 ", "顾晓岚"),
        (config.optional, "  ", None),
        (config.optional, " secret ", "secret"),
        (config.choice("a", "b"), "b", "b"),
        (config.whole(1, 10), "010", 10),
        (config.seconds(0), "0", 0.0),
        (config.seconds(0.001), "0.5", 0.5),
        (config.address, "", ""),
        (config.address, "postgresql+psycopg://viewer@db/viewer", "postgresql+psycopg://viewer@db/viewer"),
        (config.http_url, "", None),
        (config.http_url, "https://bills.example/viewer/", "https://bills.example/viewer"),
        (config.hosts, "", frozenset()),
        (config.hosts, "Files.Example:443, [::1]:80", frozenset({"files.example:443", "[::1]:80"})),
        (config.sources, " 'self'  https://erp.example ", "'self' https://erp.example"),
        (config.networks, "10.1.2.3/8,::1", (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))),
        (config.codes, "1301, 1302", frozenset({"1301", "1302"})),
        (config.token_keys, "b:" + "0123:567" * 4 + "  a:" + "+/=," * 8 + "wxyz", TWO_KEYS),
    ],
)
def test_a_value_is_read(parse: Callable[[str], object], value: str, parsed: object) -> None:
    assert parse(value) == parsed


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        (config.choice("a", "b"), "A"),
        (config.choice("a", "b"), ""),
        (config.whole(1, 10), "0"),
        (config.whole(1, 10), "11"),
        (config.whole(1, 10), "-1"),
        (config.whole(1, 10), "５"),
        (config.whole(1, 10), "9" * 5000),
        (config.seconds(0), "-1"),
        (config.seconds(0), "inf"),
        (config.seconds(0), "1e3"),
        (config.seconds(0.001), "0"),
        (config.address, "viewer.db"),
        (config.http_url, "bills.example"),
        (config.http_url, "ftp://bills.example"),
        (config.http_url, "https://"),
        (config.http_url, "https://bills.example/?a=1"),
        (config.http_url, "https://bills.example:99999"),
        (config.http_url, "https://user@bills.example"),
        (config.http_url, "https://user:password@bills.example"),
        (config.http_url, "https://@bills.example"),
        (config.http_url, "https://[bills"),
        (config.hosts, "files.example"),
        (config.hosts, "files.example:65536"),
        (config.hosts, "https://files.example:443"),
        (config.sources, "'self'; script-src *"),
        (config.sources, "'self'\r\nX-Header: 1"),
        (config.sources, "https://票据.example"),
        (config.networks, "10.0.0.0/33"),
        (config.networks, "proxy.example"),
        (config.zone, "Asia/Nowhere"),
        (config.zone, ""),
        (config.zone, "../etc/passwd"),
        (config.token_keys, "a:short"),
        (config.token_keys, "a:" + "x" * 64),
        (config.token_keys, "0123456789abcdef" * 4),
        (config.token_keys, "a b:" + "0123456789abcdef" * 4),
        (config.token_keys, " ".join(["a:" + "0123456789abcdef" * 4] * 2)),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(parse: Callable[[str], object], value: str) -> None:
    with pytest.raises(Expected):
        parse(value)


@given(st.text())
def test_no_text_makes_a_parser_stumble(value: str) -> None:
    for field in dataclasses.fields(Settings):
        with contextlib.suppress(Expected):
            field.metadata["parse"](value)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
def test_a_whole_number_is_taken_within_its_bounds_only(least: int, most: int, value: int) -> None:
    parse = config.whole(least, most)
    if least <= value <= most:
        assert parse(str(value)) == value
    else:
        with pytest.raises(Expected):
            parse(str(value))


def test_without_any_variable_every_setting_has_its_documented_default(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'viewer.db'}"
    assert settings.blob_url == (tmp_path / "blobs").as_uri()
    assert (settings.gateway_url, settings.access, settings.enc_type) == (None, "userkey", "2")
    assert (settings.timezone.key, settings.bill_ttl) == ("Asia/Shanghai", 300.0)
    assert settings.unknown_errcodes == {"1301"}
    assert settings.workers >= 1


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("max_file_bytes", 100_000_000),
        ("max_bill_files", 2000),
        ("max_pixels", 100_000_000),
        ("max_pages", 1000),
        ("page_dpi", 300),
        ("page_edge", 6000),
        ("decoder_memory", 2**30),
        ("decoder_seconds", 10),
        ("decoder_pixels", 36_000_000),
        ("archive_entries", 5000),
        ("archive_bytes", 300_000_000),
        ("archive_ratio", 200),
        ("connect_timeout", 3),
        ("upstream_deadline", 15),
        ("download_deadline", 60),
    ],
)
def test_every_limit_has_a_variable_and_a_default(tmp_path: Path, name: str, default: float) -> None:
    assert getattr(load(tmp_path), name) == default
    other = default + 1
    assert getattr(load(tmp_path, **{PREFIX + name.upper(): str(other)}), name) == other


def test_the_environment_goes_before_the_instances_file(tmp_path: Path) -> None:
    (tmp_path / "viewer.env").write_text('# ours\nVIEWER_PORT=9000\nVIEWER_TAX_NO="91310000$X"\nOTHER=1\n', "utf-8")
    settings = load(tmp_path, VIEWER_PORT="9001")
    assert (settings.port, settings.tax_no) == (9001, "91310000$X")


def test_the_file_cannot_move_the_instance(tmp_path: Path) -> None:
    (tmp_path / "viewer.env").write_text("VIEWER_INSTANCE=/elsewhere\n", "utf-8")
    with pytest.raises(ConfigError, match="remove VIEWER_INSTANCE there"):
        load(tmp_path)


def test_a_line_of_the_file_that_sets_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "viewer.env").write_text("VIEWER_HOST=127.0.0.1\nVIEWER_PORT 8651\n", "utf-8")
    with pytest.raises(ConfigError, match="line 2: this is not NAME=value"):
        load(tmp_path)


@pytest.mark.parametrize("place", ["environment", "file"])
def test_an_unknown_variable_is_named_in_one_line(tmp_path: Path, place: str) -> None:
    given = {"VIEWER_PROT": "8000"}
    if place == "file":
        (tmp_path / "viewer.env").write_text("VIEWER_PROT=8000\n", "utf-8")
        given = {}
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **given)
    assert caught.value.text(str) == "VIEWER_PROT is not a setting; see docs/settings.md"


def test_other_programs_variables_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, PATH="/bin", VIEWERS="1").port == 8000


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("VIEWER_PORT", "http", "a whole number from 1 to 65535"),
        ("VIEWER_ACCESS", "open", "one of userkey, token"),
        ("VIEWER_BILL_TTL", "5m", "seconds from 0, such as 300 or 0.5"),
        ("VIEWER_GATEWAY_URL", "api.example", "an http or https address without user, password and query"),
        ("VIEWER_FILE_HOSTS", "a.example:1 b.example", "host:port separated by spaces or commas, not b.example"),
    ],
)
def test_a_bad_value_is_named_with_what_it_takes(tmp_path: Path, name: str, value: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **{name: value})
    assert caught.value.text(str) == f"{name} is wrong: it takes {expected}"


def test_what_a_setting_takes_is_said_in_the_readers_language(tmp_path: Path) -> None:
    words = {"{name} is wrong: it takes {expected}": "{name}：应为 {expected}", "one of {allowed}": "{allowed} 之一"}
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, VIEWER_ENC_TYPE="3")
    assert caught.value.text(words.__getitem__) == "VIEWER_ENC_TYPE：应为 0, 1, 2 之一"


@pytest.mark.parametrize("given", [{}, {"VIEWER_CLIENT_ID": "us"}, {"VIEWER_CLIENT_SECRET": "secret"}])
def test_a_gateway_without_credentials_is_refused(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="VIEWER_CLIENT_ID / VIEWER_CLIENT_SECRET is missing"):
        load(tmp_path, VIEWER_GATEWAY_URL="https://api.example", **given)


def test_files_come_from_the_gateways_own_host_and_the_listed_ones(tmp_path: Path) -> None:
    credentials = {"VIEWER_CLIENT_ID": "us", "VIEWER_CLIENT_SECRET": "secret"}
    given = {"VIEWER_GATEWAY_URL": "https://API.example/test/", "VIEWER_FILE_HOSTS": "files.example:80"}
    assert load(tmp_path, **credentials, **given).allowed_hosts == {"api.example:443", "files.example:80"}
    assert load(tmp_path, VIEWER_FILE_HOSTS="files.example:80").allowed_hosts == {"files.example:80"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://files.example/a", "files.example:80"),
        ("HTTPS://Files.Example", "files.example:443"),
        ("https://user:secret@files.example:8443/a?b#c", "files.example:8443"),
        ("http://[::1]/a", "[::1]:80"),
        ("http://[::1]:81/a", "[::1]:81"),
        ("ftp://files.example", ""),
        ("//files.example", ""),
        ("http://", ""),
        ("http://files.example:99999", ""),
        ("http://[files", ""),
        ("", ""),
    ],
)
def test_host_and_port_of_an_address(url: str, found: str) -> None:
    assert host_port(url) == found


@given(st.text())
def test_host_and_port_of_any_text_are_none_or_of_that_form(url: str) -> None:
    found = host_port(url)
    assert not found or found.rpartition(":")[2].isdigit()


def test_the_documented_table_is_in_step() -> None:
    document = settings_table.DOCUMENT.read_text("utf-8")
    assert document == settings_table.with_table(document), "run: python -m tests.settings_table --update"
    assert all(f"| `{name}` |" in document for name in NAMES)
