"""Booking a courier, and taking the booking back."""

import re

import pytest
from sqlalchemy import select

from models import Courier, Order, OrderStatus
from tests.orders.books import undo
from tests.orders.deciding import cancel, drawn


@pytest.fixture
def courier(shop):
    def courier(name):
        return shop.first(select(Courier).where(Courier.name == name))

    return courier


def book(visitor, order, **typed):
    url = f"/orders/{order.id}/booking"
    return visitor.post(url, **drawn(visitor.get(url), url, **typed))


@pytest.mark.parametrize("status", ["cancelled", "completed", "declined", "returned"])
def test_a_finished_order_is_not_booked(sam, shop, status):
    order = shop.order(status=OrderStatus(status))
    answer = sam.get(f"/orders/{order.id}/booking")
    assert answer.status == 409
    assert answer.refusal.startswith(f"Order {order.number} is “{status.capitalize()}”")


def test_an_order_is_booked_once(sam, shop):
    order = shop.booked_order()
    for answer in (sam.get(f"/orders/{order.id}/booking"), sam.post(f"/orders/{order.id}/booking", courier="1")):
        assert answer.status == 409
        assert answer.refusal == f"Order {order.number} is booked with J&T Express already."
    assert shop.events(order) == []


def test_a_courier_has_to_be_chosen(sam, shop):
    order = shop.order()
    answer = book(sam, order, waybill="LM 1")
    assert (answer.status, answer.errors) == (422, {"courier": "Choose a courier."})
    assert answer.value("waybill") == "LM 1"


def test_a_courier_off_the_list_is_not_booked(sam, shop, courier):
    order, lalamove = shop.order(), courier("Lalamove")
    shop.change(lalamove, active=False)
    answer = book(sam, order, courier=str(lalamove.id))
    assert answer.errors == {"courier": "The store does not work with this courier any more. Choose another one."}


def test_a_stale_page_books_nothing_and_says_what_changed(sam, olive, shop, courier):
    order, lalamove = shop.order(), courier("Lalamove")
    url = f"/orders/{order.id}/booking"
    typed = drawn(sam.get(url), url, courier=str(lalamove.id), waybill="LM 1")
    payment = f"/orders/{order.id}/payment"
    olive.post(payment, **drawn(olive.get(payment), payment, amount="10"))
    answer = sam.post(url, **typed)
    assert answer.status == 409
    assert "Olive Owner recorded a payment of ₱10.00." in answer.text
    assert (answer.value("waybill"), answer.value("courier")) == ("LM 1", str(lalamove.id))
    again = sam.post(url, **drawn(answer, url))
    assert again.status == 303


@pytest.mark.parametrize(("name", "integrated"), [("J&T Express", True), ("Lalamove", False)])
def test_a_booking_keeps_whether_only_support_can_cancel_it(sam, shop, courier, name, integrated):
    order, chosen = shop.order(), courier(name)
    answer = book(sam, order, courier=str(chosen.id), waybill=" W 1 ")
    assert sam.follow(answer).messages == [f"Order {order.number} is booked with {name}."]
    shop.change(chosen, integrated=False)
    order = shop.get(Order, order.id)
    assert (order.is_booked, order.waybill, order.booking_integrated) == (True, "W 1", integrated)
    assert shop.events(order) == ["order.booked"]


def test_the_history_names_the_courier_of_the_last_booking_and_none_for_those_before(sam, shop, courier):
    """Of an earlier booking nothing is kept but that it was made."""
    order = shop.order()

    def booked():
        history = sam.get(f"/orders/{order.id}").select("#history li")
        return [found.group() for line in history if (found := re.search(r"Sam Staff booked .*?\.", line.get_text()))]

    book(sam, order, courier=str(courier("Lalamove").id))
    assert booked() == ["Sam Staff booked Lalamove."]
    cancel_booking(sam, shop.get(Order, order.id))
    assert booked() == ["Sam Staff booked Lalamove."]
    book(sam, shop.get(Order, order.id), courier=str(courier("Own rider").id))
    assert booked() == ["Sam Staff booked Own rider.", "Sam Staff booked a courier."]


def cancel_booking(visitor, order):
    return visitor.post(f"/orders/{order.id}/booking/cancel", version=str(order.version))


def test_a_booking_that_only_support_can_cancel_stays(sam, shop):
    order = shop.booked_order()
    answer = cancel_booking(sam, order)
    assert answer.status == 409
    assert "only support can cancel it" in answer.refusal
    assert answer.select(f"a[href='/support/tickets/new?order={order.id}']")
    assert shop.get(Order, order.id).is_booked


