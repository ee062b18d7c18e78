"""Cancelling an order: what is refused, what changes, what is owed, who is told. Support does it in the merchant's
name: inside an access window, and with the courier's confirmation for what an integrated courier holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import clock, windows
from blueprints.orders.history import leave_event
from blueprints.orders.refusals import (
    AlreadyCancelled,
    BookedWithCourier,
    FeeTooHigh,
    FormUsedAgain,
    NotCancellable,
    ReasonUnknown,
    ReferenceMissing,
    refuse_if_changed,
)
from blueprints.orders.telling import tell_customer
from models import (
    AccessWindow,
    Actor,
    Cancellation,
    Note,
    Order,
    OrderStatus,
    Reason,
    Refund,
    Role,
    writing,
)
from models.event import statuses


@dataclass(frozen=True)
class CancelWish:
    """What somebody decided about a cancel, apart from the order it is for."""

    note: str = ""
    internal_note: str = ""
    reason_id: int | None = None
    restock: bool = True
    notify: bool = True
    fee: int = 0
    """What the shop keeps of what was paid, in minor units."""
    courier_reference: str = ""
    """What the courier said when it cancelled its booking; only support has one."""

    def is_what_was_done(self, done: Cancellation, order: Order) -> bool:
        return self == CancelWish(
            note=done.note.body if done.note else "",
            internal_note=done.internal_note.body if done.internal_note else "",
            reason_id=done.reason_id,
            restock=done.restock,
            notify=done.notify,
            fee=done.fee,
            courier_reference=order.courier_reference or "" if self.courier_reference else "",
        )


Report = Callable[[Session, AccessWindow, datetime], None]
"""What is left on the ticket about it, in the same transaction."""


def cancel_order(
    order_id: int, *, version: int, wish: CancelWish, by: Actor, once: str | None = None, report: Report | None = None
) -> None:
    """`version` is the order's when the form was drawn, `once` that form's own token: sent again as it was, the
    form has the first answer, and nothing happens twice. Raises an OrderRefusal; and WindowClosed to support."""
    with writing() as session:
        at = clock.now()
        window = windows.require_open(session, by, order_id=order_id, at=at)
        order = reread(session, order_id)
        if once and _was_done_by(session, order, wish, by, once):
            return
        refuse_to_cancel(session, order, by=by)
        refuse_if_changed(order, version)
        refuse_unknown_reason(session, wish.reason_id)
        refuse_fee(order, wish.fee)
        if window is not None and order.only_support_can_cancel:
            _take_back_from_courier(session, order, wish, window, by=by, at=at)
        cancel_under_lock(session, order, wish, by=by, at=at, window=window, once=once)
        if window is not None:
            session.flush()
            windows.tell_owners(session, "access_acted", window, at=at, by=by, order=order)
            if report is not None:
                report(session, window, at)


def reread(session: Session, order_id: int) -> Order:
    """The order as it stands now that the lock is held."""
    found = select(Order).where(Order.id == order_id).options(joinedload(Order.courier))
    return session.scalars(found, execution_options={"populate_existing": True}).one()


def refuse_to_cancel(session: Session, order: Order, *, by: Actor | None = None) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the cancel under the lock. Nobody named: as for
    the merchant."""
    if order.cancelled_at is not None:
        done = cancellation_of(session, order)
        raise AlreadyCancelled(at=order.cancelled_at, by=done.user.name if done and done.user else None)
    if not order.can_be_cancelled_by_support:
        raise NotCancellable(order.status)
    if order.only_support_can_cancel and not (by and by.role is Role.SUPPORT):
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
    if (done.order_id, done.user_id) != (order.id, by.user_id) or not wish.is_what_was_done(done, order):
        raise FormUsedAgain
    return True


def refuse_fee(order: Order, fee: int) -> None:
    if fee > max(order.refundable, 0):
        raise FeeTooHigh(max(order.refundable, 0))


def refuse_unknown_reason(session: Session, reason_id: int | None) -> None:
    reason = session.get(Reason, reason_id) if reason_id is not None else None
    if reason_id is not None and not (reason and reason.active):
        raise ReasonUnknown


def _take_back_from_courier(
    session: Session, order: Order, wish: CancelWish, window: AccessWindow, *, by: Actor, at: datetime
) -> None:
    """Suki can't ask the courier: what support brings is the courier's own word for it."""
    if not wish.courier_reference:
        raise ReferenceMissing
    order.booking_cancelled_at, order.courier_reference = at, wish.courier_reference
    leave_event(
        session, order, "order.booking_cancelled", by=by, at=at, window_id=window.id, ticket_id=window.ticket_id
    )


def cancel_under_lock(
    session: Session,
    order: Order,
    wish: CancelWish,
    *,
    by: Actor,
    at: datetime,
    window: AccessWindow | None = None,
    once: str | None = None,
) -> Cancellation:
    """The cancel itself, in the caller's transaction, once nothing refuses it."""
    before, owed = order.status, order.refundable - wish.fee
    order.status, order.cancelled_at = OrderStatus.CANCELLED, at
    done = _keep_decision(session, order, wish, previous_status=before, by=by, once=once, at=at)
    if owed > 0:
        session.add(Refund(order_id=order.id, cancellation_id=done.id, owed=owed, owed_at=at))
    email = tell_customer(
        session,
        order,
        kind="order_cancelled",
        note=wish.note,
        wanted=wish.notify,
        at=at,
        refund_owed=owed,
        fee_kept=wish.fee,
    )
    leave_event(
        session,
        order,
        "order.cancelled",
        by=by,
        at=at,
        **statuses(before, order.status),
        amount=owed or None,
        note=done.note,
        internal_note=done.internal_note,
        email_id=email.id,
        window_id=window.id if window else None,
        ticket_id=window.ticket_id if window else None,
    )
    return done


def _keep_decision(
    session: Session,
    order: Order,
    wish: CancelWish,
    *,
    previous_status: OrderStatus,
    by: Actor,
    once: str | None,
    at: datetime,
) -> Cancellation:
    cancellation = Cancellation(
        order_id=order.id,
        at=at,
        user_id=by.user_id,
        previous_status=previous_status,
        reason_id=wish.reason_id,
        note=write_note(session, order, wish.note),
        internal_note=write_note(session, order, wish.internal_note, internal=True),
        restock=wish.restock,
        notify=wish.notify,
        fee=wish.fee,
        once=once,
    )
    session.add(cancellation)
    session.flush()
    return cancellation


def write_note(session: Session, order: Order, body: str, *, internal: bool = False) -> Note | None:
    """No words, no note."""
    if not body:
        return None
    note = Note(order_id=order.id, body=body, internal=internal)
    session.add(note)
    return note
