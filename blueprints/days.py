"""Days of the store: which of them can be meant, and where one begins in its zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

EARLIEST, LATEST = date(1970, 1, 2), date(2100, 1, 1)
"""Days beyond these are slips of the keyboard."""


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where a day begins, in UTC. Days of 23 and of 25 hours end where the next one begins; where the clock leaves
    midnight out, the day begins with the moment in which it does."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
