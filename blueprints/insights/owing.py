"""Owing: of the cancels in a span, what is to be returned still and since when, what went back, and what was waived."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func

from blueprints.days import midnight
from blueprints.insights.counted_cancels import cancels_of
from blueprints.insights.money_tally import MoneyTally
from blueprints.insights.span import Span
from models import Cancellation, Order, Refund, db

AGES = (3, 7, 14)
"""Owed for up to so many days; beyond the last is the fourth age."""


@dataclass(frozen=True)
class Refunds:
    ages: list[MoneyTally]
    """What is left of those that are open, the youngest first."""
    owed: MoneyTally
    """All of that."""
    returned: MoneyTally
    """What went back, of the open ones too."""
    waived: MoneyTally

    @property
    def any(self) -> bool:
        return bool(self.owed.count or self.returned.count or self.waived.count)


def sum_refunds(span: Span, currency: str, now: datetime) -> Refunds:
    is_open = Refund.settled_at.is_(None)
    found = cancels_of(
        span,
        Order.currency,
        is_open.label("is_open"),
        Refund.waived_at.is_not(None).label("is_waived"),
        _age(span, now).label("age"),
        func.count().label("many"),
        func.sum(Refund.owed - Refund.settled).label("left"),
        func.count(case((Refund.settled > 0, 1))).label("begun"),
        func.sum(Refund.settled).label("settled"),
    )
    found = found.join(Refund, Refund.cancellation_id == Cancellation.id)
    ages = [MoneyTally(currency) for _ in range(len(AGES) + 1)]
    owed, returned, waived = (MoneyTally(currency) for _ in range(3))
    for row in db.session.execute(found.group_by(Order.currency, "is_open", "is_waived", "age")):
        if row.is_open:
            for tally in (owed, ages[row.age]):
                tally.add(row.many, row.left, row.currency)
        elif row.is_waived:
            waived.add(row.many, row.left, row.currency)
        if row.begun:
            returned.add(row.begun, row.settled, row.currency)
    return Refunds(ages, owed, returned, waived)


def _age(span: Span, now: datetime) -> ColumnElement[int]:
    """By the days that have begun since in the store's zone: what is owed since yesterday is owed for one day."""
    today = now.astimezone(span.zone).date()
    return case(
        *(
            (Refund.owed_at >= midnight(today - timedelta(days=days), span.zone), place)
            for place, days in enumerate(AGES)
        ),
        else_=len(AGES),
    )
