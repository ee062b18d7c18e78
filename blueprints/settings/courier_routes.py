"""The couriers that the store books with."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.settings import settings
from blueprints.settings.forms import CourierForm
from blueprints.settings.listing_couriers import (
    CourierIsListed,
    add_courier,
    change_courier,
    find_couriers,
    list_courier,
)
from models import Courier, db


def _courier_or_404(courier_id: int) -> Courier:
    return db.session.get(Courier, courier_id) or abort(404)


@settings.get("/settings/couriers")
@needs(Right.MANAGE_STORE)
def couriers() -> ResponseReturnValue:
    return _list(CourierForm())


@settings.post("/settings/couriers/add")
@needs(Right.MANAGE_STORE)
def courier_add() -> ResponseReturnValue:
    form = CourierForm()
    if not form.validate():
        return _list(form, 422)
    try:
        add_courier(form.wish, by=access.actor())
    except CourierIsListed as refusal:
        form.say_that_it_is_listed(refusal.name, active=refusal.active)
        return _list(form, 409)
    flash(_("%(name)s is on the list now.", name=form.name.data), "done")
    return redirect(url_for(".couriers"), 303)


def _list(form: CourierForm, status: int = 200) -> ResponseReturnValue:
    listed, off = find_couriers()
    return render_template("settings/couriers.html", listed=listed, off=off, form=form), status


@settings.route("/settings/couriers/<id:courier_id>", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def courier(courier_id: int) -> ResponseReturnValue:
    found = _courier_or_404(courier_id)
    form = CourierForm(obj=found)
    if not form.validate_on_submit():
        return _page(found, form, 422 if form.is_submitted() else 200)
    try:
        change_courier(courier_id, form.wish, by=access.actor())
    except CourierIsListed as refusal:
        form.say_that_it_is_listed(refusal.name, active=refusal.active)
        return _page(found, form, 409)
    flash(_("%(name)s is saved.", name=form.name.data), "done")
    return redirect(url_for(".couriers"), 303)


def _page(courier: Courier, form: CourierForm, status: int) -> ResponseReturnValue:
    return render_template("settings/courier.html", courier=courier, form=form), status


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
