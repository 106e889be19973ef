"""Templates without their indentation: a third of a long page would be spaces between its elements."""

import re
from pathlib import Path

from jinja2.ext import Extension

INDENTED = re.compile(r"\n\s+")


class Compact(Extension):
    """Takes it out when a template is compiled, so that it costs no request anything. No template has preformatted text."""

    def preprocess(self, source: str, name: str | None, filename: str | Path | None = None) -> str:
        return INDENTED.sub("\n", source)
