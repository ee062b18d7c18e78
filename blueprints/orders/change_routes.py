"""Changing an order's status and cancelling it: from the status area, or on the cancel page."""

from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import money, word
from blueprints.orders import orders
from blueprints.orders.cancelling import Report, cancel_order, refuse_to_cancel
from blueprints.orders.change_forms import CancelForm, ChangeStatusForm, SupportCancelForm
from blueprints.orders.changing import change_status
from blueprints.orders.count_forms import with_counts
from blueprints.orders.recording_cancel import CancelWish, refuse_fee
from blueprints.orders.refusals import (
    FeeTooHigh,
    NothingToChange,
    OrderRefusal,
    ReasonUnknown,
    ReferenceMissing,
)
from blueprints.orders.routes import form_page, order_page
from blueprints.orders.showing import pieces_for
from blueprints.orders.telling import customer_email, why_nobody_is_told
from blueprints.outbox import Message
from blueprints.shop import reasons_to_choose
from blueprints.support.reporting import report_act
from models import Actor, Order, OrderStatus, db
from models.email import kind_of


@orders.post("/orders/<id:order_id>/status")
@needs(Right.CHANGE_ORDERS)
def status(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form, number = ChangeStatusForm(), order.number
    if not form.validate():
        return order_page(order, status_form=form), 422
    try:
        _save(order_id, form)
    except NothingToChange:
        form.say_that_nothing_changes()
        return order_page(order, status_form=form), 422
    except OrderRefusal as refusal:
        return order_page(order, status_form=form, refusal=refusal), 409
    return _done(order_id, number, form.chosen)


def _save(order_id: int, form: ChangeStatusForm) -> None:
    """Choosing Cancelled is the cancel itself, with what it does when nothing more is said."""
    version, note, notify, by = form.version.data, form.note.data or "", form.notify.data, access.actor()
    if form.chosen is OrderStatus.CANCELLED:
        cancel_order(order_id, version=version, wish=CancelWish(note=note, notify=notify), by=by, once=form.token)
    else:
        change_status(order_id, version=version, status=form.chosen, note=note, notify=notify, by=by)


@orders.post("/orders/<id:order_id>/status/preview")
@needs(Right.CHANGE_ORDERS)
def status_preview(order_id: int) -> ResponseReturnValue:
    """The order's page with the email that Save would queue. Nothing is changed."""
    order = access.order_or_404(order_id)
    form = ChangeStatusForm()
    if form.validate() and form.chosen is order.status:
        form.say_that_nothing_changes()
    if form.errors:
        return order_page(order, status_form=form), 422
    return order_page(order, status_form=form, preview=_preview(order, form.chosen, form.note.data))


@orders.route("/orders/<id:order_id>/cancel", methods=["GET", "POST"])
@needs(Right.CANCEL_ORDERS)
def cancel(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = _cancel_form(order)
    if not form.is_submitted():
        return _cancel_page(order, form)
    if not form.validate():
        return _cancel_page(order, form, status=422)
    here, by, number = access.inside(), access.actor(), order.number
    try:
        cancel_order(
            order_id, version=form.version.data, wish=form.wish, by=by, once=form.token, report=_report(order, form, by)
        )
    except ReasonUnknown:
        form.say_that_the_reason_is_gone()
        return _cancel_page(order, form, status=422)
    except ReferenceMissing:
        form.say_that_the_reference_is_missing()
        return _cancel_page(order, form, status=422)
    except FeeTooHigh as refusal:
        return _too_much_kept(order, form, refusal)
    except OrderRefusal as refusal:
        return _cancel_page(order, form, refusal=refusal)
    return _done(order_id, number, OrderStatus.CANCELLED, ticket_id=here.ticket_id if here else None)


@orders.post("/orders/<id:order_id>/cancel/from-status")
@needs(Right.CHANGE_ORDERS)
def cancel_from_status(order_id: int) -> ResponseReturnValue:
    """The cancel page with what was said in the status area already. Nothing is changed."""
    order = access.order_or_404(order_id)
    said, form = ChangeStatusForm(), _cancel_form(order, formdata=None)
    form.note.data, form.notify.data = said.note.data, said.notify.data
    return _cancel_page(order, form)


def _report(order: Order, form: CancelForm, by: Actor) -> Report | None:
    """What the ticket says about it to the merchant, when it is support that cancels."""
    if not isinstance(form, SupportCancelForm):
        return None
    if form.courier_reference.data:
        body = _(
            "Order %(number)s is cancelled. %(courier)s confirmed that its booking is cancelled: %(reference)s.",
            number=order.number,
            courier=order.courier_name or _("The courier"),
            reference=form.courier_reference.data,
        )
    else:
        body = _("Order %(number)s is cancelled.", number=order.number)
    return partial(report_act, order_id=order.id, body=body, solve=form.solve.data, by=by)


@orders.post("/orders/<id:order_id>/cancel/preview")
@needs(Right.CANCEL_ORDERS)
def cancel_preview(order_id: int) -> ResponseReturnValue:
    """The cancel page as it was filled in, with the email that Save would queue. Nothing is changed.

    The text of the email, not its HTML: that needs inline styles, which no page of ours may have, and a frame
    with an address of its own would have to carry the note in that address, and so into logs.
    """
    order = access.order_or_404(order_id)
    form = _cancel_form(order)
    if not form.validate():
        return _cancel_page(order, form, status=422)
    try:
        refuse_fee(order.refundable, form.fee_kept)
    except FeeTooHigh as refusal:
        return _too_much_kept(order, form, refusal)
    preview = _preview(order, OrderStatus.CANCELLED, form.note.data, fee=form.fee_kept)
    return _cancel_page(order, form, preview=preview)


def _too_much_kept(order: Order, form: CancelForm, refusal: FeeTooHigh) -> ResponseReturnValue:
    form.say_that_less_can_be_kept(_("At most %(amount)s can be kept.", amount=money(refusal.most, order.currency)))
    return _cancel_page(order, form, status=422)


def _cancel_form(order: Order, **options: Any) -> CancelForm:
    kind = SupportCancelForm if access.inside() else CancelForm
    back = pieces_for(order, request.form.get("once")).going_back
    form = with_counts(kind, "back", order.items, back)(meta={"currency": order.currency}, **options)
    form.reason.offer(reasons_to_choose())
    return form


def _cancel_page(
    order: Order,
    form: CancelForm,
    *,
    status: int = 200,
    refusal: OrderRefusal | None = None,
    preview: Message | None = None,
) -> ResponseReturnValue:
    return form_page(
        "orders/cancel.html",
        order,
        form,
        partial(refuse_to_cancel, db.session(), by=access.actor()),
        status=status,
        refusal=refusal,
        nobody=why_nobody_is_told(order, kind=kind_of(OrderStatus.CANCELLED)),
        preview=preview,
    )


def _preview(order: Order, to: OrderStatus, note: str | None, *, fee: int = 0) -> Message:
    owed = order.refundable - fee if to is OrderStatus.CANCELLED else 0
    return customer_email(order, kind_of(to), note, refund_owed=owed, fee_kept=fee)


def _done(order_id: int, number: str, to: OrderStatus, *, ticket_id: int | None = None) -> ResponseReturnValue:
    if to is OrderStatus.CANCELLED:
        flash(_("Order %(number)s is cancelled.", number=number), "done")
    else:
        flash(_("Order %(number)s is now “%(status)s”.", number=number, status=word(to)), "done")
    if ticket_id is not None:
        return redirect(url_for("support.ticket", ticket_id=ticket_id), 303)
    return redirect(url_for("orders.detail", order_id=order_id), 303)
