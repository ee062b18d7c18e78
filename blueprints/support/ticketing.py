"""Filing a ticket: to have a booked order cancelled, or about anything else."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock
from blueprints.support.attaching import NewAttachment, attach
from blueprints.support.granting import open_window
from blueprints.support.refusals import AlreadyAsked, NotForSupport, TicketFormUsedAgain
from blueprints.support.telling import tell_other_side
from blueprints.support.window_refusals import NoOrderToLimitTo
from models import (
    STILL_OPEN,
    Actor,
    CancelRequest,
    Event,
    Order,
    Ticket,
    TicketKind,
    WindowScope,
    writing,
)
from models.cancel_request import ASKED


@dataclass(frozen=True)
class Filing:
    """What somebody asks of support. `hours`: how long they let support in, if they do; `scope`: to what."""

    subject: str
    reason: str
    uploads: tuple[NewAttachment, ...] = ()
    hours: int | None = None
    scope: WindowScope = WindowScope.ORDER
    once: str | None = None


def file_cancellation(order_id: int, filing: Filing, *, by: Actor) -> int:
    """The ticket's number. The same form sent again gets the same ticket, and nothing happens twice.
    Raises AlreadyAsked, NotForSupport, TicketFormUsedAgain."""
    with writing() as session:
        if done := _filed_with(session, filing, order_id):
            return done.id
        order = session.get_one(Order, order_id, options=[joinedload(Order.courier)], populate_existing=True)
        refuse_to_ask(session, order)
        ticket = Ticket(
            kind=TicketKind.CANCELLATION,
            order_id=order.id,
            order_number=order.number,
            customer_name=order.customer_name,
            order_placed_at=order.placed_at,
            courier_name=order.courier_name,
            waybill=order.waybill,
        )
        return _file(session, ticket, filing, by=by)


def file_question(filing: Filing, *, by: Actor) -> int:
    """The ticket's number; as file_cancellation. Raises NoOrderToLimitTo, TicketFormUsedAgain."""
    if filing.hours and filing.scope is WindowScope.ORDER:
        raise NoOrderToLimitTo
    with writing() as session:
        if done := _filed_with(session, filing, None):
            return done.id
        return _file(session, Ticket(kind=TicketKind.GENERAL), filing, by=by)


def refuse_to_ask(session: Session, order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the filing under the lock."""
    found = open_ticket_of(session, order.id)
    if found is not None:
        raise AlreadyAsked(found.id)
    if not (order.only_support_can_cancel and order.can_be_cancelled_by_support):
        raise NotForSupport(order.status, can_be_cancelled=order.can_be_cancelled)


def asked_of(session: Session, order_id: int) -> str:
    """What the customer wrote, who waits for an answer; empty when nobody asks."""
    waiting = select(CancelRequest.reason).where(CancelRequest.order_id == order_id, ASKED)
    return session.scalar(waiting) or ""


def open_ticket_of(session: Session, order_id: int) -> Ticket | None:
    return session.scalars(
        select(Ticket).where(
            Ticket.order_id == order_id, Ticket.kind == TicketKind.CANCELLATION, Ticket.state.in_(STILL_OPEN)
        )
    ).one_or_none()


def _filed_with(session: Session, filing: Filing, order_id: int | None) -> Ticket | None:
    """What this very form has filed already. Raises TicketFormUsedAgain when it said something else."""
    if not filing.once:
        return None
    done = session.scalars(select(Ticket).where(Ticket.once == filing.once)).one_or_none()
    if done and (done.order_id, done.subject, done.reason) != (order_id, filing.subject, filing.reason):
        raise TicketFormUsedAgain(done.id)
    return done


def _file(session: Session, ticket: Ticket, filing: Filing, *, by: Actor) -> int:
    at = clock.now()
    ticket.subject, ticket.reason, ticket.once = filing.subject, filing.reason, filing.once
    ticket.opened_by_id, ticket.opened_at, ticket.waiting_since = by.user_id, at, at  # type: ignore[assignment]  # people file
    session.add(ticket)
    session.flush()
    ticket.make_findable()
    attach(session, filing.uploads, ticket=ticket)
    session.add(Event(at=at, code="ticket.opened", user_id=by.user_id, ticket_id=ticket.id, order_id=ticket.order_id))
    window = None
    if filing.hours:
        window = open_window(session, ticket, scope=filing.scope, hours=filing.hours, by=by, at=at)
    tell_other_side(session, ticket, kind="ticket_opened", by=by, at=at, window=window, files=len(filing.uploads))
    return ticket.id
