"""The rule that keeps a real invoice from being issued by accident, and the ids that an issuing bears.

Without `debugOpenInvoice=1` a real invoice is issued, in the test environment too; production ignores the flag and
issues for real. (Source: the vendor's FAQ 1.1. Its first example shows the flag with the production host, against its
own rule: it is never followed here.)
"""

import re
import secrets
import time
from dataclasses import dataclass
from typing import Literal

from viewer.errors import N_

Environment = Literal["sandbox", "test", "production"]

TEST_BASE = "https://api-dev.piaozone.com/test"
SYNCHRONOUS = "/bill-websocket/v3/invoicewebsocket/push"
ASYNCHRONOUS = "/push"
ISSUING_PATHS = (SYNCHRONOUS, ASYNCHRONOUS)
FLAG = "debugOpenInvoice"

REAL, CONFIRMED = "--real", "--yes-issue-a-real-invoice"
REQID = re.compile(r"[0-9]{16}")
_SANDBOX = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """Which of the two words a person typed out."""

    real: bool = False
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What lets one request for an invoice through: it is recorded under this reqid, and these words were typed for it."""

    reqid: str
    typed: Typed


def environment_of(base_url: str) -> Environment:
    """The environment behind a base address, by its exact spelling; whatever isn't recognised counts as production.

    >>> environment_of("https://api-dev.piaozone.com/test")
    'test'
    >>> environment_of("https://api-dev.piaozone.com")
    'production'
    """
    if base_url == TEST_BASE:
        return "test"
    return "sandbox" if _SANDBOX.fullmatch(base_url) else "production"


def carries_flag(environment: Environment, typed: Typed) -> bool:
    """Whether the request for an invoice says that it is simulated: always where that is known, unless `--real` was typed."""
    return environment != "production" and not typed.real


def objection(environment: Environment, *, asynchronous: bool, simulated: bool, typed: Typed) -> str | None:
    """Why this request must not be sent, as a message id; None where it may be."""
    both = typed.real and typed.confirmed
    if environment == "production":
        if simulated:
            return N_(
                "Nothing was sent: production ignores debugOpenInvoice=1 and would issue a real invoice. Use the test "
                "environment or the sandbox to simulate."
            )
        return None if both else _ONLY_REAL
    if not simulated and not (both or (environment == "sandbox" and typed.real)):
        return _NO_FLAG
    if environment == "test" and asynchronous and not typed.confirmed:
        return N_(
            "Nothing was sent: that the test environment simulates asynchronous issuing is documented nowhere, so a real "
            "invoice may come of it. Issue synchronously, try it in the sandbox, or type --yes-issue-a-real-invoice."
        )
    return None


_ONLY_REAL = N_(
    "Nothing was sent: VIEWER_GATEWAY_URL is no known test environment or sandbox and so counts as production, where every "
    "issuing is real. To issue a real invoice, type --real --yes-issue-a-real-invoice."
)
_NO_FLAG = N_(
    "Nothing was sent: without debugOpenInvoice=1 a real invoice is issued. To issue a real invoice, type --real "
    "--yes-issue-a-real-invoice."
)


def new_reqid() -> str:
    """13 digits of milliseconds and 3 random ones."""
    return f"{time.time_ns() // 1_000_000:013d}{secrets.randbelow(1000):03d}"
