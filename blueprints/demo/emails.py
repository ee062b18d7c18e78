"""Emails to the demo's customers, as their rows."""

from datetime import datetime
from random import Random

from blueprints.demo.data import STORE_EMAIL
from blueprints.outbox import Message
from models import Email, EmailState, NotSentReason, Order


def email_about(order: Order, kind: str, message: Message, *, at: datetime, dice: Random) -> Email:
    """Kept in the mailbox, unless its story goes on otherwise."""
    return Email(
        kind=kind,
        order_id=order.id,
        recipient=order.customer_email,
        reply_to=STORE_EMAIL,
        subject=message.subject,
        text=message.text,
        html=message.html,
        message_id=f"<{dice.getrandbits(128):032x}@suki>",
        created_at=at,
        due_at=at,
        state=EmailState.NOT_SENT,
        reason=NotSentReason.DEMO,
    )
