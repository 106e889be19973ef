"""SECURITY.md names a test in each row, and each of these tests exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| Threat |"))
]


def functions_of(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_each_defence_has_its_tests(row: list[str]) -> None:
    threat, defence, named = row
    assert threat
    assert defence
    found = re.findall(r"`([^`]+)`", named)
    assert found, f"no test stands for: {threat}"
    file = ""
    for name in found:
        path, _, test = name.partition("::")
        file = path or file
        assert (ROOT / "tests" / file).is_file(), name
        assert not test or test in functions_of(ROOT / "tests" / file), name


def test_the_table_is_read_whole() -> None:
    assert len(ROWS) >= 20
    assert all(len(row) == 3 for row in ROWS)
