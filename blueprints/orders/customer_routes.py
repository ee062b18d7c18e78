"""Correcting who an order is for, and how they are reached."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.correcting_customer import correct_customer, refuse_to_correct
from blueprints.orders.forms import CustomerForm
from blueprints.orders.history import missed_by
from blueprints.orders.refusals import OrderRefusal, refusal_of
from models import Order


@orders.route("/orders/<id:order_id>/customer", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def customer(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = CustomerForm(obj=order)
    if not form.is_submitted():
        return _page(order, form)
    if not form.validate():
        return _page(order, form, status=422)
    try:
        is_corrected = correct_customer(order_id, version=form.version.data, details=form.details, by=access.actor())
    except OrderRefusal as refusal:
        return _page(order, form, refusal=refusal)
    if is_corrected:
        flash(_("The customer’s details on order %(number)s are corrected.", number=order.number), "done")
    else:
        flash(_("Nothing was different, so nothing was saved."), "notice")
    return redirect(url_for("orders.detail", order_id=order_id, _anchor="customer"), 303)


def _page(
    order: Order, form: CustomerForm, *, status: int = 200, refusal: OrderRefusal | None = None
) -> ResponseReturnValue:
    """Asks the rule each time it is drawn, before anybody types what could not be saved."""
    refusal = refusal or refusal_of(refuse_to_correct, order)
    form.drawn_for(order, anew=refusal is not None)
    page = render_template(
        "orders/customer.html", order=order, form=form, refusal=refusal, missed=missed_by(order, refusal)
    )
    return page, 409 if refusal else status
