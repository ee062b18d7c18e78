"""The settings of orders that are not paid."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.capped import shown
from blueprints.settings import settings
from blueprints.settings.timing_payment import time_payment, unpaid_now
from blueprints.settings.unpaid_forms import UnpaidForm
from blueprints.shop import current_store, reasons_to_choose


@settings.route("/settings/unpaid", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def unpaid() -> ResponseReturnValue:
    form = UnpaidForm()
    form.drawn_for(current_store(), reasons_to_choose())
    if form.validate_on_submit():
        time_payment(
            form.hours,
            notice_hours=form.notice_hours,
            note=form.unpaid_note.data or "",
            reason_id=form.reason_id,
            by=access.actor(),
        )
        if form.hours is None:
            flash(_("Saved. Unpaid orders wait until you decide."), "done")
        else:
            flash(_("Saved. It holds for the orders to come."), "done")
        return redirect(url_for(".overview"), 303)
    stand = unpaid_now()
    page = render_template("settings/unpaid.html", form=form, unpaid=stand, many=shown(stand.waiting))
    return page, 422 if form.errors else 200
