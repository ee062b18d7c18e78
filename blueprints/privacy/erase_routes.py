"""The page that says what would be erased, and what stays; and the erasing itself, with the password."""

import logging

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blueprints import access, background
from blueprints.access import Right, needs
from blueprints.auth.confirm_routes import refuse_wrong_password
from blueprints.privacy import privacy
from blueprints.privacy.counting import holdings_of
from blueprints.privacy.erasing import ErasureWish, erase_customer
from blueprints.privacy.finding import Chosen, chosen
from blueprints.privacy.forms import EraseForm, ids_in
from blueprints.privacy.refusals import ErasureRefusal, NothingChosen, hindrances_of
from blueprints.privacy.routes import nothing_chosen
from models import db

log = logging.getLogger("suki")


@privacy.get("/settings/privacy/erase")
@needs(Right.MANAGE_STORE)
def erase() -> ResponseReturnValue:
    these = chosen(db.session(), ids_in(request.args, "order"), ids_in(request.args, "ticket"))
    form = EraseForm(formdata=None)
    form.drawn_for(these)
    return _page(these, form) if these else nothing_chosen()


@privacy.post("/settings/privacy/erase")
@needs(Right.MANAGE_STORE)
def erase_save() -> ResponseReturnValue:
    form = EraseForm()
    if not form.validate():
        return _drawn_again(form, 422) if form.versions or form.ticket_ids else nothing_chosen()
    # What can't be taken back is done by who shows that it is them, here and now.
    if (refused := refuse_wrong_password(form, _drawn_again)) is not None:
        return refused
    wish = ErasureWish(form.versions, form.ticket_ids, name=_("Erased customer"), once=form.token)
    try:
        erasure_id = erase_customer(wish, by=access.actor())
    except NothingChosen:
        return nothing_chosen()
    except ErasureRefusal as refusal:
        return _drawn_again(form, 409, refusal)
    background.wake()
    log.info("erasure %s by user %s", erasure_id, access.actor().user_id)
    flash(_("The customer’s data is erased. The books are as they were."), "done")
    return redirect(url_for(".overview"), 303)


def _drawn_again(form: EraseForm, status: int, refusal: ErasureRefusal | None = None) -> Response:
    """As things stand by now; after a refusal the form is about that, else about what was seen first."""
    these = chosen(db.session(), list(form.versions), form.ticket_ids)
    if refusal is not None:
        form.drawn_for(these)
    return make_response(_page(these, form, refusal), status)


def _page(these: Chosen, form: EraseForm, refusal: ErasureRefusal | None = None) -> str:
    return render_template(
        "privacy/erase.html",
        these=these,
        form=form,
        refusal=refusal,
        holds=holdings_of(db.session(), these),
        hindrances=hindrances_of(db.session(), these),
    )
