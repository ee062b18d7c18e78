"""Offering the store's products for the rows of a new order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from models import OrderItem, Product, db
from models.base import longest
from models.search import fold

MOST = 200
"""In the page. In a larger shop the others are found as somebody types."""


@dataclass(frozen=True)
class Offer:
    products: list[Row[Any]]
    """By name; the newest, where not all of them fit."""
    is_all: bool


def products_to_offer() -> Offer:
    newest = select(Product.sku, Product.name, Product.name_key).order_by(Product.id.desc()).limit(MOST + 1)
    rows: list[Row[Any]] = list(db.session.execute(newest))
    return Offer(sorted(rows[:MOST], key=lambda row: row.name_key), is_all=len(rows) <= MOST)


def names_of(skus: Iterable[str]) -> dict[str, str]:
    """What the store calls them, by SKU as it was typed; those of no product are left out."""
    keys = {sku: fold(sku) for sku in skus if len(sku) <= longest(OrderItem.sku)}
    if not keys:
        return {}
    found = db.session.execute(select(Product.sku_key, Product.name).where(Product.sku_key.in_(keys.values())))
    names = {row.sku_key: row.name for row in found}
    return {sku: names[key] for sku, key in keys.items() if key in names}
