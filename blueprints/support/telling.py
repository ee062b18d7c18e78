"""Telling the other side of a ticket: the support team at its address, the merchant at theirs."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from blueprints import outbox
from blueprints.composing import plain_number
from blueprints.shop import current_store
from blueprints.windows import owners_addresses
from models import Actor, NotSentReason, Ticket


def tell_other_side(
    session: Session,
    ticket: Ticket,
    *,
    kind: str,
    by: Actor,
    at: datetime,
    about_order_id: int | None = None,
    **said: Any,
) -> None:
    """One email for each address, in the caller's transaction. The ticket has its number already."""
    if by.is_merchant:
        recipients: list[str | None] = [current_store().support_email]
        reply_to: str | None = current_store().email or ticket.opened_by.email
    else:
        recipients = [*merchants_addresses(session, ticket)]
        reply_to = current_store().support_email
    number = plain_number(ticket.order_number)
    message = outbox.render(kind, ticket=ticket, by=by, to_support=by.is_merchant, number_for_subject=number, **said)
    for recipient in recipients:
        outbox.queue(
            session,
            kind=kind,
            message=message,
            recipient=recipient,
            reply_to=reply_to,
            at=at,
            ticket_id=ticket.id,
            about_order_id=about_order_id,
            not_sent=outbox.why_nothing_leaves() if recipient else NotSentReason.NO_ADDRESS,
        )


def merchants_addresses(session: Session, ticket: Ticket) -> list[str]:
    """Whoever opened the ticket, and the store; the owners when both are out of reach."""
    opener = None if ticket.opened_by.disabled_at else ticket.opened_by.email
    addresses = [address for address in (opener, current_store().email) if address]
    return list({address.lower(): address for address in addresses}.values()) or owners_addresses(session)
