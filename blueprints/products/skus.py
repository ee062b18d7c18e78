"""What adding, changing and moving share: a product as it stands under the lock, and that a SKU is one product's."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Product
from models.base import longest
from models.product import LONGEST_SKU_KEY
from models.search import fold

LONGEST_SKU, LONGEST_NAME = longest(Product.sku), longest(Product.name)


class SkuIsTaken(Exception):
    """Two SKUs are one when they differ in capitals or accents only."""

    def __init__(self, product: Product) -> None:
        super().__init__(f"product {product.id} has that SKU")
        self.product_id, self.sku, self.name = product.id, product.sku, product.name


def refuse_taken(session: Session, sku: str, *, apart_from: Product | None = None) -> None:
    """Raises SkuIsTaken."""
    with session.no_autoflush:
        other = session.scalars(select(Product).where(Product.sku_key == fold(sku))).one_or_none()
    if other is not None and other is not apart_from:
        raise SkuIsTaken(other)


def is_a_sku(text: str) -> bool:
    """Whether what is left of it finds it: of accents alone nothing is, and some signs are whole words written out."""
    return 0 < len(fold(text)) <= LONGEST_SKU_KEY


def reread(session: Session, product_id: int) -> Product:
    """As it stands now that the lock is held."""
    found = select(Product).where(Product.id == product_id)
    return session.scalars(found, execution_options={"populate_existing": True}).one()
