"""What of an OFD could not be shown as it says. None of it keeps the rest from being shown."""

from dataclasses import dataclass, field

from viewer.errors import N_

WORDS = {
    "missing": N_("A part that the file refers to is missing"),
    "unreadable": N_("A part of the file can't be read"),
    "picture": N_("A picture can't be read"),
    "font": N_("An embedded font can't be used; another takes its place"),
    "glyph": N_("No font has these characters"),
    "seal": N_("A seal can't be read"),
    "unknown": N_("Something of a kind that isn't drawn"),
    "too_deep": N_("Parts lie in each other too deep, or in themselves"),
    "too_much": N_("A page holds more than is drawn"),
}
"""Kind of a finding → what to tell the reader."""
MOST = 200
"""Findings that are kept of one conversion."""


@dataclass(frozen=True)
class Finding:
    """What happened (a key of `WORDS`) and where: a name in the package, a resource's ID, characters."""

    kind: str
    where: str


@dataclass
class Findings:
    """Collects each finding once."""

    found: dict[Finding, None] = field(default_factory=dict)

    def add(self, kind: str, where: object = "") -> None:
        if len(self.found) < MOST:
            self.found.setdefault(Finding(kind, str(where)[:200]))
