"""Adding a product, with how many pieces of it are there to begin with."""

from blueprints import clock
from blueprints.products.skus import refuse_taken
from blueprints.stock import move
from models import Actor, Event, MovementKind, Product, writing


def add_product(*, sku: str, name: str, tracked: bool, on_hand: int, by: Actor) -> int:
    """Its id. Raises SkuIsTaken."""
    with writing() as session:
        now = clock.now()
        refuse_taken(session, sku)
        product = Product(sku=sku, name=name, tracked=tracked, on_hand=0, created_at=now)
        session.add(product)
        session.add(Event(code="product.added", at=now, user_id=by.user_id))
        session.flush()
        if tracked and on_hand:
            move(session, product, on_hand, MovementKind.COUNTED, by=by, at=now)
        return product.id
