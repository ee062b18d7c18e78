"""Pages for customers, who have no account: asking for a cancel by the link in an email, and asking for that link."""

import logging
from typing import Any

from flask import abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from blueprints import outbox
from blueprints.access import public
from blueprints.ask_links import AskLink, LinkExpired, LinkUnknown, read_token
from blueprints.forms import BaseForm
from blueprints.orders import orders
from blueprints.orders.ask_forms import LinkForm, WishForm
from blueprints.orders.asking_for_link import ask_for_link
from blueprints.orders.asking_to_cancel import ask_to_cancel, what_was_asked
from blueprints.orders.reaching import mail_url, phone_url
from blueprints.orders.refusals import TooLateToAsk
from blueprints.shop import current_store
from blueprints.slowing import TooManyTries
from blueprints.visitors import address, told_to_wait

log = logging.getLogger("suki")


@orders.route("/ask", methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """The same answer, by the same work, whether or not an order is like that."""
    _refuse_when_off()
    form = LinkForm()
    if not outbox.mail_is_configured() and not current_store().is_demo:
        return _ask_page(form, 409 if form.is_submitted() else 200)
    if not form.validate_on_submit():
        return _ask_page(form, 422 if form.is_submitted() else 200)
    try:
        ask_for_link(number=form.number.data or "", email=form.email.data or "", address=address())
    except TooManyTries as refusal:
        return told_to_wait(form, refusal, _ask_page, what="link")
    log.info("link to ask for a cancel asked for")
    return redirect(url_for(".ask_sent"), 303)


@orders.get("/ask/sent")
@public
def ask_sent() -> ResponseReturnValue:
    _refuse_when_off()
    return _page("ask/sent.html")


@orders.route("/ask/<token>", methods=["GET", "POST"])
@public
def ask_by_link(token: str) -> ResponseReturnValue:
    _refuse_when_off()
    form = WishForm()
    try:
        link = read_token(token)
        if not form.validate_on_submit():
            return _link_page(link, token, form, 422 if form.is_submitted() else 200)
        ask_to_cancel(link, reason=form.reason.data or "")
    except TooLateToAsk:
        return _link_page(link, token, form, 409)
    except LinkUnknown as refusal:
        return _page("ask/no_link.html", 404, expired=isinstance(refusal, LinkExpired))
    log.info("cancel asked for order=%s", link.order_id)
    return redirect(url_for(".ask_by_link", token=token), 303)


def _refuse_when_off() -> None:
    if not current_store().customers_may_ask:
        abort(404)


def _ask_page(form: BaseForm, status: int) -> Response:
    can_mail = outbox.mail_is_configured() or current_store().is_demo
    return _page("ask/ask.html", status, form=form, can_mail=can_mail)


def _link_page(link: AskLink, token: str, form: WishForm, status: int) -> ResponseReturnValue:
    asked = what_was_asked(link)
    if asked.refusal is not None and asked.request is None:
        status = 409
    return _page("ask/link.html", status, asked=asked, order=asked.order, form=form, token=token)


def _page(template: str, status: int = 200, **shown: Any) -> Response:
    """With how to reach the shop below it."""
    store = current_store()
    reach = {"mail_url": mail_url(store.email), "phone_url": phone_url(store.phone)}
    return make_response(render_template(template, **reach, **shown), status)
