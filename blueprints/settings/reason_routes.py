"""The reasons for a cancel that the store counts in its reports."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.settings import settings
from blueprints.settings.forms import ReasonForm
from blueprints.settings.listing_reasons import (
    ReasonIsListed,
    add_reason,
    find_reasons,
    list_reason,
    move_reason,
    rename_reason,
)
from models import Reason, db


def _reason_or_404(reason_id: int) -> Reason:
    return db.session.get(Reason, reason_id) or abort(404)


@settings.get("/settings/reasons")
@needs(Right.MANAGE_STORE)
def reasons() -> ResponseReturnValue:
    return _list(ReasonForm())


@settings.post("/settings/reasons/add")
@needs(Right.MANAGE_STORE)
def reason_add() -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return _list(form, 422)
    try:
        add_reason(label=form.label.data, by=access.actor())
    except ReasonIsListed as refusal:
        form.say_that_it_is_listed(refusal.label, active=refusal.active)
        return _list(form, 409)
    flash(_("“%(reason)s” is on the list now.", reason=form.label.data), "done")
    return redirect(url_for(".reasons"), 303)


def _list(form: ReasonForm, status: int = 200) -> ResponseReturnValue:
    listed, off = find_reasons()
    return render_template("settings/reasons.html", listed=listed, off=off, form=form), status


@settings.route("/settings/reasons/<id:reason_id>", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def reason(reason_id: int) -> ResponseReturnValue:
    found = _reason_or_404(reason_id)
    form = ReasonForm(obj=found)
    if not form.validate_on_submit():
        return _page(found, form, 422 if form.is_submitted() else 200)
    try:
        rename_reason(reason_id, label=form.label.data, by=access.actor())
    except ReasonIsListed as refusal:
        form.say_that_it_is_listed(refusal.label, active=refusal.active)
        return _page(found, form, 409)
    flash(_("“%(reason)s” is saved.", reason=form.label.data), "done")
    return redirect(url_for(".reasons"), 303)


def _page(reason: Reason, form: ReasonForm, status: int) -> ResponseReturnValue:
    return render_template("settings/reason.html", reason=reason, form=form), status


@settings.post("/settings/reasons/<id:reason_id>/<any(up, down):way>")
@needs(Right.MANAGE_STORE)
def reason_move(reason_id: int, way: str) -> ResponseReturnValue:
    _reason_or_404(reason_id)
    move_reason(reason_id, down=way == "down", by=access.actor())
    return redirect(url_for(".reasons"), 303)


@settings.post("/settings/reasons/<id:reason_id>/off")
@needs(Right.MANAGE_STORE)
def reason_off(reason_id: int) -> ResponseReturnValue:
    label = _reason_or_404(reason_id).label
    list_reason(reason_id, active=False, by=access.actor())
    flash(_("“%(reason)s” is off the list. Cancels that name it keep it.", reason=label), "done")
    return redirect(url_for(".reasons"), 303)


@settings.post("/settings/reasons/<id:reason_id>/on")
@needs(Right.MANAGE_STORE)
def reason_on(reason_id: int) -> ResponseReturnValue:
    label = _reason_or_404(reason_id).label
    list_reason(reason_id, active=True, by=access.actor())
    flash(_("“%(reason)s” is back on the list.", reason=label), "done")
    return redirect(url_for(".reasons"), 303)
