"""Switching on and off what customers are mailed about: one switch for all, and one for each kind."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from models import Actor, Alert, CustomerAlert, Event, Store, db, writing


def kinds_switched_on() -> list[CustomerAlert]:
    """Whatever the switch for all says."""
    switched_off = _switched_off(db.session())
    return [kind for kind in CustomerAlert if kind not in switched_off]


def switch_alerts(*, alerts_on: bool, kinds: Collection[str], by: Actor) -> None:
    """`kinds` are those that shall be on; all others are switched off."""
    with writing() as session:
        store = session.get_one(Store, 1)
        before = (store.alerts_on, _switched_off(session))
        store.alerts_on = alerts_on
        for kind in CustomerAlert:
            session.merge(Alert(kind=kind.value, on=kind in kinds))
        session.flush()
        if before != (alerts_on, _switched_off(session)):
            session.add(Event(code="settings.changed.alerts", at=clock.now(), user_id=by.user_id))


def _switched_off(session: Session) -> set[str]:
    return set(session.scalars(select(Alert.kind).where(Alert.on.is_(False))))
