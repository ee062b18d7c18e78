"""Orders that ask for attention: whose customer was not told, who is owed money, who asks to cancel, who
could not be reminded to pay."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select, union_all
from sqlalchemy.orm import aliased

from blueprints.orders.hearing import went_where_it_should
from models import (
    CancelRequest,
    CustomerAlert,
    Email,
    EmailState,
    Event,
    KeptOrder,
    NotSentReason,
    Order,
    PaymentReminder,
    Refund,
    Store,
)
from models.cancel_request import ASKED
from models.cancellation import STILL_OWED
from models.email import NOT_TOLD
from models.payment_reminder import IS_PAID_HERE, WAITS_TO_BE_PAID

MOST_SINGLED_OUT = 500
"""They are looked for among this many; a shop that has more has other worries."""


# A demo's mail counts as read, and what was taken back is not missed.
NOT_MISSED = (NotSentReason.DEMO, NotSentReason.UNDONE)


class Attention(StrEnum):
    NOT_TOLD = "not_told"
    """Cancelled, and the customer has not heard of it."""
    REFUND_OWED = "refund_owed"
    ASKED = "asked"
    """The customer asks to cancel, and has no answer yet."""
    NOT_REMINDED = "not_reminded"
    """Not paid, and the reminder did not get through: Suki leaves the order to the merchant."""


def _not_told() -> Select[Any]:
    """Of orders that are cancelled still, and of which no email reached the address on file before. Another of the same
    kind that was written since tells how it stands; of one that keeps no text there is nothing left to send."""
    order, reached, later = aliased(Order), aliased(Email), aliased(Email)
    return (
        select(Email.order_id)
        .join(order, and_(order.id == Email.order_id, order.cancelled_at.is_not(None)))
        .where(
            Email.id.in_(select(Email.id).where(NOT_TOLD).order_by(Email.id.desc()).limit(MOST_SINGLED_OUT)),
            ~exists().where(later.order_id == Email.order_id, later.kind == Email.kind, later.id > Email.id),
            Email.cleared_at.is_(None),
            ~exists().where(
                reached.order_id == Email.order_id,
                reached.kind == Email.kind,
                reached.state == EmailState.SENT,
                went_where_it_should(reached, order),
                reached.created_at >= order.cancelled_at,
            ),
        )
    )


def _told_astray() -> Select[Any]:
    """Of the addresses that were corrected last: orders whose email about the cancel had left to another one."""
    corrected = select(Event.order_id).where(Event.code == "order.email_corrected")
    order, sent, other = aliased(Order), aliased(Email), aliased(Email)
    return (
        select(sent.order_id)
        .join(order, and_(order.id == sent.order_id, order.cancelled_at <= sent.created_at))
        .where(
            sent.order_id.in_(corrected.order_by(Event.id.desc()).limit(MOST_SINGLED_OUT)),
            sent.kind == CustomerAlert.ORDER_CANCELLED.value,
            sent.state == EmailState.SENT,
            order.customer_email.is_not(None),
            ~exists().where(
                other.order_id == sent.order_id,
                other.kind == sent.kind,
                or_(
                    other.id > sent.id,
                    and_(
                        other.state == EmailState.SENT,
                        other.created_at >= order.cancelled_at,
                        went_where_it_should(other, order),
                    ),
                ),
            ),
        )
    )


def _not_reminded() -> Select[Any]:
    """Of the newest reminders, those that did not get through while their order waits to be paid still."""
    newest = select(PaymentReminder).order_by(PaymentReminder.order_id.desc()).limit(MOST_SINGLED_OUT).subquery()
    order, reminder, again = aliased(Order), aliased(Email), aliased(Email)
    stays = and_(reminder.state == EmailState.NOT_SENT, reminder.reason.not_in(NOT_MISSED))
    astray = and_(reminder.state == EmailState.SENT, ~went_where_it_should(reminder, order))
    return (
        select(newest.c.order_id)
        .join(reminder, reminder.id == newest.c.email_id)
        .join(order, order.id == newest.c.order_id)
        .where(
            exists().where(Store.unpaid_hours.is_not(None)),
            or_(reminder.state == EmailState.FAILED, stays, astray),
            exists(select(1).select_from(Order).where(Order.id == newest.c.order_id, WAITS_TO_BE_PAID, IS_PAID_HERE)),
            ~exists().where(KeptOrder.order_id == newest.c.order_id),
            ~exists().where(
                again.order_id == newest.c.order_id,
                again.again_of_id == reminder.id,
                again.sent_at.is_not(None),
                went_where_it_should(again, order),
            ),
        )
    )


SINGLED_OUT: dict[Attention, Select[Any]] = {
    Attention.NOT_TOLD: select(union_all(_not_told(), _told_astray()).subquery().c.order_id),
    Attention.ASKED: select(CancelRequest.order_id)
    .where(ASKED)
    .order_by(CancelRequest.id.desc())
    .limit(MOST_SINGLED_OUT),
    Attention.NOT_REMINDED: _not_reminded(),
    Attention.REFUND_OWED: select(Refund.order_id).where(STILL_OWED).order_by(Refund.id.desc()).limit(MOST_SINGLED_OUT),
}
