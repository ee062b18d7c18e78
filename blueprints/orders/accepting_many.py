"""Accepting many pending orders, each by the change that a single one goes through, in a transaction of its own. What
is not pending any more when its turn comes, or not as it was seen, is left as it is."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints.leasing import GIVE_WAY_S
from blueprints.orders.bulk_gathering import NothingTicked, TooMany
from blueprints.orders.cancelling import reread
from blueprints.orders.changing import change_under_lock
from blueprints.orders.refusals import OrderChanged, OrderRefusal
from models import Actor, CancelRequest, DatabaseBusy, Order, OrderStatus, db, writing
from models.base import DiskFailed
from models.cancel_request import ASKED

log = logging.getLogger("suki")

MOST_AT_ONCE = 100
"""More than a page of the list holds."""


class WhyLeft(StrEnum):
    NOT_PENDING = "not_pending"
    CHANGED = "changed"
    """Pending still, but not as the list showed it."""
    ASKED = "asked"
    """The customer asks to cancel, and is answered first."""
    NOT_REACHED = "not_reached"
    """There was no time left for it, or somebody else held the database."""
    FAILED = "failed"
    """A fault of ours."""


@dataclass
class Acceptance:
    accepted: list[str] = field(default_factory=list)
    """Numbers of orders."""
    left: dict[WhyLeft, list[str]] = field(default_factory=dict)


def accept_many(ticked: Mapping[int, int | None], *, by: Actor, enough: Callable[[], bool]) -> Acceptance:
    """`ticked`: orders by their ids, each with its version as it was seen, if that is known. `enough` is asked before
    each. Asked the same again, nothing happens twice. Raises NothingTicked, TooMany."""
    if len(ticked) > MOST_AT_ONCE:
        raise TooMany
    numbered = select(Order.id, Order.number).where(Order.id.in_(ticked)).order_by(Order.position)
    orders = db.session.execute(numbered).all()
    db.session.rollback()
    if not orders:
        raise NothingTicked
    came_to = Acceptance()
    for order_id, number in orders:
        why = WhyLeft.NOT_REACHED if enough() else _accept(order_id, ticked[order_id], by=by)
        (came_to.left.setdefault(why, []) if why else came_to.accepted).append(number)
        if why is not WhyLeft.NOT_REACHED:
            time.sleep(GIVE_WAY_S)
    return came_to


def _accept(order_id: int, version: int | None, *, by: Actor) -> WhyLeft | None:
    """One order, whole. A fault of ours with it keeps no other from its turn."""
    try:
        with writing() as session:
            return _accept_under_lock(session, reread(session, order_id), version, by=by)
    except DatabaseBusy:
        return WhyLeft.NOT_REACHED
    except DiskFailed:
        raise
    except Exception:
        log.exception("order %s could not be accepted among others", order_id)
        return WhyLeft.FAILED


def _accept_under_lock(session: Session, order: Order, version: int | None, *, by: Actor) -> WhyLeft | None:
    is_pending = order.status is OrderStatus.PENDING
    if is_pending and session.scalar(select(CancelRequest.id).where(CancelRequest.order_id == order.id, ASKED)):
        return WhyLeft.ASKED
    seen = order.version if version is None else version
    try:
        change_under_lock(session, order, version=seen, status=OrderStatus.ACCEPTED, note="", notify=True, by=by)
    except OrderChanged:
        return WhyLeft.CHANGED if is_pending else WhyLeft.NOT_PENDING
    except OrderRefusal:
        return WhyLeft.NOT_PENDING
    return None
