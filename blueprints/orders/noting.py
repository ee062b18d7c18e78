"""Writing down what the shop should know of an order, for its own eyes: it changes nothing, and nobody is told."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.history import leave_event_beside
from models import Actor, Event, Note, Order, writing

NOTED = "order.noted"


def add_note(order_id: int, *, body: str, by: Actor) -> None:
    """The same words by the same person a moment later are a second click."""
    with writing() as session:
        order, at = session.get_one(Order, order_id), clock.now()
        if _said_lately(session, order_id, body, by=by, at=at):
            return
        note = Note(order_id=order_id, body=body, internal=True)
        session.add(note)
        leave_event_beside(session, order, NOTED, by=by, at=at, internal_note=note)


def _said_lately(session: Session, order_id: int, body: str, *, by: Actor, at: datetime) -> bool:
    said = (
        select(Event.id)
        .join(Note, Note.id == Event.internal_note_id)
        .where(Event.order_id == order_id, Event.code == NOTED, Event.user_id == by.user_id)
        .where(Event.at > at - clock.SAME_CLICK, Note.body == body)
    )
    return session.scalar(said.limit(1)) is not None
