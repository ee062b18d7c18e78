"""Singling out orders that ask for attention: whose customer was not told, who is owed money, who asks to cancel."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, and_, exists, select
from sqlalchemy.orm import aliased

from models import CancelRequest, Email, EmailState, Order, Refund
from models.cancel_request import ASKED
from models.cancellation import STILL_OWED
from models.email import NOT_TOLD

MOST_SINGLED_OUT = 500
"""They are looked for among this many; a shop that has more has other worries."""


class Attention(StrEnum):
    NOT_TOLD = "not_told"
    """Cancelled, and the customer has not heard of it."""
    REFUND_OWED = "refund_owed"
    ASKED = "asked"
    """The customer asks to cancel, and has no answer yet."""


def without_answer(emails: ColumnElement[bool] | TextClause) -> Select[Any]:
    """The orders of the newest of these emails, but for those of which another of the same kind was written since:
    that one tells how it stands."""
    later = aliased(Email)
    return select(Email.order_id).where(
        Email.id.in_(select(Email.id).where(emails).order_by(Email.id.desc()).limit(MOST_SINGLED_OUT)),
        Email.order_id.is_not(None),
        ~exists().where(later.order_id == Email.order_id, later.kind == Email.kind, later.id > Email.id),
    )


def _not_told() -> Select[Any]:
    """Of orders that are cancelled still, and of which no email reached the address on file before."""
    order, reached = aliased(Order), aliased(Email)
    return (
        without_answer(NOT_TOLD)
        .join(order, and_(order.id == Email.order_id, order.cancelled_at.is_not(None)))
        .where(
            ~exists().where(
                reached.order_id == Email.order_id,
                reached.kind == Email.kind,
                reached.state == EmailState.SENT,
                reached.recipient == order.customer_email,
                reached.created_at >= order.cancelled_at,
            )
        )
    )


SINGLED_OUT: dict[Attention, Select[Any]] = {
    Attention.NOT_TOLD: _not_told(),
    Attention.ASKED: select(CancelRequest.order_id)
    .where(ASKED)
    .order_by(CancelRequest.id.desc())
    .limit(MOST_SINGLED_OUT),
    Attention.REFUND_OWED: select(Refund.order_id).where(STILL_OWED).order_by(Refund.id.desc()).limit(MOST_SINGLED_OUT),
}
