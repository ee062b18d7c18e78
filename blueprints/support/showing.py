"""What a ticket's page tells: the thread, and the history. What the support team says among itself stays there."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Actor, Attachment, Event, Order, Ticket, TicketMessage

MOST_EVENTS = 100
# The thread tells of these, and only the support team's own of notes.
IN_THREAD = ("ticket.replied", "ticket.noted")
# What support only looked at stands with the access window.
LOOKS = ("order.seen", "orders.listed")


def thread_of(session: Session, ticket: Ticket, by: Actor) -> list[TicketMessage]:
    found = (
        select(TicketMessage)
        .where(TicketMessage.ticket_id == ticket.id)
        .options(joinedload(TicketMessage.user), selectinload(TicketMessage.attachments))
        .order_by(TicketMessage.id)
    )
    if by.is_merchant:
        found = found.where(TicketMessage.internal.is_(False))
    return list(session.scalars(found))


def files_of_the_request(session: Session, ticket: Ticket) -> list[Attachment]:
    """What came with the ticket itself."""
    found = select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.message_id.is_(None))
    return list(session.scalars(found.order_by(Attachment.id)))


def history_of(session: Session, ticket: Ticket) -> list[Event]:
    """What happened apart from what was said; the newest first."""
    found = (
        select(Event)
        .where(Event.ticket_id == ticket.id, Event.code.not_in((*IN_THREAD, *LOOKS)))
        .options(joinedload(Event.user), joinedload(Event.about), joinedload(Event.order).load_only(Order.number))
        .order_by(Event.id.desc())
        .limit(MOST_EVENTS)
    )
    return list(session.scalars(found))
