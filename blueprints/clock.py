"""The time, in one place, so that tests can move it."""

from datetime import UTC, datetime, timedelta

SAME_CLICK = timedelta(minutes=1)
"""Asked for again within it, by two clicks or by two people, is the same wish."""


def now() -> datetime:
    """Aware, UTC. Inside `writing()` it is asked after the lock is held."""
    return datetime.now(UTC)
