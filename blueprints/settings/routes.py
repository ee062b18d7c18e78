"""The settings of the store: overview, the store itself, alerts, support."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from blueprints import access
from blueprints.access import Right, needs
from blueprints.ask_links import can_be_followed
from blueprints.mailing import sender
from blueprints.settings import settings
from blueprints.settings.changing_store import FileWaits, change_store
from blueprints.settings.forms import AlertsForm, CancellingForm, RequestsForm, StoreForm, SupportForm, zone_name
from blueprints.settings.letting_ask import let_ask
from blueprints.settings.naming_support import name_support
from blueprints.settings.summing_up_settings import sum_up
from blueprints.settings.switching_alerts import kinds_switched_on, switch_alerts
from blueprints.settings.timing_undo import time_undo
from blueprints.settings.trying_mail import last_try, try_mail
from blueprints.shop import current_store
from models import CustomerAlert, Language, OrderStatus


@settings.get("/settings/")
@needs(Right.MANAGE_STORE)
def overview() -> ResponseReturnValue:
    zone = zone_name(current_store().timezone)
    return render_template("settings/overview.html", settings=sum_up(), zone=zone, alert_kinds=len(CustomerAlert))


@settings.route("/settings/store", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def store() -> ResponseReturnValue:
    before = current_store().currency
    form = StoreForm(obj=current_store())
    form.offer(currency=before, timezone=current_store().timezone)
    if form.validate_on_submit():
        try:
            change_store(
                name=form.name.data,
                email=form.email.data or None,
                phone=form.phone.data or None,
                currency=form.currency.data,
                timezone=form.timezone.data,
                language=Language(form.language.data),
                by=access.actor(),
            )
        except FileWaits:
            form.say_that_a_file_waits()
            return render_template("settings/store.html", form=form), 409
        refresh()  # what is said from here on is said in the language that was just chosen
        flash(_("The store’s settings are saved."), "done")
        if form.currency.data != before:
            flash(_("Orders that are here already keep their currency; new ones use %(now)s.", now=form.currency.data))
        return redirect(url_for(".overview"), 303)
    return render_template("settings/store.html", form=form), 422 if form.errors else 200


@settings.route("/settings/alerts", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def alerts() -> ResponseReturnValue:
    form = AlertsForm(alerts_on=current_store().alerts_on, kinds=kinds_switched_on())
    form.offer()
    if form.validate_on_submit():
        switch_alerts(alerts_on=form.alerts_on.data, kinds=form.kinds.data, by=access.actor())
        flash(_("The alerts are saved."), "done")
        return redirect(url_for(".overview"), 303)
    page = render_template(
        "settings/alerts.html",
        form=form,
        last=last_try(),
        mail_server=current_app.config.get("MAIL_SERVER"),
        mail_sender=sender()[1],
    )
    return page, 422 if form.errors else 200


@settings.post("/settings/alerts/test")
@needs(Right.MANAGE_STORE)
def alerts_test() -> ResponseReturnValue:
    try_mail(recipient=current_user.email)
    return redirect(url_for(".alerts", _anchor="mail"), 303)


@settings.route("/settings/cancelling", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def cancelling() -> ResponseReturnValue:
    form = CancellingForm(undo_seconds=current_store().undo_seconds)
    if form.validate_on_submit():
        time_undo(form.undo_seconds.data or 0, by=access.actor())
        flash(_("Saved. It holds for the cancels to come."), "done")
        return redirect(url_for(".overview"), 303)
    return render_template("settings/cancelling.html", form=form), 422 if form.errors else 200


@settings.route("/settings/requests", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def requests() -> ResponseReturnValue:
    form = RequestsForm(may_ask=current_store().customers_may_ask, until=current_store().ask_until.value)
    if form.validate_on_submit():
        let_ask(may_ask=form.may_ask.data, until=OrderStatus(form.until.data), by=access.actor())
        flash(_("Saved. It holds for the links in earlier emails, too."), "done")
        return redirect(url_for(".overview"), 303)
    page = render_template(
        "settings/requests.html",
        form=form,
        base_url=current_app.config["BASE_URL"],
        can_be_followed=can_be_followed(),
    )
    return page, 422 if form.errors else 200


@settings.route("/settings/support", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def support() -> ResponseReturnValue:
    form = SupportForm(name=current_store().support_name, email=current_store().support_email)
    if form.validate_on_submit():
        name_support(name=form.name.data, email=form.email.data or None, by=access.actor())
        flash(_("Support’s name and address are saved."), "done")
        return redirect(url_for(".overview"), 303)
    return render_template("settings/support.html", form=form), 422 if form.errors else 200
