"""Cancelling an order: both ways there, what it leaves behind, and whom it tells."""

import pytest
from sqlalchemy import select

from models import (
    Alert,
    Cancellation,
    EmailState,
    Event,
    Note,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Reason,
    Refund,
    Store,
    writing,
)
from tests.orders.deciding import cancel, drawn, save_status
from tests.pages import words

PAID = {"payment_status": PaymentStatus.PAID, "payment_method": PaymentMethod.GCASH}


def cancellation_of(shop, order):
    return shop.first(select(Cancellation).where(Cancellation.order_id == order.id))


def notes(shop):
    return [(note.body, note.internal) for note in shop.all(select(Note).order_by(Note.id))]


@pytest.mark.parametrize("way", [cancel, lambda *who, **typed: save_status(*who, status="cancelled", **typed)])
def test_an_order_is_cancelled_either_way(sam, shop, way):
    order = shop.order()
    answer = way(sam, order, note="Sold out, sorry.")
    assert answer.status == 303
    assert answer.location == f"/orders/{order.id}"
    assert sam.follow(answer).messages == ["Order 1001 is cancelled."]
    after = shop.get(Order, order.id)
    assert (after.status, after.cancelled_at is not None) == (OrderStatus.CANCELLED, True)
    assert shop.events(order) == ["order.cancelled"]
    assert notes(shop) == [("Sold out, sorry.", False)]
    assert len(shop.emails(order)) == 1


def to_the_cancel_page(visitor, order, **typed):
    """By the button in the status area."""
    url, page = f"/orders/{order.id}/status", visitor.get(f"/orders/{order.id}")
    button = page.one("#status-form [formaction*=cancel]")
    return visitor.post(button["formaction"], **drawn(page, url, **{button["name"]: button["value"]}, **typed))


def test_what_was_said_in_the_status_area_goes_along_to_the_cancel_page(sam, shop):
    shop.product("ADOBO-4")
    order, url = shop.sold(), "/orders/1/cancel"
    page = to_the_cancel_page(sam, order, status="accepted", note="Sold out, sorry.", notify=None)
    assert (page.status, page.h1) == (200, "Cancel order 1001?")
    assert (page.value("note"), page.value("status")) == ("Sold out, sorry.", "cancelled")
    assert not page.one("input[name=notify]").has_attr("checked")
    assert page.one("input[name=restock]").has_attr("checked")
    assert (shop.events(order), shop.emails(order), shop.count(Note)) == ([], [], 0)
    assert sam.post(url, **drawn(page, url)).status == 303
    assert (notes(shop), shop.emails(order)[0].reason) == ([("Sold out, sorry.", False)], NotSentReason.NOT_WANTED)


def test_with_nothing_said_the_customer_is_told_as_ever(sam, shop):
    page = to_the_cancel_page(sam, shop.order())
    assert (page.value("note"), page.one("input[name=notify]").has_attr("checked")) == ("", True)


def test_what_became_impossible_meanwhile_is_refused_and_the_note_is_kept(sam, shop):
    order = shop.booked_order()
    page = sam.post(f"/orders/{order.id}/cancel/from-status", note="Sold out, sorry.")
    assert (page.status, page.value("note")) == (409, "Sold out, sorry.")


def test_enter_in_the_status_area_still_saves(sam, shop):
    """A browser presses the first button of the form."""
    assert words(sam.get(f"/orders/{shop.order().id}").select("#status-form button")[0]) == "Save"


@pytest.mark.parametrize("status", ["pending", "accepted", "processing", "ready_for_pickup"])
def test_an_order_can_be_cancelled_until_it_leaves(sam, shop, status):
    order = shop.order(status=OrderStatus(status))
    assert cancel(sam, order).status == 303
    assert cancellation_of(shop, order).previous_status == status


@pytest.mark.parametrize("status", ["shipped", "out_for_delivery"])
def test_an_order_on_its_way_warns_first_and_can_be_cancelled(sam, shop, status):
    order = shop.order(status=OrderStatus(status))
    assert "call the courier first" in sam.get(f"/orders/{order.id}/cancel").text
    assert "call the courier before you choose Cancelled" in sam.get(f"/orders/{order.id}").text
    assert cancel(sam, order).status == 303


def test_the_event_says_who_and_from_what_and_points_to_notes_and_email(olive, shop):
    order = shop.order(status=OrderStatus.PROCESSING, **PAID)
    cancel(olive, order, note="Sorry.", internal_note="Shelf was empty.")
    event = shop.first(select(Event).where(Event.order_id == order.id))
    assert (event.from_status, event.to_status, event.amount) == ("processing", "cancelled", 96000)
    assert event.order_version == shop.get(Order, order.id).version
    assert None not in (event.user_id, event.note_id, event.internal_note_id, event.email_id)


def test_the_internal_note_stays_in_the_store(olive, shop):
    order = shop.order()
    page = olive.follow(cancel(olive, order, note="Sorry.", internal_note="He never pays."))
    assert notes(shop) == [("Sorry.", False), ("He never pays.", True)]
    assert "He never pays." in page.text
    (email,) = shop.emails(order)
    assert "Sorry." in email.text
    assert "Sorry." in email.html
    assert "never pays" not in email.text + email.html


