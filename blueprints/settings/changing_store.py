"""Changing what the store is called, how it is reached, and the money, time and language that it works in."""

from blueprints import clock
from models import Actor, Event, Language, Store, writing


def change_store(
    *, name: str, email: str | None, phone: str | None, currency: str, timezone: str, language: Language, by: Actor
) -> None:
    """Orders keep their own currency: this one is for those to come."""
    with writing() as session:
        store = session.get_one(Store, 1)
        store.name, store.email, store.phone = name, email, phone
        store.currency, store.timezone, store.language = currency, timezone, language
        if session.is_modified(store):
            session.add(Event(code="settings.changed.store", at=clock.now(), user_id=by.user_id))
