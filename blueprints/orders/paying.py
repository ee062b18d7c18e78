"""Money that came in, and money that went back: noted, never moved."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.awaiting_payment import end_wait
from blueprints.orders.cancelling import reread
from blueprints.orders.history import leave_event
from blueprints.orders.refusals import MoreThanIsOpen, NothingOpen, OrderIsFinished, RefundIsOwed, refuse_if_changed
from models import Actor, Order, PaymentMethod, Refund, writing
from models.order_states import TAKES_NO_PAYMENT, payment_status_of


def record_payment(order_id: int, *, version: int, amount: int, method: PaymentMethod, by: Actor) -> None:
    """Raises OrderIsFinished, NothingOpen, OrderChanged, MoreThanIsOpen."""
    with writing() as session:
        order = reread(session, order_id)
        refuse_payment(order)
        refuse_if_changed(order, version)
        if amount > order.to_pay:
            raise MoreThanIsOpen(order.to_pay)
        add_up(order, paid=amount)
        order.payment_method = method
        at = clock.now()
        end_wait(session, order, at=at)
        leave_event(session, order, "order.paid", by=by, at=at, amount=amount)


def refuse_payment(order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the payment under the lock."""
    if order.status in TAKES_NO_PAYMENT:
        raise OrderIsFinished(order.status)
    if not order.takes_payment:
        raise NothingOpen


def record_refund(order_id: int, *, version: int, amount: int, by: Actor) -> None:
    """For what no cancel owes. Raises NothingOpen, RefundIsOwed, OrderChanged, MoreThanIsOpen."""
    with writing() as session:
        order = reread(session, order_id)
        refuse_refund(order)
        owed = open_refund_of(session, order)
        if owed is not None:
            raise RefundIsOwed(owed.id)
        refuse_if_changed(order, version)
        if amount > order.refundable:
            raise MoreThanIsOpen(order.refundable)
        add_up(order, refunded=amount)
        leave_event(session, order, "order.refunded", by=by, at=clock.now(), amount=amount)


def open_refund_of(session: Session, order: Order) -> Refund | None:
    """The one that waits longest: cancels of parts may owe one each."""
    return session.scalars(select(Refund).filter_by(order_id=order.id, settled_at=None).order_by(Refund.id)).first()


def refuse_refund(order: Order) -> None:
    if order.refundable <= 0:
        raise NothingOpen


def add_up(order: Order, *, paid: int = 0, refunded: int = 0) -> None:
    """The sums and what they make of the order, before anything is asked of the database: it takes no sum without."""
    needed = order.total + order.fees_and_owed
    order.paid += paid
    order.refunded += refunded
    order.payment_status = payment_status_of(total=needed, paid=order.paid, refunded=order.refunded)
