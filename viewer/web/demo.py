"""What the demo tells its look-up page: the bills it made, written by `viewer demo` into the instance."""

import json
from dataclasses import dataclass

from viewer.config import Settings

DEMO_FILE = "demo.json"


@dataclass(frozen=True)
class DemoBill:
    userkey: str
    bill_no: str
    titles: dict[str, str]
    """Language → what there is to see."""


def demo_bills(settings: Settings) -> list[DemoBill]:
    """The demo's bills; none on an installation that is no demo."""
    if settings.demo_erp_url is None:
        return []
    return [DemoBill(**each) for each in json.loads((settings.instance / DEMO_FILE).read_text("utf-8"))]
