"""Whether a customer may have heard of a cancel: by the email about it, or by a copy that somebody sent by hand."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import Cancellation, Email, EmailState, NotSentReason

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
    surely_not: bool
    """None of them left, or will."""


def heard_of(session: Session, done: Cancellation) -> Heard:
    """Asked of the emails as they stand; one statement."""
    if done.email_id is None:
        return Heard(may_be_undone=True, may_have_read=False, surely_not=True)
    letters = session.execute(
        select(Email.state, Email.reason, Email.attempts).where(
            Email.order_id == done.order_id, or_(Email.id == done.email_id, Email.again_of_id == done.email_id)
        )
    ).all()
    return Heard(
        may_be_undone=all(state in (EmailState.HELD, EmailState.NOT_SENT) for state, _, _ in letters),
        may_have_read=any(
            state in (EmailState.SENT, EmailState.SENDING) or (state is EmailState.QUEUED and attempts)
            for state, _, attempts in letters
        ),
        surely_not=all(state is EmailState.FAILED or reason in NEVER_LEFT for state, reason, _ in letters),
    )
