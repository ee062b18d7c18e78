"""Correcting what was recorded as paid: on the wrong order, twice, or with a digit too many."""

from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.awaiting_payment import wait_of
from blueprints.orders.cancelling import reread
from blueprints.orders.history import did_since, leave_event
from blueprints.orders.keeping_unpaid import keep_under_lock
from blueprints.orders.paying import add_up, open_refund_of
from blueprints.orders.refusals import OrderRefusal, refuse_if_changed
from blueprints.orders.withdrawing import correct_waiting_emails
from models import Actor, Note, Order, OrderStatus, PaymentMethod, db, writing

AMOUNT_CORRECTED = "order.payment_corrected"
METHOD_CORRECTED = "order.payment_method_corrected"


class NoPaymentToCorrect(OrderRefusal):
    """Nothing is recorded as paid, or all of it went back or belongs to cancels of parts."""

    code = "no_payment_to_correct"


class CancelRestsOnPayment(OrderRefusal):
    """A cancel, of all or of a part, took what was paid into account. `refund_id`: what it still owes, if anything."""

    code = "cancel_rests_on_payment"

    def __init__(self, refund_id: int | None) -> None:
        super().__init__(f"refund {refund_id}")
        self.refund_id = refund_id


class PaidOutOfBounds(OrderRefusal):
    """No less than went back, or belongs to cancels of parts; and no more than the order comes to."""

    code = "paid_out_of_bounds"

    def __init__(self, *, least: int, most: int) -> None:
        super().__init__(f"{least} to {most}")
        self.least = least
        self.most = most


def correct_payment(
    order_id: int, *, version: int, paid: int, method: PaymentMethod, internal_note: str, by: Actor
) -> bool:
    """Whether the order has it by this form, also when that was sent before. `paid`: all that was really paid, in
    minor units. Where that leaves an order to be paid in time, it is kept: Suki does not cancel it for a payment that
    was believed to be there. Raises NoPaymentToCorrect, CancelRestsOnPayment, OrderChanged, PaidOutOfBounds."""
    with writing() as session:
        order = reread(session, order_id)
        is_so = (order.paid, order.payment_method) == (paid, method)
        if is_so and did_since(session, order, (AMOUNT_CORRECTED, METHOD_CORRECTED), version=version, by=by):
            return True
        refuse_to_correct_payment(order)
        refuse_if_changed(order, version)
        if is_so:
            return False
        least, most = order.paid - order.refundable, order.paid + order.to_pay
        if not least <= paid <= most:
            raise PaidOutOfBounds(least=least, most=most)
        _correct(session, order, paid=paid, method=method, internal_note=internal_note, by=by)
        return True


def refuse_to_correct_payment(order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the correction under the lock."""
    if order.payment_can_be_corrected:
        return
    owed = open_refund_of(db.session(), order)
    if owed is not None or (order.status is OrderStatus.CANCELLED and order.paid):
        raise CancelRestsOnPayment(owed.id if owed else None)
    raise NoPaymentToCorrect


def _correct(
    session: Session, order: Order, *, paid: int, method: PaymentMethod, internal_note: str, by: Actor
) -> None:
    at, too_much = clock.now(), order.paid - paid  # below zero: too little
    note = Note(order_id=order.id, body=internal_note, internal=True)
    session.add(note)
    add_up(order, paid=-too_much)
    order.payment_method = method
    if too_much:
        leave_event(session, order, AMOUNT_CORRECTED, by=by, at=at, amount=too_much, internal_note=note)
    else:
        leave_event(session, order, METHOD_CORRECTED, by=by, at=at, internal_note=note)
    correct_waiting_emails(order, at=at)
    if wait_of(order) is not None:
        keep_under_lock(session, order, by=by, at=at)
