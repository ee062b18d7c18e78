"""Reversing a settlement that was noted by mistake: the money did not go back, so it is owed again."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.hearing import keep_from_leaving
from blueprints.orders.history import leave_event
from blueprints.orders.paying import add_up
from blueprints.orders.refusals import RefundIsClosed, refuse_if_changed
from models import Actor, Email, EmailState, Event, Note, Order, Refund, Settlement, SettlementReversal, writing


@dataclass(frozen=True)
class Reversed:
    left: int
    """What is owed again, in minor units."""
    may_have_read: bool
    """The customer was told that all went back, or is being told at this moment."""


def reverse_settlement(settlement_id: int, *, version: int, internal_note: str, by: Actor) -> Reversed:
    """Once: what is reversed already stays so, whoever asks again. An email that tells of it and has not left stays
    here. Raises RefundIsClosed where the rest was waived, OrderChanged."""
    with writing() as session:
        settlement = session.get_one(Settlement, settlement_id, populate_existing=True)
        refund = session.get_one(Refund, settlement.refund_id, populate_existing=True)
        order = reread(session, refund.order_id)
        if settlement.reversal is None:
            refuse_to_reverse(refund)
            refuse_if_changed(order, version)
            _reverse(session, settlement, refund, order, internal_note=internal_note, by=by)
        return Reversed(refund.left, may_have_read=_may_have_read(session, settlement, order))


def refuse_to_reverse(refund: Refund) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the reversal under the lock."""
    if not refund.may_be_reversed:
        raise RefundIsClosed


def _reverse(
    session: Session, settlement: Settlement, refund: Refund, order: Order, *, internal_note: str, by: Actor
) -> None:
    at = clock.now()
    note = Note(order_id=order.id, body=internal_note, internal=True)
    session.add_all((note, SettlementReversal(settlement_id=settlement.id, at=at, user_id=by.user_id)))
    session.flush()
    session.refresh(refund)  # the database took it off, and opened the refund again if it was closed
    add_up(order, refunded=-settlement.amount)
    for email_id in _letters_with(session, settlement, order):
        keep_from_leaving(session, order.id, email_id, at=at)
    leave_event(session, order, "refund.reversed", by=by, at=at, amount=settlement.amount, internal_note=note)


def _letters_with(session: Session, settlement: Settlement, order: Order) -> list[int]:
    """The emails that told the customer of it, as the refund was closed: such an event and the settlement that closed
    it were noted at one moment."""
    closing = aliased(Settlement)
    told = (
        select(Event.email_id)
        .join(closing, closing.at == Event.at)
        .where(Event.order_id == order.id, Event.code == "order.refunded", Event.email_id.is_not(None))
        .where(closing.refund_id == settlement.refund_id, closing.id >= settlement.id)
    )
    return [email_id for email_id in session.scalars(told) if email_id is not None]


def _may_have_read(session: Session, settlement: Settlement, order: Order) -> bool:
    letters = _letters_with(session, settlement, order)
    left = Email.state.in_((EmailState.SENT, EmailState.SENDING))
    of_these = or_(Email.id.in_(letters), Email.again_of_id.in_(letters))
    return session.scalar(select(Email.id).where(Email.order_id == order.id, of_these, left).limit(1)) is not None
