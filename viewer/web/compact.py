"""What is for those who write the pages and not for those who read them: indentation of templates, comments of scripts."""

import re
from pathlib import Path

from jinja2.ext import Extension

INDENTED = re.compile(r"\n\s+")
COMMENTS = re.compile(r"^[ \t]*//.*\n|/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n?", re.MULTILINE)
MARGIN = re.compile(r"^[ \t]+", re.MULTILINE)


class Compact(Extension):
    """Takes the indentation out when a template is compiled, so that it costs no request anything: a third of a long page
    would be spaces between its elements. No template has preformatted text."""

    def preprocess(self, source: str, name: str | None, filename: str | Path | None = None) -> str:
        return INDENTED.sub("\n", source)


def compact_script(source: str) -> str:
    """One of our scripts without its comments and its indentation: a quarter of what would travel is types and reasons.
    None of ours has such a thing inside a string or a template; a test parses each one both ways."""
    return MARGIN.sub("", COMMENTS.sub("", source))
