"""Cancelling an order: what is refused, what changes, what is owed, who is told. Support does it in the merchant's
name: inside an access window, and with the courier's confirmation for what an integrated courier holds."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from blueprints import announcing, clock, windows
from blueprints.orders.approving_request import approve_request
from blueprints.orders.awaiting_payment import end_wait
from blueprints.orders.history import leave_event
from blueprints.orders.recording_cancel import (
    CancelWish,
    owe,
    record_cancel,
    refuse_fee,
    refuse_unknown_reason,
    refuse_used_form,
    undo_until,
)
from blueprints.orders.refusals import (
    AlreadyCancelled,
    BookedWithCourier,
    NotCancellable,
    OrderFormUsedAgain,
    ReferenceMissing,
    refuse_if_changed,
)
from blueprints.orders.telling import customer_email, tell_of_cancel
from blueprints.programs import ProgramRequest
from models import AccessWindow, Actor, Cancellation, Order, OrderStatus, Role, writing
from models.cancellation import HOLDS_FOR_ALL
from models.event import statuses

Report = Callable[[Session, AccessWindow, datetime], None]
"""What is left on the ticket about it, in the same transaction."""


def cancel_order(
    order_id: int,
    *,
    version: int | None,
    wish: CancelWish,
    by: Actor,
    once: str | None = None,
    report: Report | None = None,
    asked: ProgramRequest | None = None,
) -> None:
    """`version` is the order's when the form was drawn (None: as it stands), `once` that form's own token: sent again
    as it was, the form has the first answer, and nothing happens twice. `asked`: the request, when it is a program's.
    Raises an OrderRefusal; and WindowClosed to support."""
    with writing() as session:
        if asked:
            asked.begin(session)
        at = clock.now()
        window = windows.require_open(session, by, order_id=order_id, at=at)
        order = reread(session, order_id)
        if once and was_done_by(session, order, wish, by, once):
            return
        refuse_to_cancel(session, order, by=by)
        if version is not None:
            refuse_if_changed(order, version)
        refuse_used_form(session, once)
        refuse_unknown_reason(session, wish.reason_id)
        refuse_fee(order.refundable, wish.fee)
        if window is not None and order.is_booked:
            _cancel_booking(session, order, wish, window, by=by, at=at)
        cancel_under_lock(session, order, wish, by=by, at=at, window=window, once=once)
        if window is not None:
            session.flush()
            windows.tell_owners(session, "access_acted", window, at=at, about_order_id=order_id, by=by, order=order)
            if report is not None:
                report(session, window, at)
        if asked:
            asked.end(session, order)


def reread(session: Session, order_id: int) -> Order:
    """The order as it stands now that the lock is held."""
    found = select(Order).where(Order.id == order_id).options(joinedload(Order.courier))
    return session.scalars(found, execution_options={"populate_existing": True}).one()


def refuse_to_cancel(session: Session, order: Order, *, by: Actor | None = None) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the cancel under the lock. Nobody named: as for
    the merchant."""
    if order.cancelled_at is not None:
        done = cancellation_of(session, order)
        raise AlreadyCancelled(at=order.cancelled_at, by=done.who if done else None)
    if not order.can_be_cancelled_by_support:
        raise NotCancellable(order.status)
    if order.only_support_can_cancel and not (by and by.role is Role.SUPPORT):
        raise BookedWithCourier(courier=order.courier_name or "", waybill=order.waybill)


def cancellation_of(session: Session, order: Order) -> Cancellation | None:
    """The one of the whole order that holds."""
    return session.scalars(
        select(Cancellation)
        .where(Cancellation.order_id == order.id, HOLDS_FOR_ALL)
        .options(
            joinedload(Cancellation.user),
            joinedload(Cancellation.reason),
            joinedload(Cancellation.note),
            joinedload(Cancellation.internal_note),
            joinedload(Cancellation.email),
            joinedload(Cancellation.program),
        )
    ).one_or_none()


def was_done_by(
    session: Session,
    order: Order,
    wish: CancelWish,
    by: Actor,
    once: str,
    pieces: Mapping[int, int] | None = None,
) -> bool:
    """Whether this very form cancelled this order already. Raises OrderFormUsedAgain when it said something else."""
    done = session.scalars(select(Cancellation).where(Cancellation.once == once)).one_or_none()
    if done is None or done.withdrawn_at is not None:
        return False
    if (done.order_id, done.user_id) != (order.id, by.user_id) or not wish.is_what_was_done(done, order, pieces):
        raise OrderFormUsedAgain
    return True


def _cancel_booking(
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
    pieces = {item.id: item.remaining for item in order.remaining_items}
    is_final = order.booking_cancelled_at == at  # the courier will not take it again
    until = None if is_final else undo_until(at)
    order.status, order.cancelled_at = OrderStatus.CANCELLED, at
    done = record_cancel(
        session, order, wish, pieces, previous_status=before, undo_until=until, by=by, at=at, once=once
    )
    owe(session, order, done, owed)
    end_wait(session, order, at=at)
    message = customer_email(order, "order_cancelled", wish.note, owed, wish.fee)
    done.email_id = tell_of_cancel(session, order, done, message)
    approve_request(session, order, done)
    announcing.order_cancelled(session, order, done, owed=owed)
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
        email_id=done.email_id,
        window_id=window.id if window else None,
        ticket_id=window.ticket_id if window else None,
    )
    return done
