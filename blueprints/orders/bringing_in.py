"""Bringing orders in from a file: rows of the database, many at a time. Nobody is mailed, nothing there is changed."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from blueprints.orders.incoming import IncomingOrder
from models import Base, Courier, Event, Order, OrderItem, OrderSource, OrderStatus
from models.order import next_order_id, position_of
from models.search import fold, searchable

SAID_BY_FILE = "imported"
"""Stands for the courier's confirmation, where a file has a cancelled order that was booked with it."""


class Couriers:
    """The store's couriers, and which of them a file means."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._couriers = list(session.scalars(select(Courier)))

    def find(self, name: str) -> Courier | None:
        """By name or, as people spell it, by sound: J&T, JNT Express. What may be an integrated courier is one, as
        nobody shall get around support by a name that is almost right."""
        sound = _sound_of(name)
        for courier in self._couriers:
            if courier.name == name:
                return courier
        for courier in self._couriers:
            its_sound = _sound_of(courier.name)
            is_like = len(sound) >= 3 and (its_sound.startswith(sound) or sound.startswith(its_sound))
            if its_sound == sound or (courier.integrated and is_like):
                return courier
        return None

    def find_or_add(self, name: str) -> Courier:
        """A new one is not offered for bookings until the owner takes it into use."""
        found = self.find(name)
        if found is None:
            found = self.note(name)
            self._session.add(found)
            self._session.flush()
        return found

    def note(self, name: str) -> Courier:
        """As if it were one of the store's from here on; nothing is written."""
        noted = Courier(name=name, integrated=False, active=False)
        self._couriers.append(noted)
        return noted


def _sound_of(name: str) -> str:
    return re.sub(r"\W", "", re.sub(r"\s*&\s*|\band\b", "n", fold(name)))


def bring_in(
    session: Session, orders: list[IncomingOrder], *, source: OrderSource, user_id: int | None, at: datetime
) -> None:
    """In the order in which they were placed: so the search takes them in quickest, and of two in one second the
    first in the file stays the first."""
    if not orders:
        return
    couriers = Couriers(session)
    first_id = next_order_id(session.connection())
    placed = list(enumerate(sorted(orders, key=lambda order: order.placed_at), start=first_id))
    rows = [_order_row(order_id, order, source) | _booking(order, source, couriers) for order_id, order in placed]
    session.execute(insert(Base.metadata.tables[Order.__tablename__]), rows)
    items = [
        {"order_id": order_id, "sku": item.sku, "name": item.name, "quantity": item.quantity, "price": item.price}
        for order_id, order in placed
        for item in order.items
    ]
    if items:
        session.execute(insert(Base.metadata.tables[OrderItem.__tablename__]), items)
    event = {"code": "order.imported", "user_id": user_id, "at": at, "order_version": 1}
    session.execute(
        insert(Base.metadata.tables[Event.__tablename__]), [event | {"order_id": order_id} for order_id, _ in placed]
    )


def _order_row(order_id: int, order: IncomingOrder, source: OrderSource) -> dict[str, Any]:
    return {
        "id": order_id,
        "number": order.number,
        "position": position_of(order.placed_at, order_id),
        "version": 1,
        "placed_at": order.placed_at,
        "source": source,
        "status": order.status,
        "cancelled_at": order.cancelled_at,
        "customer_name": order.customer_name,
        "customer_email": order.customer_email,
        "customer_phone": order.customer_phone,
        "address": order.address,
        "customer_note": order.customer_note,
        "currency": order.currency,
        "shipping": order.shipping,
        "discount": order.discount,
        "tax": order.tax,
        "total": order.total,
        "paid": order.paid,
        "refunded": order.refunded,
        "payment_status": order.payment_status,
        "payment_method": order.payment_method,
        "item_count": order.item_count,
        "search_text": searchable(
            number=order.number, name=order.customer_name, email=order.customer_email, phone=order.customer_phone
        ),
    }


def _booking(order: IncomingOrder, source: OrderSource, couriers: Couriers) -> dict[str, Any]:
    """Of a cancelled order the booking is over, whoever held it: the courier holds no parcel of it.

    Other shops' courier stands in a note of theirs; only one that the store knows is taken for a booking."""
    courier = None
    if order.courier:
        courier = couriers.find_or_add(order.courier) if source is OrderSource.SUKI else couriers.find(order.courier)
    is_over = order.status is OrderStatus.CANCELLED
    return {
        "courier_id": courier.id if courier else None,
        "waybill": order.waybill if courier else "",
        "booked_at": (order.booked_at or order.placed_at) if courier else None,
        "booking_integrated": bool(courier and courier.integrated),
        "booking_cancelled_at": order.cancelled_at if courier and is_over else None,
        "courier_reference": SAID_BY_FILE if courier and courier.integrated and is_over else None,
    }
