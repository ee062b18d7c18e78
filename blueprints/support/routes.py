"""Reaching support: who they are, and what they need to cancel an order that a courier has booked."""

import re
from urllib.parse import quote

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.ids import IdConverter
from blueprints.shop import current_store
from blueprints.support import support
from models import Order


@support.get("/support/tickets")
@needs(Right.SEE_TICKETS)
def tickets() -> ResponseReturnValue:
    return render_template("support/tickets.html", mailto=_mailto(), may_ask=access.may(Right.SEE_ORDERS))


@support.get("/support/tickets/new")
@needs(Right.SEE_ORDERS)
def new_ticket() -> ResponseReturnValue:
    order = _order_asked_about()
    letter = render_template("support/_letter.txt", order=order)
    subject = _("Please cancel order %(number)s", number=order.number) if order else ""
    return render_template("support/new_ticket.html", order=order, letter=letter, mailto=_mailto(subject, letter))


def _order_asked_about() -> Order | None:
    """The order named in the address; one that is not there is 404, and none at all is a general question."""
    asked = request.args.get("order", "")
    if not asked:
        return None
    if not re.fullmatch(IdConverter.regex, asked):
        abort(404)
    return access.order_or_404(int(asked))


def _mailto(subject: str = "", body: str = "") -> str | None:
    """A link that begins an email to support; nothing when the store has no address for it."""
    address = current_store().support_email
    if address is None:
        return None
    parts = {"subject": subject, "body": body.replace("\n", "\r\n")}
    query = "&".join(f"{name}={quote(value)}" for name, value in parts.items() if value)
    return f"mailto:{quote(address, safe='@')}" + (f"?{query}" if query else "")
