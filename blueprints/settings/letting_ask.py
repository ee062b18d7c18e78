"""Saying whether customers may ask for a cancel by a link in their emails, and how far the order may be then."""

from blueprints import clock
from models import Actor, Event, OrderStatus, Store, writing


def let_ask(*, may_ask: bool, until: OrderStatus, by: Actor) -> None:
    """Links that were mailed follow it too: they open nothing while it is off."""
    with writing() as session:
        store = session.get_one(Store, 1)
        store.customers_may_ask, store.ask_until = may_ask, until
        if session.is_modified(store):
            session.add(Event(code="settings.changed.requests", at=clock.now(), user_id=by.user_id))
