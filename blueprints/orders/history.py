"""An order's history: what each change leaves, and how the page tells it, the newest line first with its notes and its
email."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, load_only

from blueprints.orders.refusals import OrderChanged, OrderRefusal
from models import Actor, ApiToken, Email, Event, Order, TokenEvent, db

MOST_CHANGES = 5
# Nothing happened: who looked stands with the access window that let them.
LOOKED = "order.seen"


def leave_event(session: Session, order: Order, code: str, *, by: Actor, at: datetime, **facts: Any) -> None:
    """In the caller's transaction and after the change itself, so that the event has the version which that made."""
    session.flush()
    event = Event(at=at, code=code, user_id=by.user_id, order_id=order.id, order_version=order.version, **facts)
    session.add(event)
    if by.token_id is not None:
        session.add(TokenEvent(event=event, token_id=by.token_id))


def leave_event_beside(session: Session, order: Order, code: str, *, by: Actor, at: datetime, **facts: Any) -> None:
    """Likewise, of what did not change the order itself: no page that was drawn before is stale by it."""
    session.add(Event(at=at, code=code, user_id=by.user_id, order_id=order.id, **facts))


def did_since(session: Session, order: Order, codes: Collection[str], *, version: int, by: Actor) -> bool:
    """Whether the same person did one of these since that version of the order: a double click, or a browser's
    retry."""
    theirs = Event.order_id == order.id, Event.user_id == by.user_id, Event.order_version > version
    return session.scalar(select(Event.id).where(*theirs, Event.code.in_(codes)).limit(1)) is not None


@dataclass(frozen=True)
class HistoryLine:
    """What happened stands in `event.code`; the sentence is made in orders/_words.html."""

    event: Event
    email: Email | None
    program: str | None = None
    """Which one did it, when it was none of the shop's people."""
    courier: str | None = None
    """Whom it booked, when that can be told: the order knows its last booking only."""


_LINES = (
    select(Event, Email, ApiToken)
    .outerjoin(Email, Email.id == Event.email_id)
    .outerjoin(TokenEvent, TokenEvent.event_id == Event.id)
    .outerjoin(ApiToken, ApiToken.id == TokenEvent.token_id)
    .where(Event.order_id == bindparam("order_id"), Event.code != LOOKED)
    .options(joinedload(Event.user), joinedload(Event.note), joinedload(Event.internal_note))
    .options(load_only(Email.kind, Email.recipient, Email.state, Email.reason, Email.due_at))
    .order_by(Event.id.desc())
)


def lines_of(order: Order, *, since: int = 0, limit: int | None = None) -> list[HistoryLine]:
    """With `since`, only what came after that version of the order."""
    found = _LINES.where(Event.order_version > since) if since else _LINES
    if limit is not None:
        found = found.limit(limit)
    rows = db.session.execute(found, {"order_id": order.id})
    return [
        HistoryLine(event, email, token.signature if token else None, _courier_of(order, event))
        for event, email, token in rows
    ]


def _courier_of(order: Order, event: Event) -> str | None:
    return order.courier_name if event.code == "order.booked" and event.at == order.booked_at else None


def program_that_entered(history: list[HistoryLine]) -> str | None:
    """The order, of which all lines are there; None when somebody did it by hand, or a file."""
    return next((line.program for line in history if line.event.code == "order.created"), None)


def missed_by(order: Order, refusal: OrderRefusal | None) -> list[HistoryLine]:
    """What the page that was refused knew nothing of; nothing can be said of a version that never was."""
    if not isinstance(refusal, OrderChanged) or not 0 < refusal.since < order.version:
        return []
    return lines_of(order, since=refusal.since, limit=MOST_CHANGES)
