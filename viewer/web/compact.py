"""What is for those who write the pages and not for those who read them: indentation of templates, comments of scripts."""

import re
from pathlib import Path

import rjsmin
from jinja2.ext import Extension

INDENTED = re.compile(r"\n\s+")


class Compact(Extension):
    """Takes the indentation out when a template is compiled, so that it costs no request anything: a third of a long page
    would be spaces between its elements. No template has preformatted text."""

    def preprocess(self, source: str, name: str | None, filename: str | Path | None = None) -> str:
        return INDENTED.sub("\n", source)


def compact_script(source: str) -> str:
    """One of our scripts without its comments and the spaces that say nothing: more than a quarter of what would travel is
    types, reasons and air."""
    compact: str = rjsmin.jsmin(source)
    return compact
