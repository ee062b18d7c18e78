"""Correcting what was recorded as paid back by hand: too much, twice, or on the wrong order."""

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.history import did_since, leave_event
from blueprints.orders.paying import add_up
from blueprints.orders.refusals import MoreThanIsOpen, OrderRefusal, refuse_if_changed
from models import Actor, Note, Order, writing

CORRECTED = "order.refund_corrected"


class NoRefundToCorrect(OrderRefusal):
    """None was recorded by hand, or a cancel has counted on it since."""

    code = "no_refund_to_correct"


def correct_refund(order_id: int, *, version: int, refunded: int, internal_note: str, by: Actor) -> bool:
    """Whether the order has it by this form, also when that was sent before. `refunded`: all that really went back, in
    minor units. Raises NoRefundToCorrect, OrderChanged, MoreThanIsOpen."""
    with writing() as session:
        order = reread(session, order_id)
        is_so = order.refunded == refunded
        if is_so and did_since(session, order, (CORRECTED,), version=version, by=by):
            return True
        refuse_to_correct_refund(order)
        refuse_if_changed(order, version)
        if is_so:
            return False
        if refunded > order.refunded:
            raise MoreThanIsOpen(order.refunded)
        at, too_much = clock.now(), order.refunded - refunded
        note = Note(order_id=order.id, body=internal_note, internal=True)
        session.add(note)
        add_up(order, refunded=-too_much)
        leave_event(session, order, CORRECTED, by=by, at=at, amount=too_much, internal_note=note)
        return True


def refuse_to_correct_refund(order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the correction under the lock."""
    if not order.refund_can_be_corrected:
        raise NoRefundToCorrect
