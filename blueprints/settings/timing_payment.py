"""Saying after how long an order that is not paid is cancelled, in which words, and when its customer is reminded."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.capped import count_of
from blueprints.outbox import mail_is_configured
from blueprints.shop import current_store
from models import Actor, Alert, CustomerAlert, Event, NotSentReason, Order, Store, db, writing
from models.payment_reminder import IS_PAID_HERE, WAITS_TO_BE_PAID


def time_payment(hours: int | None, *, notice_hours: int | None, note: str, reason_id: int | None, by: Actor) -> None:
    """No hours: unpaid orders are left alone. From switching it on, it is for what is placed from then on. No
    `notice_hours`: as it was."""
    with writing() as session:
        store = session.get_one(Store, 1)
        store.unpaid_note, store.unpaid_reason_id = note, reason_id
        store.unpaid_notice_hours = notice_hours or store.unpaid_notice_hours
        if hours is None:
            store.unpaid_since = None
        elif store.unpaid_hours is None:
            store.unpaid_since = clock.now()
        store.unpaid_hours = hours
        if session.is_modified(store):
            session.add(Event(code="settings.changed.unpaid", at=clock.now(), user_id=by.user_id))


@dataclass(frozen=True)
class Unpaid:
    """How things stand, for the page on which it is switched on."""

    waiting: int
    """Orders that wait to be paid now; no further counted than a page shows."""
    nobody: NotSentReason | None
    """Why no customer could be reminded now."""


def unpaid_now() -> Unpaid:
    """With the timer on, only those that it is for are counted."""
    store, session = current_store(), db.session()
    waits = select(Order.id).where(WAITS_TO_BE_PAID)
    if store.unpaid_since is not None:
        waits = waits.where(IS_PAID_HERE, Order.placed_at >= store.unpaid_since)
    return Unpaid(waiting=session.scalar(select(count_of(waits))) or 0, nobody=_why_nobody_is_reminded(session, store))


def _why_nobody_is_reminded(session: Session, store: Store) -> NotSentReason | None:
    alert = session.get(Alert, CustomerAlert.PAYMENT_REMINDER.value)
    if not store.alerts_on or (alert is not None and not alert.on):
        return NotSentReason.ALERTS_OFF
    return None if mail_is_configured() or store.is_demo else NotSentReason.NO_SERVER
