"""New orders by form."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import few, money
from blueprints.orders import orders
from blueprints.orders.adding import Added, NumberTaken, TotalOutOfBounds, add_order, suggest_number
from blueprints.orders.booking import couriers_to_choose
from blueprints.orders.forms import NewOrderForm
from blueprints.orders.offering import names_of, products_to_offer, skus_of_no_product
from blueprints.orders.refusals import CourierUnknown

NAMED_SKUS = 3
"""In one message."""


@orders.route("/orders/new", methods=["GET", "POST"])
@needs(Right.ADD_ORDERS)
def new() -> ResponseReturnValue:
    form = _form()
    if not form.is_submitted():
        form.number.data = suggest_number()
        return _page(form), 200
    form.name_items(names_of(form.nameless_skus))
    if not form.validate():
        return _page(form), 422
    wish = form.wish
    try:
        added = add_order(wish, by=access.actor())
    except NumberTaken:
        form.say_that_the_number_is_taken()
        return _page(form), 422
    except TotalOutOfBounds as refusal:
        form.say_that_the_total_is_out_of_bounds(refusal.total)
        return _page(form), 422
    except CourierUnknown:
        form.say_that_the_courier_is_gone()
        return _page(form), 422
    flash(_("Order %(number)s was added. It comes to %(total)s.", number=wish.number, total=money(wish.total)), "done")
    _say_of_the_stock(added, skus_of_no_product(item.sku for item in wish.items))
    return redirect(url_for("orders.detail", order_id=added.order_id), 303)


@orders.post("/orders/new/rows")
@needs(Right.ADD_ORDERS)
def new_rows() -> ResponseReturnValue:
    """The same form with more rows for items, and all that was typed. Nothing is added."""
    form = _form()
    form.add_rows()
    return _page(form), 422 if form.errors else 200


def _form() -> NewOrderForm:
    form = NewOrderForm()
    form.offer(couriers_to_choose())
    return form


def _page(form: NewOrderForm) -> str:
    return render_template("orders/new.html", form=form, offer=products_to_offer(form.skus))


def _say_of_the_stock(added: Added, unknown: list[str]) -> None:
    for shortage in added.shortages:
        flash(
            _("%(product)s is short by %(pieces)s in stock now.", product=shortage.product.name, pieces=-shortage.left)
        )
    if unknown:
        flash(
            ngettext(
                "%(skus)s is none of your products, so no stock was taken for it.",
                "%(skus)s are none of your products, so no stock was taken for them.",
                len(unknown),
                skus=few(unknown, NAMED_SKUS),
            )
        )
