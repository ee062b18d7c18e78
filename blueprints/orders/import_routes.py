"""Bringing in a file of orders: choose it, see what would come in, import it."""

import time

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, background
from blueprints.access import Right, needs
from blueprints.bounds import takes
from blueprints.orders import orders
from blueprints.orders.import_forms import ImportForm, finding_in_words, found_there, past_finding_in_words
from blueprints.orders.import_looking import Look, look_at
from blueprints.orders.importing import (
    carry_on,
    discard_import,
    findings_of,
    latest_imports,
    stands_still,
    start_import,
)
from blueprints.orders.receiving import Discarded, receive_file
from blueprints.reading_csv import Unreadable
from models import DatabaseBusy, ImportState, OrderImport, db

AT_ONCE_S = 2.0
"""Work on a file that a page waits for; what is left goes on behind it."""
AROUND_A_FILE = 64 * 1024
"""What a browser sends beside the file."""


@orders.route("/orders/import", methods=["GET", "POST"])
@needs(Right.ADD_ORDERS)
@takes(lambda: current_app.config["IMPORT_MAX_BYTES"] + AROUND_A_FILE)
def import_file() -> ResponseReturnValue:
    form = ImportForm()
    if form.validate_on_submit():
        sent = form.file.data
        try:
            import_id = receive_file(sent.stream, filename=sent.filename or "", by=access.actor())
        except Unreadable as unreadable:
            form.say_why_it_is_unreadable(unreadable)
        except Discarded as discarded:
            return redirect(url_for(".import_page", import_id=discarded.import_id), 303)
        else:
            _work_on(import_id)
            return redirect(url_for(".import_page", import_id=import_id), 303)
    page = render_template(
        "orders/import.html",
        form=form,
        imports=latest_imports(),
        largest=current_app.config["IMPORT_MAX_BYTES"] // (1024 * 1024),
    )
    return page, 422 if form.errors else 200


@orders.get("/orders/imports/<id:import_id>")
@needs(Right.ADD_ORDERS)
def import_page(import_id: int) -> ResponseReturnValue:
    found = _import_or_404(import_id)
    is_preview = found.state is ImportState.CHECKED and found.stored
    return render_template(
        "orders/import_page.html",
        file=found,
        stands_still=stands_still(found),
        look=look_at(found) if is_preview else Look(),
        findings=findings_of(found),
        in_words=past_finding_in_words if found.state is ImportState.DONE else finding_in_words,
        found_there=found_there,
    )


@orders.post("/orders/imports/<id:import_id>/start")
@needs(Right.ADD_ORDERS)
def start(import_id: int) -> ResponseReturnValue:
    """Also goes on with one that stands still."""
    _import_or_404(import_id)
    start_import(import_id, by=access.actor())
    _work_on(import_id)
    return redirect(url_for(".import_page", import_id=import_id), 303)


@orders.post("/orders/imports/<id:import_id>/discard")
@needs(Right.ADD_ORDERS)
def discard(import_id: int) -> ResponseReturnValue:
    _import_or_404(import_id)
    if discard_import(import_id):
        flash(_("The file was not imported. Nothing was changed."), "notice")
        return redirect(url_for(".import_file"), 303)
    return redirect(url_for(".import_page", import_id=import_id), 303)


def _import_or_404(import_id: int) -> OrderImport:
    found = db.session.get(OrderImport, import_id)
    return found or abort(404)


def _work_on(import_id: int) -> None:
    until = time.monotonic() + AT_ONCE_S
    try:
        carry_on(import_id, enough=lambda: time.monotonic() > until)
    except DatabaseBusy:
        db.session.rollback()
    background.wake()
