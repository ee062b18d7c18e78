"""Timing requests: how long it took from asking support to the cancel."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import select

from blueprints.insights.holding import REQUESTED_AT, within
from blueprints.insights.spanning import Span
from models import Cancellation, db


@dataclass(frozen=True)
class Requests:
    """Of cancels of orders for which support was asked before."""

    count: int
    median: timedelta
    longest: timedelta


def time_requests(span: Span) -> Requests | None:
    """None when support was asked for none of them."""
    asked = select(Cancellation.at, REQUESTED_AT.label("requested_at")).where(*within(span)).subquery()
    found = select(asked).where(asked.c.requested_at.is_not(None))
    waits = [at - requested for at, requested in db.session.execute(found)]
    return Requests(len(waits), median(waits), max(waits)) if waits else None
