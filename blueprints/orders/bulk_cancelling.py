"""Cancelling many orders, each in a transaction of its own, which also notes what became of it.

A crash leaves each order either cancelled and noted or untouched, and whoever comes next goes on with the rest. All
that was gathered is judged again then and there: an order that changed since it was looked at is refused, not
cancelled unseen."""

import logging
import time
from collections.abc import Callable
from enum import Enum, auto
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.leasing import GIVE_WAY_S, LEASE, claim, is_free, keep_hold, patiently
from blueprints.orders.bulk_asking import AskSupport, ask_next
from blueprints.orders.cancelling import cancel_under_lock, refuse_to_cancel, reread
from blueprints.orders.recording_cancel import CancelWish, refuse_unknown_reason
from blueprints.orders.refusals import DecidedAlready, OrderRefusal, refuse_if_changed
from models import Actor, BulkCancel, BulkOrder, BulkOutcome, BulkState, DatabaseBusy, Refund, db, writing
from models.base import DiskFailed

log = logging.getLogger("suki")

FAILED = "failed"
"""Why an order was not cancelled when that was Suki's own fault."""


class _Next(Enum):
    MORE = auto()
    NOTHING = auto()
    """All of them are through."""
    STOP = auto()
    """It is enough for now, or it is somebody else's turn."""


def start_bulk(bulk_id: int, wish: CancelWish, *, ticket_reason: str | None = None, by: Actor) -> None:
    """Decides about all that was gathered; `ticket_reason`: support is asked for those that only it can cancel.
    Asked the same again, nothing happens twice. Raises ReasonUnknown and DecidedAlready."""
    with writing() as session:
        bulk = session.get_one(BulkCancel, bulk_id)
        if bulk.state is not BulkState.DRAFT:
            _refuse_other_words(bulk, wish, ticket_reason, by)
            return
        refuse_unknown_reason(session, wish.reason_id)
        bulk.state, bulk.started_at = BulkState.RUNNING, clock.now()
        bulk.user_id = by.user_id  # type: ignore[assignment]  # people start it
        bulk.note, bulk.internal_note, bulk.reason_id = wish.note, wish.internal_note, wish.reason_id
        bulk.restock, bulk.notify = wish.restock, wish.notify
        bulk.asks_support, bulk.ticket_reason = ticket_reason is not None, ticket_reason or ""


def _refuse_other_words(bulk: BulkCancel, wish: CancelWish, ticket_reason: str | None, by: Actor) -> None:
    asked = bulk.ticket_reason if bulk.asks_support else None
    if bulk.started_at is None or (bulk.user_id, _wish_of(bulk), asked) != (by.user_id, wish, ticket_reason):
        raise DecidedAlready


def stands_still(bulk: BulkCancel) -> bool:
    """Nobody has been at it for a while, so that somebody may want to give it a push."""
    since = bulk.claimed_until or (bulk.started_at or bulk.created_at) + LEASE
    return bulk.state is BulkState.RUNNING and since < clock.now()


def waiting_bulks() -> list[int]:
    """Those that somebody should go on with."""
    waiting = select(BulkCancel.id).where(BulkCancel.state == BulkState.RUNNING, is_free(BulkCancel))
    return list(db.session.scalars(waiting.order_by(BulkCancel.id)))


def carry_on(bulk_id: int, *, enough: Callable[[], bool], ask: AskSupport) -> None:
    """Goes on with one that nobody else is at, until it is through or it is `enough`, as asked after each order."""
    if claim(BulkCancel, bulk_id, BulkCancel.state == BulkState.RUNNING) is None:
        return
    cancel = partial(_cancel_next, bulk_id, enough)
    while (came_to := patiently(cancel, enough)) is _Next.MORE:
        time.sleep(GIVE_WAY_S)
    if came_to is _Next.NOTHING and _ask_support(bulk_id, enough, ask):
        patiently(partial(_finish, bulk_id), enough)


