"""Changing an order's status: which change is allowed, what it leaves in the history, who is told."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock, stock
from blueprints.orders.approving_request import close_request
from blueprints.orders.awaiting_payment import end_wait
from blueprints.orders.cancelling import refuse_to_cancel, reread
from blueprints.orders.history import leave_event
from blueprints.orders.recording_cancel import write_note
from blueprints.orders.refusals import BookedWithCourier, ChangeNotAllowed, NothingToChange, refuse_if_changed
from blueprints.orders.telling import customer_email, tell_customer
from models import Actor, Event, MovementKind, Order, OrderStatus, writing
from models.email import kind_of
from models.event import statuses


def change_status(
    order_id: int,
    *,
    version: int,
    status: OrderStatus,
    note: str,
    notify: bool,
    by: Actor,
) -> None:
    """To any but Cancelled, which cancel_order() does. Raises an OrderRefusal."""
    with writing() as session:
        order = reread(session, order_id)
        change_under_lock(session, order, version=version, status=status, note=note, notify=notify, by=by)


def change_under_lock(
    session: Session, order: Order, *, version: int, status: OrderStatus, note: str, notify: bool, by: Actor
) -> None:
    """The same of an order that was read again under the lock, for whoever has more to do in one transaction."""
    if not _was_done_by(session, order, version=version, status=status, note=note, by=by):
        _refuse_change(session, order, version=version, to=status)
        _change(session, order, status, note=note, notify=notify, by=by, at=clock.now())


def _was_done_by(session: Session, order: Order, *, version: int, status: OrderStatus, note: str, by: Actor) -> bool:
    """Whether the same person made this same change from that version already: a double click, or a browser's retry."""
    if order.version != version + 1 or order.status is not status:
        return False
    done = session.scalars(
        select(Event).where(
            Event.order_id == order.id,
            Event.order_version == order.version,
            Event.to_status == status.value,
            Event.user_id == by.user_id,
        )
    ).first()
    return done is not None and (done.note.body if done.note else "") == note


def _refuse_change(session: Session, order: Order, *, version: int, to: OrderStatus) -> None:
    if order.status is OrderStatus.CANCELLED:
        refuse_to_cancel(session, order)  # which says by whom and when, whatever was to be done
    refuse_if_changed(order, version)
    if order.status is to:
        raise NothingToChange(to)
    if to is OrderStatus.DECLINED and order.only_support_can_cancel:
        raise BookedWithCourier(courier=order.courier_name or "", waybill=order.waybill)
    if to is OrderStatus.CANCELLED or to not in order.allowed_changes():
        raise ChangeNotAllowed(status=order.status, to=to)


def _change(
    session: Session, order: Order, status: OrderStatus, *, note: str, notify: bool, by: Actor, at: datetime
) -> None:
    before, order.status = order.status, status
    written = write_note(session, order, note)
    if status is OrderStatus.DECLINED:
        session.flush()
        pieces = {item.id: item.remaining for item in order.items}
        stock.put_back(session, pieces, kind=MovementKind.DECLINED, by=by, at=at)
        close_request(session, order, by=by, at=at)
    if not order.can_gain_items:
        end_wait(session, order, at=at)
    kind = kind_of(status)
    email = tell_customer(session, order, kind=kind, wanted=notify, at=at, message=customer_email(order, kind, note))
    change = statuses(before, status)
    leave_event(session, order, "order.status_changed", by=by, at=at, **change, note=written, email_id=email.id)
