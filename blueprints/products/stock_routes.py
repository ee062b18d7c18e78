"""One product: how many are there, what moved them, and what it is called."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.ids import read_id
from blueprints.products import products
from blueprints.products.changing import change_product
from blueprints.products.forms import MoveForm, ProductForm, noted
from blueprints.products.moving_stock import CountedBefore, FewerOnHand, MoreThanFit, StockRefusal, move_stock
from blueprints.products.reading_products import FROM_A_FILE
from blueprints.products.showing import movements_of
from blueprints.products.skus import SkuIsTaken
from models import Product, db


def product_or_404(product_id: int) -> Product:
    """The one door to a product; whoever keeps stock sees all of the store's."""
    return db.session.get(Product, product_id, populate_existing=True) or abort(404)


@products.get("/products/<id:product_id>")
@needs(Right.KEEP_STOCK)
def product(product_id: int) -> ResponseReturnValue:
    return _page(product_id)


@products.post("/products/<id:product_id>/change")
@needs(Right.KEEP_STOCK)
def change(product_id: int) -> ResponseReturnValue:
    product_or_404(product_id)
    form = ProductForm()
    if not form.validate():
        return _page(product_id, status=422, form=form)
    try:
        change_product(product_id, sku=form.sku.data, name=form.name.data, tracked=form.tracked.data, by=access.actor())
    except SkuIsTaken as refusal:
        form.say_that_the_sku_is_taken(refusal.sku, refusal.name)
        return _page(product_id, status=409, form=form, taken=refusal)
    flash(_("“%(name)s” is saved.", name=form.name.data), "done")
    return redirect(url_for(".product", product_id=product_id), 303)


@products.post("/products/<id:product_id>/move")
@needs(Right.KEEP_STOCK)
def move(product_id: int) -> ResponseReturnValue:
    product_or_404(product_id)
    form = MoveForm()
    if not form.validate():
        return _page(product_id, status=422, move_form=form)
    try:
        moved = move_stock(product_id, form.wish, by=access.actor(), once=form.token)
    except CountedBefore as refusal:
        form.say_that_it_changed_since(refusal.on_hand)
    except FewerOnHand as refusal:
        form.say_that_fewer_are_there(refusal.on_hand)
    except MoreThanFit:
        form.say_that_no_more_fit()
    except StockRefusal as refusal:
        form.draw_anew()
        return _page(product_id, status=409, move_form=form, refusal=refusal)
    else:
        flash(noted(moved), "done" if moved.quantity else "notice")
        return redirect(url_for(".product", product_id=product_id), 303)
    return _page(product_id, status=409, move_form=form)


def _page(product_id: int, *, status: int = 200, **drawn: Any) -> ResponseReturnValue:
    """As it stands now, with what was typed into one of its forms."""
    found = product_or_404(product_id)
    before, after = read_id(request.args.get("before")), read_id(request.args.get("after"))
    shown: dict[str, Any] = {
        "form": ProductForm(formdata=None, obj=found),
        "move_form": MoveForm(formdata=None),
        "taken": None,
        "refusal": None,
        "from_a_file": FROM_A_FILE,
    }
    (drawn.get("move_form") or shown["move_form"]).drawn_for(found)
    movements = movements_of(product_id, before=before, after=after)
    return render_template("products/product.html", product=found, movements=movements, **shown | drawn), status