def _cancel_next(bulk_id: int, enough: Callable[[], bool]) -> _Next:
    """One order, whole: its cancel, or why there is none, and the note of it."""
    row_id = None
    try:
        with writing() as session:
            bulk = session.get_one(BulkCancel, bulk_id, populate_existing=True)
            row = _next_waiting(session, bulk)
            if row is None:
                return _Next.NOTHING
            row_id = row.id
            _cancel(session, bulk, row)
            return _go_on(bulk, enough)
    except (DatabaseBusy, DiskFailed):
        raise
    except Exception:
        if row_id is None:
            raise
        log.exception("order in row %s of bulk cancel %s failed", row_id, bulk_id)
    return _pass_over(row_id, bulk_id, enough)


def _next_waiting(session: Session, bulk: BulkCancel) -> BulkOrder | None:
    waiting = select(BulkOrder).where(BulkOrder.bulk_id == bulk.id, BulkOrder.outcome == BulkOutcome.WAITING)
    return session.scalars(waiting.order_by(BulkOrder.id).limit(1)).one_or_none()


def _cancel(session: Session, bulk: BulkCancel, row: BulkOrder) -> None:
    at, by = clock.now(), bulk.user.as_actor()
    order = reread(session, row.order_id)
    try:
        refuse_to_cancel(session, order, by=by)
        refuse_if_changed(order, row.version)
    except OrderRefusal as refusal:
        _refuse(row, refusal.code)
        return
    done = cancel_under_lock(session, order, _wish_of(bulk), by=by, at=at)
    session.flush()
    row.outcome, row.cancellation_id = BulkOutcome.CANCELLED, done.id
    row.owed = session.scalar(select(Refund.owed).where(Refund.cancellation_id == done.id)) or 0


def _refuse(row: BulkOrder, code: str) -> None:
    row.outcome, row.refusal, row.owed = BulkOutcome.REFUSED, code, 0


def _wish_of(bulk: BulkCancel) -> CancelWish:
    return CancelWish(
        note=bulk.note,
        internal_note=bulk.internal_note,
        reason_id=bulk.reason_id,
        restock=bulk.restock,
        notify=bulk.notify,
    )


def _pass_over(row_id: int, bulk_id: int, enough: Callable[[], bool]) -> _Next:
    """One order that can't be cancelled for a fault of ours keeps no other from it."""
    with writing() as session:
        row = session.get_one(BulkOrder, row_id, populate_existing=True)
        if row.outcome is BulkOutcome.WAITING:
            _refuse(row, FAILED)
        return _go_on(session.get_one(BulkCancel, bulk_id), enough)


def _go_on(bulk: BulkCancel, enough: Callable[[], bool]) -> _Next:
    """Lets go of it when it is enough, in the transaction that did the last step."""
    return _Next.MORE if keep_hold(bulk, enough) else _Next.STOP


def _ask_support(bulk_id: int, enough: Callable[[], bool], ask: AskSupport) -> bool:
    """Whether all of it is done."""
    bulk = db.session.get_one(BulkCancel, bulk_id)
    if not bulk.asks_support:
        return True
    by, reason, after = bulk.user.as_actor(), bulk.ticket_reason, 0
    while (asked := patiently(partial(ask_next, bulk_id, reason, by=by, after=after, ask=ask), enough)) is not None:
        after = asked
        if patiently(partial(_renew, bulk_id, enough), enough) is _Next.STOP:
            return False
    return True


def _renew(bulk_id: int, enough: Callable[[], bool]) -> _Next:
    with writing() as session:
        return _go_on(session.get_one(BulkCancel, bulk_id), enough)


def _finish(bulk_id: int) -> _Next:
    with writing() as session:
        bulk = session.get_one(BulkCancel, bulk_id)
        if bulk.state is BulkState.RUNNING:
            bulk.state, bulk.finished_at, bulk.claimed_until = BulkState.DONE, clock.now(), None
        return _Next.STOP
