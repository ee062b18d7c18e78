"""What an order, its money, its stock and its emails come to: for saying that all is as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import text

from models import Order, db
from tests.orders.deciding import drawn
from tests.pages import Page
from tests.people import Visitor

# All that the books hold, but for what only the history is made of: versions, events, notes, cancels that were taken
# back with their items and refunds, movements (their sum stands in the products), and emails that never left.
BOOKS = {
    "orders": "SELECT id, status, cancelled_at, total, discount, tax, shipping, paid, refunded, payment_status, "
    "item_count, booked_at, booking_cancelled_at, courier_reference FROM orders ORDER BY id",
    "items": "SELECT id, quantity, cancelled, price FROM order_items ORDER BY id",
    "stock": "SELECT id, on_hand FROM products ORDER BY id",
    "cancels": "SELECT id FROM cancellations WHERE withdrawn_at IS NULL ORDER BY id",
    "requests": "SELECT id, state, reason, asked_at, decided_at, decided_by_id, note_id, cancellation_id, receipt_id, "
    "answer_id FROM cancel_requests ORDER BY id",
    "owed": "SELECT id, owed, settled FROM refunds WHERE settled_at IS NULL ORDER BY id",
    "settled": "SELECT id, refund_id, amount FROM settlements ORDER BY id",
    "emails": "SELECT id, kind, state FROM emails WHERE NOT (state = 'not_sent' AND reason = 'undone') ORDER BY id",
}


def books(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    with app.app_context():
        found = {name: [tuple(row) for row in db.session.execute(text(sql))] for name, sql in BOOKS.items()}
        db.session.rollback()
        return found


@contextmanager
def later(**span: float) -> Iterator[None]:
    """The clock of everybody, that much ahead."""
    with time_machine.travel(datetime.now(UTC) + timedelta(**span)):
        yield


def undo(visitor: Visitor, order: Order) -> Page:
    """By the button on the order's page."""
    url = f"/orders/{order.id}/undo"
    page = visitor.get(f"/orders/{order.id}")
    return visitor.post(url, **page.fields(url))


def reinstate(visitor: Visitor, order: Order, **typed: str | None) -> Page:
    """On the page that asks first."""
    url = f"/orders/{order.id}/reinstate"
    return visitor.post(url, **drawn(visitor.get(url), url, **typed))


def cancel_items(visitor: Visitor, order: Order, pieces: dict[int, int], **typed: str | None) -> Page:
    """On its page; `pieces` by the place of the item in the order, from 0."""
    url = f"/orders/{order.id}/cancel/items"
    counts = {f"pieces_{order.items[place].id}": str(many) for place, many in pieces.items()}
    return visitor.post(url, **drawn(visitor.get(url), url, **counts, **typed))
