"""Cancelling many orders at once: tick them, see what would happen, do it, and read later what came of it."""

import time
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, background
from blueprints.access import Right, needs
from blueprints.ids import read_id
from blueprints.orders import orders
from blueprints.orders.bulk_asking import TicketWish, ask_about_rest
from blueprints.orders.bulk_cancelling import carry_on, stands_still, start_bulk
from blueprints.orders.bulk_forms import AskSupportForm, BulkForm, read_ticks
from blueprints.orders.bulk_gathering import (
    MOST,
    NothingTicked,
    TooMany,
    discard_bulk,
    gather_found,
    gather_ticked,
)
from blueprints.orders.bulk_looking import find_bulk, foresee, list_bulks, look_back, progress_of
from blueprints.orders.find_forms import FindForm, filters_of
from blueprints.orders.refusals import DecidedAlready, ReasonUnknown
from blueprints.shop import reasons_to_choose
from blueprints.support.refusals import AlreadyAsked, NotForSupport, TicketFormUsedAgain
from blueprints.support.ticketing import Filing, file_cancellation
from models import Actor, BulkCancel, BulkState, DatabaseBusy, db

AT_ONCE_S = 2.0
"""Work that a page waits for; what is left goes on behind it."""


@orders.post("/orders/bulk")
@needs(Right.CHANGE_ORDERS)
def bulk_gather() -> ResponseReturnValue:
    """What was ticked or, when asked for, all that the list shows. Leads to what would happen."""
    asked: dict[str, Any] = FindForm(request.form).asked()
    try:
        if request.form.get("all"):
            bulk_id = gather_found(asked.get("q", ""), filters_of(asked), by=access.actor())
        else:
            bulk_id = gather_ticked(read_ticks(request.form.getlist("order")), by=access.actor())
    except NothingTicked:
        flash(_("No order was ticked. Tick those that you want to cancel, then press the button again."), "problem")
    except TooMany:
        flash(
            _(
                "These are more than %(most)s orders, and that is as many as can be cancelled together. Narrow the "
                "search, by dates for example. Nothing was changed.",
                most=f"{MOST:,}",
            ),
            "problem",
        )
    else:
        return redirect(url_for(".bulk", bulk_id=bulk_id), 303)
    return redirect(url_for(".listing", **asked), 303)


@orders.get("/orders/bulk/")
@needs(Right.CHANGE_ORDERS)
def bulks() -> ResponseReturnValue:
    return render_template("orders/bulks.html", found=list_bulks(after=read_id(request.args.get("after"))))


@orders.get("/orders/bulk/<id:bulk_id>")
@needs(Right.CHANGE_ORDERS)
def bulk(bulk_id: int) -> ResponseReturnValue:
    """What would happen, how far it is, or what came of it."""
    found = _bulk_or_404(bulk_id)
    if found.state is BulkState.DRAFT:
        return _outlook_page(found, BulkForm())
    return _result_page(found, AskSupportForm())


@orders.post("/orders/bulk/<id:bulk_id>/start")
@needs(Right.CHANGE_ORDERS)
def bulk_start(bulk_id: int) -> ResponseReturnValue:
    """Also goes on with one that stands still."""
    found, form = _bulk_or_404(bulk_id), BulkForm()
    is_draft = found.state is BulkState.DRAFT
    if is_draft or form.says_something:
        form.reason.offer(reasons_to_choose())
        if not form.validate():
            return _outlook_page(found, form) if is_draft else _decided_page(found, form)
        try:
            start_bulk(bulk_id, form.wish, ticket_reason=form.for_support, by=access.actor())
        except ReasonUnknown:
            form.say_that_the_reason_is_gone()
            return _outlook_page(found, form)
        except DecidedAlready:
            return _decided_page(found, form)
    _work_on(bulk_id)
    return redirect(url_for(".bulk", bulk_id=bulk_id), 303)


@orders.post("/orders/bulk/<id:bulk_id>/discard")
@needs(Right.CHANGE_ORDERS)
def bulk_discard(bulk_id: int) -> ResponseReturnValue:
    _bulk_or_404(bulk_id)
    if discard_bulk(bulk_id):
        flash(_("Nothing was cancelled: the orders are as they were."), "notice")
        return redirect(url_for(".listing"), 303)
    return redirect(url_for(".bulk", bulk_id=bulk_id), 303)


@orders.post("/orders/bulk/<id:bulk_id>/tickets")
@needs(Right.CHANGE_ORDERS)
def bulk_tickets(bulk_id: int) -> ResponseReturnValue:
    """Asks support, afterwards, for those that only it can cancel."""
    found, form = _bulk_or_404(bulk_id), AskSupportForm()
    if form.validate():
        until = time.monotonic() + AT_ONCE_S
        ask_about_rest(
            bulk_id, form.reason.data, by=access.actor(), enough=lambda: time.monotonic() > until, ask=ask_support
        )
    elif found.state is BulkState.DONE:
        return _result_page(found, form)
    return redirect(url_for(".bulk", bulk_id=bulk_id, _anchor="booked"), 303)


def _bulk_or_404(bulk_id: int) -> BulkCancel:
    return find_bulk(bulk_id) or abort(404)


def _outlook_page(found: BulkCancel, form: BulkForm) -> ResponseReturnValue:
    form.reason.offer(reasons_to_choose())
    page = render_template("orders/bulk.html", bulk=found, form=form, outlook=foresee(found))
    return page, 422 if form.errors else 200


def _decided_page(found: BulkCancel, form: BulkForm) -> ResponseReturnValue:
    return render_template("orders/bulk_decided.html", bulk=found, form=form), 409


def _result_page(found: BulkCancel, form: AskSupportForm) -> ResponseReturnValue:
    is_running = found.state is BulkState.RUNNING
    page = render_template(
        "orders/bulk_result.html",
        bulk=found,
        form=form,
        progress=progress_of(found) if is_running else None,
        stands_still=stands_still(found),
        outlook=None if is_running else look_back(found),
    )
    return page, 422 if form.errors else 200


def _work_on(bulk_id: int) -> None:
    until = time.monotonic() + AT_ONCE_S
    try:
        carry_on(bulk_id, enough=lambda: time.monotonic() > until, ask=ask_support)
    except DatabaseBusy:
        db.session.rollback()
    background.wake()


def ask_support(wish: TicketWish, by: Actor) -> int | None:
    """A ticket alone: nobody is let into the store by it."""
    subject = _("Please cancel order %(number)s", number=wish.order_number)
    try:
        return file_cancellation(wish.order_id, Filing(subject, wish.reason, once=wish.once), by=by)
    except (AlreadyAsked, TicketFormUsedAgain) as refusal:
        return refusal.ticket_id
    except NotForSupport:
        return None
