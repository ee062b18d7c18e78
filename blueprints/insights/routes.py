"""Insights: what cancelling cost in some days, as a page and as a file."""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import access, clock
from blueprints.access import Right, needs
from blueprints.filters import local, zone
from blueprints.insights import insights
from blueprints.insights.charting import HEIGHT, draw_columns, shares
from blueprints.insights.exporting import export_cancels
from blueprints.insights.forms import DaysForm
from blueprints.insights.owing import AGES
from blueprints.insights.span import MOST_DAYS, ChosenSpan, Span, choose_span
from blueprints.insights.summing_up import sum_up
from blueprints.shop import current_store

PRESETS = (7, 30, 90)
FEW_WEEKS = 6
"""Their table is open; one of more is folded away below its chart."""

log = logging.getLogger("suki")


@insights.get("/insights/")
@needs(Right.SEE_INSIGHTS)
def overview() -> ResponseReturnValue:
    chosen = _chosen()
    found = sum_up(chosen.span, currency=current_store().currency, now=clock.now())
    return render_template(
        "insights/overview.html",
        span=chosen.span,
        shortened_to=MOST_DAYS if chosen.was_longer else None,
        form=DaysForm.showing(chosen.span),
        presets=_presets(chosen.span),
        found=found,
        chart=draw_columns([each.tally.count for each in found.cancels.weeks]),
        chart_height=HEIGHT,
        shares=shares,
        ages=AGES,
        few_weeks=len(found.cancels.weeks) <= FEW_WEEKS,
    )


@insights.get("/insights/cancellations.csv")
@needs(Right.SEE_INSIGHTS)
def export() -> ResponseReturnValue:
    span = _chosen().span
    log.info("cancellations exported by user %s", access.actor().user_id)
    name = f"cancellations-{span.first}-to-{span.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(export_cancels(span)), mimetype="text/csv", headers=headers)


def _today() -> date:
    return local(clock.now()).date()


def _chosen() -> ChosenSpan:
    first, last = DaysForm(request.args).asked
    return choose_span(first, last, today=_today(), zone=zone())


@dataclass(frozen=True)
class Preset:
    url: str
    label: str
    current: bool


def _presets(here: Span) -> list[Preset]:
    today = _today()
    beginnings = [(_days(days), today - timedelta(days=days - 1)) for days in PRESETS]
    beginnings.append((_("This year"), today.replace(month=1, day=1)))
    presets = []
    for label, first in beginnings:
        span = Span(first, today, here.zone)
        query: dict[str, Any] = span.asked
        presets.append(Preset(url_for("insights.overview", **query), label, span == here))
    return presets


def _days(many: int) -> str:
    return ngettext("%(num)d day", "%(num)d days", many)
