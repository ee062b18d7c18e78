"""Timing requests: how long it took to the cancel from asking support, and from the customer's own request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import or_, select

from blueprints.insights.counted_cancels import ASKED_AT, REQUESTED_AT, within
from blueprints.insights.span import Span
from models import Cancellation, db


@dataclass(frozen=True)
class Requests:
    """Of the cancels that somebody asked for before."""

    count: int
    median: timedelta
    longest: timedelta


@dataclass(frozen=True)
class RequestTimes:
    """Each None when nobody asked for any of them in that way."""

    of_support: Requests | None
    by_customers: Requests | None


def time_requests(span: Span) -> RequestTimes:
    """A cancel that both were asked for counts in both."""
    times = select(Cancellation.at, REQUESTED_AT.label("requested_at"), ASKED_AT.label("asked_at"))
    asked = times.where(*within(span)).subquery()
    found = select(asked).where(or_(asked.c.requested_at.is_not(None), asked.c.asked_at.is_not(None)))
    rows = db.session.execute(found).all()
    return RequestTimes(
        _timed(at - requested for at, requested, _ in rows if requested),
        _timed(at - asked for at, _, asked in rows if asked),
    )


def _timed(waits: Iterable[timedelta]) -> Requests | None:
    known: list[Any] = list(waits)
    return Requests(len(known), median(known), max(known)) if known else None
