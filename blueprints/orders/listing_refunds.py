"""Listing refunds: what is owed, the oldest first, and what was settled or waived, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from blueprints.paging import Page, page_beside
from models import Order, Refund, db

PAGE = 50
MOST_SUMMED = 1000


class RefundTab(StrEnum):
    OWED = "owed"
    SETTLED = "settled"
    WAIVED = "waived"


_WITHIN: dict[RefundTab, ColumnElement[bool]] = {
    RefundTab.OWED: Refund.settled_at.is_(None),
    RefundTab.SETTLED: and_(Refund.settled_at.is_not(None), Refund.waived_at.is_(None), Refund.withdrawn_at.is_(None)),
    RefundTab.WAIVED: Refund.waived_at.is_not(None),
}
_SINCE: dict[RefundTab, InstrumentedAttribute[Any]] = {
    RefundTab.OWED: Refund.owed_at,
    RefundTab.SETTLED: Refund.settled_at,
    RefundTab.WAIVED: Refund.waived_at,
}


@dataclass(frozen=True)
class ListedRefund:
    refund: Refund
    order: Order


@dataclass(frozen=True)
class Owed:
    amount: int
    currency: str


@dataclass(frozen=True)
class TotalOwed:
    sums: list[Owed]
    """One for each currency; orders keep theirs when the store changes its own."""
    is_all: bool
    """False: of the oldest MOST_SUMMED only."""


def list_refunds(
    tab: RefundTab, *, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> Page[ListedRefund]:
    """The page that comes before (or after) one refund; the first page when there is none such."""
    refund = db.session.get(Refund, before or after or 0)
    since = getattr(refund, _SINCE[tab].key) if refund else None
    here = (since, refund.id) if refund and since else None
    return page_beside(here, partial(_rows, tab, limit), limit, back=bool(before), key=lambda row: row.refund.id)


def total_owed(most: int = MOST_SUMMED) -> TotalOwed:
    """No further than `most` refunds, so that it costs the same in every shop."""
    oldest = (
        select(Refund.order_id, (Refund.owed - Refund.settled).label("left"))
        .where(_WITHIN[RefundTab.OWED])
        .order_by(Refund.owed_at, Refund.id)
        .limit(most + 1)
    )
    rows = oldest.limit(most).subquery()
    found = (
        select(Order.currency, func.sum(rows.c.left))
        .join(rows, rows.c.order_id == Order.id)
        .group_by(Order.currency)
        .order_by(func.sum(rows.c.left).desc())
    )
    counted = db.session.scalar(select(func.count()).select_from(oldest.subquery())) or 0
    return TotalOwed([Owed(amount, currency) for currency, amount in db.session.execute(found)], counted <= most)


def _rows(tab: RefundTab, limit: int, here: tuple[datetime, int] | None, back: bool) -> list[ListedRefund]:
    """One more than asked for, which says that there is more; always in the order of the page."""
    since, is_descending = _SINCE[tab], (tab is not RefundTab.OWED) != back
    found = select(Refund, Order).join(Order, Order.id == Refund.order_id).where(_WITHIN[tab])
    if here is not None:
        place, there = tuple_(since, Refund.id), tuple_(literal(here[0], since.type), here[1])
        found = found.where(place < there if is_descending else place > there)
    order = (since.desc(), Refund.id.desc()) if is_descending else (since, Refund.id)
    rows = [ListedRefund(refund, of) for refund, of in db.session.execute(found.order_by(*order).limit(limit + 1))]
    return rows[::-1] if back else rows
