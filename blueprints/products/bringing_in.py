"""Bringing a file of products in: all of it that is right in one transaction, as the shop stands in that moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.products.comparing import Comparison, ProductChange, compare
from blueprints.products.reading_products import FROM_A_FILE, Sheet
from blueprints.stock import move_all
from models import Actor, Event, MovementKind, Product, db, writing


@dataclass(frozen=True)
class Done:
    added: int
    changed: int
    same: int
    """They had become so meanwhile."""
    left_out: int
    """They had become wrong meanwhile."""


def preview(sheet: Sheet) -> Comparison:
    return compare(db.session(), sheet)


def bring_in(sheet: Sheet, *, by: Actor) -> Done:
    """The file says how many there are, however many went since it was looked at."""
    with writing() as session:
        now = clock.now()
        compared = compare(session, sheet)
        _change_name_and_tracking(compared.changed)
        products = _add(session, compared.new, now)
        moves = [(product, _moved(product, change)) for product, change in zip(products, compared.new, strict=True)]
        moves += [(change.product, _moved(change.product, change)) for change in compared.changed if change.product]
        move_all(session, moves, MovementKind.COUNTED, by=by, at=now, note=FROM_A_FILE)
        if compared.rows:
            session.add(Event(code="products.imported", at=now, user_id=by.user_id))
        return Done(len(compared.new), len(compared.changed), compared.same, compared.left_out)


def _add(session: Session, new: list[ProductChange], now: datetime) -> list[Product]:
    products = [
        Product(sku=change.row.sku, name=change.after.name, tracked=change.after.tracked, on_hand=0, created_at=now)
        for change in new
    ]
    session.add_all(products)
    session.flush()
    return products


def _change_name_and_tracking(changed: list[ProductChange]) -> None:
    for change in changed:
        if change.product:
            change.product.name, change.product.tracked = change.after.name, change.after.tracked


def _moved(product: Product, change: ProductChange) -> int:
    return 0 if change.row.on_hand is None else change.row.on_hand - product.on_hand
