"""Tickets: the list, filing one, and what came with them."""

import re
from collections.abc import Callable
from functools import partial
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.bounds import takes
from blueprints.ids import read_id
from blueprints.support import support
from blueprints.support.assigning import is_staffed
from blueprints.support.finding import Tab, count_by_tab, find_tickets
from blueprints.support.forms import MOST_BYTES_SENT, CancellationForm, LetsIn, QuestionForm
from blueprints.support.refusals import AlreadyAsked, TicketRefusal
from blueprints.support.ticketing import asked_of, file_cancellation, file_question, refuse_to_ask
from models import Order, db
from models.text import cleaned_line


@support.get("/support/tickets")
@needs(Right.SEE_TICKETS)
def tickets() -> ResponseReturnValue:
    typed, by = cleaned_line(request.args.get("q", "")), access.actor()
    tab = _tab(Tab.ALL if typed else Tab.OPEN)
    before, after = read_id(request.args.get("before")), read_id(request.args.get("after"))
    found = find_tickets(typed, tab, by=by, before=before, after=after)
    return render_template(
        "support/tickets.html",
        found=found,
        typed=typed,
        tab=tab,
        tabs=[each for each in Tab if each is not Tab.MINE or not by.is_merchant],
        counts=count_by_tab(by),
        may_file=access.may(Right.FILE_TICKETS),
    )


def _tab(otherwise: Tab) -> Tab:
    """An address with a tab that there is not, or not for the merchant, shows the usual one."""
    try:
        chosen = Tab(request.args.get("state", otherwise))
    except ValueError:
        return otherwise
    return otherwise if chosen is Tab.MINE and not access.may(Right.SOLVE_TICKETS) else chosen


@support.route("/support/tickets/new", methods=["GET", "POST"])
@needs(Right.FILE_TICKETS)
@takes(MOST_BYTES_SENT)
def new_ticket() -> ResponseReturnValue:
    """About the order named in the address, or about anything else."""
    order = _order_asked_about()
    return _ask_about_anything() if order is None else _ask_to_cancel(order)


def _order_asked_about() -> Order | None:
    """One that is not there is 404, and none at all is a general question."""
    asked = request.args.get("order")
    if not asked:
        return None
    order_id = read_id(asked)
    return abort(404) if order_id is None else access.order_or_404(order_id)


def _ask_to_cancel(order: Order) -> ResponseReturnValue:
    form = CancellationForm(reason=asked_of(db.session(), order.id))
    subject = _("Please cancel order %(number)s", number=order.number)
    refused: TicketRefusal | None = None
    try:
        if form.validate_on_submit():
            return _file(form, subject, partial(file_cancellation, order.id))
        refuse_to_ask(db.session(), order)
    except AlreadyAsked as refusal:
        flash(_("This is ticket %(number)s: it asks support to cancel the order already.", number=refusal.ticket_id))
        return redirect(url_for("support.ticket", ticket_id=refusal.ticket_id), 303)
    except TicketRefusal as refusal:
        refused = refusal
    page = render_template(
        "support/new_cancellation.html", order=order, form=form, refusal=refused, is_staffed=is_staffed(db.session())
    )
    return page, 409 if refused else 422 if form.errors else 200


def _ask_about_anything() -> ResponseReturnValue:
    form = QuestionForm(subject=_subject_of_an_error())
    refused: TicketRefusal | None = None
    try:
        if form.validate_on_submit():
            return _file(form, form.subject.data, file_question)
    except TicketRefusal as refusal:
        refused = refusal
    page = render_template("support/new_question.html", form=form, refusal=refused, is_staffed=is_staffed(db.session()))
    return page, 409 if refused else 422 if form.errors else 200


def _subject_of_an_error() -> str:
    """Error pages lead here with the reference that the log has too."""
    reference = request.args.get("reference", "")
    return _("Error page %(reference)s", reference=reference) if re.fullmatch("[0-9a-f]{4,16}", reference) else ""


def _file(form: LetsIn, subject: str, file: Callable[..., int]) -> ResponseReturnValue:
    """Support is let into all orders by somebody who gave their password lately, and by nobody else."""
    proven = not form.lets_into_all or access.has_proven_lately()
    ticket_id = file(form.filing(subject, letting_in=proven), by=access.actor())
    if not proven:
        return _ask_for_password(ticket_id, form)
    flash(_("Ticket %(number)s is with support. You will see their answer here.", number=ticket_id), "done")
    return redirect(url_for("support.ticket", ticket_id=ticket_id), 303)


def _ask_for_password(ticket_id: int, form: LetsIn) -> ResponseReturnValue:
    """The ticket is filed, so that nothing is lost, and nobody is let in; then to where that can be done."""
    back = url_for("support.ticket", ticket_id=ticket_id, scope=form.scope.data, hours=form.hours.data)
    flash(
        _(
            "Ticket %(number)s is with support. They are not let in yet: give your password first, then open access "
            "for all orders on the ticket’s page.",
            number=ticket_id,
        ),
        "notice",
    )
    return redirect(url_for("auth.confirm", next=back), 303)


@support.get("/support/attachments/<id:attachment_id>")
@needs(Right.SEE_TICKETS)
def attachment(attachment_id: int) -> ResponseReturnValue:
    """To be kept, never shown: as what its bytes are, and shut in should a browser show it all the same."""
    found = access.attachment_or_404(attachment_id)
    answer = send_file(
        BytesIO(found.content), mimetype=found.kind.value, as_attachment=True, download_name=found.filename
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return answer
