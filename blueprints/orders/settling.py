"""Settling what a cancel owes: what went back is noted part by part, until nothing is left or the rest is waived."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import announcing, clock
from blueprints.orders.cancelling import reread
from blueprints.orders.history import leave_event
from blueprints.orders.paying import add_up
from blueprints.orders.refusals import (
    MoreThanIsOpen,
    OrderFormUsedAgain,
    OrderRefusal,
    PaidOnNoSuchDay,
    RefundIsClosed,
    refuse_if_changed,
)
from blueprints.orders.telling import refund_email, tell_customer
from blueprints.outbox import Message
from blueprints.shop import current_store
from models import Actor, Order, Refund, Settlement, SettlementMethod, SettlementReversal, writing


class AlreadyReversed(OrderRefusal):
    """What was noted was found to be a mistake since. `by` is None when Suki itself did it."""

    code = "already_reversed"

    def __init__(self, *, at: datetime, by: str | None) -> None:
        super().__init__(f"reversed by {by} at {at}")
        self.at = at
        self.by = by


@dataclass(frozen=True)
class Repayment:
    """What somebody says went back to the customer."""

    amount: int
    method: SettlementMethod
    paid_on: date
    reference: str = ""

    def is_what_was_noted(self, settlement: Settlement) -> bool:
        noted = (settlement.amount, settlement.method, settlement.paid_on, settlement.reference)
        return noted == (self.amount, self.method, self.paid_on, self.reference)


def settle_refund(
    refund_id: int, *, version: int, repayment: Repayment, notify: bool, by: Actor, once: str | None = None
) -> int:
    """What is left. `version` is the order's when the form was drawn, `once` that form's own token. The customer is
    told with the part that makes it whole. Raises RefundIsClosed, OrderChanged, MoreThanIsOpen, PaidOnNoSuchDay,
    OrderFormUsedAgain, AlreadyReversed."""
    with writing() as session:
        at = clock.now()
        refund, order = _reread(session, refund_id)
        if once and _was_done_by(session, refund, repayment, by, once):
            return refund.left
        _refuse(refund, order, version)
        if repayment.amount > refund.left:
            raise MoreThanIsOpen(refund.left)
        refuse_day(order, repayment.paid_on, at=at)
        _settle(session, refund, order, repayment, notify=notify, by=by, once=once, at=at)
        return refund.left


def waive_refund(refund_id: int, *, version: int, because: str, by: Actor) -> None:
    """What is left is not returned, and why. Raises RefundIsClosed, OrderChanged."""
    with writing() as session:
        at = clock.now()
        refund, order = _reread(session, refund_id)
        if refund.waived_at and (refund.waived_by_id, refund.waived_because) == (by.user_id, because):
            return
        _refuse(refund, order, version)
        refund.settled_at = refund.waived_at = at
        refund.waived_because, refund.waived_by_id = because, by.user_id
        order.version += 1  # nothing else of it changes, and yet a page that was drawn before is stale
        leave_event(session, order, "refund.waived", by=by, at=at, amount=refund.left)


def settlements_of(session: Session, refund: Refund) -> list[Settlement]:
    """As they were noted, those among them that were reversed since."""
    found = select(Settlement).filter_by(refund_id=refund.id).order_by(Settlement.id)
    reversal = joinedload(Settlement.reversal).joinedload(SettlementReversal.user)
    return list(session.scalars(found.options(joinedload(Settlement.user), reversal)))


def today_at_the_store(at: datetime) -> date:
    return at.astimezone(ZoneInfo(current_store().timezone)).date()


def refuse_day(order: Order, paid_on: date, *, at: datetime) -> None:
    placed, latest = today_at_the_store(order.placed_at), today_at_the_store(at)
    earliest = min(placed, latest)  # a file may have dated the order ahead, and its money goes back all the same
    if not earliest <= paid_on <= latest:
        raise PaidOnNoSuchDay(earliest=earliest, latest=latest)


def _reread(session: Session, refund_id: int) -> tuple[Refund, Order]:
    """Both as they stand now that the lock is held."""
    found = select(Refund).where(Refund.id == refund_id)
    refund = session.scalars(found, execution_options={"populate_existing": True}).one()
    return refund, reread(session, refund.order_id)


def _was_done_by(session: Session, refund: Refund, repayment: Repayment, by: Actor, once: str) -> bool:
    """Whether this very form has noted this already. Raises OrderFormUsedAgain when it said something else."""
    done = session.scalars(select(Settlement).where(Settlement.once == once)).one_or_none()
    if done is None:
        return False
    if (done.refund_id, done.user_id) != (refund.id, by.user_id) or not repayment.is_what_was_noted(done):
        raise OrderFormUsedAgain
    refuse_if_reversed(done)
    return True


def refuse_if_reversed(settlement: Settlement) -> None:
    """Raises AlreadyReversed."""
    if found := settlement.reversal:
        raise AlreadyReversed(at=found.at, by=found.user.name if found.user else None)


def _refuse(refund: Refund, order: Order, version: int) -> None:
    if not refund.is_open:
        raise RefundIsClosed
    refuse_if_changed(order, version)


def _settle(
    session: Session,
    refund: Refund,
    order: Order,
    repayment: Repayment,
    *,
    notify: bool,
    by: Actor,
    once: str | None,
    at: datetime,
) -> None:
    session.add(
        Settlement(
            refund_id=refund.id,
            amount=repayment.amount,
            method=repayment.method,
            reference=repayment.reference,
            paid_on=repayment.paid_on,
            at=at,
            user_id=by.user_id,
            once=once,
        )
    )
    session.flush()
    session.refresh(refund)  # the database added it up, and closed the refund if that was all
    add_up(order, refunded=repayment.amount)
    email_id = None if refund.is_open else _tell(session, refund, order, notify=notify, at=at)
    leave_event(session, order, "order.refunded", by=by, at=at, amount=repayment.amount, email_id=email_id)
    if not refund.is_open:
        announcing.refund_settled(session, refund, order, at=at)


def _tell(session: Session, refund: Refund, order: Order, *, notify: bool, at: datetime) -> int:
    message = closing_letter(session, refund, order)
    return tell_customer(session, order, kind="refund_settled", wanted=notify, at=at, message=message).id


def closing_letter(session: Session, refund: Refund, order: Order) -> Message:
    """That all of it went back; and that nothing more is owed, unless another refund of the order is open."""
    others = select(Refund.id).where(Refund.order_id == order.id, Refund.settled_at.is_(None)).limit(1)
    more_is_owed = session.scalar(others) is not None
    went_back = [settlement for settlement in settlements_of(session, refund) if settlement.reversal is None]
    return refund_email(order, refund, went_back, more_is_owed=more_is_owed)