def test_reason_and_stock_are_kept(olive, shop):
    order = shop.order()
    reason = shop.first(select(Reason).where(Reason.label == "Out of stock"))
    page = olive.follow(cancel(olive, order, reason=str(reason.id), restock=None))
    done = cancellation_of(shop, order)
    assert (done.reason_id, done.restock) == (reason.id, False)
    assert "Out of stock" in page.text
    assert "not put back into stock" in page.text


def test_a_cancel_in_the_status_area_gives_no_reason_and_puts_the_items_back(olive, shop):
    order = shop.order()
    save_status(olive, order, status="cancelled")
    done = cancellation_of(shop, order)
    assert (done.reason_id, done.restock, done.notify) == (None, True, True)


def test_what_was_paid_is_owed_back(olive, shop):
    order = shop.order(**PAID)
    assert "₱960.00 is owed back to Maria Santos" in olive.get(f"/orders/{order.id}/cancel").text
    page = olive.follow(cancel(olive, order))
    (refund,) = shop.all(select(Refund))
    assert (refund.order_id, refund.owed, refund.settled_at) == (order.id, 96000, None)
    assert "₱960.00 is owed back to Maria Santos" in page.text
    assert "960.00" in shop.emails(order)[0].text


def test_what_has_gone_back_since_is_not_owed_any_more(olive, shop):
    order = shop.order(**PAID)
    cancel(olive, order)
    olive.post("/refunds/1/settle", **drawn(olive.get("/refunds/1"), "/refunds/1/settle", amount="360"))
    assert "₱600.00 is owed back to Maria Santos" in olive.get(f"/orders/{order.id}").text


def test_only_what_was_not_refunded_yet_is_owed_back(olive, shop):
    cancel(olive, shop.order(paid=96000, refunded=36000, payment_status=PaymentStatus.PARTIALLY_REFUNDED))
    assert [refund.owed for refund in shop.all(select(Refund))] == [60000]


@pytest.mark.parametrize("money", [{}, {"paid": 96000, "refunded": 96000, "payment_status": PaymentStatus.REFUNDED}])
def test_nothing_is_owed_when_nothing_is_left_of_what_was_paid(olive, shop, money):
    order = shop.order(**money)
    assert "nothing is owed back" in olive.get(f"/orders/{order.id}/cancel").text
    cancel(olive, order)
    assert shop.count(Refund) == 0


def test_without_an_address_nobody_is_told_and_the_page_says_so(olive, shop):
    order = shop.order(customer_email=None)
    assert "Nobody is emailed: no email address is on file" in olive.get(f"/orders/{order.id}/cancel").text
    page = olive.follow(cancel(olive, order))
    assert shop.emails(order)[0].reason is NotSentReason.NO_ADDRESS
    assert "Nobody was emailed: no email address is on file." in page.text


def test_with_all_alerts_off_nobody_is_told_and_the_page_says_so(olive, shop):
    order = shop.order()
    shop.change(shop.get(Store, 1), alerts_on=False)
    page = olive.follow(cancel(olive, order))
    assert shop.emails(order)[0].reason is NotSentReason.ALERTS_OFF
    assert "Nobody was emailed: this email alert is off in Settings." in page.text


def test_the_alert_about_cancelled_orders_has_a_switch_of_its_own(app, olive, shop):
    order = shop.order()
    with app.app_context(), writing() as session:
        session.add(Alert(kind="order_cancelled", on=False))
    assert "Nobody is emailed: this email alert is off" in olive.get(f"/orders/{order.id}/cancel").text
    cancel(olive, order)
    assert shop.emails(order)[0].reason is NotSentReason.ALERTS_OFF


@pytest.mark.parametrize("way", [cancel, lambda *who, **typed: save_status(*who, status="cancelled", **typed)])
def test_an_unticked_box_tells_nobody(olive, shop, way):
    order = shop.order()
    page = olive.follow(way(olive, order, notify=None))
    (email,) = shop.emails(order)
    assert (email.state, email.reason) == (EmailState.NOT_SENT, NotSentReason.NOT_WANTED)
    assert "Nobody was emailed: “Email the customer” was not ticked." in page.text


@pytest.mark.parametrize("url", ["cancel", "status"])
def test_whoever_sends_no_more_than_the_cancel_itself_gets_what_the_page_proposes(olive, shop, url):
    order = shop.order()
    olive.post(f"/orders/{order.id}/{url}", status="cancelled", note="Sold out.", version="1", once="of the page")
    assert shop.emails(order)[0].state is EmailState.HELD
    assert cancellation_of(shop, order).restock is True


@pytest.mark.parametrize("no", ["", "0", "no", "false"])
def test_a_plain_no_is_no(olive, shop, no):
    order = shop.order()
    olive.post(f"/orders/{order.id}/cancel", version="1", notify=no, restock=no)
    assert shop.emails(order)[0].reason is NotSentReason.NOT_WANTED
    assert cancellation_of(shop, order).restock is False


def test_a_booking_with_another_courier_stands_and_the_page_says_whom_to_call(olive, shop):
    order = shop.booked_order("Lalamove")
    assert "Lalamove stays as it is: call them" in olive.get(f"/orders/{order.id}/cancel").text
    page = olive.follow(cancel(olive, order))
    after = shop.get(Order, order.id)
    assert (after.status, after.booking_cancelled_at) == (OrderStatus.CANCELLED, None)
    assert "The booking with Lalamove is still on" in page.text
