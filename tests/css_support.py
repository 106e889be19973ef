"""What the style sheets use that a Chromium 86 doesn't know, by MDN's data: `python -m tests.css_support`.

Newer CSS is allowed as an extra: inside @supports, as a value after another one of the same property in the same block, or
where without it nothing is amiss (EXTRAS). What a media query asks for is its own test.
"""

import json
import math
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OLDEST = 86
SHEETS = ROOT / "viewer/static/css"
EXTRAS = frozenset(
    {
        *("@property", "@starting-style", "@view-transition", "view-transition-name"),
        *("accent-color", "forced-color-adjust", "print-color-adjust", "text-underline-offset"),
        *("scrollbar-color", "scrollbar-gutter", "scrollbar-width"),
        *("field-sizing", "hyphenate-character", "interpolate-size", "text-wrap", "text-wrap-style"),
    }
)
ALIGNED = frozenset({"start", "end"})
"""What MDN dates by flex boxes alone, where older ones take them for flex-start and flex-end; grids always knew them."""
NOT_CODE = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|(?<=url\()[^)]*", re.DOTALL)
PSEUDO = re.compile(r"(?<!\\)::?([a-z-]+)")
FUNCTION = re.compile(r"([a-z][\w-]*)\(")
WORD = re.compile(r"(?<![\w#.$-])([a-z][a-z-]*)(?![\w(-])")
UNIT = re.compile(r"(?<![\w#-])[\d.]+([a-z]+)")

Data = dict[str, Any]


def problems(css: str) -> Iterator[str]:
    """Each thing that an old browser would drop and nothing replaces, with its line."""
    around: list[tuple[str, set[str]]] = []
    css, start = NOT_CODE.sub(_blanked, css), 0
    for end in re.finditer(r"[{};]", css):
        piece, line = css[start : end.start()].strip(), css.count("\n", 0, end.start()) + 1
        start = end.end()
        preludes = [prelude for prelude, _ in around]
        tried = any(prelude.startswith("@supports") for prelude in preludes)
        found: Iterator[str] = iter(())
        if end[0] == "{":
            found = _in_prelude(piece, preludes)
            around.append((piece, set()))
        elif piece and around:
            name, _, value = (part.strip() for part in piece.partition(":"))
            found = _in_declaration(name, value, replaced=name in around[-1][1])
            around[-1][1].add(name)
        if end[0] == "}" and around:
            around.pop()
        if not tried:
            yield from (f"line {line}: {each}" for each in found)


def _blanked(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _in_prelude(prelude: str, around: list[str]) -> Iterator[str]:
    css = _data()
    if prelude.startswith("@"):
        name = prelude[1:].split("(")[0].split()[0]
        if _too_new(css["at-rules"].get(name)) and f"@{name}" not in EXTRAS:
            yield f"@{name}"
        if name == "media" and re.search("[<>]", prelude):
            yield "a range in a media query"
        return
    if not all(each.startswith("@") for each in around):
        yield f"a rule inside a rule: {prelude}"
    if re.search(r":not\([^()]*,", prelude):
        yield ":not() with a list"
    for name in PSEUDO.findall(prelude):
        if _too_new(css["selectors"].get(name)):
            yield f":{name}"


def _in_declaration(name: str, value: str, *, replaced: bool) -> Iterator[str]:
    own: Data = {} if name.startswith("--") else _data()["properties"].get(name, {})
    if name in EXTRAS:
        return
    if _too_new(own):
        yield name
        return
    if replaced and own:
        return
    for word in WORD.findall(value):
        if word not in ALIGNED and _too_new(own.get(word)):
            yield f"{name}: {word}"
    for function in FUNCTION.findall(value):
        if _too_new(own.get(f"{function}_function") or _functions().get(function) or own.get(function)):
            yield f"{name}: {function}()"
    if "(from " in value:
        yield f"{name}: a colour from another one"
    for unit in UNIT.findall(value):
        if _too_new(_unit(unit)):
            yield f"{name}: {unit}"


def _unit(unit: str) -> Data | None:
    known: Data = _data()["types"]["length"]
    if re.fullmatch(r"[dls]v(w|h|i|b|min|max)", unit):
        return known["viewport_percentage_units_dynamic"]  # type: ignore[no-any-return]
    return known["container_query_length_units"] if unit.startswith("cq") else known.get(unit)


@cache
def _functions() -> Data:
    """A function's name → what is known of it."""
    types: Data = _data()["types"]
    deep = {name: each for kind in types.values() for name, each in kind.items() if "__compat" in each}
    return {name.removesuffix("-function"): each for name, each in {**deep, **types}.items()}


def _too_new(feature: Data | None) -> bool:
    """Whether Chromium got it later. What isn't known is no fault."""
    compat = (feature or {}).get("__compat")
    if compat is None:
        return False
    told = compat["support"]["chrome"]
    plain = [
        each
        for each in (told if isinstance(told, list) else [told])
        if not {"prefix", "alternative_name", "flags"} & each.keys()
    ]
    versions = (re.search(r"\d+", each["version_added"] or "") for each in plain)
    return min((int(found[0]) if found else math.inf for found in versions), default=math.inf) > OLDEST


@cache
def _data() -> Data:
    data: Data = json.loads((ROOT / "node_modules/@mdn/browser-compat-data/data.json").read_bytes())["css"]
    return data


def main() -> int:
    found = [
        f"{path.name}, {each}" for path in sorted(SHEETS.glob("*.css")) for each in problems(path.read_text("utf-8"))
    ]
    for line in found:
        print(f"{line}: Chromium {OLDEST} doesn't know it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
