"""Writing to a ticket: to the other side, or among the support team."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock
from blueprints.support.attaching import NewAttachment, attach
from blueprints.support.refusals import AlreadyAsked, TicketClosed, TicketFormUsedAgain
from blueprints.support.telling import tell_other_side
from blueprints.support.ticketing import open_ticket_of
from models import Actor, Event, Ticket, TicketKind, TicketMessage, TicketState, writing


@dataclass(frozen=True)
class Words:
    """`internal`: for the support team alone. It changes nothing that the merchant could notice."""

    body: str
    internal: bool = False
    uploads: tuple[NewAttachment, ...] = ()
    once: str | None = None
    about_order_id: int | None = None
    """When they say what support did to an order."""


def reply(ticket_id: int, words: Words, *, by: Actor) -> None:
    """The same form sent again adds nothing. Raises TicketClosed, TicketFormUsedAgain, and AlreadyAsked when this would
    reopen a ticket while another one asks for the same."""
    with writing() as session:
        ticket = reread(session, ticket_id)
        if was_written(session, ticket, words, by):
            return
        if ticket.state is TicketState.CLOSED:
            raise TicketClosed
        at = clock.now()
        write(session, ticket, words, by=by, at=at)
        if words.internal:
            return
        pass_on(session, ticket, by=by, at=at)
        tell_other_side(session, ticket, kind="ticket_replied", by=by, at=at, body=words.body, files=len(words.uploads))


def reread(session: Session, ticket_id: int) -> Ticket:
    """The ticket as it stands now that the lock is held."""
    return session.get_one(Ticket, ticket_id, options=[joinedload(Ticket.opened_by)], populate_existing=True)


def was_written(session: Session, ticket: Ticket, words: Words, by: Actor) -> bool:
    """Whether this very form has written already. Raises TicketFormUsedAgain when it said something else."""
    if not words.once:
        return False
    done = session.scalars(select(TicketMessage).where(TicketMessage.once == words.once)).one_or_none()
    said = ticket.id, by.user_id, words.body, words.internal
    if done and (done.ticket_id, done.user_id, done.body, done.internal) != said:
        raise TicketFormUsedAgain(done.ticket_id)
    return done is not None


def write(session: Session, ticket: Ticket, words: Words, *, by: Actor, at: datetime) -> None:
    message = TicketMessage(
        ticket_id=ticket.id,
        user_id=by.user_id,
        at=at,
        body=words.body,
        internal=words.internal,
        once=words.once,
        about_order_id=words.about_order_id,
    )
    session.add(message)
    session.flush()
    attach(session, words.uploads, ticket=ticket, message=message)
    code = "ticket.noted" if words.internal else "ticket.replied"
    session.add(Event(at=at, code=code, user_id=by.user_id, ticket_id=ticket.id))


def pass_on(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """It waits on the other side now. Whoever was waited on already is waited on since then, not since now."""
    waits_on_other_side = ticket.waits_on_support if by.is_merchant else ticket.state is TicketState.WAITING_ON_MERCHANT
    if waits_on_other_side:
        return
    if not ticket.is_open:
        _refuse_second_request(session, ticket)
        session.add(Event(at=at, code="ticket.reopened", user_id=by.user_id, ticket_id=ticket.id))
    ticket.state = TicketState.WAITING_ON_SUPPORT if by.is_merchant else TicketState.WAITING_ON_MERCHANT
    ticket.waiting_since, ticket.solved_at = at, None


def _refuse_second_request(session: Session, ticket: Ticket) -> None:
    if ticket.kind is TicketKind.CANCELLATION and ticket.order_id is not None:
        other = open_ticket_of(session, ticket.order_id)
        if other is not None:
            raise AlreadyAsked(other.id)
