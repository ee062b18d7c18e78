"""The mailbox: every email of the store, as it was written, with what became of it."""

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.ask_links import with_link
from blueprints.ids import read_id
from blueprints.mailing import sender
from blueprints.orders import orders
from blueprints.orders.correcting_address import can_be_corrected, correct_address
from blueprints.orders.email_forms import AddressForm, Correction
from blueprints.orders.listing_emails import Box, page_of_emails
from blueprints.orders.routes import order_page
from blueprints.orders.sending_again import NotSentAgain, can_be_sent_again, send_again
from blueprints.seals import SEALED_KINDS
from blueprints.shop import current_store
from models import Email, EmailState, Order, db

# The HTML of an email is a document of its own: it may have its inline styles and nothing else, wherever it is opened.
POLICY_OF_AN_EMAIL = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def email_or_404(email_id: int) -> Email:
    """The one door to an email. Staff see those about orders; what concerns accounts is the owner's."""
    email = db.session.get(Email, email_id)
    if email is None or (email.order_id is None and not access.may(Right.MANAGE_STORE)):
        abort(404)
    return email


@orders.get("/orders/emails")
@needs(Right.SEE_SHOP)
def emails() -> ResponseReturnValue:
    wanted = request.args.get("state", "")
    box = Box(wanted) if wanted in set(Box) else Box.ALL
    page = page_of_emails(
        box=box,
        only_about_orders=not access.may(Right.MANAGE_STORE),
        before=read_id(request.args.get("before")),
        after=read_id(request.args.get("after")),
    )
    return render_template("orders/emails.html", page=page, box=box, boxes=Box)


@orders.get("/orders/emails/<id:email_id>")
@needs(Right.SEE_SHOP)
def email(email_id: int) -> ResponseReturnValue:
    return _email_page(email_or_404(email_id))


def _email_page(email: Email, refusal: NotSentAgain | None = None, correction: Correction | None = None) -> str:
    order = db.session.get(Order, email.order_id) if email.order_id else None
    return render_template(
        "orders/email.html",
        email=email,
        text=_as_read(email, email.text),
        order=order,
        sender=sender(),
        is_sealed=email.kind in SEALED_KINDS,
        can_be_sent_again=can_be_sent_again(email),
        takes_address=can_be_corrected(email, order) or (correction is not None and email.is_on_its_way),
        address_form=AddressForm(formdata=None),
        correction=correction,
        refusal=refusal,
    )


def _as_read(email: Email, body: str) -> str:
    """The mailbox of a demo is its customers’ mailbox too: there the link to ask for a cancel can be tried."""
    return with_link(email, body) if current_store().is_demo else body


@orders.get("/orders/emails/<id:email_id>/html")
@needs(Right.SEE_SHOP)
def email_html(email_id: int) -> Response:
    email = email_or_404(email_id)
    if email.kind in SEALED_KINDS or email.cleared_at is not None:
        abort(404)
    document = make_response(_as_read(email, email.html))
    document.headers["Content-Security-Policy"] = POLICY_OF_AN_EMAIL
    return document


@orders.post("/orders/emails/<id:email_id>/again")
@needs(Right.CHANGE_ORDERS)
def email_again(email_id: int) -> ResponseReturnValue:
    email = email_or_404(email_id)
    try:
        copy_id = send_again(email.id, by=access.actor())
    except NotSentAgain as refusal:
        return _email_page(email_or_404(email_id), refusal), 409
    copy = db.session.get_one(Email, copy_id)
    if copy.state is EmailState.NOT_SENT:
        flash(_("A copy was made, and is kept in the mailbox: nothing leaves this store."), "notice")
    else:
        flash(_("The email is on its way to %(email)s again.", email=copy.recipient), "done")
    if request.form.get("back") == "order" and copy.order_id is not None:
        return redirect(url_for("orders.detail", order_id=copy.order_id, _anchor="emails"), 303)
    return redirect(url_for("orders.email", email_id=copy.id), 303)


@orders.post("/orders/emails/<id:email_id>/address")
@needs(Right.CHANGE_ORDERS)
def email_address(email_id: int) -> ResponseReturnValue:
    """Correct the address and send. `back`: the page whose form it was, the order's own or the email's."""
    if email_or_404(email_id).order_id is None:
        abort(404)
    form = AddressForm()
    if not form.validate():
        return _page_with(email_id, Correction(email_id, form)), 422
    try:
        sent_id = correct_address(email_id, address=form.address, by=access.actor())
    except NotSentAgain as refusal:
        return _page_with(email_id, Correction(email_id, form, refusal)), 409
    sent = db.session.get_one(Email, sent_id)
    if sent.state is EmailState.NOT_SENT:
        flash(_("The address is corrected. The copy is kept in the mailbox: nothing leaves this store."), "notice")
    elif sent_id == email_id:
        flash(_("The address is corrected: the email that waits goes to %(email)s.", email=sent.recipient), "done")
    else:
        flash(_("The address is corrected, and the email is on its way to %(email)s.", email=sent.recipient), "done")
    if request.form.get("back") == "email":
        return redirect(url_for("orders.email", email_id=sent_id), 303)
    return redirect(url_for("orders.detail", order_id=sent.order_id, _anchor="emails"), 303)


def _page_with(email_id: int, correction: Correction) -> str:
    email = email_or_404(email_id)
    if request.form.get("back") == "email":
        return _email_page(email, correction=correction)
    return order_page(access.order_or_404(email.order_id or 0), correction=correction)
