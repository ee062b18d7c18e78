"""Moving stock: each piece that comes or goes is a movement, written in the transaction of whatever moves it.

An order takes what the products of its items, found by SKU, have counted; what a cancel puts back is never more than
was taken for it. So an order that took nothing (it was imported, or its product was not there yet) puts nothing back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from models import Actor, MovementKind, OrderItem, Product, StockMovement
from models.search import fold


@dataclass(frozen=True)
class Shortage:
    """More is needed of a product than is on hand. `left`: how many there will be afterwards, less than nothing."""

    product: Product
    needed: int
    left: int

    @property
    def short(self) -> int:
        """How many of the needed ones are not there."""
        return min(self.needed, -self.left)


def products_of(session: Session, items: Iterable[OrderItem]) -> dict[str, Product]:
    """The products that are counted, by the key of their SKU."""
    keys = {fold(item.sku) for item in items if item.sku.strip()}
    if not keys:
        return {}
    found = select(Product).where(Product.sku_key.in_(keys), Product.tracked)
    return {
        product.sku_key: product for product in session.scalars(found, execution_options={"populate_existing": True})
    }


def take_for_order(session: Session, items: list[OrderItem], *, by: Actor, at: datetime) -> list[Shortage]:
    """For an order that has just come in. What is not there is taken all the same, and said."""
    products = products_of(session, items)
    needed: dict[int, int] = {}
    for item in items:
        product = products.get(fold(item.sku))
        if product is not None and item.quantity:
            move(session, product, -item.quantity, MovementKind.ORDERED, by=by, at=at, order_item_id=item.id)
            needed[product.id] = needed.get(product.id, 0) + item.quantity
    return [
        Shortage(product, needed[product.id], product.on_hand)
        for product in products.values()
        if product.id in needed and product.on_hand < 0
    ]


def put_back(
    session: Session,
    pieces: Mapping[int, int],
    *,
    by: Actor,
    at: datetime,
    kind: MovementKind = MovementKind.CANCELLED,
    cancellation_id: int | None = None,
) -> dict[int, int]:
    """What an order gives back: `pieces` by item, of which no more goes back than was taken. By item: what did."""
    back = {}
    for item_id, (product, taken) in _taken_for(session, pieces).items():
        back[item_id] = min(taken, pieces[item_id])
        if back[item_id] > 0:
            move(
                session,
                product,
                back[item_id],
                kind,
                by=by,
                at=at,
                order_item_id=item_id,
                cancellation_id=cancellation_id,
            )
    return back


def can_go_back(session: Session, items: Iterable[OrderItem]) -> dict[int, int]:
    """How many pieces of each item were taken and have not come back; items without any are left out."""
    return {item_id: taken for item_id, (_, taken) in _taken_for(session, [item.id for item in items]).items() if taken}


def put_back_by(session: Session, cancellation_id: int) -> list[StockMovement]:
    """What a cancel that still holds gave back, with its products as they stand now."""
    found = (
        select(StockMovement)
        .where(StockMovement.cancellation_id == cancellation_id)
        .options(joinedload(StockMovement.product))
        .order_by(StockMovement.id)
    )
    return list(session.scalars(found, execution_options={"populate_existing": True}))


def take_again(
    session: Session, movements: list[StockMovement], kind: MovementKind, *, by: Actor, at: datetime
) -> None:
    """Exactly what a cancel put back."""
    for movement in movements:
        move(
            session,
            movement.product,
            -movement.quantity,
            kind,
            by=by,
            at=at,
            order_item_id=movement.order_item_id,
            cancellation_id=movement.cancellation_id,
        )


def shortages_of(movements: list[StockMovement]) -> list[Shortage]:
    """What would be short if all of this were taken again."""
    needed: dict[int, int] = {}
    products = {movement.product_id: movement.product for movement in movements}
    for movement in movements:
        needed[movement.product_id] = needed.get(movement.product_id, 0) + movement.quantity
    return [
        Shortage(product, needed[key], product.on_hand - needed[key])
        for key, product in products.items()
        if product.tracked and product.on_hand < needed[key]
    ]


def move(
    session: Session,
    product: Product,
    quantity: int,
    kind: MovementKind,
    *,
    by: Actor,
    at: datetime,
    order_item_id: int | None = None,
    cancellation_id: int | None = None,
    note: str = "",
    once: str | None = None,
) -> None:
    """`product` as it was read under the lock. The database adds it up; it is known here in the same moment."""
    on_hand = product.on_hand + quantity
    session.add(
        StockMovement(
            product_id=product.id,
            quantity=quantity,
            on_hand_after=on_hand,
            kind=kind,
            at=at,
            user_id=by.user_id,
            order_item_id=order_item_id,
            cancellation_id=cancellation_id,
            note=note,
            once=once,
        )
    )
    session.flush()
    set_committed_value(product, "on_hand", on_hand)


def move_all(
    session: Session,
    moves: Iterable[tuple[Product, int]],
    kind: MovementKind,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
) -> None:
    """By hand, of many products at once, each of them once: so quickly that others need not wait for the lock."""
    moved = [(product, quantity, product.on_hand + quantity) for product, quantity in moves if quantity]
    if not moved:
        return
    same: dict[str, object] = {"kind": kind, "at": at, "user_id": by.user_id, "note": note}
    rows = [
        same | {"product_id": product.id, "quantity": quantity, "on_hand_after": on_hand}
        for product, quantity, on_hand in moved
    ]
    session.flush()
    session.execute(insert(StockMovement.__table__), rows)  # type: ignore[arg-type]  # a mapped class's table is a Table
    for product, _, on_hand in moved:
        set_committed_value(product, "on_hand", on_hand)


def _taken_for(session: Session, item_ids: Iterable[int]) -> dict[int, tuple[Product, int]]:
    """By item: the product that it was taken from, and how many of it are out."""
    taken = (
        select(StockMovement.order_item_id, StockMovement.product_id, -func.sum(StockMovement.quantity))
        .where(StockMovement.order_item_id.in_(list(item_ids)))
        .group_by(StockMovement.order_item_id, StockMovement.product_id)
    )
    out = {row[0]: (row[1], row[2]) for row in session.execute(taken) if row[0] is not None}
    if not out:  # as for every order of a shop that counts no stock
        return {}
    found = select(Product).where(Product.id.in_({product_id for product_id, _ in out.values()}))
    products = {
        product.id: product for product in session.scalars(found, execution_options={"populate_existing": True})
    }
    return {item_id: (products[product_id], pieces) for item_id, (product_id, pieces) in out.items()}
