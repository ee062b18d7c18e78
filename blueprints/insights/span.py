"""A span of days: which are looked at, and where they and their weeks begin in the store's zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from blueprints.days import EARLIEST, LATEST, midnight

USUAL_DAYS = 90
MOST_DAYS = 366


@dataclass(frozen=True)
class Week:
    """From Monday to Sunday, as far as it lies within the span."""

    first: date
    last: date


@dataclass(frozen=True)
class Span:
    """Whole days of the store, from the first to the last, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def before(self) -> datetime:
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def weeks(self) -> list[Week]:
        weeks, monday = [], self.first - timedelta(days=self.first.weekday())
        while monday <= self.last:
            weeks.append(Week(max(monday, self.first), min(monday + timedelta(days=6), self.last)))
            monday += timedelta(days=7)
        return weeks

    @property
    def asked(self) -> dict[str, str]:
        """As it stands in an address."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


@dataclass(frozen=True)
class ChosenSpan:
    span: Span
    was_longer: bool = False
    """More days were asked for than are looked at; these are the last of them."""


def choose_span(first: date | None, last: date | None, *, today: date, zone: ZoneInfo) -> ChosenSpan:
    """What was asked for, as far as it makes sense; without that the usual days, which end today. Two days mean those
    between them, whichever is named first."""
    first, last = (day if day and EARLIEST <= day <= LATEST else None for day in (first, last))
    if first and last:
        first, last = sorted((first, last))
    elif first and first > today:
        first = None
    last = last or today
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    longest = last - timedelta(days=MOST_DAYS - 1)
    return ChosenSpan(Span(max(first, longest), last, zone), was_longer=first < longest)
