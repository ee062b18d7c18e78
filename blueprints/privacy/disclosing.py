"""Everything that the store holds about one customer, as plain values for a file that people can read and programs too.

Secrets are no part of it: where an email held a link, its kept text has a mark only, and forms, keys and hashes are
nobody's data. Nor are the notes that the support team keeps among itself, which the merchant never sees."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from blueprints.privacy.finding import Chosen, emails_about, messages_about
from models import (
    Attachment,
    Cancellation,
    CancelledItem,
    CancelRequest,
    Email,
    Event,
    Note,
    Order,
    OrderItem,
    PaymentReminder,
    Refund,
    Settlement,
    Ticket,
    TicketMessage,
)
from models.money import plain_money

Entry = dict[str, Any]
Time = Callable[[datetime | None], str | None]


def everything_about(session: Session, these: Chosen, *, time: Time) -> Entry:
    """`time`: how a moment is written; in the store's zone, with its distance from UTC."""
    ids = these.order_ids
    orders = these.orders
    parts: dict[str, dict[int, list[Entry]]] = {
        "items": _by_order(session, _of(OrderItem, ids), _item),
        "notes": _by_order(session, _of(Note, ids), _note),
        "emails": _by_order(session, _of(Email, ids), lambda email: _email(email, time)),
        "cancel_requests": _by_order(
            session, _of(CancelRequest, ids), lambda asked: _request(asked, time), joinedload(CancelRequest.note)
        ),
        "cancels": _by_order(
            session,
            _of(Cancellation, ids),
            lambda done: _cancel(done, time),
            joinedload(Cancellation.reason),
            joinedload(Cancellation.note),
            joinedload(Cancellation.internal_note),
            selectinload(Cancellation.items).joinedload(CancelledItem.item),
        ),
        "refunds": _refunds(session, ids, time),
        "payment_reminders": _by_order(session, _reminders(ids), lambda each: _reminder(each, time)),
        "emails_to_the_store": _by_order(
            session, _emails_to_the_store(these), lambda email: _email(email, time), key="about_order_id"
        ),
        "said_on_other_tickets": _by_order(
            session, _said_elsewhere(these), lambda said: _message_of_ticket(said, time), key="about_order_id"
        ),
        "history": _by_order(session, _of(Event, ids), lambda event: {"at": time(event.at), "what": event.code}),
    }
    return {
        "customer": _names(orders),
        "orders": [
            _order(order, time) | {name: found.get(order.id, []) for name, found in parts.items()} for order in orders
        ],
        "tickets": [_ticket(session, ticket, time) for ticket in these.tickets],
    }


def _names(orders: Sequence[Order]) -> Entry:
    """Each as it was written, once."""

    def all_of(values: Iterable[str | None]) -> list[str]:
        return list(dict.fromkeys(value for value in values if value))

    return {
        "names": all_of(order.customer_name for order in orders),
        "email_addresses": all_of(order.customer_email for order in orders),
        "phones": all_of(order.customer_phone for order in orders),
        "addresses": all_of(order.address for order in orders),
    }


def _of(model: Any, order_ids: list[int]) -> Select[Any]:
    return select(model).where(model.order_id.in_(order_ids)).order_by(model.id)


def _reminders(order_ids: list[int]) -> Select[Any]:
    return select(PaymentReminder).where(PaymentReminder.order_id.in_(order_ids)).order_by(PaymentReminder.order_id)


def _emails_to_the_store(these: Chosen) -> Select[Any]:
    """What tells the store's own people of their orders, but for what stands with the tickets."""
    elsewhere = or_(Email.ticket_id.is_(None), Email.ticket_id.not_in(these.ticket_ids))
    theirs = Email.id.in_(emails_about(these)), Email.order_id.is_(None), elsewhere
    return select(Email).where(*theirs).order_by(Email.id)


def _said_elsewhere(these: Chosen) -> Select[Any]:
    """What the merchant may read of what was said of their orders on tickets that are about others."""
    is_theirs = TicketMessage.id.in_(messages_about(these)), TicketMessage.ticket_id.not_in(these.ticket_ids)
    found = select(TicketMessage).where(*is_theirs, TicketMessage.internal.is_(False))
    return found.options(joinedload(TicketMessage.user)).order_by(TicketMessage.id)


def _by_order(
    session: Session, found: Select[Any], entry: Callable[[Any], Entry], *options: Any, key: str = "order_id"
) -> dict[int, list[Entry]]:
    """One statement for all orders. `key`: the column that names the order."""
    entries: dict[int, list[Entry]] = {}
    for row in session.scalars(found.options(*options)):
        entries.setdefault(getattr(row, key), []).append(entry(row))
    return entries


def _order(order: Order, time: Time) -> Entry:
    def amount(minor: int) -> str:
        return plain_money(minor, order.currency)

    return {
        "number": order.number,
        "placed_at": time(order.placed_at),
        "came_from": order.source.value,
        "status": order.status.value,
        "cancelled_at": time(order.cancelled_at),
        "name": order.customer_name,
        "email": order.customer_email,
        "phone": order.customer_phone,
        "address": order.address,
        "written_with_the_order": order.customer_note,
        "currency": order.currency,
        "shipping": amount(order.shipping),
        "discount": amount(order.discount),
        "tax": amount(order.tax),
        "total": amount(order.total),
        "paid": amount(order.paid),
        "paid_back": amount(order.refunded),
        "payment_status": order.payment_status.value,
        "payment_method": order.payment_method.value,
        "courier": order.courier_name,
        "waybill": order.waybill,
        "booked_at": time(order.booked_at),
        "booking_cancelled_at": time(order.booking_cancelled_at),
        "courier_reference": order.courier_reference,
    }


