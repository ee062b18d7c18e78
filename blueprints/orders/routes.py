from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.change_forms import ChangeStatusForm
from blueprints.orders.history import lines_of, missed_by
from blueprints.orders.refusals import OrderChanged, OrderRefusal
from blueprints.orders.showing import status_area
from blueprints.outbox import Message
from models import Order, db


@orders.get("/")
@needs(Right.SEE_ORDERS)
def today() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Today", message="", what_next="", status=200)


@orders.get("/orders/")
@needs(Right.SEE_ORDERS)
def listing() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Orders", message="", what_next="", status=200)


@orders.get("/orders/<id:order_id>")
@needs(Right.SEE_ORDERS)
def detail(order_id: int) -> ResponseReturnValue:
    return order_page(access.order_or_404(order_id))


def order_page(
    order: Order,
    *,
    status_form: ChangeStatusForm | None = None,
    refusal: OrderRefusal | None = None,
    preview: Message | None = None,
) -> str:
    """The order's page, for every route whose form stands on it: with what was typed, and what was refused."""
    status_form = status_form or ChangeStatusForm(formdata=None)
    status_form.drawn_for(order, anew=refusal is not None)
    session = db.session()
    return render_template(
        "orders/order.html",
        order=order,
        status_form=status_form,
        area=status_area(session, order),
        preview=preview,
        history=lines_of(session, order),
        refusal=refusal,
        missed=missed_by(session, order, refusal.since) if isinstance(refusal, OrderChanged) else [],
    )
