"""How much the store holds about a customer: said before anything is given out or erased."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from blueprints.privacy.finding import Chosen, emails_about, messages_about
from models import Attachment, CancelRequest, Email, Note, Order, Settlement, TicketMessage
from models.cancellation import Refund


@dataclass(frozen=True)
class Holdings:
    orders: int
    notes: int
    """To the customer, and for the store only."""
    emails: int
    """That still have their texts."""
    requests: int
    settlements: int
    tickets: int
    messages: int
    attachments: int
    unpaid: list[Order]
    """Delivered, and not paid: once the data is gone nobody knows who owes it."""


def holdings_of(session: Session, these: Chosen) -> Holdings:
    orders, tickets = these.order_ids, these.ticket_ids
    counts = [
        _many(Note.id, Note.order_id.in_(orders)),
        _many(Email.id, Email.cleared_at.is_(None), Email.id.in_(emails_about(these))),
        _many(CancelRequest.id, CancelRequest.order_id.in_(orders)),
        _many(Settlement.id, Settlement.refund_id.in_(select(Refund.id).where(Refund.order_id.in_(orders)))),
        _many(TicketMessage.id, TicketMessage.id.in_(messages_about(these)), TicketMessage.internal.is_(False)),
        _many(Attachment.id, Attachment.ticket_id.in_(tickets)),
    ]
    notes, emails, requests, settlements, messages, attachments = session.execute(select(*counts)).one()
    return Holdings(
        orders=len(orders),
        notes=notes,
        emails=emails,
        requests=requests,
        settlements=settlements,
        tickets=len(tickets),
        messages=messages,
        attachments=attachments,
        unpaid=[order for order in these.orders if order.is_finished and order.takes_payment],
    )


def _many(what: Any, *conditions: ColumnElement[bool]) -> Any:
    return select(func.count(what)).where(*conditions).scalar_subquery()
