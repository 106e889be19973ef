"""The `viewer` command. It speaks zh-CN unless `--lang en`."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from viewer.cli.language import _, speak
from viewer.errors import ViewerError


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; what it can't do is one line on standard error and exit status 1."""
    given = speak(sys.argv[1:] if arguments is None else arguments)
    with _ending_at_ctrl_c() if arguments is None else nullcontext():
        from viewer.cli import doctor, invoice  # noqa: F401 - they add their commands
        from viewer.cli.commands import cli  # the commands' help is in the language that was just chosen

    try:
        cli.main(args=given, prog_name="viewer")
    except ViewerError as error:
        print(error.text(_), file=sys.stderr)
        sys.exit(1)


@contextmanager
def _ending_at_ctrl_c() -> Iterator[None]:
    """SIGINT meanwhile ends the process at once and silently. As an exception it would leave an extension module imported by
    half, which tells that on a hundred lines and aborts."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler:  # ignored by whoever started this process in the background
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
