"""What a product's page shows beside the product: its movements, the newest first, each with who and what for."""

from typing import Any

from sqlalchemy import Row, Select, select

from blueprints.paging import Page, page_beside
from models import Order, OrderItem, StockMovement, User, db

PAGE = 50


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
) -> Page[Row[Any]]:
    """The page that comes before (or after) one movement; the first page when there is none such."""
    place, wanted = StockMovement.id, _LISTED.where(StockMovement.product_id == product_id)

    def rows(here: int | None, back: bool) -> list[Row[Any]]:
        beyond = wanted if here is None else wanted.where(place > here if back else place < here)
        found = list(db.session.execute(beyond.order_by(place if back else place.desc()).limit(limit + 1)))
        return found[::-1] if back else found

    return page_beside(before or after or None, rows, limit, back=bool(before))
