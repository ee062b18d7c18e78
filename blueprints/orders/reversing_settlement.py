"""Reversing a settlement that was noted by mistake: the money did not go back, so it is owed again."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.correcting_customer import refuse_to_correct
from blueprints.orders.hearing import heard_by, keep_from_leaving
from blueprints.orders.history import did_since, leave_event
from blueprints.orders.paying import add_up
from blueprints.orders.refusals import RefundIsClosed, refuse_if_changed
from blueprints.orders.settling import closing_letter, refuse_if_reversed
from blueprints.outbox import Message
from models import Actor, Email, Event, Note, Order, Refund, Settlement, SettlementReversal, change_rows, writing
from models.email import WAITING

REVERSED = "refund.reversed"


@dataclass(frozen=True)
class Reversed:
    left: int
    """What is owed again, in minor units."""
    may_have_read: bool
    """The customer was told that all went back, or may have been."""


def reverse_settlement(settlement_id: int, *, version: int, internal_note: str, by: Actor) -> Reversed:
    """Once; the same form again gets what is owed now. An email that tells of it and has not left stays here, and one
    about another refund of the order says that more is owed. Raises RefundIsClosed where the rest was waived,
    CustomerErased, AlreadyReversed, OrderChanged."""
    with writing() as session:
        settlement = session.get_one(Settlement, settlement_id, populate_existing=True)
        refund = session.get_one(Refund, settlement.refund_id, populate_existing=True)
        order = reread(session, refund.order_id)
        done = settlement.reversal
        if done and done.user_id == by.user_id and did_since(session, order, (REVERSED,), version=version, by=by):
            return Reversed(refund.left, may_have_read=False)
        refuse_to_reverse(settlement, refund, order)
        refuse_if_changed(order, version)
        letters = _letters_since(session, settlement, order)
        may_have_read = heard_by(session, order.id, letters.keys()).may_have_read
        _reverse(session, settlement, refund, order, letters=letters, internal_note=internal_note, by=by)
        return Reversed(refund.left, may_have_read)


def refuse_to_reverse(settlement: Settlement, refund: Refund, order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the reversal under the lock. Nothing is owed to
    a customer who was erased."""
    refuse_if_reversed(settlement)
    refuse_to_correct(order)
    if not refund.may_be_reversed:
        raise RefundIsClosed


def _reverse(
    session: Session,
    settlement: Settlement,
    refund: Refund,
    order: Order,
    *,
    letters: dict[int, Refund],
    internal_note: str,
    by: Actor,
) -> None:
    at = clock.now()
    note = Note(order_id=order.id, body=internal_note, internal=True)
    session.add_all((note, SettlementReversal(settlement_id=settlement.id, at=at, user_id=by.user_id)))
    session.flush()
    session.refresh(refund)  # the database took it off, and opened the refund again if it was closed
    add_up(order, refunded=-settlement.amount)
    for email_id, about in letters.items():
        if about is refund:
            keep_from_leaving(session, order.id, email_id, at=at)
        else:
            _rewrite(session, email_id, closing_letter(session, about, order))
    leave_event(session, order, REVERSED, by=by, at=at, amount=settlement.amount, internal_note=note)


def _letters_since(session: Session, settlement: Settlement, order: Order) -> dict[int, Refund]:
    """By id the emails that a refund of the order is closed, written since this was noted: they took it for true. Such
    an event and the settlement that closed the refund were noted at one moment."""
    told = (
        select(Event.email_id, Refund)
        .join(Settlement, Settlement.at == Event.at)
        .join(Refund, Refund.id == Settlement.refund_id)
        .where(Event.order_id == order.id, Event.code == "order.refunded", Event.email_id.is_not(None))
        .where(Refund.order_id == order.id, Settlement.id >= settlement.id)
    )
    return {email_id: refund for email_id, refund in session.execute(told) if email_id is not None}


def _rewrite(session: Session, email_id: int, message: Message) -> None:
    """If it has not begun to leave."""
    words = {"subject": message.subject, "text": message.text, "html": message.html}
    change_rows(session, update(Email).where(Email.id == email_id, WAITING).values(**words))
