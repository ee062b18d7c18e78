"""The store whose desk this is, read once in a request, and the reasons that it has listed for its cancels."""

from typing import cast

from flask import g
from sqlalchemy import inspect, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from models import Reason, Store, db

_NOT_READ = object()
"""Where None was read, or is put by a page that is not to read: it is no reason to ask."""


def find_store() -> Store | None:
    store = g.get("store", _NOT_READ)
    if store is _NOT_READ:
        store = g.store = _read()
    return cast(Store | None, store)


def _read() -> Store | None:
    """None as well where there is not even a table to read it from, before `flask init`."""
    try:
        return db.session.get(Store, 1)
    except (OperationalError, ProgrammingError):  # as SQLite says it, and PostgreSQL
        if inspect(db.engine).has_table(Store.__tablename__):
            raise
        db.session.rollback()  # PostgreSQL answers nothing more where a statement has failed
        return None


def current_store() -> Store:
    """Raises RuntimeError before `flask init`: pages never get here then, as the wall stops them."""
    store = find_store()
    if store is None:
        raise RuntimeError("this store is not set up yet: run flask init")
    return store


def forget_store() -> None:
    """What was read of the store holds no longer: the next who asks reads it again."""
    g.pop("store", None)


def reasons_to_choose() -> list[Reason]:
    return list(db.session.scalars(select(Reason).where(Reason.active).order_by(Reason.rank, Reason.id)))
