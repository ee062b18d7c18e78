"""Orders that stay unpaid: their customers are reminded, and what is still not paid after that is cancelled.

Each order is judged and dealt with in a transaction of its own: whoever comes second, or again after a crash, finds it
done. A cancel of the timer is the same cancel as anybody's."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.leasing import GIVE_WAY_S
from blueprints.orders.awaiting_payment import KIND, Terms, due, terms_of
from blueprints.orders.cancelling import cancel_under_lock, refuse_to_cancel, reread
from blueprints.orders.recording_cancel import CancelWish
from blueprints.orders.telling import reminder_email, tell_customer
from models import (
    SYSTEM,
    DatabaseBusy,
    Event,
    Order,
    PaymentReminder,
    Reason,
    Store,
    db,
    writing,
)
from models.base import DiskFailed

log = logging.getLogger("suki")

MOST_AT_ONCE = 200


class Did(StrEnum):
    REMINDED = "reminded"
    CANCELLED = "cancelled"
    NOTHING = "nothing"
    """It was paid, changed or dealt with since it was found."""
    FAILED = "failed"


def look_after_unpaid(*, enough: Callable[[], bool]) -> Counter[Did]:
    """What is due now, of MOST_AT_ONCE orders at most; `enough` is asked before each."""
    did: Counter[Did] = Counter()
    for order_id in _due_now():
        if enough():
            break
        did[_deal_with(order_id)] += 1
        time.sleep(GIVE_WAY_S)
    return did


def is_off() -> bool:
    return terms_of(db.session.get_one(Store, 1)) is None


def _due_now() -> list[int]:
    """Those that wait longest come first."""
    terms = terms_of(db.session.get_one(Store, 1))
    if terms is None:
        return []
    found = due(terms, clock.now()).order_by(Order.placed_at, Order.id).limit(MOST_AT_ONCE)
    order_ids = [order_id for order_id, _ in db.session.execute(found)]
    db.session.rollback()
    return order_ids


def _deal_with(order_id: int) -> Did:
    """One order, whole. A fault of ours with it keeps no other from its turn."""
    try:
        with writing() as session:
            return _decide(session, order_id)
    except (DatabaseBusy, DiskFailed):
        raise
    except Exception:
        log.exception("unpaid order %s could not be dealt with", order_id)
        return Did.FAILED


def _decide(session: Session, order_id: int) -> Did:
    """Whatever it was when it was found, and whatever Settings said then: this is how it stands under the lock."""
    at = clock.now()
    store = session.get_one(Store, 1, populate_existing=True)
    terms = terms_of(store)
    found = session.execute(due(terms, at).where(Order.id == order_id)).one_or_none() if terms else None
    if terms is None or found is None:
        return Did.NOTHING
    order, reminder = reread(session, order_id), found[1]
    if reminder is None:
        _remind(session, order, terms, at=at)
        return Did.REMINDED
    _cancel(session, order, reminder, store, at=at)
    return Did.CANCELLED


def _remind(session: Session, order: Order, terms: Terms, *, at: datetime) -> None:
    pay_by = at + terms.notice  # its time is over by then: none is due to be reminded before
    message = reminder_email(order, pay_by)
    email = tell_customer(session, order, kind=KIND, wanted=True, at=at, message=message)
    session.add(PaymentReminder(order_id=order.id, at=at, email_id=email.id, pay_by=pay_by))
    _note_down(session, order, "order.payment_reminded", at=at, email_id=email.id)


def _cancel(session: Session, order: Order, reminder: PaymentReminder, store: Store, *, at: datetime) -> None:
    refuse_to_cancel(session, order)
    _note_down(session, order, "order.not_paid", at=at)
    reason = session.get(Reason, store.unpaid_reason_id) if store.unpaid_reason_id else None
    wish = CancelWish(note=store.unpaid_note, reason_id=reason.id if reason and reason.active else None)
    done = cancel_under_lock(session, order, wish, by=SYSTEM, at=at)
    reminder.cancellation_id = done.id


def _note_down(session: Session, order: Order, code: str, *, at: datetime, email_id: int | None = None) -> None:
    """The order itself is as it was, so no page that shows it is stale for it."""
    session.add(Event(at=at, code=code, order_id=order.id, amount=order.to_pay, email_id=email_id))
