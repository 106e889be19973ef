"""Faults on demand: rules that make the sandbox misbehave as the cloud, or the network before it, sometimes does."""

import sqlite3
from dataclasses import dataclass
from typing import Literal, get_args

from viewer.gateway.sandbox.schema import Database

Kind = Literal["delay", "status", "errcode", "html", "cut", "expired", "drip", "truncated"]
"""What happens. In brackets the meaning of the rule's `value`.

delay: the answer comes late (seconds). status: another HTTP status (the number). errcode: a refusal (the code, then,
after a space, its description). html: 200 with a login page instead of JSON. cut: the connection closes in mid-answer
(bytes that still arrive; default half). expired: links of files have run out. drip: the answer trickles (seconds it
takes in all). truncated: the answer is whole by its headers but its end is missing (bytes that are left; default half).
"""

LONGEST_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A rule for paths that begin with `endpoint`; only for one bill or one file if those are named. It acts `times`
    times, or until it is cleared."""

    endpoint: str
    kind: Kind
    value: str = ""
    times: int | None = None
    userkey: str = ""
    file_id: str = ""
    fault_id: int = 0


class Faults:
    """The rules, kept in the state's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        endpoint: str,
        kind: Kind,
        value: str | float = "",
        *,
        times: int | None = None,
        userkey: str = "",
        file_id: str = "",
    ) -> Fault:
        """Adds a rule; raises ValueError if it makes no sense."""
        fault = Fault(endpoint=endpoint, kind=kind, value=str(value), times=times, userkey=userkey, file_id=file_id)
        _check(fault)
        row = (fault.endpoint, fault.kind, fault.value, fault.times, fault.userkey, fault.file_id)
        with self._database.writing() as connection:
            number = connection.execute("INSERT INTO faults VALUES (NULL, ?, ?, ?, ?, ?, ?)", row).lastrowid
        return Fault(**{**fault.__dict__, "fault_id": number})

    def all(self) -> tuple[Fault, ...]:
        """The rules that still act, oldest first."""
        with self._database.reading() as connection:
            return tuple(_fault(row) for row in connection.execute("SELECT * FROM faults ORDER BY fault_id"))

    def clear(self) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM faults")

    def take(self, path: str, *, userkey: str, file_id: str) -> tuple[Fault, ...]:
        """The rules that act on this call, each used up by one: delays, and the first that spoils the answer."""
        if not self.all():
            return ()
        with self._database.writing() as connection:
            rows = connection.execute("SELECT * FROM faults ORDER BY fault_id").fetchall()
            acting = [it for it in map(_fault, rows) if _fits(it, path, userkey=userkey, file_id=file_id)]
            spoiling = [fault for fault in acting if fault.kind != "delay"]
            taken = [fault for fault in acting if fault.kind == "delay" or fault is spoiling[0]]
            for fault in taken:
                connection.execute("UPDATE faults SET times = times - 1 WHERE fault_id = ?", (fault.fault_id,))
            connection.execute("DELETE FROM faults WHERE times <= 0")
        return tuple(taken)


def _fits(fault: Fault, path: str, *, userkey: str, file_id: str) -> bool:
    if not path.startswith(fault.endpoint) or (fault.kind == "expired" and not file_id):
        return False
    return fault.userkey in ("", userkey) and fault.file_id in ("", file_id)


def _check(fault: Fault) -> None:
    """The rule may come from anybody's JSON, so its types are looked at too."""
    if not all(isinstance(text, str) for text in (fault.endpoint, fault.kind, fault.userkey, fault.file_id)):
        raise ValueError("endpoint, kind, userkey and file_id must be text")
    if not fault.endpoint.startswith("/"):
        raise ValueError("endpoint must be the beginning of a path, such as /files")
    if fault.kind not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}")
    if fault.times is not None and not (isinstance(fault.times, int) and fault.times >= 1):
        raise ValueError("times must be a whole number from 1, or absent")
    if fault.kind in ("delay", "drip") and not 0 <= float(fault.value) <= LONGEST_SECONDS:
        raise ValueError(f"the value of a {fault.kind} fault must be seconds, at most {LONGEST_SECONDS}")
    if fault.kind == "status" and not 200 <= int(fault.value) <= 599:
        raise ValueError("the value of a status fault must be between 200 and 599")
    if fault.kind == "errcode" and not fault.value:
        raise ValueError(
            "the value of an errcode fault must be the code, and may go on with a space and its description"
        )
    if fault.kind in ("cut", "truncated") and fault.value and int(fault.value) < 0:
        raise ValueError(f"the value of a {fault.kind} fault must be a number of bytes, or absent")


def _fault(row: sqlite3.Row) -> Fault:
    return Fault(**{name: row[name] for name in row.keys()})  # noqa: SIM118  a Row iterates its values
