"""Summing up what cancelling costs: all that the page says of some days, in four statements whatever there is."""

from dataclasses import dataclass
from datetime import datetime

from blueprints.insights.grouping import Cancels, group_cancels
from blueprints.insights.owing import Refunds, sum_refunds
from blueprints.insights.selling import Sales, sum_sales
from blueprints.insights.span import Span
from blueprints.insights.timing_requests import RequestTimes, time_requests


@dataclass(frozen=True)
class Insights:
    cancels: Cancels
    refunds: Refunds
    requests: RequestTimes
    sales: Sales


def sum_up(span: Span, *, currency: str, now: datetime) -> Insights:
    """`currency`: the store's, which stands first."""
    return Insights(
        group_cancels(span, currency),
        sum_refunds(span, currency, now),
        time_requests(span),
        sum_sales(span, currency),
    )
