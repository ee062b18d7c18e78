"""Booking a courier for an order, and cancelling a booking that the store may cancel itself."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.booking import book_courier, cancel_booking, couriers_to_choose, refuse_to_book
from blueprints.orders.change_forms import VersionForm
from blueprints.orders.correcting_waybill import correct_waybill, refuse_to_correct_waybill
from blueprints.orders.forms import BookingForm, WaybillForm
from blueprints.orders.history import missed_by
from blueprints.orders.refusals import CourierUnknown, OrderRefusal, refusal_of
from blueprints.orders.routes import order_page
from models import Order


@orders.route("/orders/<id:order_id>/booking", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def booking(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = BookingForm()
    if not form.is_submitted():
        return _page(order, form)
    if not form.validate():
        return _page(order, form, status=422)
    try:
        book_courier(
            order_id,
            version=form.version.data,
            courier_id=form.courier_id,
            waybill=form.waybill.data or "",
            by=access.actor(),
        )
    except CourierUnknown:
        form.say_that_the_courier_is_gone()
        return _page(order, form, status=422)
    except OrderRefusal as refusal:
        return _page(order, form, refusal=refusal)
    courier = order.courier_name or ""
    flash(_("Order %(number)s is booked with %(courier)s.", number=order.number, courier=courier), "done")
    return redirect(url_for("orders.detail", order_id=order_id), 303)


def _page(
    order: Order, form: BookingForm, *, status: int = 200, refusal: OrderRefusal | None = None
) -> ResponseReturnValue:
    """Asks the rule each time it is drawn, before anybody fills in what could not be saved."""
    refusal = refusal or refusal_of(refuse_to_book, order)
    form.offer(couriers_to_choose())
    form.drawn_for(order, anew=refusal is not None)
    page = render_template(
        "orders/booking.html",
        order=order,
        form=form,
        refusal=refusal,
        missed=missed_by(order, refusal),
    )
    return page, 409 if refusal else status


@orders.route("/orders/<id:order_id>/booking/waybill", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def booking_waybill(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = WaybillForm(obj=order)
    if not form.is_submitted():
        return _waybill_page(order, form)
    if not form.validate():
        return _waybill_page(order, form, status=422)
    try:
        is_corrected = correct_waybill(
            order_id, version=form.version.data, waybill=form.waybill.data or "", by=access.actor()
        )
    except OrderRefusal as refusal:
        return _waybill_page(order, form, refusal=refusal)
    if is_corrected:
        flash(_("The waybill of order %(number)s is saved.", number=order.number), "done")
    else:
        flash(_("Nothing was different, so nothing was saved."), "notice")
    return redirect(url_for("orders.detail", order_id=order_id, _anchor="courier"), 303)


def _waybill_page(
    order: Order, form: WaybillForm, *, status: int = 200, refusal: OrderRefusal | None = None
) -> ResponseReturnValue:
    refusal = refusal or refusal_of(refuse_to_correct_waybill, order)
    form.drawn_for(order, anew=refusal is not None)
    missed = missed_by(order, refusal)
    page = render_template("orders/waybill.html", order=order, form=form, refusal=refusal, missed=missed)
    return page, 409 if refusal else status


@orders.post("/orders/<id:order_id>/booking/cancel")
@needs(Right.CHANGE_ORDERS)
def booking_cancel(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = VersionForm()
    try:
        cancel_booking(order_id, version=form.version.data, by=access.actor())
    except OrderRefusal as refusal:
        return order_page(order, refusal=refusal), 409
    flash(_("The booking of order %(number)s is cancelled here. Tell the courier too.", number=order.number), "done")
    return redirect(url_for("orders.detail", order_id=order_id, _anchor="courier"), 303)
