"""The end of a ticket: support solved it, or the merchant does not need it any more. Its access window ends with it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import announcing, clock
from blueprints.support.granting import end_windows_of
from blueprints.support.refusals import AlreadyOver
from blueprints.support.replying import Words, reread, was_written, write
from blueprints.support.telling import tell_other_side
from models import Actor, Event, Ticket, TicketMessage, TicketState, User, writing

CODES = {TicketState.SOLVED: "ticket.solved", TicketState.CLOSED: "ticket.closed"}


def solve(ticket_id: int, *, by: Actor, words: Words | None = None) -> None:
    """With the last words, if there are any. Pressed twice it happens once. Raises AlreadyOver, TicketFormUsedAgain."""
    _end(ticket_id, TicketState.SOLVED, words, by=by)


def close(ticket_id: int, *, by: Actor) -> None:
    """Nothing came of it. Raises AlreadyOver."""
    _end(ticket_id, TicketState.CLOSED, None, by=by)


def _end(ticket_id: int, state: TicketState, words: Words | None, *, by: Actor) -> None:
    with writing() as session:
        ticket = reread(session, ticket_id)
        is_written = words is not None and was_written(session, ticket, words, by)
        if words and is_written and _was_ended_with(session, ticket, state, words):
            return
        if not ticket.is_open:
            ended_by = _ended_by(session, ticket)
            if words is None and ticket.state is state and ended_by and ended_by.id == by.user_id:
                return
            raise AlreadyOver(ticket.state, at=ticket.solved_at, by=ended_by.name if ended_by else None)
        at = clock.now()
        if words and not is_written:
            write(session, ticket, words, by=by, at=at)
        _mark_as_over(session, ticket, state, words, by=by, at=at)


def mark_as_solved(session: Session, ticket: Ticket, words: Words, *, by: Actor, at: datetime) -> None:
    """In the caller's transaction, with words that are written already."""
    _mark_as_over(session, ticket, TicketState.SOLVED, words, by=by, at=at)


def _mark_as_over(
    session: Session, ticket: Ticket, state: TicketState, words: Words | None, *, by: Actor, at: datetime
) -> None:
    ticket.state, ticket.solved_at = state, at
    session.add(Event(at=at, code=CODES[state], user_id=by.user_id, ticket_id=ticket.id))
    end_windows_of(session, ticket, by=by, at=at)
    spoken = words if words and not words.internal else Words("")
    kind = "ticket_solved" if state is TicketState.SOLVED else "ticket_closed"
    if state is TicketState.SOLVED:
        announcing.ticket_solved(session, ticket, at=at)
    tell_other_side(
        session,
        ticket,
        kind=kind,
        by=by,
        at=at,
        about_order_id=spoken.about_order_id,
        body=spoken.body,
        files=len(spoken.uploads),
    )


def _was_ended_with(session: Session, ticket: Ticket, state: TicketState, words: Words) -> bool:
    """Whether the form that wrote these has ended it, too; it may be open again since. Its other button only sends."""
    written_at = select(TicketMessage.at).where(TicketMessage.once == words.once).scalar_subquery()
    ended = select(Event.id).where(Event.ticket_id == ticket.id, Event.code == CODES[state], Event.at >= written_at)
    return session.scalar(ended.limit(1)) is not None


def _ended_by(session: Session, ticket: Ticket) -> User | None:
    return session.scalars(
        select(User)
        .join(Event, Event.user_id == User.id)
        .where(Event.ticket_id == ticket.id, Event.code == CODES[ticket.state])
        .order_by(Event.id.desc())
        .limit(1)
    ).one_or_none()
