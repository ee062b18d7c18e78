"""Orders as programs read them: as the schema `Order` has it, with however many orders in the same few statements."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models import Cancellation, CustomerAlert, Email, Order, OrderItem
from models.cancellation import HOLDS_FOR_ALL

ITEMS_AND_COURIER = (selectinload(Order.items), joinedload(Order.courier))


def orders_as_json(session: Session, orders: Sequence[Order], *, base_url: str) -> list[dict[str, Any]]:
    cancelled = [order.id for order in orders if order.cancelled_at is not None]
    done = _cancellations(session, cancelled) if cancelled else {}
    return [_order(order, done.get(order.id), base_url) for order in orders]


def order_as_json(session: Session, order: Order, *, base_url: str) -> str:
    [said] = orders_as_json(session, [order], base_url=base_url)
    return json.dumps(said)


def _cancellations(session: Session, order_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Of the whole orders, those that hold, by the order's id."""
    found = session.scalars(
        select(Cancellation)
        .where(Cancellation.order_id.in_(order_ids), HOLDS_FOR_ALL)
        .options(
            joinedload(Cancellation.user),
            joinedload(Cancellation.reason),
            joinedload(Cancellation.note),
            joinedload(Cancellation.email).load_only(Email.state, Email.reason),
            joinedload(Cancellation.program),
        ),
        execution_options={"populate_existing": True},
    )
    return {done.order_id: _cancellation(done) for done in found}


def _order(order: Order, cancellation: dict[str, Any] | None, base_url: str) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "version": order.version,
        "status": order.status.value,
        "can_be_cancelled": order.can_be_cancelled,
        "placed_at": as_time(order.placed_at),
        "cancelled_at": as_time(order.cancelled_at),
        "customer_name": order.customer_name,
        "customer_email": order.customer_email,
        "customer_phone": order.customer_phone,
        "address": order.address,
        "customer_note": order.customer_note,
        "currency": order.currency,
        "items": [_item(item) for item in order.items],
        "shipping": order.shipping,
        "discount": order.discount,
        "tax": order.tax,
        "total": order.total,
        "paid": order.paid,
        "refunded": order.refunded,
        "payment_status": order.payment_status.value,
        "payment_method": order.payment_method.value,
        "courier": order.courier_name,
        "waybill": order.waybill,
        "is_booked": order.is_booked,
        "cancellation": cancellation,
        "page": f"{base_url}/orders/{order.id}",
    }


def _item(item: OrderItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "sku": item.sku,
        "quantity": item.quantity,
        "cancelled": item.cancelled,
        "price": item.price,
    }


def _cancellation(done: Cancellation) -> dict[str, Any]:
    refund = done.refund
    return {
        "id": done.id,
        "at": as_time(done.at),
        "by": done.who or "Suki",
        "previous_status": done.previous_status.value,
        "reason": done.reason.label if done.reason else None,
        "note": done.note.body if done.note else "",
        "restock": done.restock,
        "pieces_back": done.pieces_back,
        "fee": done.fee,
        "refund_owed": refund.owed if refund else 0,
        "refund_settled": refund.settled if refund else 0,
        "email": _email(done.email) if done.email else None,
        "undo_until": as_time(done.undo_until),
    }


def _email(email: Email) -> dict[str, Any]:
    return {
        "kind": CustomerAlert.ORDER_CANCELLED.value,
        "state": email.state.value,
        "why_not_sent": email.reason.value if email.reason else None,
    }


def as_time(at: datetime | None) -> str | None:
    """UTC, as RFC 3339 has it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
