"""Long work that one process at a time goes on with. Its row is claimed for a moment, and anew with each step: so a
process that dies lets go of it by that, and the next one takes it up where it stood."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, update

from blueprints import clock
from models import BulkCancel, DatabaseBusy, OrderImport, change_rows, writing

LEASE = timedelta(seconds=20)
TRIES = 20
GIVE_WAY_S = 0.005
"""Between two rows of long work: whoever waits for the lock meanwhile gets it."""

Row = TypeVar("Row", BulkCancel, OrderImport)
T = TypeVar("T")


def is_free(model: type[Row]) -> ColumnElement[bool]:
    return or_(model.claimed_until.is_(None), model.claimed_until < clock.now())


def claim(model: type[Row], row_id: int, *conditions: ColumnElement[Any]) -> Row | None:
    """As it stood when it became ours, and free of the session. None when somebody else is at it, or it is not so."""
    with writing() as session:
        ours = update(model).where(model.id == row_id, is_free(model), *conditions)
        if change_rows(session, ours.values(claimed_until=clock.now() + LEASE)) == 0:
            return None
        row = session.get_one(model, row_id, populate_existing=True)
        session.expunge(row)
        return row


def keep_hold(row: Row, enough: Callable[[], bool]) -> bool:
    """Claims it anew or, when it is enough, lets go of it: in the transaction that did the last step."""
    row.claimed_until = None if enough() else clock.now() + LEASE
    return row.claimed_until is not None


def patiently(step: Callable[[], T], enough: Callable[[], bool]) -> T:
    """When somebody else holds the lock for long, the step is tried again: it did nothing."""
    tries_left = TRIES
    while True:
        try:
            return step()
        except DatabaseBusy:
            tries_left -= 1
            if not tries_left or enough():
                raise
