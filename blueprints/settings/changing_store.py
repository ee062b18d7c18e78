"""Changing what the store is called, how it is reached, and the money, time and language that it works in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from models import Actor, Event, ImportState, Language, OrderImport, Store, writing

NOT_OVER = (ImportState.RECEIVING, ImportState.CHECKING, ImportState.CHECKED, ImportState.IMPORTING)


class FileWaits(Exception):
    """A file of orders was read in the store's money and time, and somebody decided by what it said, or is to: its
    orders would come in as something else. Nothing was changed."""


def change_store(
    *, name: str, email: str | None, phone: str | None, currency: str, timezone: str, language: Language, by: Actor
) -> None:
    """Orders keep their own currency: this one is for those to come. Raises FileWaits."""
    with writing() as session:
        store = session.get_one(Store, 1)
        if (store.currency, store.timezone) != (currency, timezone):
            _refuse_amid_import(session)
        store.name, store.email, store.phone = name, email, phone
        store.currency, store.timezone, store.language = currency, timezone, language
        if session.is_modified(store):
            session.add(Event(code="settings.changed.store", at=clock.now(), user_id=by.user_id))


def _refuse_amid_import(session: Session) -> None:
    if session.scalar(select(OrderImport.id).where(OrderImport.state.in_(NOT_OVER)).limit(1)) is not None:
        raise FileWaits
