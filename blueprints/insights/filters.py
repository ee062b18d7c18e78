"""How days and waiting read on the page of insights."""

from datetime import date, timedelta

from babel.units import format_unit
from flask_babel import gettext as _

from blueprints.filters import hours, on_calendar
from blueprints.insights import insights
from blueprints.insights.span import Week
from blueprints.translating import cldr_locale

HOUR, DAY = 3600, 86400


@insights.app_template_filter()
def short_day(day: date) -> str:
    """`28 Sep`."""
    return on_calendar(day, "d MMM")


@insights.app_template_filter()
def days_of(week: Week) -> str:
    """`28 Sep – 4 Oct 2026`, `16 – 22 Nov 2026`."""
    last = on_calendar(week.last, "d MMM y")
    if week.first == week.last:
        return last
    pattern = "d MMM y" if week.first.year != week.last.year else "d MMM"
    if week.first.month == week.last.month:
        pattern = "d"
    return f"{on_calendar(week.first, pattern)} – {last}"


@insights.app_template_filter()
def waited(span: timedelta) -> str:
    """`40 minutes`, `30 hours`, `3 days`."""
    seconds = span.total_seconds()
    if seconds < HOUR:
        many, unit = seconds / 60, "minute"
    else:
        many, unit = (seconds / HOUR, "hour") if seconds < 2 * DAY else (seconds / DAY, "day")
    if round(many) == 0:
        return _("less than a minute")
    if unit == "hour":
        return hours(round(many))
    return format_unit(round(many), f"duration-{unit}", locale=cldr_locale()) or ""
