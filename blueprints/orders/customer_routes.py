"""Correcting who an order is for, and how they are reached."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.correcting_customer import correct_customer, refuse_to_correct
from blueprints.orders.forms import CustomerForm
from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.routes import after_correcting, form_page


@orders.route("/orders/<id:order_id>/customer", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def customer(order_id: int) -> ResponseReturnValue:
    order, template = access.order_or_404(order_id), "orders/customer.html"
    form = CustomerForm(obj=order)
    if not form.is_submitted():
        return form_page(template, order, form, refuse_to_correct)
    if not form.validate():
        return form_page(template, order, form, refuse_to_correct, status=422)
    try:
        is_corrected = correct_customer(order_id, version=form.version.data, details=form.details, by=access.actor())
    except OrderRefusal as refusal:
        return form_page(template, order, form, refuse_to_correct, refusal=refusal)
    corrected = _("The customer’s details on order %(number)s are corrected.", number=order.number)
    return after_correcting(order, corrected if is_corrected else None, part="customer")
