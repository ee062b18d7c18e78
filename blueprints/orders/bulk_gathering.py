"""Gathering orders to be cancelled together: those that were ticked, or all that a search finds. Nothing is done to
them until somebody has looked at what would happen, and said so."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, insert, literal, select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.finding import Filters, positions_of
from models import Actor, BulkCancel, BulkOrder, BulkState, Order, db, writing

MOST = 1000
KEPT_FOR = timedelta(days=1)
"""A choice that nobody decided about."""


class NothingTicked(Exception):
    """No order was ticked, or none of them is there."""


class TooMany(Exception):
    """More than MOST: none of them was taken."""


def gather_ticked(order_ids: Collection[int], *, by: Actor) -> int:
    """The number of what was gathered. Raises NothingTicked, TooMany."""
    if len(order_ids) > MOST:
        raise TooMany
    return _gather(Order.id.in_(order_ids), by=by)


def gather_found(typed: str, filters: Filters, *, by: Actor) -> int:
    """As gather_ticked, for all that the list shows, on whatever page."""
    positions = list(db.session.scalars(positions_of(typed, filters).limit(MOST + 1)))
    if len(positions) > MOST:
        raise TooMany
    return _gather(Order.position.in_(positions), by=by)


def _gather(which: ColumnElement[bool], *, by: Actor) -> int:
    """One statement, however many they are."""
    with writing() as session:
        bulk = BulkCancel(user_id=by.user_id, created_at=clock.now())
        session.add(bulk)
        session.flush()
        orders = (
            select(literal(bulk.id), Order.id, Order.version, literal(0)).where(which).order_by(Order.position.desc())
        )
        session.execute(insert(BulkOrder).from_select(["bulk_id", "order_id", "version", "owed"], orders))
        if session.scalar(select(BulkOrder.id).where(BulkOrder.bulk_id == bulk.id).limit(1)) is None:
            raise NothingTicked
        return bulk.id


def discard_bulk(bulk_id: int) -> bool:
    """Forgets what was gathered, unless it was started."""
    with writing() as session:
        found = session.get_one(BulkCancel, bulk_id)
        if found.state is not BulkState.DRAFT:
            return False
        _discard(session, found)
        return True


def discard_old_drafts() -> None:
    old = select(BulkCancel).where(BulkCancel.state == BulkState.DRAFT, BulkCancel.created_at < clock.now() - KEPT_FOR)
    if db.session.scalars(old.limit(1)).first() is None:
        return
    with writing() as session:
        for found in session.scalars(old):
            _discard(session, found)


def _discard(session: Session, found: BulkCancel) -> None:
    found.state, found.finished_at = BulkState.DISCARDED, clock.now()
    session.execute(delete(BulkOrder).where(BulkOrder.bulk_id == found.id))
