"""Dates as upstreams write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""Upstream's clock; it writes times without a zone."""
EARLIEST = 1900
"""An earlier year is how some systems write that there is no date (0001-01-01)."""


def parse_date(value: object) -> date | None:
    """A date from "2024-01-31", "20240131", "2024/1/31 08:00:00", "2024年1月31日" or milliseconds; None for anything else."""
    moment = parse_time(value)
    return None if moment is None else moment.astimezone(CHINA).date()


def parse_time(value: object) -> datetime | None:
    """The same with the time of day, aware; a text without a zone is China's time."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    try:
        if re.fullmatch(r"\d{12,13}", text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        if found := re.match(
            r"(\d{4})[-/年.]?(\d{1,2})[-/月.]?(\d{1,2})日?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?", text
        ):
            year, *others = (int(part or 0) for part in found.groups())
            return datetime(year, *others, tzinfo=CHINA) if year >= EARLIEST else None  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError, OSError):
        pass
    return None
