"""The command speaks Chinese unless `--lang en`, Click's own words included."""

import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_file

from tests.commands import VIEWER, environment, viewer
from viewer.cli import main
from viewer.cli.language import CLICKS_OWN, speak, spoken


@pytest.fixture(autouse=True)
def _language_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "")


@pytest.mark.parametrize(
    ("arguments", "language", "given"),
    [
        ([], "zh-CN", []),
        (["--lang", "en", "init"], "en", ["--lang", "en", "init"]),
        (["bill", "KEY", "--lang=en"], "en", ["--lang=en", "bill", "KEY"]),
        (["bill", "--lang", "en", "KEY"], "en", ["--lang", "en", "bill", "KEY"]),
        (["--lang", "zh-CN"], "zh-CN", ["--lang", "zh-CN"]),
        (["--lang", "fr"], "zh-CN", ["--lang", "fr"]),
        (["--lang"], "zh-CN", ["--lang"]),
        (["bill", "--", "--lang=en"], "zh-CN", ["bill", "--", "--lang=en"]),
        (["init", "--language"], "zh-CN", ["init", "--language"]),
    ],
)
def test_the_language_is_taken_from_wherever_it_stands(arguments: list[str], language: str, given: list[str]) -> None:
    assert speak(arguments) == given
    assert spoken() == language


def test_the_help_is_chinese(tmp_path: Path) -> None:
    done = viewer(tmp_path, "--help")
    assert done.returncode == 0
    assert all(words in done.stdout for words in ("用法:", "选项", "命令", "查看 ERP 单据的发票", "显示本帮助并退出"))


def test_the_help_is_english_where_that_is_asked(tmp_path: Path) -> None:
    done = viewer(tmp_path, "init", "--help", "--lang", "en")
    assert done.returncode == 0
    assert "Usage: viewer init" in done.stdout
    assert "Creates the instance" in done.stdout
    assert done.stdout.isascii()


def test_a_wrong_use_is_explained_in_chinese(tmp_path: Path) -> None:
    done = viewer(tmp_path, "bill")
    assert (done.returncode, done.stdout) == (2, "")
    assert "错误：缺少参数 'KEY'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["audit", "--since", "soon"], "'soon' 不符合以下任一格式"),
        (["convert", "missing.ofd", "-o", "x.pdf"], "文件 'missing.ofd' 不存在。"),
        (["serve", "--port", "0"], "0 不在范围"),
        (["serve", "--port", "abc"], "'abc' 不是有效的整数"),
        (["sandbox", "--issue-seconds", "abc"], "'abc' 不是有效的数字"),
        (["sandbox", "--data", __file__], f"文件夹 '{__file__}' 是一个文件。"),
        (["invoice", "status", "S-1"], "可选值：\n\t1,\n\t30"),
    ],
)
def test_a_wrong_value_is_explained_in_chinese(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = viewer(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_ctrl_c_while_modules_are_imported_ends_the_command_silently(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", *VIEWER[1:], "--help"]
    # The interpreter's own lines are more than the pipe holds: while nobody reads on, importing can't come to its end.
    with subprocess.Popen(
        command,
        env=environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr
        assert any(line.endswith(" click.types\n") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said = [line for line in process.stderr if not line.startswith("import time:")]
    assert (process.returncode, said) == (-signal.SIGINT, [])


def test_after_its_imports_a_command_hears_ctrl_c_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["viewer", "--help"])
    for handler in (signal.default_int_handler, signal.SIG_IGN):
        before = signal.signal(signal.SIGINT, handler)
        try:
            with pytest.raises(SystemExit):
                main()
            assert signal.getsignal(signal.SIGINT) is handler
        finally:
            signal.signal(signal.SIGINT, before)


def test_the_words_taken_from_click_are_clicks_own() -> None:
    theirs: set[str] = set()
    for path in Path(click.__file__).parent.glob("*.py"):
        for _, message, _, _ in extract_from_file("python", path, keywords={"_": None, "ngettext": (1, 2)}):
            theirs |= {message} if isinstance(message, str) else set(message)
    assert set(CLICKS_OWN) <= theirs
