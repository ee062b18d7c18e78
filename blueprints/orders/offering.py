"""Offering the store's products for the rows of a new order."""

from collections.abc import Collection, Iterable
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


def products_to_offer(typed: Collection[str]) -> Offer:
    """`typed`: the SKUs that stand in the rows already, which the page knows whichever they are."""
    columns = select(Product.sku, Product.name, Product.name_key, Product.sku_key)
    rows: list[Row[Any]] = list(db.session.execute(columns.order_by(Product.id.desc()).limit(MOST + 1)))
    offered, is_all = rows[:MOST], len(rows) <= MOST
    if not is_all and typed:
        keys = set(_keys_of(typed).values()) - {row.sku_key for row in offered}
        offered += db.session.execute(columns.where(Product.sku_key.in_(keys)))
    return Offer(sorted(offered, key=lambda row: row.name_key), is_all)


def names_of(skus: Iterable[str]) -> dict[str, str]:
    """What the store calls them, by SKU as it was typed; those of no product are left out."""
    keys = _keys_of(skus)
    if not keys:
        return {}
    found = db.session.execute(select(Product.sku_key, Product.name).where(Product.sku_key.in_(keys.values())))
    names = {row.sku_key: row.name for row in found}
    return {sku: names[key] for sku, key in keys.items() if key in names}


def skus_of_no_product(skus: Iterable[str]) -> list[str]:
    """As they were typed, each once. A store without any product counts nothing, and nobody takes it to."""
    typed: dict[str, str] = {}
    for sku, key in _keys_of(skus).items():
        typed.setdefault(key, sku)
    if not typed:
        return []
    known = set(db.session.scalars(select(Product.sku_key).where(Product.sku_key.in_(typed))))
    is_keeping = known or db.session.scalar(select(Product.id).limit(1)) is not None
    return [sku for key, sku in typed.items() if key not in known] if is_keeping else []


def _keys_of(skus: Iterable[str]) -> dict[str, str]:
    """By SKU as it was typed; of what is too long for one there is no product."""
    return {sku: fold(sku) for sku in skus if sku.strip() and len(sku) <= longest(OrderItem.sku)}
