"""Keeping an order though it is not paid: the customer asked for more time, or pays in another way."""

from blueprints import clock
from blueprints.orders.awaiting_payment import end_wait
from blueprints.orders.cancelling import refuse_to_cancel, reread
from models import Actor, Event, KeptOrder, writing


def keep_order(order_id: int, *, by: Actor) -> None:
    """Suki does not cancel it any more, whatever Settings says. A second click changes nothing. Raises AlreadyCancelled
    and the like: there is nothing left to keep."""
    with writing() as session:
        at = clock.now()
        order = reread(session, order_id)
        refuse_to_cancel(session, order)
        if session.get(KeptOrder, order_id) is None:
            end_wait(session, order, at=at)
            session.add(KeptOrder(order_id=order_id, at=at, user_id=by.user_id))
            session.add(Event(at=at, code="order.kept", user_id=by.user_id, order_id=order_id))