def _item(item: OrderItem) -> Entry:
    return {
        "sku": item.sku,
        "name": item.name,
        "quantity": item.quantity,
        "cancelled": item.cancelled,
        "price_each": plain_money(item.price, item.order.currency),
    }


def _note(note: Note) -> Entry:
    return {"text": note.body, "for": "the store only" if note.internal else "the customer"}


def _email(email: Email, time: Time) -> Entry:
    return {
        "written_at": time(email.created_at),
        "to": email.recipient,
        "subject": email.subject,
        "text": email.text,
        "state": email.state.value,
        "why_not_sent": email.reason.value if email.reason else None,
        "sent_at": time(email.sent_at),
        "mail_server_said": email.answer,
        "cleared_at": time(email.cleared_at),
    }


def _request(asked: CancelRequest, time: Time) -> Entry:
    return {
        "asked_at": time(asked.asked_at),
        "words": asked.reason,
        "state": asked.state.value,
        "decided_at": time(asked.decided_at),
        "answer": asked.note.body if asked.note else None,
    }


def _cancel(done: Cancellation, time: Time) -> Entry:
    return {
        "at": time(done.at),
        "of": [{"item": each.item.name, "quantity": each.quantity} for each in done.items] if done.is_part else "all",
        "reason": done.reason.label if done.reason else None,
        "note_to_the_customer": done.note.body if done.note else None,
        "note_for_the_store_only": done.internal_note.body if done.internal_note else None,
        "taken_back_at": time(done.withdrawn_at),
    }


def _refunds(session: Session, order_ids: list[int], time: Time) -> dict[int, list[Entry]]:
    found = session.execute(
        select(Refund, Order.currency)
        .join(Order, Order.id == Refund.order_id)
        .where(Refund.order_id.in_(order_ids))
        .order_by(Refund.id)
    ).all()
    paid_back: dict[int, list[Settlement]] = {}
    of_these = Settlement.refund_id.in_([refund.id for refund, _currency in found])
    settled = select(Settlement).where(of_these).options(joinedload(Settlement.reversal)).order_by(Settlement.id)
    for settlement in session.scalars(settled):
        paid_back.setdefault(settlement.refund_id, []).append(settlement)
    entries: dict[int, list[Entry]] = {}
    for refund, currency in found:
        entry = _refund(refund, paid_back.get(refund.id, []), currency, time)
        entries.setdefault(refund.order_id, []).append(entry)
    return entries


def _refund(refund: Refund, paid_back: Sequence[Settlement], currency: str, time: Time) -> Entry:
    return {
        "owed": plain_money(refund.owed, currency),
        "owed_since": time(refund.owed_at),
        "settled": plain_money(refund.settled, currency),
        "closed_at": time(refund.settled_at),
        "waived_because": refund.waived_because,
        "paid_back": [
            {
                "amount": plain_money(each.amount, currency),
                "on": each.paid_on.isoformat(),
                "by": each.method.value,
                "reference": each.reference,
                "found_to_be_a_mistake": time(each.reversal.at) if each.reversal else None,
            }
            for each in paid_back
        ],
    }


def _reminder(reminder: PaymentReminder, time: Time) -> Entry:
    return {"at": time(reminder.at), "to_pay_by": time(reminder.pay_by)}


def _ticket(session: Session, ticket: Ticket, time: Time) -> Entry:
    said = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id, TicketMessage.internal.is_(False))
    messages = session.scalars(said.options(joinedload(TicketMessage.user)).order_by(TicketMessage.id))
    return {
        "number": ticket.id,
        "order_number": ticket.order_number,
        "opened_at": time(ticket.opened_at),
        "state": ticket.state.value,
        "subject": ticket.subject,
        "reason": ticket.reason,
        "customer_name": ticket.customer_name,
        "courier": ticket.courier_name,
        "waybill": ticket.waybill,
        "messages": [_message(each, time) for each in messages],
        "files": _files(session, ticket),
        "emails": [_email(email, time) for email in session.scalars(_emails_of(ticket))],
    }


def _message(said: TicketMessage, time: Time) -> Entry:
    return {"at": time(said.at), "by": "the store" if said.user.is_merchant else "support", "text": said.body}


def _message_of_ticket(said: TicketMessage, time: Time) -> Entry:
    return {"ticket": said.ticket_id} | _message(said, time)


def _files(session: Session, ticket: Ticket) -> list[Entry]:
    """By name: each is downloaded from the ticket's page."""
    found = select(Attachment.filename, Attachment.kind, Attachment.size).outerjoin(TicketMessage)
    found = found.where(Attachment.ticket_id == ticket.id, TicketMessage.internal.is_not(True))
    return [{"name": name, "kind": kind.value, "bytes": size} for name, kind, size in session.execute(found)]


def _emails_of(ticket: Ticket) -> Select[Any]:
    return select(Email).where(Email.ticket_id == ticket.id).order_by(Email.id)
