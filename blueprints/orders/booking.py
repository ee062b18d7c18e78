"""Booking a courier for an order, and taking the booking back where the store may."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.history import leave_event
from blueprints.orders.refusals import (
    AlreadyBooked,
    BookedWithCourier,
    CourierUnknown,
    NotBooked,
    OrderIsFinished,
    refuse_if_changed,
)
from models import Actor, Courier, Order, db, writing


def couriers_to_choose() -> list[Courier]:
    return list(db.session.scalars(select(Courier).where(Courier.active).order_by(Courier.name)))


def courier_in_use(session: Session, courier_id: int) -> Courier:
    courier = session.get(Courier, courier_id)
    if courier is None or not courier.active:
        raise CourierUnknown
    return courier


def book_courier(order_id: int, *, version: int, courier_id: int, waybill: str, by: Actor) -> None:
    """Raises OrderIsFinished, AlreadyBooked, OrderChanged, CourierUnknown."""
    with writing() as session:
        order = reread(session, order_id)
        refuse_to_book(order)
        refuse_if_changed(order, version)
        courier = courier_in_use(session, courier_id)
        book(session, order, courier=courier, waybill=waybill, by=by, at=clock.now())


def refuse_to_book(order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the booking under the lock."""
    if order.is_finished:
        raise OrderIsFinished(order.status)
    if order.is_booked:
        raise AlreadyBooked(courier=order.courier_name or "", waybill=order.waybill)


def book(session: Session, order: Order, *, courier: Courier, waybill: str, by: Actor, at: datetime) -> None:
    """In the caller's transaction. Whether the courier is integrated is kept as it is now."""
    order.courier, order.waybill, order.booked_at = courier, waybill, at
    order.booking_integrated = courier.integrated
    order.booking_cancelled_at = order.courier_reference = None
    leave_event(session, order, "order.booked", by=by, at=at)


def cancel_booking(order_id: int, *, version: int, by: Actor) -> None:
    """The order goes on without it. Raises NotBooked, OrderIsFinished, BookedWithCourier, OrderChanged."""
    with writing() as session:
        order = reread(session, order_id)
        if not order.is_booked:
            raise NotBooked
        if order.is_delivered:
            raise OrderIsFinished(order.status)
        if order.only_support_can_cancel:
            raise BookedWithCourier(courier=order.courier_name or "", waybill=order.waybill)
        refuse_if_changed(order, version)
        order.booking_cancelled_at = at = clock.now()
        leave_event(session, order, "order.booking_cancelled", by=by, at=at)
