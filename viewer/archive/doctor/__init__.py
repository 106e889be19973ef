"""The doctor: looks at an installation and what it needs, and explains what the invoice cloud answered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from viewer.archive.doctor.causes import Causes, Clues, Verdict
from viewer.archive.doctor.checks import Check, Checks, worded
from viewer.archive.doctor.knowledge import Cause, KnownError, find_error, trace_in
from viewer.archive.issuing import Issuings
from viewer.config import Settings
from viewer.documents.pool import Decoders
from viewer.errors import ViewerError
from viewer.gateway.client import Gateway
from viewer.store.ledger import Issuing

__all__ = ["Check", "Clues", "Doctor", "Explanation", "Verdict", "report", "told", "worded"]

LAST = 20
"""Issuings among which the one that a text speaks of is looked for."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What an error means. `error` is None for one that isn't known; `causes` keep the order of the source. `trace_id` is the
    one to quote to the cloud's people, where one is known."""

    text: str
    error: KnownError | None
    causes: tuple[tuple[Cause, Verdict], ...]
    trace_id: str | None


def report(checks: Iterable[Check], translate: Callable[[str], str]) -> dict[str, Any]:
    """A check-up as the API and `--json` give it: `state` is the worst of all."""
    rows = [
        {"name": each.name, "state": each.state, "message": worded(each.message, each.facts, translate)}
        for each in checks
    ]
    found = {row["state"] for row in rows}
    return {"state": next((state for state in ("failed", "warning") if state in found), "ok"), "checks": rows}


def told(explanation: Explanation, language: str, translate: Callable[[str], str]) -> dict[str, Any]:
    """An explanation in one language; `cause` is the first that was found to be one, `causes` keep the source's order."""
    error = explanation.error
    rows = [
        {
            "cause": cause.words[language],
            "state": verdict.state,
            "message": worded(verdict.message, verdict.facts, translate),
        }
        for cause, verdict in explanation.causes
    ]
    return {
        "error": explanation.text,
        "known": error is not None,
        "name": error.name if error else None,
        "source": error.source if error else None,
        "meaning": error.words[language] if error else None,
        "cause": next((row for row in rows if row["state"] == "cause"), None),
        "causes": rows,
        "trace_id": explanation.trace_id,
    }


class Doctor:
    """Works with what there is: without a database, a gateway or decoders of its caller too."""

    def __init__(
        self,
        settings: Settings,
        *,
        gateway: Gateway | None,
        issuings: Issuings | None = None,
        decoders: Decoders | None = None,
    ) -> None:
        self._gateway = gateway
        self._issuings = issuings
        self._settings = settings
        self._checks = Checks(settings, gateway, decoders)

    def check_up(self) -> list[Check]:
        """Every check, in the order in which one would look."""
        return self._checks.all()

    def explain(self, text: str, clues: Clues) -> Explanation:
        """The error that a text or code speaks of, each of its causes tested where it can be. What `clues` don't say is taken
        from the latest issuing that was answered so, else from the settings."""
        error = find_error(text)
        issuing = self._answered(text, error)
        clues = clues.completed(self._settings, issuing)
        tests = Causes(self._settings, self._gateway, self._issuings, clues, self._checks.clock)
        causes = tuple((cause, tests.run(cause.test)) for cause in error.causes) if error else ()
        told = (issuing.answer or {}).get("trace_id") if issuing else None
        return Explanation(text=text, error=error, causes=causes, trace_id=trace_in(text) or told or None)

    def _answered(self, text: str, error: KnownError | None) -> Issuing | None:
        """The latest issuing from here that was refused with this error."""
        try:
            last = self._issuings.last(LAST) if self._issuings else []
        except ViewerError:
            return None
        for each in last:
            described = str((each.answer or {}).get("description", ""))
            if (
                each.state == "refused"
                and described
                and (find_error(described) == error if error else described in text)
            ):
                return each
        return None
