"""Booking a courier for an order, and cancelling a booking that the store may cancel itself."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.booking import book_courier, cancel_booking, couriers_to_choose, refuse_to_book
from blueprints.orders.change_forms import VersionForm
from blueprints.orders.correcting_waybill import correct_waybill, refuse_to_correct_waybill
from blueprints.orders.forms import BookingForm, WaybillForm
from blueprints.orders.refusals import CourierUnknown, OrderRefusal
from blueprints.orders.routes import after_correcting, form_page, order_page
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
    form.offer(couriers_to_choose())
    return form_page("orders/booking.html", order, form, refuse_to_book, status=status, refusal=refusal)


@orders.route("/orders/<id:order_id>/booking/waybill", methods=["GET", "POST"])
@needs(Right.CHANGE_ORDERS)
def booking_waybill(order_id: int) -> ResponseReturnValue:
    order, template = access.order_or_404(order_id), "orders/waybill.html"
    form = WaybillForm(obj=order)
    if not form.is_submitted():
        return form_page(template, order, form, refuse_to_correct_waybill)
    if not form.validate():
        return form_page(template, order, form, refuse_to_correct_waybill, status=422)
    try:
        is_corrected = correct_waybill(
            order_id, version=form.version.data, waybill=form.waybill.data or "", by=access.actor()
        )
    except OrderRefusal as refusal:
        return form_page(template, order, form, refuse_to_correct_waybill, refusal=refusal)
    saved = _("The waybill of order %(number)s is saved.", number=order.number)
    return after_correcting(order, saved if is_corrected else None, part="courier")


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
