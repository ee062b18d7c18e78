"""The time, in one place, so that tests can move it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Aware, UTC. Inside `writing()` it is asked after the lock is held."""
    return datetime.now(UTC)
