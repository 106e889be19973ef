"""What is logged holds no key: whoever reads a log could open the bills in it.

Every record of the process is made so, whoever logs, shows or sends it; a formatter would serve its own handler alone.
"""

import logging
import re
from typing import Any

USERKEY = re.compile(r"(?<![0-9A-Za-z])([0-9A-Fa-f]{4})[0-9A-Fa-f]{28}(?![0-9A-Za-z])")
TOKEN = re.compile(r"(?<![\w-])(?:eyJ[\w-]*\.[\w-]+\.[\w-]*|[\w-]{10,}\.[\w-]{10,}\.[\w-]{43}(?![\w-]))", re.ASCII)
"""Most headers begin `{"`, which is eyJ in base64; those written with spaces are known by HS256's signature of 43 characters."""
SIGNED_PAGE = re.compile(r"/i/[\w-]{40,}")
SIGNATURE = re.compile(r"""(\b(?:sign|client_secret|access_token)["']?\s*[=:]\s*["']?)[^\s"'&,})]+""")

_formatter = logging.Formatter()


def redacted(text: str) -> str:
    """The text without keys. A userkey keeps its first four digits, by which those who know it find it again.

    >>> redacted("GET /bills/dda807c9e4e4b1d86b1921d0e0619e45/location")
    'GET /bills/dda8…/location'
    """
    text = TOKEN.sub("[token]", USERKEY.sub(r"\1…", text))
    return SIGNATURE.sub(r"\1…", SIGNED_PAGE.sub("/i/…", text))


def keep_keys_out() -> None:
    """From now on no record of this process holds a key, in its words or in its traceback."""
    make = logging.getLogRecordFactory()
    if getattr(make, "keeps_keys_out", False):
        return

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = make(*args, **kwargs)
        try:
            said = made.getMessage()
        except (TypeError, ValueError, KeyError):  # words and facts that don't fit; logging would tell so later
            said = f"{made.msg} {made.args!r}"
        made.msg, made.args = redacted(said), ()
        if made.exc_info and made.exc_info[0]:
            made.exc_text = redacted(_formatter.formatException(made.exc_info))
        if made.stack_info:
            made.stack_info = redacted(made.stack_info)
        return made

    record.keeps_keys_out = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(record)
