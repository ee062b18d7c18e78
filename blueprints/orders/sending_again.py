"""Sending an email once more: a copy goes out, and both stay."""

from datetime import timedelta

from sqlalchemy import select

from blueprints import clock, outbox
from blueprints.outbox import Message
from blueprints.seals import SEALED_KINDS
from blueprints.shop import current_store
from models import Actor, Email, Event, NotSentReason, Order, writing

# Two clicks, or two people, within it are one wish.
ONE_WISH = timedelta(minutes=1)


class NotSentAgain(Exception):
    """Why, as the email stands: on its way still, meant for one use only, without an address, or nothing can leave."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def can_be_sent_again(email: Email) -> bool:
    return not email.is_on_its_way and email.kind not in SEALED_KINDS


def send_again(email_id: int, *, by: Actor) -> int:
    """The id of the copy, or of the one that was asked for a moment ago. It goes to the address that the order has
    now, whatever the alerts say. Raises NotSentAgain."""
    with writing() as session:
        now = clock.now()
        email = session.get_one(Email, email_id)
        copied = session.scalars(
            select(Email.id).where(Email.again_of_id == email.id, Email.created_at > now - ONE_WISH)
        ).first()
        if copied is not None:
            return copied
        if email.kind in SEALED_KINDS:
            raise NotSentAgain("one_use")
        if email.is_on_its_way:
            raise NotSentAgain("on_its_way")
        order = session.get(Order, email.order_id) if email.order_id else None
        recipient = order.customer_email if order else email.recipient
        nothing_leaves = outbox.why_nothing_leaves()
        if not recipient or nothing_leaves is NotSentReason.NO_SERVER:
            raise NotSentAgain("no_address" if not recipient else "no_server")
        copy = outbox.queue(
            session,
            kind=email.kind,
            message=Message(subject=email.subject, text=email.text, html=email.html),
            recipient=recipient,
            reply_to=current_store().email,
            at=now,
            order_id=email.order_id,
            not_sent=nothing_leaves,
        )
        copy.again_of_id, copy.ticket_id = email.id, email.ticket_id
        session.flush()
        session.add(
            Event(at=now, code="order.email_again", user_id=by.user_id, order_id=email.order_id, email_id=copy.id)
        )
        return copy.id
