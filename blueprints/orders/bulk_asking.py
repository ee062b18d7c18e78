"""Asking support for those of many orders that only it can cancel: a ticket for each, once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from blueprints.orders.refusals import BookedWithCourier
from models import Actor, BulkCancel, BulkOrder, BulkOutcome, BulkState, DatabaseBusy, Order, db, writing
from models.base import DiskFailed

log = logging.getLogger("suki")


@dataclass(frozen=True)
class TicketWish:
    """What support is asked for. `once`: asked again after a crash, it is the same ticket."""

    order_id: int
    order_number: str
    reason: str
    once: str


AskSupport = Callable[[TicketWish, Actor], int | None]
"""Files it; gives the ticket, or None when there is nothing to ask for any more."""


def ask_about_rest(bulk_id: int, reason: str, *, by: Actor, enough: Callable[[], bool], ask: AskSupport) -> None:
    """For those of one that is done which have no ticket yet, until it is `enough`."""
    if db.session.get_one(BulkCancel, bulk_id).state is not BulkState.DONE:
        return
    after: int | None = 0
    while after is not None and not enough():
        after = ask_next(bulk_id, reason, by=by, after=after, ask=ask)


def ask_next(bulk_id: int, reason: str, *, by: Actor, after: int, ask: AskSupport) -> int | None:
    """About the first of them after a row: that row, or None after the last one. The ticket is noted once it is
    filed; a crash between the two finds it again by its token."""
    found = db.session.execute(
        select(BulkOrder.id, BulkOrder.order_id, Order.number)
        .join(Order, Order.id == BulkOrder.order_id)
        .where(
            BulkOrder.bulk_id == bulk_id,
            BulkOrder.outcome == BulkOutcome.REFUSED,
            BulkOrder.refusal == BookedWithCourier.code,
            BulkOrder.ticket_id.is_(None),
            BulkOrder.id > after,
        )
        .order_by(BulkOrder.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    row_id: int = found.id
    try:
        ticket_id = ask(TicketWish(found.order_id, found.number, reason, once=f"bulk-{bulk_id}-{found.order_id}"), by)
    except (DatabaseBusy, DiskFailed):
        raise
    except Exception:
        log.exception("asking support for row %s of bulk cancel %s failed", row_id, bulk_id)
        db.session.rollback()
        return row_id
    if ticket_id is not None:
        with writing() as session:
            session.get_one(BulkOrder, row_id).ticket_id = ticket_id
    return row_id
