"""What `viewer demo` refuses, in one line, before it touches anything."""

import fcntl
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ended
from tests.commands import refused, viewer
from viewer.demo import Demo
from viewer.errors import CommandError


def test_an_instance_that_the_demo_did_not_make_is_left_alone(instance: Path) -> None:
    before = sorted(path.name for path in instance.iterdir())
    line = refused(viewer(instance, "--lang", "en", "demo"))
    assert line == (
        f"{instance} holds an instance that the demo didn't make (viewer.db). Name another with VIEWER_INSTANCE."
    )
    assert sorted(path.name for path in instance.iterdir()) == before


def test_an_instance_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refused(viewer(tmp_path / "file", "--lang", "en", "demo"))
    assert line == f"The folder {tmp_path / 'file'} can't be made: File exists"


def test_settings_alone_make_an_instance_somebodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "viewer.env").write_text("VIEWER_GATEWAY_URL=https://api.example\n", "utf-8")
    monkeypatch.setenv("VIEWER_INSTANCE", str(tmp_path))
    with pytest.raises(CommandError, match=r"didn't make \(viewer.env\)"):
        Demo(host="127.0.0.1", port=8000)


def test_a_port_that_is_taken_is_one_line_that_says_how_to_choose_another(
    run: Callable[..., Ended], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("demo", "--port", port, INSTANCE=str(tmp_path / "demo"))
    assert ended == (1, "", f"Port {port} is taken. Choose another: make demo PORT=…\n")


def test_a_second_demo_on_the_same_instance_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text("[]", "utf-8")
    with (tmp_path / "demo.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        line = refused(viewer(tmp_path, "--lang", "en", "demo"))
    assert line == f"Another demo is running on {tmp_path}. End it first."
    assert not (tmp_path / "viewer.env").exists()
