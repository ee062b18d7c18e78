"""Filling a store with made-up orders, to measure how Suki does with many of them."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, case, cast, func, insert, select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders import seed_data
from models import (
    Base,
    Cancellation,
    Courier,
    Event,
    Order,
    OrderItem,
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Refund,
    Settlement,
    Store,
    Ticket,
    TicketKind,
    TicketState,
    User,
    writing,
)
from models.event import statuses
from models.order import position_of
from models.postgresql import go_on_counting
from models.search import searchable
from models.settlement import USUAL_WAY_BACK

BATCH = 2000
GAP = timedelta(minutes=5)
"""About as far apart as orders of a busy shop."""
STILL_OPEN = 400
"""So many of the newest are still being worked on; a bigger shop has a longer past, not more on its desk."""
STILL_OWED = 1000
"""So many of the newest may owe a refund still."""
TICKET_EVERY = 50
"""Of so many orders, one makes somebody ask the support team."""

_OPEN = (
    (OrderStatus.PENDING, 5),
    (OrderStatus.ACCEPTED, 3),
    (OrderStatus.PROCESSING, 4),
    (OrderStatus.READY_FOR_PICKUP, 2),
    (OrderStatus.SHIPPED, 3),
    (OrderStatus.OUT_FOR_DELIVERY, 1),
)
_ENDED = (
    (OrderStatus.COMPLETED, 85),
    (OrderStatus.CANCELLED, 9),
    (OrderStatus.DECLINED, 3),
    (OrderStatus.RETURNED, 3),
)
# A number of another kind is in nobody's way.
_IN_DIGITS = case((Order.number.regexp_match("^[0-9]{1,9}$"), Order.number), else_="0")
_PAID_BEFORE = (PaymentMethod.GCASH, PaymentMethod.MAYA, PaymentMethod.CARD, PaymentMethod.BANK_TRANSFER)


Rows = dict[str, list[dict[str, Any]]]
"""By table."""


class StoreIsInUse(Exception):
    """The store has orders of its own, which must not get lost among made-up ones. Nothing was changed."""


@dataclass
class _Seed:
    """What the next batch starts from."""

    currency: str
    couriers: list[tuple[int, bool]]
    order_id: int
    cancellation_id: int
    ticket_id: int
    user_id: int | None
    """Who asks the support team."""
    number: int
    placed_at: datetime
    to_come: int
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 (nobody has to guess it)


def seed_orders(count: int, *, tell: Callable[[int], None]) -> None:
    """`tell` hears how many were made, batch by batch. Raises StoreIsInUse."""
    with writing() as session:
        seed = _sow(session, count)
    while seed.to_come:
        many = min(BATCH, seed.to_come)
        rows = _make(seed, many)
        with writing() as session:
            tables = [table for table in Base.metadata.sorted_tables if table.name in rows]
            for table in tables:
                session.execute(insert(table), rows[table.name])
            go_on_counting(session.connection(), tables)
        tell(many)


def _sow(session: Session, count: int) -> _Seed:
    store = session.get_one(Store, 1)
    last_id = session.scalar(select(func.max(Order.id))) or 0
    if last_id and not store.is_demo:
        raise StoreIsInUse
    return _Seed(
        currency=store.currency,
        couriers=[(courier.id, courier.integrated) for courier in session.scalars(select(Courier))],
        order_id=last_id,
        cancellation_id=session.scalar(select(func.max(Cancellation.id))) or 0,
        ticket_id=session.scalar(select(func.max(Ticket.id))) or 0,
        user_id=session.scalar(select(func.min(User.id))),
        number=max(1000, session.scalar(select(func.max(cast(_IN_DIGITS, Integer)))) or 0),
        placed_at=clock.now() - GAP * (count + 1),
        to_come=count,
    )


def _make(seed: _Seed, many: int) -> Rows:
    """Rows in the order of their positions, which the index of the search takes in quickest."""
    rows: Rows = defaultdict(list)
    for _ in range(many):
        seed.order_id += 1
        seed.number += 1
        seed.placed_at += GAP
        placed_at = seed.placed_at - GAP * seed.dice.random() * 0.9
        order = _order(seed, placed_at)
        _items(seed, order, rows)
        _pay(seed, order)
        _book(seed, order)
        rows[Order.__tablename__].append(order)
        rows[Event.__tablename__].append(_event(order, "order.created", placed_at))
        if order["status"] is OrderStatus.CANCELLED:
            _cancel(seed, order, rows)
        if seed.user_id and seed.order_id % TICKET_EVERY == 0:
            rows[Ticket.__tablename__].append(_ticket(seed, order))
        seed.to_come -= 1
    return rows


def _order(seed: _Seed, placed_at: datetime) -> dict[str, Any]:
    dice = seed.dice
    name, email, phone = seed_data.person(dice)
    of_age = _OPEN if seed.to_come <= STILL_OPEN else _ENDED
    status = dice.choices([status for status, _ in of_age], [weight for _, weight in of_age])[0]
    number = str(seed.number)
    return {
        "id": seed.order_id,
        "number": number,
        "position": position_of(placed_at, seed.order_id),
        "version": 1,
        "placed_at": placed_at,
        "source": OrderSource.FORM,
        "status": status,
        "cancelled_at": None,
        "customer_name": name,
        "customer_email": email,
        "customer_phone": phone,
        "address": seed_data.address(dice),
        "customer_note": "",
        "currency": seed.currency,
        "shipping": dice.choice((0, 5000, 8000, 12000)),
        "discount": 0,
        "tax": 0,
        "search_text": searchable(number=number, name=name, email=email, phone=phone),
    }


def _items(seed: _Seed, order: dict[str, Any], rows: Rows) -> None:
    items = [
        {
            "order_id": order["id"],
            "sku": sku,
            "name": name,
            "price": price,
            "quantity": seed.dice.choice((1, 1, 1, 2, 3)),
        }
        for name, sku, price in seed.dice.sample(seed_data.GOODS, seed.dice.choice((1, 1, 2, 2, 3, 4)))
    ]
    rows[OrderItem.__tablename__].extend(items)
    order["item_count"] = sum(item["quantity"] for item in items)
    order["total"] = order["shipping"] + sum(item["quantity"] * item["price"] for item in items)


def _pay(seed: _Seed, order: dict[str, Any]) -> None:
    method = seed.dice.choice(tuple(PaymentMethod))
    is_paid = order["status"] is OrderStatus.COMPLETED or (
        method in _PAID_BEFORE and order["status"] is not OrderStatus.DECLINED and seed.dice.random() < 0.8
    )
    order |= {
        "payment_method": method,
        "payment_status": PaymentStatus.PAID if is_paid else PaymentStatus.UNPAID,
        "paid": order["total"] if is_paid else 0,
        "refunded": 0,
    }


def _book(seed: _Seed, order: dict[str, Any]) -> None:
    is_booked = order["status"] not in (OrderStatus.PENDING, OrderStatus.DECLINED, OrderStatus.CANCELLED)
    courier_id, integrated = seed.dice.choice(seed.couriers) if is_booked and seed.couriers else (None, False)
    order |= {
        "courier_id": courier_id,
        "waybill": f"JT{seed.dice.randrange(10**9, 10**10)}" if integrated else "",
        "booked_at": order["placed_at"] if courier_id else None,
        "booking_integrated": integrated,
        "booking_cancelled_at": None,
        "courier_reference": None,
    }


def _cancel(seed: _Seed, order: dict[str, Any], rows: Rows) -> None:
    seed.cancellation_id += 1
    at, owed = order["placed_at"] + timedelta(hours=1), order["paid"]
    is_settled = owed > 0 and (seed.to_come > STILL_OWED or seed.dice.random() < 0.8)
    order |= {"cancelled_at": at, "version": 2}
    if is_settled:
        order |= {"refunded": owed, "payment_status": PaymentStatus.REFUNDED}
    cancellation = {"id": seed.cancellation_id, "order_id": order["id"], "at": at, "restock": True, "notify": False}
    rows[Cancellation.__tablename__].append({**cancellation, "previous_status": OrderStatus.PENDING})
    if owed:
        refund_id = seed.cancellation_id  # free, as there never are more refunds than cancellations
        links = {"order_id": order["id"], "cancellation_id": seed.cancellation_id}
        rows[Refund.__tablename__].append({"id": refund_id, **links, "owed": owed, "owed_at": at})
        if is_settled:
            rows[Settlement.__tablename__].append(_settlement(order, refund_id, at + timedelta(days=1)))
    change = statuses(OrderStatus.PENDING, OrderStatus.CANCELLED)
    rows[Event.__tablename__].append(_event(order, "order.cancelled", at) | change | {"amount": owed or None})


def _settlement(order: dict[str, Any], refund_id: int, at: datetime) -> dict[str, Any]:
    method = USUAL_WAY_BACK[order["payment_method"]]
    return {"refund_id": refund_id, "amount": order["paid"], "method": method, "paid_on": at.date(), "at": at}


def _ticket(seed: _Seed, order: dict[str, Any]) -> dict[str, Any]:
    seed.ticket_id += 1
    at, is_open = order["placed_at"] + timedelta(hours=2), seed.to_come <= STILL_OPEN
    subject = f"The parcel of order {order['number']}"
    return {
        "id": seed.ticket_id,
        "kind": TicketKind.GENERAL,
        "state": TicketState.OPEN if is_open else TicketState.SOLVED,
        "waiting_since": at,
        "subject": subject,
        "reason": "The customer asks where it is.",
        "opened_by_id": seed.user_id,
        "opened_at": at,
        "solved_at": None if is_open else at + timedelta(days=1),
        "search_text": searchable(number=f"{seed.ticket_id} ", name=f" {subject}", email=None, phone=None),
    }


def _event(order: dict[str, Any], code: str, at: datetime) -> dict[str, Any]:
    unchanged = {"from_status": None, "to_status": None, "amount": None}
    return {"at": at, "code": code, "order_id": order["id"], "order_version": order["version"], **unchanged}
