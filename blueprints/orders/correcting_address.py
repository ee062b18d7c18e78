"""Correcting a customer's address from one of their emails: the order gets it, and the email goes there."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.composing import can_take_mail
from blueprints.orders.history import leave_event
from blueprints.orders.sending_again import NotSentAgain, send_copy, why_not_again
from models import Actor, Email, EmailState, NotSentReason, Order, writing
from models.email import ON_ITS_WAY

# It has not left yet, so where it goes can still be changed.
_STAYED = (EmailState.HELD, EmailState.QUEUED)


def can_be_corrected(email: Email, order: Order | None) -> bool:
    """`order`: what the email is about."""
    return order is not None and _why_not(email, order) is None


def _why_not(email: Email, order: Order) -> str | None:
    if order.erased:  # type: ignore[attr-defined]  # by models/privacy.py
        return "erased"
    why = why_not_again(email)
    return None if why == "on_its_way" and email.state in _STAYED else why


def correct_address(email_id: int, *, address: str, by: Actor) -> int:
    """The id of the email that goes to `address`: this one when it has not left yet, and is then due as it was; else a
    copy of it. Raises NotSentAgain, and then the order has the address that it had."""
    if not can_take_mail(address):
        raise NotSentAgain("no_address")
    with writing() as session:
        email = session.get_one(Email, email_id)
        order = session.get_one(Order, email.order_id)
        if (why := _why_not(email, order)) is not None:
            raise NotSentAgain(why)
        had, order.customer_email = order.customer_email, address
        if had != address:
            leave_event(session, order, "order.email_corrected", by=by, at=clock.now())
        redirect_emails(session, order)
        if email.state in _STAYED:
            return email.id
        return send_copy(session, email, by=by)


def redirect_emails(session: Session, order: Order) -> None:
    """What waits to go where the customer is not, and what is being tried there: that try may still get through, and
    notes then where it went; the next one goes to the address that the order has now. When that is none, nobody gets
    it. In the caller's transaction."""
    if order.customer_email:
        anew: dict[str, Any] = {"recipient": order.customer_email}
    else:
        anew = {"recipient": None, "state": EmailState.NOT_SENT, "reason": NotSentReason.NO_ADDRESS}
    waiting = update(Email).where(Email.order_id == order.id, Email.state.in_(ON_ITS_WAY))
    session.execute(waiting.values(**anew))
