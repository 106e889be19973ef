"""What the tests of the commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from viewer.cli import main
from viewer.config import Settings
from viewer.instance import init_instance


class Ended(NamedTuple):
    """How a command ended and what it said."""

    status: object
    out: str
    err: str


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An instance that is ready."""
    folder = tmp_path / "instance"
    init_instance(Settings.load({"VIEWER_INSTANCE": str(folder)}))
    return folder


@pytest.fixture
def run(instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs a command of the instance in this process, in English; `PORT="1"` stands for VIEWER_PORT."""
    monkeypatch.setenv("LANGUAGE", "")

    def run(*arguments: object, **settings: str) -> Ended:
        with monkeypatch.context() as patch:
            for name, value in {"INSTANCE": str(instance), **settings}.items():
                patch.setenv(f"VIEWER_{name}", value)
            with pytest.raises(SystemExit) as ended:
                main(["--lang", "en", *map(str, arguments)])
        said = capsys.readouterr()
        return Ended(ended.value.code or 0, said.out, said.err)

    return run