@pytest.mark.parametrize("status", ["completed", "returned"])
def test_a_booking_of_what_was_delivered_stays(sam, shop, status):
    order = shop.booked_order("Lalamove", status=status)
    assert not sam.get(f"/orders/{order.id}").select("form[action$='/booking/cancel']")
    assert cancel_booking(sam, order).status == 409
    assert shop.get(Order, order.id).is_booked


def test_a_booking_of_a_cancelled_order_can_be_cancelled(sam, shop):
    order = shop.booked_order("Lalamove", status="cancelled")
    assert sam.get(f"/orders/{order.id}").select("form[action$='/booking/cancel']")
    assert cancel_booking(sam, order).status == 303


def test_a_booking_is_cancelled_once(sam, shop):
    order = shop.booked_order("Lalamove")
    assert cancel_booking(sam, order).location == f"/orders/{order.id}"
    assert cancel_booking(sam, order).refusal == f"Order {order.number} has no booking that could be cancelled."
    assert not shop.get(Order, order.id).is_booked
    assert shop.events(order) == ["order.booking_cancelled"]


def test_a_cancel_after_it_can_be_undone(sam, shop):
    order = shop.booked_order("Lalamove")
    cancel_booking(sam, order)
    cancel(sam, order)
    assert undo(sam, order).status == 303
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_a_stale_page_cancels_no_booking(sam, shop):
    order = shop.booked_order("Lalamove")
    shop.change(order, address="Elsewhere")
    assert cancel_booking(sam, order).status == 409
    assert shop.get(Order, order.id).is_booked


def test_after_one_booking_comes_another(sam, shop, courier):
    order = shop.booked_order("Lalamove")
    cancel_booking(sam, order)
    assert book(sam, order, courier=str(courier("J&T Express").id)).status == 303
    assert shop.get(Order, order.id).only_support_can_cancel


def waybill(visitor, order, **typed):
    url = f"/orders/{order.id}/booking/waybill"
    return visitor.post(url, **drawn(visitor.get(url), url, **typed))


def test_a_waybill_that_the_courier_gave_later_is_added(sam, shop):
    order = shop.booked_order(status=OrderStatus.PROCESSING)
    shop.change(order, waybill="")
    assert "Add the waybill" in sam.get(f"/orders/{order.id}").text
    page = sam.follow(waybill(sam, order, waybill=" JT-77 "))
    assert page.messages == [f"The waybill of order {order.number} is saved."]
    assert shop.get(Order, order.id).waybill == "JT-77"
    assert shop.events(order) == ["order.waybill_corrected"]
    assert "corrected the courier’s waybill." in page.text
    assert "Correct the waybill" in page.text


def test_the_same_waybill_form_twice_is_one_correction_and_the_same_waybill_none(sam, shop):
    order = shop.booked_order()
    url = f"/orders/{order.id}/booking/waybill"
    form = drawn(sam.get(url), url, waybill="JT-78")
    assert [sam.follow(sam.post(url, **form)).messages for _ in range(2)] == 2 * [
        [f"The waybill of order {order.number} is saved."]
    ]
    assert sam.follow(waybill(sam, order)).messages == ["Nothing was different, so nothing was saved."]
    assert shop.events(order) == ["order.waybill_corrected"]


@pytest.mark.parametrize("status", ["completed", "returned", "declined"])
def test_of_an_order_that_has_ended_no_waybill_is_corrected(sam, shop, status):
    order = shop.booked_order(status=OrderStatus(status))
    assert sam.get(f"/orders/{order.id}/booking/waybill").status == 409
    assert sam.post(f"/orders/{order.id}/booking/waybill", waybill="X", version="1").status == 409
    assert "the waybill" not in sam.get(f"/orders/{order.id}").text
    assert shop.get(Order, order.id).waybill == "JT0912345678"


def test_without_a_booking_there_is_no_waybill_to_correct(sam, shop):
    order = shop.order()
    page = sam.get(f"/orders/{order.id}/booking/waybill")
    assert (page.status, page.refusal) == (409, f"Order {order.number} has no booking that could be cancelled.")


def test_a_stale_or_too_long_waybill_is_refused_and_stays_in_the_field(sam, olive, shop):
    order = shop.booked_order()
    url = f"/orders/{order.id}/booking/waybill"
    form = drawn(sam.get(url), url, waybill="JT-79")
    waybill(olive, order, waybill="JT-80")
    page = sam.post(url, **form)
    assert (page.status, page.value("waybill")) == (409, "JT-79")
    page = waybill(sam, order, waybill="x" * 61)
    assert (page.status, page.errors) == (422, {"waybill": "This is 61 characters long; at most 60 fit."})
    assert shop.get(Order, order.id).waybill == "JT-80"
