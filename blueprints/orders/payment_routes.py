"""Noting what a customer paid, keeping an order that they did not pay, and what went back to them."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import money
from blueprints.orders import orders
from blueprints.orders.correcting_payment import PaidOutOfBounds, correct_payment, refuse_to_correct_payment
from blueprints.orders.correcting_refund import correct_refund, refuse_to_correct_refund
from blueprints.orders.keeping_unpaid import keep_order
from blueprints.orders.paying import open_refund_of, record_payment, record_refund, refuse_payment, refuse_refund
from blueprints.orders.payment_forms import AmountForm, CorrectPaymentForm, CorrectRefundForm, PaymentForm
from blueprints.orders.refusals import MoreThanIsOpen, OrderRefusal, RefundIsOwed
from blueprints.orders.routes import after_correcting, form_page, order_page
from models import Order, db


@orders.route("/orders/<id:order_id>/payment", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def payment(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = PaymentForm(meta={"currency": order.currency})
    if not form.is_submitted():
        form.amount.data, form.method.data = order.to_pay, order.payment_method.value
        return form_page("orders/payment.html", order, form, refuse_payment)
    if not form.validate():
        return form_page("orders/payment.html", order, form, refuse_payment, status=422)
    try:
        record_payment(
            order_id, version=form.version.data, amount=form.sum, method=form.chosen_method, by=access.actor()
        )
    except MoreThanIsOpen as refusal:
        form.say_what_it_may_be(_("At most %(amount)s is still to be paid.", amount=_sum(order, refusal)))
        return form_page("orders/payment.html", order, form, refuse_payment, status=422)
    except OrderRefusal as refusal:
        return form_page("orders/payment.html", order, form, refuse_payment, refusal=refusal)
    flash(_("%(amount)s was recorded as paid.", amount=money(form.sum, order.currency)), "done")
    return redirect(url_for("orders.detail", order_id=order_id, _anchor="money"), 303)


@orders.route("/orders/<id:order_id>/payment/correct", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def payment_correct(order_id: int) -> ResponseReturnValue:
    order, template = access.order_or_404(order_id), "orders/payment_correct.html"
    form = CorrectPaymentForm(meta={"currency": order.currency})
    if not form.is_submitted():
        form.method.data = order.payment_method.value
        return form_page(template, order, form, refuse_to_correct_payment)
    if not form.validate():
        return form_page(template, order, form, refuse_to_correct_payment, status=422)
    try:
        is_corrected = correct_payment(
            order_id,
            version=form.version.data,
            paid=form.sum,
            method=form.chosen_method,
            internal_note=form.internal_note.data or "",
            by=access.actor(),
        )
    except PaidOutOfBounds as refusal:
        form.say_what_it_may_be(_what_may_be_paid(order, refusal))
        return form_page(template, order, form, refuse_to_correct_payment, status=422)
    except OrderRefusal as refusal:
        return form_page(template, order, form, refuse_to_correct_payment, refusal=refusal)
    return after_correcting(order, _what_is_paid_now(order, form.sum) if is_corrected else None, part="money")


@orders.post("/orders/<id:order_id>/keep")
@needs(Right.CHANGE_ORDERS)
def keep(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    try:
        keep_order(order_id, by=access.actor())
    except OrderRefusal as refusal:
        return order_page(order, refusal=refusal), 409
    flash(_("Order %(number)s is kept. It waits until you decide.", number=order.number), "done")
    return redirect(url_for("orders.detail", order_id=order_id), 303)


@orders.route("/orders/<id:order_id>/refund", methods=["GET", "POST"])
@needs(Right.SETTLE_REFUNDS)
def refund(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    owed = open_refund_of(db.session(), order)
    if owed is not None:
        return _to_what_is_owed(owed.id)
    form = AmountForm(meta={"currency": order.currency})
    if not form.is_submitted():
        form.amount.data = order.refundable
        return form_page("orders/refund.html", order, form, refuse_refund)
    if not form.validate():
        return form_page("orders/refund.html", order, form, refuse_refund, status=422)
    try:
        record_refund(order_id, version=form.version.data, amount=form.sum, by=access.actor())
    except MoreThanIsOpen as refusal:
        form.say_what_it_may_be(_("At most %(amount)s can go back.", amount=_sum(order, refusal)))
        return form_page("orders/refund.html", order, form, refuse_refund, status=422)
    except RefundIsOwed as refusal:
        return _to_what_is_owed(refusal.refund_id)
    except OrderRefusal as refusal:
        return form_page("orders/refund.html", order, form, refuse_refund, refusal=refusal)
    flash(_("%(amount)s was recorded as paid back.", amount=money(form.sum, order.currency)), "done")
    return redirect(url_for("orders.detail", order_id=order_id, _anchor="money"), 303)


@orders.route("/orders/<id:order_id>/refund/correct", methods=["GET", "POST"])
@needs(Right.SETTLE_REFUNDS)
def refund_correct(order_id: int) -> ResponseReturnValue:
    order, template = access.order_or_404(order_id), "orders/refund_correct.html"
    form = CorrectRefundForm(meta={"currency": order.currency})
    if not form.is_submitted():
        return form_page(template, order, form, refuse_to_correct_refund)
    if not form.validate():
        return form_page(template, order, form, refuse_to_correct_refund, status=422)
    try:
        is_corrected = correct_refund(
            order_id,
            version=form.version.data,
            refunded=form.sum,
            internal_note=form.internal_note.data or "",
            by=access.actor(),
        )
    except MoreThanIsOpen as refusal:
        form.say_what_it_may_be(_("Only %(amount)s is recorded as paid back.", amount=_sum(order, refusal)))
        return form_page(template, order, form, refuse_to_correct_refund, status=422)
    except OrderRefusal as refusal:
        return form_page(template, order, form, refuse_to_correct_refund, refusal=refusal)
    now = _("%(amount)s is recorded as paid back now.", amount=money(form.sum, order.currency))
    return after_correcting(order, now if is_corrected else None, part="money")


def _to_what_is_owed(refund_id: int) -> ResponseReturnValue:
    """Where it is recorded part by part."""
    if request.method == "POST":
        flash(_("Nothing was recorded: a cancel owes this money. Record here what went back."), "notice")
    return redirect(url_for("orders.refund_owed", refund_id=refund_id), 303)


def _sum(order: Order, refusal: MoreThanIsOpen) -> str:
    return money(refusal.amount, order.currency)


def _what_is_paid_now(order: Order, paid: int) -> str:
    if paid:
        return _("%(amount)s is recorded as paid now.", amount=money(paid, order.currency))
    return _("Nothing is recorded as paid now.")


def _what_may_be_paid(order: Order, refusal: PaidOutOfBounds) -> str:
    most = money(refusal.most, order.currency)
    if not refusal.least:
        return _("At most %(most)s can have been paid for this order.", most=most)
    least = money(refusal.least, order.currency)
    return _(
        "Write an amount from %(least)s, which went back or belongs to a cancelled part, to %(most)s.",
        least=least,
        most=most,
    )
