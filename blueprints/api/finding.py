"""Finding orders for a program: one, or a page of them from any place on, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from blueprints.api.answering import ITEMS_AND_COURIER
from models import Order, db
from models.text import bare_number


@dataclass(frozen=True)
class Page:
    orders: Sequence[Order]
    next: str | None
    """The place after which the next page begins; in characters, as JavaScript can't count so far."""


def find_order(order_id: int) -> Order | None:
    return db.session.scalars(select(Order).where(Order.id == order_id).options(*ITEMS_AND_COURIER)).one_or_none()


def find_page(*, limit: int, after: str | None = None, number: str | None = None) -> Page:
    found = select(Order).options(*ITEMS_AND_COURIER).order_by(Order.position.desc()).limit(limit + 1)
    if after is not None:
        found = found.where(Order.position < int(after))
    if number is not None:
        found = found.where(Order.number == bare_number(number))
    orders = db.session.scalars(found).all()
    return Page(orders[:limit], str(orders[limit - 1].position) if len(orders) > limit else None)
