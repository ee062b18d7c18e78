"""Reversing a settlement that was noted by mistake: the money did not go back, so it is owed again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.hearing import heard_by, keep_from_leaving
from blueprints.orders.history import did_since, leave_event
from blueprints.orders.paying import add_up
from blueprints.orders.refusals import OrderRefusal, RefundIsClosed, refuse_if_changed
from models import Actor, Event, Note, Order, Refund, Settlement, SettlementReversal, writing

REVERSED = "refund.reversed"


class AlreadyReversed(OrderRefusal):
    """`by` is None when Suki itself did it."""

    code = "already_reversed"

    def __init__(self, *, at: datetime, by: str | None) -> None:
        super().__init__(f"reversed by {by} at {at}")
        self.at = at
        self.by = by


@dataclass(frozen=True)
class Reversed:
    left: int
    """What is owed again, in minor units."""
    may_have_read: bool
    """The customer was told that all went back, or may have been."""


def reverse_settlement(settlement_id: int, *, version: int, internal_note: str, by: Actor) -> Reversed:
    """Once; the same form again gets what is owed now. An email that tells of it and has not left stays here. Raises
    RefundIsClosed where the rest was waived, AlreadyReversed, OrderChanged."""
    with writing() as session:
        settlement = session.get_one(Settlement, settlement_id, populate_existing=True)
        refund = session.get_one(Refund, settlement.refund_id, populate_existing=True)
        order = reread(session, refund.order_id)
        done = settlement.reversal
        if done and done.user_id == by.user_id and did_since(session, order, (REVERSED,), version=version, by=by):
            return Reversed(refund.left, may_have_read=False)
        refuse_to_reverse(settlement, refund)
        refuse_if_changed(order, version)
        letters = _letters_with(session, settlement, order)
        may_have_read = heard_by(session, order.id, letters).may_have_read
        _reverse(session, settlement, refund, order, letters=letters, internal_note=internal_note, by=by)
        return Reversed(refund.left, may_have_read)


def refuse_to_reverse(settlement: Settlement, refund: Refund) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the reversal under the lock."""
    done = settlement.reversal
    if done is not None:
        raise AlreadyReversed(at=done.at, by=done.user.name if done.user else None)
    if not refund.may_be_reversed:
        raise RefundIsClosed


def _reverse(
    session: Session,
    settlement: Settlement,
    refund: Refund,
    order: Order,
    *,
    letters: list[int],
    internal_note: str,
    by: Actor,
) -> None:
    at = clock.now()
    note = Note(order_id=order.id, body=internal_note, internal=True)
    session.add_all((note, SettlementReversal(settlement_id=settlement.id, at=at, user_id=by.user_id)))
    session.flush()
    session.refresh(refund)  # the database took it off, and opened the refund again if it was closed
    add_up(order, refunded=-settlement.amount)
    for email_id in letters:
        keep_from_leaving(session, order.id, email_id, at=at)
    leave_event(session, order, REVERSED, by=by, at=at, amount=settlement.amount, internal_note=note)


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
