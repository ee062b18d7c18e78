"""Correcting the waybill of a booking: the courier gave it later, or a digit was wrong."""

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.history import did_since, leave_event
from blueprints.orders.refusals import NotBooked, OrderIsFinished, refuse_if_changed
from models import Actor, Order, writing

CORRECTED = "order.waybill_corrected"


def correct_waybill(order_id: int, *, version: int, waybill: str, by: Actor) -> bool:
    """Whether the order has it by this form, also when that was sent before. Raises NotBooked, OrderIsFinished,
    OrderChanged."""
    with writing() as session:
        order = reread(session, order_id)
        if order.waybill == waybill:
            return did_since(session, order, (CORRECTED,), version=version, by=by)
        refuse_to_correct_waybill(order)
        refuse_if_changed(order, version)
        order.waybill = waybill
        leave_event(session, order, CORRECTED, by=by, at=clock.now())
        return True


def refuse_to_correct_waybill(order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the correction under the lock."""
    if not order.is_booked:
        raise NotBooked
    if order.is_finished:
        raise OrderIsFinished(order.status)
