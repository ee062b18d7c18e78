"""Sending an email once more: a copy goes out, and both stay."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock, outbox
from blueprints.outbox import Message
from blueprints.seals import SEALED_KINDS
from blueprints.shop import current_store
from models import Actor, Email, EmailState, Event, NotSentReason, Order, writing


class NotSentAgain(Exception):
    """Why, as the email stands: on its way still, meant for one use only, about what was taken back since, without its
    text or an address, about a customer whose data was erased, or nothing can leave."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def can_be_sent_again(email: Email) -> bool:
    return why_not_again(email) is None


def why_not_again(email: Email) -> str | None:
    if email.kind in SEALED_KINDS:
        return "one_use"
    if email.cleared_at is not None:
        return "cleared"
    if email.is_over:
        return "over"
    return "on_its_way" if email.is_on_its_way else None


def send_again(email_id: int, *, by: Actor) -> int:
    """The id of the copy, or of the one that was asked for a moment ago. It goes to the address that the order has
    now, whatever the alerts say. Raises NotSentAgain."""
    with writing() as session:
        return send_copy(session, session.get_one(Email, email_id), by=by)


def send_copy(session: Session, email: Email, *, by: Actor) -> int:
    """In the caller's transaction, which all of it belongs to; otherwise as send_again."""
    at, order = clock.now(), session.get(Order, email.order_id) if email.order_id else None
    recipient = order.customer_email if order else email.recipient
    if recipient and (copied := _copied_lately(session, email, recipient, at)):
        return copied
    if (why := why_not_again(email)) is not None:
        raise NotSentAgain(why)
    nothing_leaves = outbox.why_nothing_leaves()
    if not recipient or nothing_leaves is NotSentReason.NO_SERVER:
        raise NotSentAgain("no_address" if not recipient else "no_server")
    copy = outbox.queue(
        session,
        kind=email.kind,
        message=Message(subject=email.subject, text=email.text, html=email.html),
        recipient=recipient,
        reply_to=current_store().email if order else email.reply_to,
        at=at,
        order_id=email.order_id,
        ticket_id=email.ticket_id,
        about_order_id=email.about_order_id,
        not_sent=nothing_leaves,
    )
    copy.again_of_id = email.again_of_id or email.id
    session.flush()
    session.add(Event(at=at, code="order.email_again", user_id=by.user_id, order_id=email.order_id, email_id=copy.id))
    return copy.id


def _copied_lately(session: Session, email: Email, recipient: str, at: datetime) -> int | None:
    """A copy for another address is another wish, and so is one more try after a copy that failed."""
    return session.scalars(
        select(Email.id)
        .where(
            Email.order_id == email.order_id,
            Email.again_of_id == (email.again_of_id or email.id),
            Email.recipient == recipient,
            Email.created_at > at - clock.SAME_CLICK,
            Email.state != EmailState.FAILED,
        )
        .order_by(Email.id.desc())
    ).first()
