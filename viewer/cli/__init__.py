"""The `viewer` command. It speaks zh-CN unless `--lang en`."""

import sys
from collections.abc import Sequence

from viewer.cli.language import _, speak
from viewer.errors import ViewerError


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; what it can't do is one line on standard error and exit status 1."""
    given = speak(sys.argv[1:] if arguments is None else arguments)
    from viewer.cli import doctor, invoice  # noqa: F401 - they add their commands
    from viewer.cli.commands import cli  # the commands' help is in the language that was just chosen

    try:
        cli.main(args=given, prog_name="viewer")
    except ViewerError as error:
        print(error.text(_), file=sys.stderr)
        sys.exit(1)
