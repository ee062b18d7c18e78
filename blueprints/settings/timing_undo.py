"""Saying for how long a cancel can be undone, and the customer's email about it waits."""

from blueprints import clock
from models import Actor, Event, Store, writing


def time_undo(seconds: int, *, by: Actor) -> None:
    """0: cancels are not undone, and emails leave at once. Cancels made before keep the time that they had."""
    with writing() as session:
        store = session.get_one(Store, 1)
        store.undo_seconds = seconds
        if session.is_modified(store):
            session.add(Event(code="settings.changed.cancelling", at=clock.now(), user_id=by.user_id))
