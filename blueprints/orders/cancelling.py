"""Cancelling an order: what is refused, what changes, what is owed, who is told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock
from blueprints.orders.refusals import (
    AlreadyCancelled,
    BookedWithCourier,
    FormUsedAgain,
    NotCancellable,
    ReasonUnknown,
    refuse_if_changed,
)
from blueprints.orders.telling import tell_customer
from models import Actor, Cancellation, Event, Note, Order, OrderStatus, Reason, Refund, writing
from models.event import statuses


@dataclass(frozen=True)
class CancelWish:
    """What somebody decided about a cancel, apart from the order it is for."""

    note: str = ""
    internal_note: str = ""
    reason_id: int | None = None
    restock: bool = True
    notify: bool = True

    def is_what_was_done(self, done: Cancellation) -> bool:
        return self == CancelWish(
            note=done.note.body if done.note else "",
            internal_note=done.internal_note.body if done.internal_note else "",
            reason_id=done.reason_id,
            restock=done.restock,
            notify=done.notify,
        )


def cancel_order(order_id: int, *, version: int, wish: CancelWish, by: Actor, once: str | None = None) -> None:
    """`version` is the order's when the form was drawn, `once` that form's own token: sent again as it was, the
    form has the first answer, and nothing happens twice. Raises an OrderRefusal."""
    with writing() as session:
        order = reread(session, order_id)
        if once and _was_done_by(session, order, wish, by, once):
            return
        refuse_to_cancel(session, order)
        refuse_if_changed(order, version)
        _refuse_unknown_reason(session, wish.reason_id)
        _cancel(session, order, wish, by=by, once=once, at=clock.now())


def reread(session: Session, order_id: int) -> Order:
    """The order as it stands now that the lock is held."""
    found = select(Order).where(Order.id == order_id).options(joinedload(Order.courier))
    return session.scalars(found, execution_options={"populate_existing": True}).one()


def refuse_to_cancel(session: Session, order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the cancel under the lock."""
    if order.cancelled_at is not None:
        done = cancellation_of(session, order)
        raise AlreadyCancelled(at=order.cancelled_at, by=done.user.name if done and done.user else None)
    if order.is_finished:
        raise NotCancellable(order.status)
    if order.only_support_can_cancel:
        raise BookedWithCourier(courier=order.courier.name if order.courier else "", waybill=order.waybill)


def cancellation_of(session: Session, order: Order) -> Cancellation | None:
    """The one that holds."""
    return session.scalars(
        select(Cancellation)
        .where(Cancellation.order_id == order.id, Cancellation.withdrawn_at.is_(None))
        .options(
            joinedload(Cancellation.user),
            joinedload(Cancellation.reason),
            joinedload(Cancellation.note),
            joinedload(Cancellation.internal_note),
        )
    ).one_or_none()


def _was_done_by(session: Session, order: Order, wish: CancelWish, by: Actor, once: str) -> bool:
    """Whether this very form has cancelled this order already. Raises FormUsedAgain when it said something else."""
    done = session.scalars(select(Cancellation).where(Cancellation.once == once)).one_or_none()
    if done is None or done.withdrawn_at is not None:
        return False
    if (done.order_id, done.user_id) != (order.id, by.user_id) or not wish.is_what_was_done(done):
        raise FormUsedAgain
    return True


def _refuse_unknown_reason(session: Session, reason_id: int | None) -> None:
    reason = session.get(Reason, reason_id) if reason_id is not None else None
    if reason_id is not None and not (reason and reason.active):
        raise ReasonUnknown


def _cancel(session: Session, order: Order, wish: CancelWish, *, by: Actor, once: str | None, at: datetime) -> None:
    before, owed = order.status, order.refundable
    order.status, order.cancelled_at = OrderStatus.CANCELLED, at
    note = write_note(session, order, wish.note)
    internal_note = write_note(session, order, wish.internal_note, internal=True)
    cancellation = Cancellation(
        order_id=order.id,
        at=at,
        user_id=by.user_id,
        previous_status=before,
        reason_id=wish.reason_id,
        note=note,
        internal_note=internal_note,
        restock=wish.restock,
        notify=wish.notify,
        once=once,
    )
    session.add(cancellation)
    session.flush()
    if owed > 0:
        session.add(Refund(order_id=order.id, cancellation_id=cancellation.id, owed=owed, owed_at=at))
    email = tell_customer(
        session, order, kind="order_cancelled", note=wish.note, wanted=wish.notify, at=at, refund_owed=owed
    )
    session.flush()
    session.add(
        Event(
            at=at,
            code="order.cancelled",
            user_id=by.user_id,
            order_id=order.id,
            order_version=order.version,
            **statuses(before, order.status),
            amount=owed or None,
            note=note,
            internal_note=internal_note,
            email_id=email.id,
        )
    )


def write_note(session: Session, order: Order, body: str, *, internal: bool = False) -> Note | None:
    """No words, no note."""
    if not body:
        return None
    note = Note(order_id=order.id, body=body, internal=internal)
    session.add(note)
    return note
