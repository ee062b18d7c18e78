"""New orders by form."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import money
from blueprints.orders import orders
from blueprints.orders.adding import NumberTaken, TotalOutOfBounds, add_order, suggest_number
from blueprints.orders.booking import couriers_to_choose
from blueprints.orders.forms import NewOrderForm
from blueprints.orders.refusals import CourierUnknown


@orders.route("/orders/new", methods=["GET", "POST"])
@needs(Right.ADD_ORDERS)
def new() -> ResponseReturnValue:
    form = _form()
    if not form.is_submitted():
        form.number.data = suggest_number()
        return render_template("orders/new.html", form=form)
    if not form.validate():
        return render_template("orders/new.html", form=form), 422
    wish = form.wish
    try:
        added = add_order(wish, by=access.actor())
    except NumberTaken as refusal:
        form.say_that_the_number_is_taken()
        return render_template("orders/new.html", form=form, taken_by=refusal.order_id), 422
    except TotalOutOfBounds as refusal:
        form.say_that_the_total_is_out_of_bounds(refusal.total)
        return render_template("orders/new.html", form=form), 422
    except CourierUnknown:
        form.say_that_the_courier_is_gone()
        return render_template("orders/new.html", form=form), 422
    flash(_("Order %(number)s was added. It comes to %(total)s.", number=wish.number, total=money(wish.total)), "done")
    for shortage in added.shortages:
        flash(
            _("%(product)s is short by %(pieces)s in stock now.", product=shortage.product.name, pieces=-shortage.left)
        )
    return redirect(url_for("orders.detail", order_id=added.order_id), 303)


@orders.post("/orders/new/rows")
@needs(Right.ADD_ORDERS)
def new_rows() -> ResponseReturnValue:
    """The same form with more rows for items, and all that was typed. Nothing is added."""
    form = _form()
    form.add_rows()
    return render_template("orders/new.html", form=form), 422 if form.errors else 200


def _form() -> NewOrderForm:
    form = NewOrderForm()
    form.offer(couriers_to_choose())
    return form
