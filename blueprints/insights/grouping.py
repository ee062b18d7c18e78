"""Grouping cancels: by reason, week, payment and courier, from one statement that reads each cancel once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, literal

from blueprints.days import midnight
from blueprints.insights.counted_cancels import VALUE, cancels_of
from blueprints.insights.money_tally import MoneyTally
from blueprints.insights.span import Span, Week
from models import Cancellation, Courier, Order, Reason, db


@dataclass(frozen=True)
class Group:
    name: Any
    """A reason, a courier, a way to pay; None for those that have none."""
    tally: MoneyTally


@dataclass(frozen=True)
class WeekOfCancels:
    week: Week
    tally: MoneyTally


@dataclass(frozen=True)
class Cancels:
    all: MoneyTally
    reasons: list[Group]
    payments: list[Group]
    couriers: list[Group]
    weeks: list[WeekOfCancels]
    """All of them, those without a cancel too."""


def group_cancels(span: Span, currency: str) -> Cancels:
    weeks, rows = span.weeks, _rows(span)
    by_week = [WeekOfCancels(week, MoneyTally(currency)) for week in weeks]
    everything = MoneyTally(currency)
    for row in rows:
        for tally in (everything, by_week[row.week].tally):
            tally.add(row.many, row.value, row.currency)
    return Cancels(
        everything,
        _by(rows, "reason", currency),
        _by(rows, "payment", currency),
        _by(rows, "courier", currency),
        by_week,
    )


def _rows(span: Span) -> list[Row[Any]]:
    found = cancels_of(
        span,
        Order.currency.label("currency"),
        Reason.label.label("reason"),
        Order.payment_method.label("payment"),
        Courier.name.label("courier"),
        _week_in(span).label("week"),
        func.count().label("many"),
        func.sum(VALUE).label("value"),
    )
    found = found.outerjoin(Reason, Reason.id == Cancellation.reason_id)
    found = found.outerjoin(Courier, Courier.id == Order.courier_id)
    return list(db.session.execute(found.group_by("currency", "reason", "payment", "courier", "week")))


def _week_in(span: Span) -> ColumnElement[int]:
    """Its place among the weeks. Their bounds are moments, so that no change of the clock moves a cancel."""
    begins = [midnight(week.first, span.zone) for week in span.weeks[1:]]
    if not begins:
        return literal(0)
    return case(*((Cancellation.at < begin, place) for place, begin in enumerate(begins)), else_=len(begins))


def _by(rows: list[Row[Any]], column: str, currency: str) -> list[Group]:
    """The largest first."""
    tallies: dict[Any, MoneyTally] = {}
    for row in rows:
        tallies.setdefault(getattr(row, column), MoneyTally(currency)).add(row.many, row.value, row.currency)
    groups = [Group(name, tally) for name, tally in tallies.items()]
    return sorted(groups, key=lambda group: (-group.tally.count, str(group.name or "")))
