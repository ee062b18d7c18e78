"""The owner's page of the outbox: whether mail gets out, what waits and what failed, and trying it again now."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import access, background, clock
from blueprints.access import Right, needs
from blueprints.ids import read_id
from blueprints.orders import orders
from blueprints.orders.background_tasks import deliver_in_background
from blueprints.orders.email_routes import email_or_404
from blueprints.orders.sending_again import NotSentAgain
from blueprints.orders.trying_again import can_be_tried, try_again, try_failed, try_waiting
from blueprints.orders.watching_outbox import OVERDUE, Pile, look_at_outbox, page_of
from blueprints.shop import current_store
from models import Email, db


@orders.get("/settings/outbox")
@needs(Right.MANAGE_STORE)
def outbox() -> ResponseReturnValue:
    return _page()


@orders.post("/settings/outbox/<id:email_id>/try")
@needs(Right.MANAGE_STORE)
def outbox_try(email_id: int) -> ResponseReturnValue:
    email_or_404(email_id)
    try:
        tried_id = try_again(email_id, by=access.actor())
    except NotSentAgain as refusal:
        return _page(refusal), 409
    if tried_id is None:
        flash(_("Nothing was sent twice: that email is on its way already, or was sent since."), "notice")
    elif current_store().is_demo:
        flash(_("A copy was made, and is kept in the mailbox: nothing leaves this store."), "notice")
    else:
        flash(
            _("The email to %(email)s is tried again now.", email=db.session.get_one(Email, tried_id).recipient), "done"
        )
    return redirect(url_for(".outbox", show=_asked_for()), 303)


@orders.post("/settings/outbox/failed/try")
@needs(Right.MANAGE_STORE)
def outbox_try_failed() -> ResponseReturnValue:
    try:
        copied = try_failed(by=access.actor())
    except NotSentAgain as refusal:
        return _page(refusal), 409
    if copied and current_store().is_demo:
        flash(_("Copies were made, and are kept in the mailbox: nothing leaves this store."), "notice")
    elif copied:
        flash(ngettext("%(num)s email goes out again now.", "%(num)s emails go out again now.", copied), "done")
    else:
        flash(_("There is no failed email that can be sent again."), "notice")
    return redirect(url_for(".outbox"), 303)


@orders.post("/settings/outbox/waiting/try")
@needs(Right.MANAGE_STORE)
def outbox_try_waiting() -> ResponseReturnValue:
    try:
        hurried = try_waiting(by=access.actor())
    except NotSentAgain as refusal:
        return _page(refusal), 409
    if hurried:
        flash(ngettext("%(num)s email is tried now.", "%(num)s emails are tried now.", hurried), "done")
    else:
        flash(_("None of them waits for its next try: each is being sent, or held for its time."), "notice")
    return redirect(url_for(".outbox", show=Pile.WAITING.value), 303)


def _asked_for() -> str | None:
    wanted = request.values.get("show")
    return wanted if wanted in set(Pile) else None


def _page(refusal: NotSentAgain | None = None) -> str:
    state, now = look_at_outbox(), clock.now()
    pile = Pile(_asked_for() or (Pile.WAITING if state.waiting and not state.failed else Pile.FAILED))
    page = page_of(pile, after=read_id(request.args.get("after")))
    return render_template(
        "orders/outbox.html",
        state=state,
        pile=pile,
        page=page,
        can_try={row.email.id: can_be_tried(row.email) for row in page.rows},
        overdue_since=state.overdue_since(now),
        pulse=background.pulse_of(deliver_in_background),
        hangs_after=OVERDUE / timedelta(seconds=1),
        refusal=refusal,
    )
