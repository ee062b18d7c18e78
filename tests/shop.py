"""A shop to test in: what stands in its database, made and read as plain, detached rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from blueprints import stock
from models import (
    SYSTEM,
    Base,
    Courier,
    Email,
    Event,
    MovementKind,
    Order,
    OrderItem,
    OrderStatus,
    PaymentStatus,
    Product,
    db,
    writing,
)

Row = TypeVar("Row", bound=Base)
A_MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)  # 9:30 in Manila, where the shop is


class Shop:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self._last = 1000

    def order(self, *, items: Sequence[tuple[str, int, int]] = (("Adobo set", 2, 48000),), **columns: Any) -> Order:
        """An order as it comes in: pending, unpaid, for Maria Santos. `items` are (name, quantity, price)."""
        self._last += 1
        columns.setdefault("number", str(self._last))
        columns.setdefault("total", sum(quantity * price for _, quantity, price in items) + columns.get("shipping", 0))
        if columns.get("payment_status") == PaymentStatus.PAID:
            columns.setdefault("paid", columns["total"])
        if columns.get("status") == OrderStatus.CANCELLED:
            columns.setdefault("cancelled_at", A_MORNING)
        defaults = {
            "placed_at": A_MORNING,
            "customer_name": "Maria Santos",
            "customer_email": "maria@example.com",
            "customer_phone": "0917 123 4567",
            "address": "12 Mabini St, Quezon City",
            "currency": "PHP",
            "item_count": sum(quantity for _, quantity, _ in items),
        }
        with self.app.app_context(), writing() as session:
            order = Order(**defaults | columns)
            order.items = [OrderItem(name=name, quantity=quantity, price=price) for name, quantity, price in items]
            session.add(order)
            session.flush()
            order_id = order.id
        return self.get(Order, order_id)

    def booked_order(self, courier: str = "J&T Express", **columns: Any) -> Order:
        """An order that a courier has booked; J&T is an integrated one."""
        found = self.first(select(Courier).where(Courier.name == courier))
        return self.order(
            courier_id=found.id,
            booking_integrated=found.integrated,
            booked_at=A_MORNING,
            waybill="JT0912345678",
            **columns,
        )

    def product(self, sku: str = "ADOBO-4", on_hand: int = 10, **columns: Any) -> Product:
        """Counted, unless it is told otherwise."""
        with self.app.app_context(), writing() as session:
            product = Product(**{"sku": sku, "name": sku.title(), "created_at": A_MORNING, **columns})
            session.add(product)
            session.flush()
            if on_hand:
                stock.move(session, product, on_hand, MovementKind.COUNTED, by=SYSTEM, at=A_MORNING)
            product_id = product.id
        return self.get(Product, product_id)

    def sold(self, *items: tuple[str, int, int], **columns: Any) -> Order:
        """An order that came in live: it took its pieces from the stock. `items` are (SKU, quantity, price)."""
        order = self.order(items=items or [("ADOBO-4", 2, 48000)], **columns)
        with self.app.app_context(), writing() as session:
            found = session.get_one(Order, order.id)
            for item in found.items:
                item.sku = item.name
            stock.take_for_order(session, found.items, by=SYSTEM, at=A_MORNING)
        return self.get(Order, order.id)

    def on_hand(self, product: Product) -> int:
        return self.get(Product, product.id).on_hand

    def get(self, model: type[Row], key: int) -> Row:
        with self.app.app_context():
            options = [selectinload(Order.items), selectinload(Order.courier)] if model is Order else []
            row = db.session.get(model, key, options=options)
            assert row is not None
            db.session.expunge_all()
            return row

    def all(self, statement: Select[tuple[Row]]) -> list[Row]:
        with self.app.app_context():
            rows = list(db.session.scalars(statement))
            db.session.expunge_all()
            return rows

    def first(self, statement: Select[tuple[Row]]) -> Row:
        return self.all(statement)[0]

    def count(self, model: type[Base]) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(model)) or 0

    def emails(self, order: Order | None = None) -> list[Email]:
        statement = select(Email).order_by(Email.id)
        return self.all(statement.where(Email.order_id == order.id) if order else statement)

    def events(self, order: Order) -> list[str]:
        return [event.code for event in self.all(select(Event).where(Event.order_id == order.id).order_by(Event.id))]

    def change(self, row: Base, **columns: Any) -> None:
        """Moves a row behind the pages' backs."""
        with self.app.app_context(), writing() as session:
            found = session.get(type(row), row.id)  # type: ignore[attr-defined]  # every row of ours has one
            for name, value in columns.items():
                setattr(found, name, value)
