"""Taking a cancel back: Undo, while the customer has not heard of it; Reinstate, later."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.find_forms import FindForm
from blueprints.orders.history import missed_by
from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.routes import order_page
from blueprints.orders.telling import why_nobody_is_told
from blueprints.orders.withdraw_forms import ReinstateForm, UndoForm, cancellation_named
from blueprints.orders.withdrawable import cancellation_to_withdraw, what_to_reinstate
from blueprints.orders.withdrawing import reinstate_order, undo_cancel
from models import CustomerAlert, Order


@orders.post("/orders/<id:order_id>/undo")
@needs(Right.CHANGE_ORDERS)
def undo(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = UndoForm()
    try:
        undo_cancel(order_id, _chosen(order, form.cancellation_id), by=access.actor())
    except OrderRefusal as refusal:
        return order_page(order, refusal=refusal), 409
    flash(_("Undone: order %(number)s is as it was. Nobody was told.", number=order.number), "done")
    if form.back.data == "list":
        query: dict[str, Any] = {**FindForm(request.form).asked()}
        return redirect(url_for("orders.listing", **query), 303)
    if form.bulk_id:
        return redirect(url_for("orders.bulk", bulk_id=form.bulk_id), 303)
    return redirect(url_for("orders.detail", order_id=order_id), 303)


@orders.route("/orders/<id:order_id>/reinstate", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def reinstate(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = ReinstateForm()
    named = form.cancellation_id if form.is_submitted() else cancellation_named(request.args.get("cancellation"))
    cancellation_id, was_cancelled = _chosen(order, named), order.cancelled_at is not None
    if not form.is_submitted() or not form.validate():
        return _page(order, cancellation_id, form, status=422 if form.errors else 200)
    try:
        reinstate_order(
            order_id,
            cancellation_id,
            version=form.version.data,
            note=form.note.data or "",
            notify=form.notify.data,
            short=form.short_said,
            by=access.actor(),
        )
    except OrderRefusal as refusal:
        return _page(order, cancellation_id, form, refusal=refusal)
    if was_cancelled:
        flash(_("Order %(number)s is reinstated.", number=order.number), "done")
    else:
        flash(_("The items are back on order %(number)s.", number=order.number), "done")
    return redirect(url_for("orders.detail", order_id=order_id), 303)


def _chosen(order: Order, named: int | None) -> int:
    """The cancel that is to be taken back; the one that holds when none is named."""
    return cancellation_to_withdraw(order) if named is None else named


def _page(
    order: Order,
    cancellation_id: int,
    form: ReinstateForm,
    *,
    status: int = 200,
    refusal: OrderRefusal | None = None,
) -> ResponseReturnValue:
    """Asks the rule each time it is drawn, and says what would be short before anybody decides."""
    asked = what_to_reinstate(order, cancellation_id)
    refusal = refusal or asked.refusal
    form.drawn_for(order, anew=refusal is not None)
    form.propose(cancellation_id, short=asked.short, has_heard=asked.has_heard)
    page = render_template(
        "orders/reinstate.html",
        order=order,
        form=form,
        asked=asked,
        refusal=refusal,
        missed=missed_by(order, refusal),
        nobody=why_nobody_is_told(order, kind=CustomerAlert.ORDER_REINSTATED.value),
    )
    return page, 409 if refusal else status
