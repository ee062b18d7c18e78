"""What was erased so far: of which orders and questions, never of whom."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.paging import Page, page_from
from models import ErasedOrder, Erasure, Order, db

PAGE = 50


def list_erasures(*, after: int | None = None, limit: int = PAGE) -> Page[Erasure]:
    """The newest first."""
    orders = selectinload(Erasure.orders).joinedload(ErasedOrder.order).load_only(Order.number)
    of_it = joinedload(Erasure.user), orders, selectinload(Erasure.questions)
    found = select(Erasure).options(*of_it).order_by(Erasure.id.desc()).limit(limit + 1)
    rows = db.session.scalars(found.where(Erasure.id < after) if after else found).all()
    return page_from(rows, limit)
