"""Cancelling a part of an order."""

from functools import partial

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import money
from blueprints.orders import orders
from blueprints.orders.cancelling import refuse_to_cancel
from blueprints.orders.cancelling_part import Outlook, cancel_part, look_ahead
from blueprints.orders.count_forms import with_counts
from blueprints.orders.part_forms import PartForm
from blueprints.orders.refusals import FeeTooHigh, NothingChosen, OrderRefusal, ReasonUnknown, ThatIsAll
from blueprints.orders.routes import form_page
from blueprints.orders.showing import pieces_for
from blueprints.orders.telling import why_nobody_is_told
from blueprints.shop import reasons_to_choose
from models import CustomerAlert, Order, db


@orders.route("/orders/<id:order_id>/cancel/items", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def cancel_items(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = _form(order)
    if not form.is_submitted():
        return _page(order, form)
    if not form.validate():
        return _page(order, form, status=422)
    try:
        cancel_part(
            order_id,
            version=form.version.data,
            pieces=form.pieces,
            wish=form.wish,
            by=access.actor(),
            once=form.token,
        )
    except OrderRefusal as refusal:
        return _refused(order, form, refusal)
    flash(_("A part of order %(number)s is cancelled. The rest goes on.", number=order.number), "done")
    return redirect(url_for("orders.detail", order_id=order_id), 303)


@orders.post("/orders/<id:order_id>/cancel/items/preview")
@needs(Right.CHANGE_ORDERS)
def cancel_items_preview(order_id: int) -> ResponseReturnValue:
    """The page as it was filled in, with what Save would come to and the email of it. Nothing is changed."""
    order = access.order_or_404(order_id)
    form = _form(order)
    if not form.validate():
        return _page(order, form, status=422)
    try:
        outlook = look_ahead(order, form.pieces, form.wish)
    except OrderRefusal as refusal:
        return _refused(order, form, refusal)
    return _page(order, form, outlook=outlook)


def _form(order: Order) -> PartForm:
    pieces = pieces_for(order, request.form.get("once"))
    counts = with_counts(PartForm, "pieces", order.items, pieces.remaining, ticks=True)
    form = with_counts(counts, "back", order.items, pieces.going_back)(meta={"currency": order.currency})
    form.reason.offer(reasons_to_choose())
    return form


def _refused(order: Order, form: PartForm, refusal: OrderRefusal) -> ResponseReturnValue:
    """What is wrong with one field is said beside it."""
    if isinstance(refusal, NothingChosen):
        form.say_that_nothing_is_chosen()
    elif isinstance(refusal, ThatIsAll):
        form.say_that_it_is_all()
    elif isinstance(refusal, ReasonUnknown):
        form.say_that_the_reason_is_gone()
    elif isinstance(refusal, FeeTooHigh):
        most = money(refusal.most, order.currency)
        form.say_that_less_can_be_kept(_("At most %(amount)s can be kept.", amount=most))
    else:
        return _page(order, form, refusal=refusal)
    return _page(order, form, status=422)


def _page(
    order: Order,
    form: PartForm,
    *,
    status: int = 200,
    refusal: OrderRefusal | None = None,
    outlook: Outlook | None = None,
) -> ResponseReturnValue:
    return form_page(
        "orders/cancel_items.html",
        order,
        form,
        partial(refuse_to_cancel, db.session()),
        status=status,
        refusal=refusal,
        nobody=why_nobody_is_told(order, kind=CustomerAlert.ORDER_PART_CANCELLED.value),
        outlook=outlook,
        preview=outlook.message if outlook else None,
    )
