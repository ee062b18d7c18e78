"""Changing how a product is called, and whether its pieces are counted. Its stock stays as it is."""

from blueprints import clock
from blueprints.products.skus import refuse_taken, reread
from models import Actor, Event, writing


def change_product(product_id: int, *, sku: str, name: str, tracked: bool, by: Actor) -> None:
    """Orders keep the SKU that they came with. Raises SkuIsTaken."""
    with writing() as session:
        product = reread(session, product_id)
        refuse_taken(session, sku, apart_from=product)
        product.sku, product.name, product.tracked = sku, name, tracked
        if session.is_modified(product):
            session.add(Event(code="product.changed", at=clock.now(), user_id=by.user_id))
