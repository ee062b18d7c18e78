"""Exporting orders as Suki's own file: all that a search finds, one row for each item, oldest first."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, or_, select

from blueprints.cells import guarded
from blueprints.orders.finding import Filters, positions_of
from blueprints.orders.reading_suki import COLUMNS
from models import Courier, Order, OrderItem, OrderStatus, db
from models.money import plain_money

PAGE = 500
HEAD = {column: column for column in COLUMNS}

_EXPORTED = select(
    Order.id,
    Order.position,
    Order.number,
    Order.placed_at,
    Order.status,
    Order.payment_status,
    Order.payment_method,
    Order.currency,
    Order.total,
    Order.paid,
    Order.customer_name,
    Order.customer_email,
    Order.customer_phone,
    Order.address,
    Order.booked_at,
    Order.booking_cancelled_at,
    Order.waybill,
    Courier.name.label("courier"),
).outerjoin(Courier, Courier.id == Order.courier_id)


def export_orders(typed: str, filters: Filters, zone: ZoneInfo) -> Iterator[str]:
    """Lines of the file, page by page: each is a short read of its own, however long somebody takes to fetch all.
    Oldest first, so that whoever imports the file has of two orders of one second the same one first."""
    yield as_csv([HEAD])
    after = -1
    while orders := _page(typed, filters, after):
        items = _items_of(orders)
        db.session.rollback()
        yield as_csv([row for order in orders for row in _rows(order, items[order.id], zone)])
        after = orders[-1].position


def _page(typed: str, filters: Filters, after: int) -> list[Row[Any]]:
    found = positions_of(typed, filters)
    place = found.selected_columns[0]
    positions = found.where(place > after).order_by(None).order_by(place).limit(PAGE)
    return list(db.session.execute(_EXPORTED.where(Order.position.in_(positions)).order_by(Order.position)))


def _items_of(orders: list[Row[Any]]) -> dict[int, list[Any]]:
    """What remains of them: the file knows an order as it stands."""
    items: dict[int, list[Any]] = defaultdict(list)
    remaining = (OrderItem.quantity - OrderItem.cancelled).label("quantity")
    found = select(OrderItem.order_id, OrderItem.sku, OrderItem.name, remaining, OrderItem.price)
    found = found.where(
        OrderItem.order_id.in_([order.id for order in orders]),
        or_(OrderItem.cancelled == 0, remaining > 0),
    )
    for item in db.session.execute(found.order_by(OrderItem.order_id, OrderItem.id)):
        items[item.order_id].append(item)
    return items


def _rows(order: Row[Any], items: list[Any], zone: ZoneInfo) -> Iterator[dict[str, str]]:
    # A booking that was cancelled is past; the file knows bookings only as they stand, and of a cancelled order none.
    is_told = order.booked_at and (order.booking_cancelled_at is None or order.status is OrderStatus.CANCELLED)
    row = {
        "number": order.number,
        "placed_at": order.placed_at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
        "status": order.status.value,
        "payment_status": order.payment_status.value,
        "payment_method": order.payment_method.value,
        "currency": order.currency,
        "total": plain_money(order.total, order.currency),
        "paid": plain_money(order.paid, order.currency),
        "customer_name": order.customer_name,
        "customer_email": order.customer_email or "",
        "customer_phone": order.customer_phone or "",
        "address": order.address,
        "courier": order.courier if is_told else "",
        "waybill": order.waybill if is_told else "",
    }
    for item in items:
        yield row | {
            "item_sku": item.sku,
            "item_name": item.name,
            "item_quantity": str(item.quantity),
            "item_price": plain_money(item.price, order.currency),
        }
    if not items:
        yield row


def as_csv(rows: list[dict[str, str]]) -> str:
    """As RFC 4180 has it, and with no cell that a spreadsheet takes for a formula."""
    text = io.StringIO()
    csv.writer(text).writerows([guarded(row.get(column, "")) for column in COLUMNS] for row in rows)
    return text.getvalue()
