"""Which orders the shop waits to be paid for, and until when: one rule, asked of the database by the timer, again by it
under the lock, by the order's page, and by the list of orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, TextClause, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from blueprints import clock
from blueprints.orders.hearing import keep_from_leaving, went_where_it_should
from blueprints.orders.telling import why_nobody_is_told
from blueprints.shop import current_store
from models import (
    Cancellation,
    CustomerAlert,
    Email,
    EmailState,
    KeptOrder,
    NotSentReason,
    Order,
    PaymentReminder,
    PaymentStatus,
    Store,
    db,
)
from models.base import UTCDateTime
from models.email import ON_ITS_WAY
from models.payment_reminder import IS_PAID_HERE, WAITS_TO_BE_PAID

KIND = CustomerAlert.PAYMENT_REMINDER.value
_Email = aliased(Email)
# The reminder, or a copy of it that somebody sent by hand.
_OF_REMINDER = and_(
    _Email.order_id == PaymentReminder.order_id,
    or_(_Email.id == PaymentReminder.email_id, _Email.again_of_id == PaymentReminder.email_id),
)
# In a demo nothing leaves, and what is kept counts as read. What left to an address that was corrected since reached
# nobody.
_LEFT = and_(
    or_(_Email.state == EmailState.SENT, _Email.reason == NotSentReason.DEMO),
    went_where_it_should(_Email, Order),
)
_LEFT_AT = (
    select(func.min(func.coalesce(_Email.sent_at, _Email.created_at)))
    .where(_OF_REMINDER, _LEFT)
    .correlate(PaymentReminder, Order)
    .scalar_subquery()
)
_WAS_REINSTATED = exists().where(
    Cancellation.order_id == Order.id, Cancellation.is_part.is_(False), Cancellation.withdrawn_at.is_not(None)
)


@dataclass(frozen=True)
class Terms:
    """What Settings says of orders that are not paid."""

    since: datetime
    time: timedelta
    """From the order to its cancel."""
    notice: timedelta
    """From the reminder to the cancel, at least."""


def terms_of(store: Store) -> Terms | None:
    """None: unpaid orders wait until somebody decides."""
    if store.unpaid_hours is None or store.unpaid_since is None:
        return None
    return Terms(
        since=store.unpaid_since,
        time=timedelta(hours=store.unpaid_hours),
        notice=timedelta(hours=store.unpaid_notice_hours),
    )


def waiting(terms: Terms) -> Select[int, PaymentReminder]:
    """The orders that the timer is for, by their ids and with their reminders, if any. What somebody reinstated after
    a cancel, or keeps, is theirs to decide about."""
    return (
        select(Order.id, PaymentReminder)
        .outerjoin(PaymentReminder, PaymentReminder.order_id == Order.id)
        .where(*_waits(terms.since))
    )


def _waits(since: datetime | BindParameter[datetime | None]) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return (
        Order.placed_at >= since,
        WAITS_TO_BE_PAID,
        IS_PAID_HERE,
        ~_WAS_REINSTATED,
        ~exists().where(KeptOrder.order_id == Order.id),
    )


def due(terms: Terms, now: datetime) -> Select[int, PaymentReminder]:
    """Of those, the ones to be reminded now, and the ones whose time is over though their reminder left in time."""
    return waiting(terms).where(
        Order.placed_at <= now - (terms.time - terms.notice),
        or_(PaymentReminder.order_id.is_(None), _is_over(terms, now)),
    )


def _is_over(terms: Terms, now: datetime) -> ColumnElement[bool]:
    """As cancel_at says it. Without an email that left, it never is."""
    return and_(Order.placed_at <= now - terms.time, PaymentReminder.pay_by <= now, now - terms.notice >= _LEFT_AT)


def cancel_at(terms: Terms, placed_at: datetime, *, pay_by: datetime, left_at: datetime) -> datetime:
    """The customer has the whole notice from the moment on which the reminder left to them, and what it promised."""
    return max(placed_at + terms.time, pay_by, left_at + terms.notice)


@dataclass(frozen=True)
class Wait:
    """Where one order stands with its timer."""

    remind_at: datetime | None
    """None: the reminder was written."""
    is_leaving: bool
    """The reminder may leave at any moment."""
    left_at: datetime | None
    cancel_at: datetime | None
    """If it is not paid; None: Suki does not cancel it, as the customer can't be reminded."""
    why_not: NotSentReason | None
    """Why the customer can't be reminded; None where it did not get through."""


