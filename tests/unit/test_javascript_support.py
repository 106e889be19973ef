"""What eslint refuses so that the pages' JavaScript runs in a Chromium 86."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOO_NEW = (
    "structuredClone({});",
    "[1].at(-1);",
    "Object.hasOwn({}, 'a');",
    "crypto.randomUUID();",
    "AbortSignal.timeout(3);",
    "document.body.inert = true;",
    "document.startViewTransition?.();",
    "navigation.back();",
    "new Intl.Segmenter();",
    "document.querySelector('a:has(b)');",
    "document.querySelector(`${location}:is(b)`);",
    "document.addEventListener('click', () => {}, { signal: new AbortController().signal });",
)
KNOWN = (
    "document.body.replaceChildren();",
    "'a'.replaceAll('a', 'b');",
    "new ResizeObserver(() => {}).observe(document.body);",
    "void new Image().decode();",
    "void (location.hash ?? document.body?.dataset.name);",
    "document.querySelector('a:not(b):focus-visible');",
)


def refused_lines(code: str) -> set[int]:
    """The lines to which eslint objects, by the project's own settings."""
    command = [
        "npm",
        "exec",
        "--",
        "eslint",
        "--format",
        "json",
        "--stdin",
        "--stdin-filename",
        "viewer/static/js/x.js",
    ]
    done = subprocess.run(
        [sys.executable, "assets.py", *command],
        cwd=ROOT,
        input=code,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    (result,) = json.loads(done.stdout)
    return {message["line"] for message in result["messages"]}


def test_interfaces_younger_than_chromium_86_are_refused_and_older_ones_are_not() -> None:
    assert refused_lines("\n".join((*TOO_NEW, *KNOWN))) == set(range(1, len(TOO_NEW) + 1))


@pytest.mark.parametrize("code", ["let a = 1;\na ??= 2;", "class A {\n#a = 1;\n}", "void 1;\nawait 1;"])
def test_syntax_younger_than_es2020_is_refused(code: str) -> None:
    assert refused_lines(code) == {2}
