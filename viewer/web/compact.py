"""What is for those who write the pages and not for those who read them: indentation of templates, comments of scripts."""

import re
from pathlib import Path

from jinja2.ext import Extension

INDENTED = re.compile(r"\n\s+")
COMMENTS = re.compile(r"^[ \t]*//.*\n|/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n?", re.MULTILINE)
MARGIN = re.compile(r"^[ \t]+", re.MULTILINE)
SPACES = re.compile(
    r"""("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=[(,=:\[!&|?{};+])[ ]?/(?![*/ ])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/)"""
    r"""|[ ]*([{}()\[\];,=<>*&|?:!%+-])[ ]*"""
)
"""Strings, templates and patterns, which stay as they are; or a sign with the spaces around it."""
OPEN_ENDS = re.compile(r"([{;,(\[]|=>|&&|\|\|)\n")


class Compact(Extension):
    """Takes the indentation out when a template is compiled, so that it costs no request anything: a third of a long page
    would be spaces between its elements. No template has preformatted text."""

    def preprocess(self, source: str, name: str | None, filename: str | Path | None = None) -> str:
        return INDENTED.sub("\n", source)


def compact_script(source: str) -> str:
    """One of our scripts without its comments, its indentation and the spaces around signs: more than a quarter of what
    would travel is types, reasons and air. A test parses each of ours both ways; what these patterns would spoil, such as a
    comment's sign inside a string, fails there."""
    bare = MARGIN.sub("", COMMENTS.sub("", source))
    return OPEN_ENDS.sub(r"\1", SPACES.sub(lambda found: found[1] or found[2], bare))
