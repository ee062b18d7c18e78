"""Erasing a customer's data: names, addresses, and every word by them, to them and about them. The books stay: numbers,
days, items, money, states and the history are as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from blueprints import clock
from blueprints.privacy.clearing import clear
from blueprints.privacy.finding import Chosen, chosen, emails_about, messages_about
from blueprints.privacy.refusals import ChangedSince, NothingChosen, NotYet, hindrances_of
from models import (
    Actor,
    ApiRequest,
    Attachment,
    BulkCancel,
    BulkOrder,
    CancelRequest,
    ErasedOrder,
    ErasedQuestion,
    Erasure,
    Event,
    ImportFinding,
    LinkRequest,
    Note,
    Refund,
    Settlement,
    TicketKind,
    TicketMessage,
    change_rows,
    writing,
)
from models.text import ERASED


@dataclass(frozen=True)
class ErasureWish:
    versions: Mapping[int, int]
    """Of each order, by its id, as the page has shown it."""
    ticket_ids: Sequence[int]
    name: str
    """What stands in the place of the customer's name."""
    once: str
    """The form that asks for it."""


def erase_customer(wish: ErasureWish, *, by: Actor) -> int:
    """The id of the erasure; the same form sent again gets the first one, and nothing is done twice. Raises
    NothingChosen, ChangedSince, NotYet."""
    with writing() as session:
        done = session.scalar(select(Erasure.id).where(Erasure.once == wish.once))
        if done is not None:
            return done
        at = clock.now()
        these = chosen(session, list(wish.versions), wish.ticket_ids)
        _refuse(session, these, wish)
        erasure = Erasure(at=at, user_id=by.user_id, tickets=len(these.tickets), once=wish.once)
        erasure.orders = [ErasedOrder(order_id=order_id) for order_id in these.order_ids]
        erasure.questions = [ErasedQuestion(ticket_id=ticket.id) for ticket in these.questions]
        session.add(erasure)
        session.flush()  # from here on the database lets the words of these orders go
        _forget_links(session, these)
        _empty_words(session, these)
        _empty_copies(session, these)
        _empty_tickets(session, these, wish.name, by=by, at=at)
        clear(session, list(session.scalars(emails_about(these))), at=at)
        _empty_orders(session, these, wish.name, by=by, at=at)
        return erasure.id


def _refuse(session: Session, these: Chosen, wish: ErasureWish) -> None:
    if not these:
        raise NothingChosen
    changed = [order for order in these.orders if order.version != wish.versions[order.id]]
    if changed:
        raise ChangedSince(changed)
    hindrances = hindrances_of(session, these)
    if hindrances:
        raise NotYet(hindrances)


def _empty_orders(session: Session, these: Chosen, name: str, *, by: Actor, at: datetime) -> None:
    for order in these.orders:
        order.customer_name, order.customer_email, order.customer_phone = name, None, None
        order.address = order.customer_note = order.waybill = ""
        if order.courier_reference is not None:
            order.courier_reference = ""  # that the courier gave one still says that it let go
    session.flush()
    session.add_all(
        Event(at=at, code="order.erased", user_id=by.user_id, order_id=order.id, order_version=order.version)
        for order in these.orders
    )


def _empty_words(session: Session, these: Chosen) -> None:
    """What was written with changes, requests and refunds."""
    ids = these.order_ids
    refunds = select(Refund.id).where(Refund.order_id.in_(ids))
    waived = refunds.where(Refund.waived_because.is_not(None))
    for statement in (
        update(Note).where(Note.order_id.in_(ids)).values(body=ERASED),
        update(CancelRequest).where(CancelRequest.order_id.in_(ids)).values(reason=ERASED),
        update(Refund).where(Refund.id.in_(waived)).values(waived_because=ERASED),
        update(Settlement).where(Settlement.refund_id.in_(refunds), Settlement.reference != "").values(reference=""),
    ):
        change_rows(session, statement)


def _empty_copies(session: Session, these: Chosen) -> None:
    """Answers that are kept for programs, what an import found wrong, and the words that were for these orders only."""
    ids, numbers = these.order_ids, [order.number for order in these.orders]
    other = aliased(BulkOrder)
    others = select(other.id).where(other.bulk_id == BulkCancel.id, other.order_id.not_in(select(ErasedOrder.order_id)))
    bulks = BulkCancel.id.in_(select(BulkOrder.bulk_id).where(BulkOrder.order_id.in_(ids)))
    for statement in (
        update(ApiRequest).where(ApiRequest.order_id.in_(ids)).values(answer=""),
        update(ImportFinding).where(ImportFinding.number.in_(numbers)).values(found=""),
        update(BulkCancel).where(bulks, ~others.exists()).values(note="", internal_note="", ticket_reason=""),
    ):
        change_rows(session, statement)


def _empty_tickets(session: Session, these: Chosen, name: str, *, by: Actor, at: datetime) -> None:
    ids = these.ticket_ids
    change_rows(session, update(TicketMessage).where(TicketMessage.id.in_(messages_about(these))).values(body=ERASED))
    session.execute(delete(Attachment).where(Attachment.ticket_id.in_(ids)))
    for ticket in these.tickets:
        ticket.reason = ERASED
        if ticket.kind is TicketKind.GENERAL:
            ticket.subject = ERASED
            session.add(Event(at=at, code="ticket.erased", user_id=by.user_id, ticket_id=ticket.id))
        else:
            ticket.customer_name, ticket.waybill = name, None
        ticket.make_findable()
    session.flush()


def _forget_links(session: Session, these: Chosen) -> None:
    """What was typed to get a link, if nobody has looked at it yet."""
    addresses = {order.customer_email.lower() for order in these.orders if order.customer_email}
    numbers = [order.number for order in these.orders]
    typed = or_(func.lower(LinkRequest.email).in_(addresses), LinkRequest.number.in_(numbers))
    change_rows(session, update(LinkRequest).where(typed).values(number=None, email=None))
