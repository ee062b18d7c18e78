"""What was erased so far: of which orders, never of whom."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from models import ErasedOrder, Erasure, Order, db

MOST = 50


def erasures() -> Sequence[Erasure]:
    """The newest first."""
    order = selectinload(Erasure.orders).joinedload(ErasedOrder.order).load_only(Order.number)
    found = select(Erasure).options(joinedload(Erasure.user), order).order_by(Erasure.id.desc()).limit(MOST)
    return db.session.scalars(found).all()
