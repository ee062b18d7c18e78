"""Reversing what was recorded as returned by mistake."""

from functools import partial

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import money
from blueprints.orders import orders
from blueprints.orders.refund_forms import ReverseForm
from blueprints.orders.refund_routes import refund_or_404
from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.reversing_settlement import Reversed, refuse_to_reverse, reverse_settlement
from blueprints.orders.routes import form_page
from models import Order, Settlement, db


@orders.route("/settlements/<id:settlement_id>/reverse", methods=["GET", "POST"])
@needs(Right.SETTLE_REFUNDS)
def settlement_reverse(settlement_id: int) -> ResponseReturnValue:
    settlement, form = _settlement_or_404(settlement_id), ReverseForm()
    refund_url = url_for("orders.refund_owed", refund_id=settlement.refund_id)
    if not form.is_submitted():
        return _page(settlement, form) if settlement.reversal is None else redirect(refund_url, 303)
    if not form.validate():
        return _page(settlement, form, status=422)
    try:
        done = reverse_settlement(
            settlement_id,
            version=form.version.data,
            internal_note=form.internal_note.data or "",
            by=access.actor(),
        )
    except OrderRefusal as refusal:
        return _page(settlement, form, refusal=refusal)
    flash(_what_is_owed_now(access.order_or_404(refund_or_404(settlement.refund_id).order_id), done), "done")
    return redirect(refund_url, 303)


def _settlement_or_404(settlement_id: int) -> Settlement:
    """Whoever settles refunds sees all of the store's."""
    settlement = db.session.get(Settlement, settlement_id)
    if settlement is None:
        abort(404)
    return settlement


def _what_is_owed_now(order: Order, done: Reversed) -> str:
    owed = _("%(amount)s is owed now.", amount=money(done.left, order.currency))
    if not done.may_have_read:
        return owed
    return f"{owed} " + _(
        "%(name)s may have read that all went back: tell them that it did not yet.", name=order.customer_name
    )


def _page(
    settlement: Settlement, form: ReverseForm, *, status: int = 200, refusal: OrderRefusal | None = None
) -> ResponseReturnValue:
    refund = refund_or_404(settlement.refund_id)
    order, rule = access.order_or_404(refund.order_id), partial(refuse_to_reverse, settlement, refund)
    shown = {"refund": refund, "settlement": settlement}
    return form_page("orders/settlement_reverse.html", order, form, rule, status=status, refusal=refusal, **shown)
