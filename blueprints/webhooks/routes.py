"""Webhooks: the list of endpoints, one more, and the page of each with its secret."""

import logging

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, clock
from blueprints.access import Right, needs
from blueprints.ids import read_id
from blueprints.webhooks import webhooks
from blueprints.webhooks.changing_endpoints import (
    MOST_ENDPOINTS,
    TooManyEndpoints,
    add_endpoint,
    change_endpoint,
    renew_secret,
)
from blueprints.webhooks.forms import EndpointForm
from blueprints.webhooks.listing import all_endpoints, log_of, secret_holds_until
from blueprints.webhooks.sending import NotSent
from blueprints.webhooks.signing import secret_of
from blueprints.webhooks.switching import switch_off, switch_on
from models import WebhookEndpoint, db

log = logging.getLogger("suki")


def endpoint_or_404(endpoint_id: int) -> WebhookEndpoint:
    """The one door to an endpoint; only owners get so far."""
    return db.session.get(WebhookEndpoint, endpoint_id) or abort(404)


@webhooks.get("/settings/webhooks")
@needs(Right.MANAGE_STORE)
def listing() -> ResponseReturnValue:
    endpoints = all_endpoints()
    return render_template("webhooks/list.html", endpoints=endpoints, is_full=len(endpoints) >= MOST_ENDPOINTS)


@webhooks.route("/settings/webhooks/new", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def new() -> ResponseReturnValue:
    form, status = EndpointForm(), 200
    form.offer()
    if form.validate_on_submit():
        try:
            endpoint_id = add_endpoint(form.wish, by=access.actor())
        except TooManyEndpoints:
            form.form_errors.append(_("There are %(most)s webhooks already. Change one of them.", most=MOST_ENDPOINTS))
            status = 409
        else:
            flash(_("The webhook is added. Give its secret to the receiver, then send a test."), "done")
            return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)
    elif form.errors:
        status = 422
    return render_template("webhooks/new.html", form=form), status


@webhooks.get("/settings/webhooks/<id:endpoint_id>")
@needs(Right.MANAGE_STORE)
def endpoint(endpoint_id: int) -> ResponseReturnValue:
    return endpoint_page(endpoint_or_404(endpoint_id))


def endpoint_page(found: WebhookEndpoint, refusal: NotSent | None = None) -> str:
    return render_template(
        "webhooks/endpoint.html",
        endpoint=found,
        log=log_of(found, after=read_id(request.args.get("after"))),
        refusal=refusal,
    )


@webhooks.route("/settings/webhooks/<id:endpoint_id>/change", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def change(endpoint_id: int) -> ResponseReturnValue:
    found, form = endpoint_or_404(endpoint_id), EndpointForm()
    form.offer()
    if form.validate_on_submit():
        change_endpoint(endpoint_id, form.wish, by=access.actor())
        flash(_("The webhook is saved."), "done")
        return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)
    if not form.is_submitted():
        form.show(found)
    return render_template("webhooks/change.html", endpoint=found, form=form), 422 if form.errors else 200


@webhooks.post("/settings/webhooks/<id:endpoint_id>/off")
@needs(Right.MANAGE_STORE)
def off(endpoint_id: int) -> ResponseReturnValue:
    endpoint_or_404(endpoint_id)
    switch_off(endpoint_id, by=access.actor())
    flash(_("The webhook is off. It is told nothing until you switch it on again."), "done")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)


@webhooks.post("/settings/webhooks/<id:endpoint_id>/on")
@needs(Right.MANAGE_STORE)
def on(endpoint_id: int) -> ResponseReturnValue:
    endpoint_or_404(endpoint_id)
    switch_on(endpoint_id, by=access.actor())
    flash(_("The webhook is on: it is told of what happens from now on."), "done")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id), 303)


@webhooks.get("/settings/webhooks/<id:endpoint_id>/secret")
@needs(Right.MANAGE_STORE)
def secret(endpoint_id: int) -> ResponseReturnValue:
    found = endpoint_or_404(endpoint_id)
    if not access.has_proven_lately():
        return _ask_for_password(endpoint_id)
    log.info("webhook secret shown to user %s", access.actor().user_id)
    return render_template(
        "webhooks/secret.html",
        endpoint=found,
        secret=secret_of(found.secret_nonce),
        former_until=secret_holds_until(found, clock.now()),
    )


@webhooks.post("/settings/webhooks/<id:endpoint_id>/secret/renew")
@needs(Right.MANAGE_STORE)
def secret_renew(endpoint_id: int) -> ResponseReturnValue:
    endpoint_or_404(endpoint_id)
    if not access.has_proven_lately():
        flash(_("Give your password first, then make the new secret once more. Nothing was changed yet."), "notice")
        return _ask_for_password(endpoint_id)
    renew_secret(endpoint_id, by=access.actor())
    flash(_("Here is the new secret. For a day messages are signed with both."), "done")
    return redirect(url_for(".secret", endpoint_id=endpoint_id), 303)


def _ask_for_password(endpoint_id: int) -> ResponseReturnValue:
    """And back to the secret."""
    return redirect(url_for("auth.confirm", next=url_for(".secret", endpoint_id=endpoint_id)), 303)
