"""The lists that the owner keeps: couriers, and reasons for a cancel."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.settings import settings
from blueprints.settings.forms import CourierForm, ReasonForm
from blueprints.settings.listing_couriers import (
    CourierIsListed,
    add_courier,
    all_couriers,
    change_courier,
    list_courier,
)
from blueprints.settings.listing_reasons import (
    ReasonIsListed,
    add_reason,
    all_reasons,
    list_reason,
    move_reason,
    rename_reason,
)
from models import Courier, Reason, db


def _courier_or_404(courier_id: int) -> Courier:
    return db.session.get(Courier, courier_id) or abort(404)


def _reason_or_404(reason_id: int) -> Reason:
    return db.session.get(Reason, reason_id) or abort(404)


def _listed_already(name: str, active: bool) -> str:
    if active:
        return _("“%(name)s” is on the list already.", name=name)
    return _("“%(name)s” was taken off the list. Put it back instead.", name=name)


@settings.get("/settings/couriers")
@needs(Right.MANAGE_STORE)
def couriers() -> ResponseReturnValue:
    return render_template("settings/couriers.html", couriers=all_couriers(), form=CourierForm())


@settings.post("/settings/couriers/add")
@needs(Right.MANAGE_STORE)
def courier_add() -> ResponseReturnValue:
    form, status = CourierForm(), 422
    if form.validate():
        try:
            add_courier(name=form.name.data, integrated=form.integrated.data, by=access.actor())
        except CourierIsListed as refusal:
            form.name.errors.append(_listed_already(refusal.name, refusal.active))
            status = 409
        else:
            flash(_("%(name)s is on the list now.", name=form.name.data), "done")
            return redirect(url_for(".couriers"), 303)
    return render_template("settings/couriers.html", couriers=all_couriers(), form=form), status


@settings.route("/settings/couriers/<id:courier_id>", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def courier(courier_id: int) -> ResponseReturnValue:
    found = _courier_or_404(courier_id)
    form, status = CourierForm(obj=found), 200
    if form.validate_on_submit():
        try:
            change_courier(courier_id, name=form.name.data, integrated=form.integrated.data, by=access.actor())
        except CourierIsListed as refusal:
            form.name.errors.append(_listed_already(refusal.name, refusal.active))
            status = 409
        else:
            flash(_("%(name)s is saved.", name=form.name.data), "done")
            return redirect(url_for(".couriers"), 303)
    elif form.errors:
        status = 422
    return render_template("settings/courier.html", courier=found, form=form), status


@settings.post("/settings/couriers/<id:courier_id>/off")
@needs(Right.MANAGE_STORE)
def courier_off(courier_id: int) -> ResponseReturnValue:
    name = _courier_or_404(courier_id).name
    list_courier(courier_id, active=False, by=access.actor())
    flash(_("%(name)s is off the list. Orders that it carries keep it.", name=name), "done")
    return redirect(url_for(".couriers"), 303)


@settings.post("/settings/couriers/<id:courier_id>/on")
@needs(Right.MANAGE_STORE)
def courier_on(courier_id: int) -> ResponseReturnValue:
    name = _courier_or_404(courier_id).name
    list_courier(courier_id, active=True, by=access.actor())
    flash(_("%(name)s is back on the list.", name=name), "done")
    return redirect(url_for(".couriers"), 303)


@settings.get("/settings/reasons")
@needs(Right.MANAGE_STORE)
def reasons() -> ResponseReturnValue:
    return render_template("settings/reasons.html", reasons=all_reasons(), form=ReasonForm())


@settings.post("/settings/reasons/add")
@needs(Right.MANAGE_STORE)
def reason_add() -> ResponseReturnValue:
    form, status = ReasonForm(), 422
    if form.validate():
        try:
            add_reason(label=form.label.data, by=access.actor())
        except ReasonIsListed as refusal:
            form.label.errors.append(_listed_already(refusal.label, refusal.active))
            status = 409
        else:
            flash(_("“%(reason)s” is on the list now.", reason=form.label.data), "done")
            return redirect(url_for(".reasons"), 303)
    return render_template("settings/reasons.html", reasons=all_reasons(), form=form), status


@settings.route("/settings/reasons/<id:reason_id>", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def reason(reason_id: int) -> ResponseReturnValue:
    found = _reason_or_404(reason_id)
    form, status = ReasonForm(obj=found), 200
    if form.validate_on_submit():
        try:
            rename_reason(reason_id, label=form.label.data, by=access.actor())
        except ReasonIsListed as refusal:
            form.label.errors.append(_listed_already(refusal.label, refusal.active))
            status = 409
        else:
            flash(_("“%(reason)s” is saved.", reason=form.label.data), "done")
            return redirect(url_for(".reasons"), 303)
    elif form.errors:
        status = 422
    return render_template("settings/reason.html", reason=found, form=form), status


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
