"""Finding products: by any part of their SKU or name, in the order of their names."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, tuple_

from blueprints.paging import Page, page_beside
from models import Product, db
from models.search import LONGEST_SEARCH, PRODUCT_INDEX, fold, searched

PAGE = 50
MOST_WORDS = 10


@dataclass(frozen=True)
class Search:
    """What somebody typed, folded, as what to look for."""

    whole: str = ""
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, typed: str) -> "Search":
        whole = fold(typed)[:LONGEST_SEARCH].strip()
        return cls(whole, tuple(dict.fromkeys(whole.split()))[:MOST_WORDS])


_LISTED: Select[*tuple[Any, ...]] = select(Product.id, Product.sku, Product.name, Product.tracked, Product.on_hand)


def find_products(
    typed: str, *, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> Page[Row[Any]]:
    """The page of products that come before (or after) one; the first page when there is none such."""
    search = Search.of(typed)
    wanted = _LISTED.where(*_matching(search))
    here = db.session.get(Product, before or after or 0)
    page = page_beside(here, partial(_rows, wanted, limit), limit, back=bool(before))
    if page.previous is not None or not search.words:
        return page
    exact = db.session.execute(_LISTED.where(Product.sku_key == search.whole))
    return replace(page, rows=[*exact, *page.rows])


def any_product() -> bool:
    return db.session.scalar(select(Product.id).limit(1)) is not None


def _matching(search: Search) -> list[ColumnElement[bool]]:
    """Every word is in it. The product whose own SKU was typed stands first and is left out here."""
    if not search.words:
        return []
    place, has_words = searched(Product, PRODUCT_INDEX, search.words)
    return [Product.id.in_(select(place).where(has_words)), Product.sku_key != search.whole]


def _rows(wanted: Select[*tuple[Any, ...]], limit: int, here: Product | None, back: bool) -> list[Row[Any]]:
    """One more than a page, which says that there is another; always in the order of the page."""
    place = tuple_(Product.name_key, Product.id)
    if here is not None:
        there = tuple_(here.name_key, here.id)
        wanted = wanted.where(place < there if back else place > there)
    order = (Product.name_key.desc(), Product.id.desc()) if back else (Product.name_key, Product.id)
    rows = list(db.session.execute(wanted.order_by(*order).limit(limit + 1)))
    return rows[::-1] if back else rows