def wait_of(order: Order) -> Wait | None:
    """None: no timer is running for it."""
    terms = terms_of(current_store())
    if terms is None or order.payment_status is not PaymentStatus.UNPAID:
        return None  # for what is paid, which is most, the database need not be asked
    found = db.session.execute(waiting(terms).where(Order.id == order.id)).one_or_none()
    if found is None:
        return None
    reminder = found[1]
    return _reminded(terms, order, reminder) if reminder else _to_be_reminded(terms, order)


def _to_be_reminded(terms: Terms, order: Order) -> Wait:
    remind_at, why_not = _remind_at(terms, order.placed_at), _why_not_reminded(order)
    over = None if why_not else remind_at + terms.notice
    return Wait(remind_at, is_leaving=False, left_at=None, cancel_at=over, why_not=why_not)


def _remind_at(terms: Terms, placed_at: datetime) -> datetime:
    return max(placed_at + terms.time - terms.notice, clock.now())


def _why_not_reminded(order: Order | Row[Any]) -> NotSentReason | None:
    why_not = why_nobody_is_told(order, kind=KIND)
    return None if why_not is NotSentReason.DEMO else why_not


def _reminded(terms: Terms, order: Order, reminder: PaymentReminder) -> Wait:
    emails = db.session.execute(
        select(_Email.state, _Email.reason, func.coalesce(_Email.sent_at, _Email.created_at), _LEFT)
        .select_from(PaymentReminder)
        .join(Order, Order.id == PaymentReminder.order_id)
        .join(_Email, _OF_REMINDER)
        .where(PaymentReminder.order_id == order.id)
        .order_by(_Email.id)
    ).all()
    left_at = min((at for _state, _reason, at, has_left in emails if has_left), default=None)
    is_leaving = any(state in ON_ITS_WAY for state, *_ in emails)
    over = cancel_at(terms, order.placed_at, pay_by=reminder.pay_by, left_at=left_at) if left_at else None
    return Wait(None, is_leaving, left_at, cancel_at=over, why_not=None if left_at else emails[-1][1])


def _since() -> datetime | None:
    terms = terms_of(current_store())
    return terms.since if terms else None


def with_ends(orders: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A list's select, with what cancels_of() needs to know of each order. Settings are asked when the list is."""
    waits = and_(*_waits(bindparam("unpaid_since", callable_=_since, type_=UTCDateTime)))
    reminded = orders.outerjoin(PaymentReminder, PaymentReminder.order_id == Order.id)
    return reminded.add_columns(
        waits.label("waits"), Order.customer_email, PaymentReminder.pay_by, _LEFT_AT.label("reminder_left_at")
    )


def cancels_of(orders: Iterable[Row[Any]]) -> dict[int, datetime]:
    """When Suki cancels those of a list's orders that stay unpaid, as the page of each says it."""
    terms = terms_of(current_store())
    ends = {order.id: _end_of(terms, order) for order in orders if order.waits} if terms else {}
    return {order_id: end for order_id, end in ends.items() if end}


def _end_of(terms: Terms, order: Row[Any]) -> datetime | None:
    if order.pay_by is None:
        return None if _why_not_reminded(order) else _remind_at(terms, order.placed_at) + terms.notice
    left_at = order.reminder_left_at
    return cancel_at(terms, order.placed_at, pay_by=order.pay_by, left_at=left_at) if left_at else None


def end_wait(session: Session, order: Order, *, at: datetime) -> None:
    """It is paid, kept, cancelled, or out of the shop. A reminder that has not left stays here, and none is sent
    again."""
    reminder = session.get(PaymentReminder, order.id)
    if reminder is not None:
        keep_from_leaving(session, order.id, reminder.email_id, at=at)


def cancelled_as_unpaid(done: Cancellation) -> bool:
    """Nobody's doing but the timer's."""
    if done.user_id is not None:
        return False
    reminder = select(PaymentReminder.order_id).where(PaymentReminder.cancellation_id == done.id)
    return db.session.scalar(reminder) is not None
