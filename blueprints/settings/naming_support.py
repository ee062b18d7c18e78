"""Saying who supports this store, and where they are written to."""

from blueprints import clock
from models import Actor, Event, Store, writing


def name_support(*, name: str, email: str | None, by: Actor) -> None:
    with writing() as session:
        store = session.get_one(Store, 1)
        store.support_name, store.support_email = name, email
        if session.is_modified(store):
            session.add(Event(code="settings.changed.support", at=clock.now(), user_id=by.user_id))
