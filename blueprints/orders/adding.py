"""Adding an order by hand: its number, what it comes to, and what is refused."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock, stock
from blueprints.orders.booking import book, courier_in_use
from blueprints.orders.history import leave_event
from blueprints.programs import ProgramRequest
from blueprints.stock import Shortage
from models import Actor, Event, Order, OrderItem, PaymentMethod, Store, db, writing
from models.money import MOST
from models.order_states import payment_status_of

ENTERED = "order.created"
"""By hand, or by a program."""
FIRST_NUMBER = "1001"
RECENT = 50
RECENTLY_CAME = select(Order.number).order_by(Order.id.desc()).limit(RECENT)
# Asked of the history, which has an index by what happened: however many came from a file since, none of them is read.
RECENTLY_ENTERED = (
    select(Order.number)
    .join(Event, Event.order_id == Order.id)
    .where(Event.code == ENTERED)
    .order_by(Event.id.desc())
    .limit(RECENT)
)


class NumberTaken(Exception):
    """Another order has this number. Nothing was added."""

    def __init__(self, order_id: int) -> None:
        super().__init__(f"order {order_id} has it")
        self.order_id = order_id


class TotalOutOfBounds(Exception):
    """The discount is more than all the rest, or it all comes to more than can be counted. Nothing was added."""

    def __init__(self, total: int) -> None:
        super().__init__(str(total))
        self.total = total


@dataclass(frozen=True)
class NewItem:
    name: str
    quantity: int
    price: int
    sku: str = ""


@dataclass(frozen=True)
class NewOrder:
    """What somebody wrote down of an order; amounts in minor units of the store's currency."""

    number: str
    customer_name: str
    items: tuple[NewItem, ...]
    customer_email: str | None = None
    customer_phone: str | None = None
    address: str = ""
    customer_note: str = ""
    shipping: int = 0
    discount: int = 0
    payment_method: PaymentMethod = PaymentMethod.COD
    is_paid: bool = False
    courier_id: int | None = None
    waybill: str = ""

    @property
    def total(self) -> int:
        return sum(item.quantity * item.price for item in self.items) + self.shipping - self.discount


@dataclass(frozen=True)
class Added:
    order_id: int
    shortages: list[Shortage]
    """More was taken of these than was in stock."""


def add_order(wish: NewOrder, *, by: Actor, asked: ProgramRequest | None = None) -> Added:
    """The order takes its items from the stock. `asked`: the request, when it is a program's. Raises NumberTaken,
    TotalOutOfBounds, CourierUnknown."""
    if not 0 <= wish.total <= MOST:
        raise TotalOutOfBounds(wish.total)
    with writing() as session:
        if asked:
            asked.begin(session)
        taken = session.scalar(select(Order.id).where(Order.number == wish.number))
        if taken is not None:
            raise NumberTaken(taken)
        order = _order(session, wish)
        session.add(order)
        leave_event(session, order, ENTERED, by=by, at=order.placed_at)
        if wish.courier_id is not None:
            courier = courier_in_use(session, wish.courier_id)
            book(session, order, courier=courier, waybill=wish.waybill, by=by, at=order.placed_at)
        shortages = stock.take_for_order(session, order.items, by=by, at=order.placed_at)
        session.flush()
        if asked:
            asked.end(session, order)
        return Added(order.id, shortages)


def _order(session: Session, wish: NewOrder) -> Order:
    paid = wish.total if wish.is_paid else 0
    return Order(
        number=wish.number,
        placed_at=clock.now(),
        customer_name=wish.customer_name,
        customer_email=wish.customer_email,
        customer_phone=wish.customer_phone,
        address=wish.address,
        customer_note=wish.customer_note,
        currency=session.get_one(Store, 1).currency,
        items=[
            OrderItem(name=item.name, sku=item.sku, quantity=item.quantity, price=item.price) for item in wish.items
        ],
        item_count=sum(item.quantity for item in wish.items),
        shipping=wish.shipping,
        discount=wish.discount,
        total=wish.total,
        paid=paid,
        payment_status=payment_status_of(total=wish.total, paid=paid, refunded=0),
        payment_method=wish.payment_method,
    )


def suggest_number() -> str:
    """The one after the highest of the recent numbers, written as they are: 1042, SK-0107. A file that was brought in
    may number its orders in its own way; the shop goes on with those that were entered."""
    recent = db.session.scalars(RECENTLY_ENTERED).all() or db.session.scalars(RECENTLY_CAME).all()
    read = [re.fullmatch(r"(.*?)([0-9]{1,18})", number) for number in recent]
    ending_in_digits = [found for found in read if found]
    if not ending_in_digits:
        return FIRST_NUMBER
    prefix = ending_in_digits[0].group(1)
    digits = [found.group(2) for found in ending_in_digits if found.group(1) == prefix]
    highest, width = max(map(int, digits)), len(digits[0])
    following = [f"{prefix}{number:0{width}}" for number in range(highest + 1, highest + 1 + RECENT)]
    taken = set(db.session.scalars(select(Order.number).where(Order.number.in_(following))))
    return next((number for number in following if number not in taken), "")
