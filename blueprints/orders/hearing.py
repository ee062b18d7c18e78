"""Whether a customer may have heard of a cancel, by the email about it or by a copy that somebody sent by hand; and how
none of them leaves any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from models import Cancellation, Email, EmailState, NotSentReason, Order, change_rows
from models.email import WAITING

NEVER_LEFT = (
    NotSentReason.NO_ADDRESS,
    NotSentReason.ALERTS_OFF,
    NotSentReason.NOT_WANTED,
    NotSentReason.NO_SERVER,
    NotSentReason.UNDONE,
)


@dataclass(frozen=True)
class Heard:
    may_be_undone: bool
    """Nothing has begun to leave."""
    may_have_read: bool
    """A mail server has, or may have, one of them."""
    knows_nothing: bool
    """None of them left, or will."""


def went_where_it_should(email: type[Email], order: type[Order]) -> ColumnElement[bool]:
    """To the address on file now, capitals aside, or to one that is kept no longer: where that was, nobody can tell."""
    is_same = func.lower(email.recipient) == func.lower(order.customer_email)
    return or_(is_same, email.cleared_at.is_not(None))


def heard_of(session: Session, done: Cancellation) -> Heard:
    return heard_of_each(session, [done])[done.id]


def heard_of_each(session: Session, cancels: Sequence[Cancellation]) -> dict[int, Heard]:
    """By the cancel's id. Asked of the emails as they stand; one statement, and none where none was written."""
    written = {done.email_id for done in cancels} - {None}
    found = select(Email.id, Email.again_of_id, Email.state, Email.reason, Email.attempts).where(
        Email.order_id.in_({done.order_id for done in cancels}),
        or_(Email.id.in_(written), Email.again_of_id.in_(written)),
    )
    emails = session.execute(found).all() if written else []
    return {
        done.id: _heard_by([one for one in emails if done.email_id and done.email_id in (one.id, one.again_of_id)])
        for done in cancels
    }


def heard_by(session: Session, order_id: int, letters: Collection[int]) -> Heard:
    """By these emails about the order, or by copies of them."""
    of_these = or_(Email.id.in_(letters), Email.again_of_id.in_(letters))
    found = select(Email.state, Email.reason, Email.attempts).where(Email.order_id == order_id, of_these)
    return _heard_by(session.execute(found).all())


def _heard_by(emails: Sequence[Any]) -> Heard:
    return Heard(
        may_be_undone=all(email.state in (EmailState.HELD, EmailState.NOT_SENT) for email in emails),
        may_have_read=any(
            email.state in (EmailState.SENT, EmailState.SENDING)
            or (email.state is EmailState.QUEUED and email.attempts)
            for email in emails
        ),
        knows_nothing=all(email.state is EmailState.FAILED or email.reason in NEVER_LEFT for email in emails),
    )


def keep_from_leaving(
    session: Session, order_id: int, email_id: int, *, at: datetime, nobody_heard: bool = False
) -> None:
    """The email and any copy of it: from now on they tell of what is not so, and those that have not left stay. One
    that is being handed over at this moment counts as sent should the server take it: its deliverer notes that
    whatever stands here. `nobody_heard`: those that would have stayed anyway stay for this reason as well."""
    emails = and_(Email.order_id == order_id, or_(Email.id == email_id, Email.again_of_id == email_id))
    kept = or_(WAITING, Email.state == EmailState.NOT_SENT) if nobody_heard else WAITING
    undone = {"state": EmailState.NOT_SENT, "reason": NotSentReason.UNDONE}
    change_rows(session, update(Email).where(emails).values(over_since=at))
    change_rows(session, update(Email).where(emails, kept).values(**undone))
