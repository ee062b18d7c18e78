"""One ticket: reading it, writing to it, who takes it, and its end."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.bounds import takes
from blueprints.support import support
from blueprints.support.assigning import agents, assign, is_staffed
from blueprints.support.forms import MOST_BYTES_SENT, AssignForm, ReplyForm, SolveForm
from blueprints.support.granting import latest_window_of, waits_for_access
from blueprints.support.refusals import NoSuchAgent, TicketRefusal
from blueprints.support.replying import reply as write_reply
from blueprints.support.showing import files_of_the_request, history_of, thread_of
from blueprints.support.solving import close as close_ticket
from blueprints.support.solving import solve as solve_ticket
from blueprints.support.window_forms import ExtendForm, OpenForm
from models import AccessWindow, Ticket, db
from models.window import DEFAULT_HOURS


@support.get("/support/tickets/<id:ticket_id>")
@needs(Right.SEE_TICKETS)
def ticket(ticket_id: int) -> ResponseReturnValue:
    return ticket_page(access.ticket_or_404(ticket_id))


def ticket_page(
    ticket: Ticket,
    *,
    form: ReplyForm | None = None,
    open_form: OpenForm | None = None,
    extend_form: ExtendForm | None = None,
    refusal: TicketRefusal | None = None,
) -> str:
    """The ticket's page, for every route whose form stands on it: with what was typed, and what was refused."""
    session, by = db.session(), access.actor()
    window = latest_window_of(session, ticket)
    return render_template(
        "support/ticket.html",
        ticket=ticket,
        form=form or ReplyForm(formdata=None),
        assign_form=_assign_form(ticket),
        is_agent=access.may(Right.SOLVE_TICKETS),
        thread=thread_of(session, ticket, by),
        files=files_of_the_request(session, ticket),
        history=history_of(session, ticket),
        window=window,
        asks_for_access=by.is_merchant and waits_for_access(ticket, window),
        open_form=open_form or _open_form(ticket),
        extend_form=_extend_form(extend_form, window),
        refusal=refusal,
        is_staffed=is_staffed(session),
    )


def _open_form(ticket: Ticket) -> OpenForm:
    """With what was chosen before the password was asked for."""
    chosen = {name: request.args[name] for name in ("scope", "hours") if name in request.args}
    form = OpenForm(formdata=None, **chosen)
    form.offer(ticket)
    return form


def _extend_form(typed: ExtendForm | None, window: AccessWindow | None) -> ExtendForm:
    form = typed or ExtendForm(formdata=None, hours=request.args.get("more", str(DEFAULT_HOURS)))
    form.drawn_for(window)
    return form


def _assign_form(ticket: Ticket) -> AssignForm:
    """The merchant, who hands out nothing, gets it without names."""
    form = AssignForm(formdata=None)
    if access.may(Right.SOLVE_TICKETS):
        form.offer(agents(db.session()), ticket.assignee_id)
    return form


@support.post("/support/tickets/<id:ticket_id>/reply")
@needs(Right.SEE_TICKETS)
@takes(MOST_BYTES_SENT)
def reply(ticket_id: int) -> ResponseReturnValue:
    ticket = access.ticket_or_404(ticket_id)
    form = ReplyForm()
    if not form.validate():
        return ticket_page(ticket, form=form), 422
    words = form.words(may_be_internal=access.may(Right.SOLVE_TICKETS))
    try:
        write_reply(ticket_id, words, by=access.actor())
    except TicketRefusal as refusal:
        return ticket_page(ticket, form=form, refusal=refusal), 409
    flash(
        _("Your note is kept. Only the support team sees it.") if words.internal else _("Your reply is sent."), "done"
    )
    return _back_to(ticket)


@support.post("/support/tickets/<id:ticket_id>/solve")
@needs(Right.SOLVE_TICKETS)
@takes(MOST_BYTES_SENT)
def solve(ticket_id: int) -> ResponseReturnValue:
    ticket = access.ticket_or_404(ticket_id)
    form = SolveForm()
    if not form.validate():
        return ticket_page(ticket, form=form), 422
    words = form.words(may_be_internal=True) if form.body.data else None
    try:
        solve_ticket(ticket_id, words=words, by=access.actor())
    except TicketRefusal as refusal:
        return ticket_page(ticket, form=form, refusal=refusal), 409
    flash(_("Ticket %(number)s is solved.", number=ticket_id), "done")
    return _back_to(ticket)


@support.post("/support/tickets/<id:ticket_id>/close")
@needs(Right.FILE_TICKETS)
def close(ticket_id: int) -> ResponseReturnValue:
    ticket = access.ticket_or_404(ticket_id)
    try:
        close_ticket(ticket_id, by=access.actor())
    except TicketRefusal as refusal:
        return ticket_page(ticket, refusal=refusal), 409
    flash(_("Ticket %(number)s is closed.", number=ticket_id), "done")
    return _back_to(ticket)


@support.post("/support/tickets/<id:ticket_id>/assign")
@needs(Right.SOLVE_TICKETS)
def assign_to(ticket_id: int) -> ResponseReturnValue:
    ticket = access.ticket_or_404(ticket_id)
    try:
        assign(ticket_id, AssignForm().agent_id, by=access.actor())
    except NoSuchAgent as refusal:
        return ticket_page(ticket, refusal=refusal), 409
    flash(_("Saved who takes ticket %(number)s.", number=ticket_id), "done")
    return _back_to(ticket)


def _back_to(ticket: Ticket) -> ResponseReturnValue:
    return redirect(url_for("support.ticket", ticket_id=ticket.id), 303)
