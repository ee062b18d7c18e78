"""What leaves the store is rows: each is claimed by one deliverer at a time, and tried again until it got through."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from blueprints import clock
from models import DatabaseBusy, Email, EmailState, WebhookMessage, change_rows, writing
from models.base import DiskFailed
from models.email import WAITING

# A deliverer that has not said by then how it went has died, and the row is anybody's again. Longer than one email
# can take: each answer of the server is waited for as long as MAIL_TIMEOUT says, and only the last six times as long.
LEASE = timedelta(minutes=10)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
GIVE_UP_AFTER = timedelta(days=2)
NOTE_WITHIN_S = 60.0

Row = TypeVar("Row", Email, WebhookMessage)


class Outcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"
    PUT_OFF = "put_off"
    UNREACHABLE = "unreachable"
    """Put off as well, and it is not about this one email: none would get through now."""


def claim(model: type[Row], row_id: int) -> Row | None:
    """Ours alone until the lease ends, and free of the session. None when somebody else was quicker."""
    with writing() as session:
        now = clock.now()
        ours = update(model).where(model.id == row_id, WAITING, model.due_at <= now)
        taken = ours.values(state=EmailState.SENDING, due_at=now + LEASE, attempts=model.attempts + 1)
        if change_rows(session, taken) == 0:
            return None
        row = session.get_one(model, row_id, populate_existing=True)
        session.expunge(row)
        return row


def is_hopeless(tries: int, since: datetime, now: datetime) -> bool:
    """Both: a store that was switched off for a week still tries."""
    return tries > len(BACK_OFF) and now - since > GIVE_UP_AFTER


def wait_after(tries: int) -> timedelta:
    return about(BACK_OFF[min(tries, len(BACK_OFF)) - 1])


def about(wait: timedelta) -> timedelta:
    """A tenth more or less, so that what failed together does not come back together."""
    return wait * (0.9 + secrets.randbelow(2001) / 10_000)


def record(write: Callable[[Session], object]) -> None:
    """How it went. Others may hold the lock, or the disk be full for a moment, and this must not be lost: it would be
    sent again. Where it is lost all the same it is the only one: a disk that stays full lets nobody claim another."""
    give_up_at = time.monotonic() + NOTE_WITHIN_S
    while True:
        try:
            with writing() as session:
                write(session)
            return
        except (DatabaseBusy, DiskFailed):
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
