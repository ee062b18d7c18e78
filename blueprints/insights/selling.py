"""Selling: what was placed in a span, and what of it is left as sales when the cancelled and declined are kept out."""

from dataclasses import dataclass

from sqlalchemy import func, select

from blueprints.insights.money_tally import MoneyTally
from blueprints.insights.span import Span
from models import Order, OrderStatus, db
from models.order import position_of


@dataclass(frozen=True)
class Sales:
    """Of the orders that customers placed on these days, each by its total as it stands now: without the parts that
    were cancelled. Whatever is neither cancelled nor declined is a sale, returned ones too. Not the cancels of these
    days, as those may be of orders that were placed earlier."""

    placed: MoneyTally
    cancelled: MoneyTally
    declined: MoneyTally
    sold: MoneyTally


def sum_sales(span: Span, currency: str) -> Sales:
    placed, cancelled, declined, sold = (MoneyTally(currency) for _ in range(4))
    found = (
        select(Order.currency, Order.status, func.count().label("many"), func.sum(Order.total).label("total"))
        .where(Order.position >= position_of(span.since, 0), Order.position < position_of(span.before, 0))
        .group_by(Order.currency, Order.status)
    )
    kept_out = {OrderStatus.CANCELLED: cancelled, OrderStatus.DECLINED: declined}
    for row in db.session.execute(found):
        for tally in (placed, kept_out.get(row.status, sold)):
            tally.add(row.many, row.total, row.currency)
    return Sales(placed, cancelled, declined, sold)
