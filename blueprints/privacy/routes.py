"""Privacy: finding a customer's data, giving it out, and how long emails are kept."""

import json
import logging
from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, background, clock
from blueprints.access import Right, needs
from blueprints.filters import local
from blueprints.ids import read_id
from blueprints.privacy import privacy
from blueprints.privacy.counting import holdings_of
from blueprints.privacy.exporting import export_customer
from blueprints.privacy.finding import MOST_ORDERS, chosen, find_customer, find_customer_of
from blueprints.privacy.forms import KeepEmailsForm, ids_in, span_of
from blueprints.privacy.keeping_emails import days_kept, keep_emails
from blueprints.privacy.listing import list_erasures
from blueprints.privacy.refusals import NothingChosen
from blueprints.shop import current_store
from models import db

log = logging.getLogger("suki")


@privacy.get("/settings/privacy")
@needs(Right.MANAGE_STORE)
def overview() -> ResponseReturnValue:
    days, erased = days_kept(), list_erasures(after=read_id(request.args.get("after")))
    return render_template("privacy/overview.html", kept=span_of(days) if days else None, erased=erased)


@privacy.get("/settings/privacy/customer")
@needs(Right.MANAGE_STORE)
def customer() -> ResponseReturnValue:
    """By what was typed, or by one of their orders."""
    order_id, typed = read_id(request.args.get("order")), request.args.get("q", "")
    found = find_customer_of(access.order_or_404(order_id)) if order_id is not None else find_customer(typed)
    return render_template("privacy/customer.html", found=found, most=MOST_ORDERS)


@privacy.get("/settings/privacy/data")
@needs(Right.MANAGE_STORE)
def data() -> ResponseReturnValue:
    these = chosen(db.session(), ids_in(request.args, "order"), ids_in(request.args, "ticket"))
    if not these:
        return nothing_chosen()
    return render_template("privacy/data.html", these=these, holds=holdings_of(db.session(), these))


@privacy.post("/settings/privacy/export")
@needs(Right.MANAGE_STORE)
def export() -> ResponseReturnValue:
    """All that is known of somebody, in one file: whoever takes it shows once more that it is them."""
    order_ids, ticket_ids = ids_in(request.form, "order"), ids_in(request.form, "ticket")
    if not access.has_proven_lately():
        flash(_("Give your password first: the file holds everything that the store knows of this customer."), "notice")
        back = url_for(".data", order=order_ids[:MOST_ORDERS], ticket=ticket_ids)
        return redirect(url_for("auth.confirm", next=back), 303)
    try:
        found = export_customer(order_ids, ticket_ids, time=_written, by=access.actor())
    except NothingChosen:
        return nothing_chosen()
    log.info("a customer's data downloaded by user %s", access.actor().user_id)
    head = {"store": current_store().name, "made_at": _written(clock.now())}
    text = json.dumps(head | found, ensure_ascii=False, indent=2)
    name = f"customer-data-{local(clock.now()):%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text + "\n", mimetype="application/json", headers=headers)


@privacy.route("/settings/privacy/emails", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def emails() -> ResponseReturnValue:
    form = KeepEmailsForm()
    form.offer(days_kept())
    if form.validate_on_submit():
        keep_emails(form.chosen, by=access.actor())
        background.wake()
        if form.chosen is None:
            flash(_("Saved. Emails keep their texts from now on."), "done")
        else:
            flash(_("Saved. The texts of older emails go within the next minutes."), "done")
        return redirect(url_for(".overview"), 303)
    return render_template("privacy/emails.html", form=form), 422 if form.errors else 200


def nothing_chosen() -> ResponseReturnValue:
    flash(_("Nothing was chosen. Find the customer first, then tick what is theirs."), "notice")
    return redirect(url_for(".overview"), 303)


def _written(at: datetime | None) -> str | None:
    return local(at).isoformat(timespec="seconds") if at else None
