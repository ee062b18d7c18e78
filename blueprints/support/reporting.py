"""Telling the merchant, on the ticket, what support did in the store for it."""

from datetime import datetime

from sqlalchemy.orm import Session

from blueprints.support.replying import Words, pass_on, reread, write
from blueprints.support.solving import mark_as_solved
from blueprints.support.telling import tell_other_side
from models import AccessWindow, Actor


def report_act(
    session: Session, window: AccessWindow, at: datetime, *, order_id: int, body: str, solve: bool, by: Actor
) -> None:
    """In the transaction of the act, after its events: a ticket that is solved with it ends the access."""
    ticket, words = reread(session, window.ticket_id), Words(body, about_order_id=order_id)
    write(session, ticket, words, by=by, at=at)
    if solve:
        mark_as_solved(session, ticket, words, by=by, at=at)
        return
    pass_on(session, ticket, by=by, at=at)
    tell_other_side(session, ticket, kind="ticket_replied", by=by, at=at, about_order_id=order_id, body=body, files=0)
