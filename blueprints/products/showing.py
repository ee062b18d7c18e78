"""What a product's page shows beside the product: its movements, the newest first, each with who and what for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select

from models import Order, OrderItem, StockMovement, User, db

PAGE = 50


@dataclass(frozen=True)
class Movements:
    rows: list[Row[Any]]
    previous: int | None = None
    """The movement before which the page before this one ends."""
    following: int | None = None
    """The movement after which the next page begins."""


_LISTED: Select[*tuple[Any, ...]] = (
    select(
        StockMovement.id,
        StockMovement.at,
        StockMovement.kind,
        StockMovement.quantity,
        StockMovement.on_hand_after,
        StockMovement.note,
        User.name.label("who"),
        Order.id.label("order_id"),
        Order.number,
    )
    .outerjoin(User, User.id == StockMovement.user_id)
    .outerjoin(OrderItem, OrderItem.id == StockMovement.order_item_id)
    .outerjoin(Order, Order.id == OrderItem.order_id)
)


def movements_of(
    product_id: int, *, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> Movements:
    """The page that comes before (or after) one movement; the first page when there is none such."""
    wanted = _LISTED.where(StockMovement.product_id == product_id)
    if before:
        found = wanted.where(StockMovement.id > before).order_by(StockMovement.id).limit(limit + 1)
        rows = list(db.session.execute(found))[::-1]
        if len(rows) > limit:
            return Movements(rows[1:], previous=rows[1].id, following=rows[-1].id)
    newest_first = wanted.order_by(StockMovement.id.desc()).limit(limit + 1)
    if after and not before:
        rows = list(db.session.execute(newest_first.where(StockMovement.id < after)))
        if rows:
            return Movements(rows[:limit], previous=rows[0].id, following=_following(rows, limit))
    rows = list(db.session.execute(newest_first))
    return Movements(rows[:limit], following=_following(rows, limit))


def _following(rows: list[Row[Any]], limit: int) -> int | None:
    return rows[limit - 1].id if len(rows) > limit else None
