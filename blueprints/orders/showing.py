"""What an order's page says about its status: what may follow, who would be told, and how a cancel was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from blueprints.orders.cancelling import cancellation_of
from blueprints.orders.history import Line
from blueprints.orders.telling import kind_of, kinds_off, why_not_told
from models import Cancellation, Email, NotSentReason, Order, OrderStatus, Reason, Refund, db


@dataclass(frozen=True)
class StatusArea:
    cancellation: Cancellation | None
    refund: Refund | None
    """Owed back because of that cancellation."""
    email: Email | None
    """To the customer, about that cancellation."""
    nobody: NotSentReason | None
    """Why no change would be told to the customer."""
    silent: tuple[OrderStatus, ...]
    """Those of the next statuses whose own alert is off."""


def status_area(order: Order, history: Sequence[Line]) -> StatusArea:
    """`history` is all of the order's."""
    cancellation = cancellation_of(db.session(), order) if order.cancelled_at else None
    allowed = order.allowed_changes()
    off = kinds_off(db.session()) if allowed else set()
    silent = tuple(status for status in allowed if kind_of(status) in off)
    return StatusArea(
        cancellation=cancellation,
        refund=cancellation.refund if cancellation else None,
        email=_email_about(cancellation, history) if cancellation else None,
        nobody=why_not_told(order, is_off=silent == allowed),
        silent=silent,
    )


def _email_about(cancellation: Cancellation, history: Sequence[Line]) -> Email | None:
    return next(
        (line.email for line in history if line.event.code == "order.cancelled" and line.event.at == cancellation.at),
        None,
    )


def reasons_to_choose() -> list[Reason]:
    return list(db.session.scalars(select(Reason).where(Reason.active).order_by(Reason.rank, Reason.id)))
