"""Trying again now, whatever was planned: what waits to be tried is due at once, and what failed goes out as a copy."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.failed_emails import FAILED_EMAILS
from blueprints.orders.sending_again import NotSentAgain, can_be_sent_again, send_copy
from blueprints.outbox import leaves_after_commit, why_nothing_leaves
from models import Actor, Email, EmailState, Event, NotSentReason, change_rows, writing

MOST_AT_ONCE = 100
"""Copies in one press: they are written in one transaction, and others want to save too."""


def can_be_tried(email: Email) -> bool:
    return email.state is EmailState.QUEUED or can_be_sent_again(email)


def try_again(email_id: int, *, by: Actor) -> int | None:
    """The id of the email that leaves now: this one, which waited for its next try, or a copy of it. None when somebody
    was quicker, or a deliverer was. Raises NotSentAgain when it can't leave."""
    with writing() as session:
        at, email = clock.now(), session.get_one(Email, email_id)
        if email.state is EmailState.QUEUED:
            _refuse_without_server()
            email.due_at = min(email.due_at, at)
            _leave_event(session, by)
            return email.id
        if session.scalar(FAILED_EMAILS.where(Email.id == email_id)) is None:
            return None
        return send_copy(session, email, by=by)


def try_waiting(*, by: Actor) -> int:
    """How many do not wait any longer. Raises NotSentAgain."""
    with writing() as session:
        _refuse_without_server()
        at = clock.now()
        later = update(Email).where(Email.state == EmailState.QUEUED, Email.due_at > at)
        hurried = change_rows(session, later.values(due_at=at))
        if hurried:
            _leave_event(session, by)
        return hurried


def try_failed(*, by: Actor) -> int:
    """How many copies were made, of the oldest first; those that can't be copied stay as they are. Raises
    NotSentAgain when nothing can leave."""
    copied = 0
    with writing() as session:
        _refuse_without_server()
        oldest = session.scalars(FAILED_EMAILS.order_by(Email.id)).all()
        for email_id in oldest:
            try:
                send_copy(session, session.get_one(Email, email_id), by=by)
            except NotSentAgain:
                continue
            copied += 1
            if copied == MOST_AT_ONCE:
                break
    return copied


def _refuse_without_server() -> None:
    if why_nothing_leaves() is NotSentReason.NO_SERVER:
        raise NotSentAgain("no_server")


def _leave_event(session: Session, by: Actor) -> None:
    leaves_after_commit(session)
    session.add(Event(at=clock.now(), code="outbox.hurried", user_id=by.user_id))
