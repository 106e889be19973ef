"""What the check of the style sheets takes for too new, and what for an extra."""

import pytest

from tests.css_support import problems


@pytest.mark.parametrize(
    ("css", "fault"),
    [
        ("a:has(b) { color: red }", ":has"),
        ("a, b:is(c, d) { color: red }", ":is"),
        ("a:not(b, c) { color: red }", ":not() with a list"),
        ("img { aspect-ratio: 3 / 2 }", "aspect-ratio"),
        ("a { inset: 0 }", "inset"),
        ("a { overflow: clip }", "overflow: clip"),
        ("a { height: calc(100dvh - 3rem) }", "height: dvh"),
        ("a { color: color-mix(in srgb, red, blue) }", "color: color-mix()"),
        ("a { color: rgb(from red r g b) }", "color: a colour from another one"),
        ("a { --ink: light-dark(red, blue) }", "--ink: light-dark()"),
        ("a { transition: color 1s linear(0, 1) }", "transition: linear()"),
        ("@layer base { a { color: red } }", "@layer"),
        ("@container (min-width: 3px) { a { color: red } }", "@container"),
        ("@media (width >= 300px) { a { color: red } }", "a range in a media query"),
        ("a { b { color: red } }", "a rule inside a rule: b"),
    ],
)
def test_what_chromium_86_drops_is_named_with_its_line(css: str, fault: str) -> None:
    assert list(problems(f"\n{css}")) == [f"line 2: {fault}"]


@pytest.mark.parametrize(
    "css",
    [
        "@supports (aspect-ratio: 1) { img { aspect-ratio: 3 / 2 } }",
        "@supports selector(:has(a)) { a:has(b) { color: red } }",
        "a { height: 100vh; height: 100dvh }",
        "a { overflow: hidden; overflow: clip }",
        "input { accent-color: red }",
        "a { gap: min(1rem, 2vw); content-visibility: auto; display: grid; align-content: start }",
        "a:focus-visible, dialog::backdrop { color: rgb(0 0 0 / 50%) }",
        "@media (forced-colors: active) { a { forced-color-adjust: none } }",
        "@keyframes turn { from { opacity: 0 } 50% { opacity: 1 } }",
        "a::before { content: ':has(' } /* a { inset: 0 } */",
    ],
)
def test_an_extra_or_a_value_with_another_one_before_it_is_allowed(css: str) -> None:
    assert list(problems(css)) == []
