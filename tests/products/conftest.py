"""Products to test with."""

import pytest
from sqlalchemy import select

from blueprints import clock
from blueprints.stock import move
from models import Actor, MovementKind, Product, Role, StockMovement, writing

BY = Actor(1, "Olive Owner", Role.OWNER)


@pytest.fixture
def stocked(shop):
    """Puts a product on the shelf, with so many pieces of it."""

    def make(sku="ADOBO-4", name="Adobo set", on_hand=0, **columns):
        with shop.app.app_context(), writing() as session:
            product = Product(sku=sku, name=name, on_hand=0, created_at=clock.now(), **columns)
            session.add(product)
            session.flush()
            if on_hand:
                move(session, product, on_hand, MovementKind.COUNTED, by=BY, at=clock.now())
            product_id = product.id
        return shop.get(Product, product_id)

    return make


@pytest.fixture
def movements(shop):
    """(kind, how many, on hand after), the oldest first; each goes on from the one before, and the last one stands."""

    def read(product):
        found = select(StockMovement).where(StockMovement.product_id == product.id).order_by(StockMovement.id)
        rows, total = shop.all(found), 0
        for row in rows:
            total += row.quantity
            assert row.on_hand_after == total
        assert shop.get(Product, product.id).on_hand == total
        return [(row.kind.value, row.quantity, row.on_hand_after) for row in rows]

    return read
