"""`viewer init`, `viewer upgrade`, and what the other commands say of an instance that isn't ready."""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended
from tests.commands import refused, viewer
from viewer.cli.server import serve_settings
from viewer.config import Settings
from viewer.errors import CommandError, OldSchema
from viewer.instance import init_instance
from viewer.store.schema import wanted_version

KEY = "dda807c9e4e4b1d86b1921d0e0619e45"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def set_version(instance: Path, version: str) -> None:
    with sqlite3.connect(instance / "viewer.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])
    connection.close()


def test_init_makes_the_instance_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    instance = tmp_path / "new" / "instance"
    done = viewer(instance, "init")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"实例已就绪：{instance}\n", "")
    key = instance / "signing.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(bytes.fromhex(key.read_text())) == 32
    assert {each.name for each in instance.iterdir()} == {"signing.key", "viewer.db", "derivatives", "blobs"}

    before = content(instance)
    assert viewer(instance, "init").returncode == 0
    assert content(instance) == before


def test_each_instance_has_a_signing_key_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        init_instance(Settings.load({"VIEWER_INSTANCE": str(tmp_path / name)}))
    assert (tmp_path / "one/signing.key").read_text() != (tmp_path / "two/signing.key").read_text()


def test_an_instance_that_cannot_be_made_is_one_line(run: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    place = tmp_path / "file/instance"
    assert run("init", INSTANCE=str(place)) == (1, "", f"The folder {place} can't be made: Not a directory\n")


def test_serve_refuses_an_old_schema(instance: Path) -> None:
    set_version(instance, "0000")
    line = refused(viewer(instance, "--lang", "en", "serve"))
    wanted = wanted_version()
    assert line == (
        f"The database sqlite:///{instance / 'viewer.db'} has schema 0000, this version needs {wanted}. "
        "Run: viewer upgrade"
    )


def test_upgrade_brings_an_empty_database_to_this_version(instance: Path, run: Callable[..., Ended]) -> None:
    (instance / "viewer.db").unlink()
    (instance / "viewer.db").touch()
    settings = Settings.load({"VIEWER_INSTANCE": str(instance)})
    with pytest.raises(OldSchema, match="has schema –"):
        serve_settings(settings, host="127.0.0.1", port=1)
    assert run("upgrade") == (0, "The database has this version's schema.\n", "")
    with pytest.raises(CommandError, match="can't be listened on"):
        serve_settings(settings, host="nowhere.invalid", port=1)


@pytest.mark.parametrize("arguments", [("serve",), ("upgrade",), ("bill", KEY), ("import", "/")])
def test_without_an_instance_a_command_says_to_make_one_and_leaves_nothing(
    run: Callable[..., Ended], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    place = tmp_path / "none"
    said = f"There is no database {place / 'viewer.db'} yet. Run: viewer init\n"
    assert run(*arguments, INSTANCE=str(place)) == (1, "", said)
    assert not place.exists()


UNREADABLE = "The database of VIEWER_DATABASE_URL doesn't answer: its address can't be read"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PROT": "1"}, "VIEWER_PROT is not a setting; see docs/settings.md"),
        ({"WORKERS": "many"}, "VIEWER_WORKERS is wrong: it takes a whole number from 0 to 256"),
        ({"DATABASE_URL": "viewer.db"}, "VIEWER_DATABASE_URL is wrong: it takes an address with a scheme"),
        ({"DATABASE_URL": "nodb://x"}, "The database of VIEWER_DATABASE_URL doesn't answer: Can't load plugin"),
        ({"DATABASE_URL": "sqlite:////proc/1/x.db"}, "The database of VIEWER_DATABASE_URL doesn't answer: unable"),
        ({"DATABASE_URL": "postgresql+psycopg://u:DB@PASS:x@h/db"}, UNREADABLE),
        ({"DATABASE_URL": "postgresql+psycopg://u:DB@PASS@h/db"}, UNREADABLE),
        ({"DATABASE_URL": "postgresql+psycopg://u:PASS@[::1/db"}, UNREADABLE),
        ({"BLOB_URL": "gopher://x"}, "VIEWER_BLOB_URL is wrong: "),
        (
            {"GATEWAY_URL": "http://u:PASS@x"},
            "VIEWER_GATEWAY_URL is wrong: it takes an http or https address without user,",
        ),
        (
            {"PUBLIC_URL": "http://PASS@x"},
            "VIEWER_PUBLIC_URL is wrong: it takes an http or https address without user,",
        ),
        ({"GATEWAY_URL": "http://x"}, "VIEWER_CLIENT_ID / VIEWER_CLIENT_SECRET is missing: the gateway needs it"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(
    run: Callable[..., Ended], settings: dict[str, str], said: str
) -> None:
    status, out, line = run("init", **settings)
    assert (status, out) == (1, "")
    assert line.startswith(said)
    assert line.count("\n") == 1
    assert "PASS" not in line
