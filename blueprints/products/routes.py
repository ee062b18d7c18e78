"""Products: the list, a new one, and what one is called."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.ids import read_id
from blueprints.products import products
from blueprints.products.adding import add_product
from blueprints.products.finding import any_product, find_products
from blueprints.products.forms import NewProductForm
from blueprints.products.skus import SkuIsTaken
from models.text import cleaned_line

OFFERED = 20


@products.get("/products/")
@needs(Right.KEEP_STOCK)
def listing() -> ResponseReturnValue:
    typed = cleaned_line(request.args.get("q", ""))
    found = find_products(typed, before=read_id(request.args.get("before")), after=read_id(request.args.get("after")))
    return render_template(
        "products/list.html", found=found, typed=typed, any_product=bool(found.rows) or any_product()
    )


@products.get("/products/offered")
@needs(Right.KEEP_STOCK)
def offered() -> ResponseReturnValue:
    """For the form of a new order, while somebody types in it."""
    found = find_products(cleaned_line(request.args.get("q", "")), limit=OFFERED)
    return jsonify([{"sku": product.sku, "name": product.name} for product in found.rows[:OFFERED]])


@products.route("/products/new", methods=["GET", "POST"])
@needs(Right.KEEP_STOCK)
def new() -> ResponseReturnValue:
    form, status, taken = NewProductForm(), 200, None
    if form.validate_on_submit():
        try:
            product_id = add_product(
                sku=form.sku.data,
                name=form.name.data,
                tracked=form.tracked.data,
                on_hand=form.on_hand.data or 0,
                by=access.actor(),
            )
        except SkuIsTaken as refusal:
            form.say_that_the_sku_is_taken(refusal.sku, refusal.name)
            status, taken = 409, refusal
        else:
            flash(_("“%(name)s” is among your products now.", name=form.name.data), "done")
            return redirect(url_for(".product", product_id=product_id), 303)
    elif form.errors:
        status = 422
    return render_template("products/new.html", form=form, taken=taken), status
