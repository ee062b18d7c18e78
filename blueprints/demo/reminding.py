"""The demo does not wait for its money for ever: who has been reminded of it by now."""

from datetime import datetime, timedelta
from typing import Any

from blueprints.demo.emails import email_about
from blueprints.demo.living import Desk
from blueprints.outbox import render
from models import CustomerAlert, Email, Event, Order, PaymentReminder
from models.order_states import IN_THE_SHOP, PAID_ON_HANDING_OVER

TIME, NOTICE = timedelta(days=5), timedelta(days=2)
NOTE = "We kept it for you for five days po. If you still want it, just order again: you are always welcome."


def terms(since: datetime) -> dict[str, Any]:
    """Columns of the store."""
    return {
        "unpaid_hours": TIME // timedelta(hours=1),
        "unpaid_notice_hours": NOTICE // timedelta(hours=1),
        "unpaid_note": NOTE,
        "unpaid_since": since,
    }


def remind(desk: Desk) -> list[tuple[Order, Email]]:
    """Those for whom it is time; their emails and events are in the desk's books."""
    return [
        (order, _remind(desk, order, order.placed_at + TIME - NOTICE))
        for order in desk.orders
        if order.status in IN_THE_SHOP and order.payment_method not in PAID_ON_HANDING_OVER and not order.paid
        if order.placed_at + TIME - NOTICE <= desk.now
    ]


def _remind(desk: Desk, order: Order, at: datetime) -> Email:
    message = render(
        "payment_reminder", order=order, status="not_paid", pay_by=order.placed_at + TIME, plain_number=order.number
    )
    email = email_about(order, CustomerAlert.PAYMENT_REMINDER.value, message, at=at, dice=desk.dice)
    desk.emails.append(email)
    desk.events.append((Event(at=at, code="order.payment_reminded", order_id=order.id, amount=order.to_pay), email))
    return email


def rows(reminded: list[tuple[Order, Email]]) -> list[PaymentReminder]:
    """Once the emails have their numbers."""
    return [
        PaymentReminder(order_id=order.id, at=email.created_at, email_id=email.id, pay_by=order.placed_at + TIME)
        for order, email in reminded
    ]
