"""Keeping an order though it is not paid: the customer asked for more time, or pays in another way."""

from datetime import datetime

from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.awaiting_payment import end_wait
from blueprints.orders.cancelling import refuse_to_cancel, reread
from blueprints.orders.history import leave_event_beside
from models import Actor, KeptOrder, Order, writing


def keep_order(order_id: int, *, by: Actor) -> None:
    """Suki does not cancel it any more, whatever Settings says. A second click changes nothing. Raises AlreadyCancelled
    and the like: there is nothing left to keep."""
    with writing() as session:
        at = clock.now()
        order = reread(session, order_id)
        refuse_to_cancel(session, order)
        keep_under_lock(session, order, by=by, at=at)


def keep_under_lock(session: Session, order: Order, *, by: Actor, at: datetime) -> None:
    """The same of an order that was read again under the lock, for whoever has more to do in one transaction."""
    if session.get(KeptOrder, order.id) is None:
        end_wait(session, order, at=at)
        session.add(KeptOrder(order_id=order.id, at=at, user_id=by.user_id))
        leave_event_beside(session, order, "order.kept", by=by, at=at)
