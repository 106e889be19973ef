"""What of an OFD could not be shown as it says. None of it keeps the rest from being shown."""

from dataclasses import dataclass, field

from viewer.documents.shapes import Finding

MOST = 50
"""Findings that are kept of one conversion."""


@dataclass
class Findings:
    """Collects each finding once."""

    found: dict[Finding, None] = field(default_factory=dict)

    def add(self, code: str, where: object = "") -> None:
        if len(self.found) < MOST:
            self.found.setdefault(Finding(code, str(where)[:200]))
