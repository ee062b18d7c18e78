"""What a customer asked for, and the merchant does not do. To approve it is to cancel the order."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.declining_request import decline_request, what_to_decline
from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.request_forms import DeclineForm
from models import Order


@orders.route("/orders/<id:order_id>/request/decline", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def request_decline(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = DeclineForm()
    if not form.validate_on_submit():
        return _page(order, form, status=422 if form.errors else 200)
    try:
        decline_request(order_id, form.request_id, note=form.note.data or "", by=access.actor())
    except OrderRefusal as refusal:
        return _page(order, form, refusal=refusal)
    flash(_("Declined: order %(number)s goes on, and the customer reads why.", number=order.number), "done")
    return redirect(url_for("orders.detail", order_id=order_id), 303)


def _page(
    order: Order, form: DeclineForm, *, status: int = 200, refusal: OrderRefusal | None = None
) -> ResponseReturnValue:
    """Asks the rule each time it is drawn."""
    asked = what_to_decline(order, form.request_id if form.is_submitted() else None)
    form.is_about(asked.request)
    refusal = refusal or asked.refusal
    page = render_template("orders/decline.html", order=order, form=form, asked=asked.request, refusal=refusal)
    return page, 409 if refusal else status
