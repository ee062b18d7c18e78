"""Access to the store: the merchant opens, lengthens, watches and revokes it; an agent enters and leaves."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.ids import read_id
from blueprints.support import support
from blueprints.support.entering import enter_store, leave_store
from blueprints.support.granting import extend_access, grant_access, revoke_access
from blueprints.support.refusals import TicketRefusal
from blueprints.support.reply_routes import ticket_page
from blueprints.support.watching import acts_in, windows_watched
from blueprints.support.window_forms import ExtendForm, OpenForm
from models import Ticket, WindowScope, db

REFRESH_S = 3


@support.post("/support/tickets/<id:ticket_id>/window")
@needs(Right.GRANT_ACCESS)
def open_window(ticket_id: int) -> ResponseReturnValue:
    ticket = access.ticket_or_404(ticket_id)
    form = OpenForm()
    form.offer(ticket)
    if not form.validate():
        return ticket_page(ticket, open_form=form), 422
    if form.chosen_scope is WindowScope.ALL and not access.has_proven_lately():
        flash(_("Give your password first, then open access once more: it is for all orders."), "notice")
        return _ask_for_password(ticket, scope=form.scope.data, hours=form.hours.data)
    try:
        grant_access(ticket_id, scope=form.chosen_scope, hours=int(form.hours.data), by=access.actor())
    except TicketRefusal as refusal:
        return ticket_page(access.ticket_or_404(ticket_id), open_form=form, refusal=refusal), 409
    flash(_("Support can act in your store now. You see here what they do, and can end it at any time."), "done")
    return _back_to(ticket)


def _ask_for_password(ticket: Ticket, **chosen: str) -> ResponseReturnValue:
    """And back to what was chosen."""
    back = url_for("support.ticket", ticket_id=ticket.id, **chosen)  # type: ignore[arg-type]  # names of fields
    return redirect(url_for("auth.confirm", next=back), 303)


def _back_to(ticket: Ticket) -> ResponseReturnValue:
    return redirect(url_for("support.ticket", ticket_id=ticket.id), 303)


@support.post("/support/windows/<id:window_id>/extend")
@needs(Right.GRANT_ACCESS)
def extend_window(window_id: int) -> ResponseReturnValue:
    window = access.window_or_404(window_id)
    ticket, form = window.ticket, ExtendForm()
    if not form.validate():
        return ticket_page(ticket, extend_form=form), 422
    if window.scope is WindowScope.ALL and not access.has_proven_lately():
        flash(_("Give your password first, then give more time once more: it is for all orders."), "notice")
        return _ask_for_password(ticket, more=form.hours.data)
    try:
        extend_access(window_id, hours=int(form.hours.data), seen_until=form.seen_until, by=access.actor())
    except TicketRefusal as refusal:
        return ticket_page(access.window_or_404(window_id).ticket, extend_form=form, refusal=refusal), 409
    flash(_("Support has more time now."), "done")
    return _back_to(ticket)


@support.post("/support/windows/<id:window_id>/revoke")
@needs(Right.GRANT_ACCESS)
def revoke_window(window_id: int) -> ResponseReturnValue:
    access.window_or_404(window_id)
    revoke_access(window_id, by=access.actor())
    flash(_("Support’s access has ended. Nothing more can be done in it."), "done")
    return redirect(url_for("support.watch"), 303)


@support.get("/support/access")
@needs(Right.GRANT_ACCESS)
def watch() -> ResponseReturnValue:
    """What support saw and did, as it happens."""
    page = windows_watched(db.session(), after=read_id(request.args.get("after")))
    return render_template("support/access.html", page=page, refresh_seconds=REFRESH_S)


@support.get("/support/windows/<id:window_id>")
@needs(Right.GRANT_ACCESS)
def window(window_id: int) -> ResponseReturnValue:
    found = access.window_or_404(window_id)
    after = read_id(request.args.get("after"))
    page = acts_in(db.session(), found, after=after)
    return render_template("support/window.html", window=found, page=page, after=after, refresh_seconds=REFRESH_S)


@support.post("/support/windows/<id:window_id>/enter")
@needs(Right.ENTER_STORE)
def enter(window_id: int) -> ResponseReturnValue:
    order_id = access.window_or_404(window_id).order_id
    enter_store(window_id, user_session_id=g.user_session_id, by=access.actor())
    if order_id is not None:
        return redirect(url_for("orders.detail", order_id=order_id), 303)
    return redirect(url_for("orders.listing"), 303)


@support.post("/support/windows/<id:window_id>/leave")
@needs(Right.ENTER_STORE)
def leave(window_id: int) -> ResponseReturnValue:
    ticket = access.window_or_404(window_id).ticket
    leave_store(window_id, user_session_id=g.user_session_id)
    flash(_("You have left the store."), "done")
    return redirect(url_for("support.ticket", ticket_id=ticket.id), 303)
