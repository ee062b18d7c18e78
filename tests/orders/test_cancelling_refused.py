"""When an order is not cancelled: what the merchant reads, the way on, and that nothing was done."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from blueprints.orders import change_routes
from models import Cancellation, Note, Order, OrderStatus, PaymentStatus, Reason, Refund, writing
from tests.orders.deciding import cancel, drawn, save_status
from tests.pages import words
from tests.people import signed_in

PAID = {"payment_status": PaymentStatus.PAID}
WHILE_OPEN = "was changed while you had this page open"


def nothing_was_done(shop, order, status):
    after = shop.get(Order, order.id)
    assert (after.status, after.version) == (status, order.version)
    assert (shop.events(order), shop.emails(order)) == ([], [])
    assert (shop.count(Cancellation), shop.count(Refund), shop.count(Note)) == (0, 0, 0)
    return True


@pytest.fixture
def cancelled(app, shop):
    order = shop.order(**PAID)
    with time_machine.travel(datetime(2026, 11, 21, 8, 12, tzinfo=UTC)):
        cancel(signed_in(app, "sam"), order, note="Sold out.")
    return order


def test_a_second_cancel_says_by_whom_and_when_and_does_nothing_twice(olive, shop, cancelled):
    page = olive.post(f"/orders/{cancelled.id}/cancel", version="2", note="Too late", restock="y", notify="y")
    assert page.status == 409
    assert page.refusal == "Order 1001 is already cancelled."
    assert "Sam Staff cancelled it on Saturday 21 November 2026, 4:12 PM." in page.text
    assert page.value("note") == "Too late"
    assert (shop.events(cancelled), len(shop.emails(cancelled))) == (["order.cancelled"], 1)
    assert (shop.count(Cancellation), shop.count(Refund), shop.count(Note)) == (1, 1, 1)


def test_the_status_area_refuses_a_second_cancel_too(olive, shop, cancelled):
    page = olive.post(f"/orders/{cancelled.id}/status", status="cancelled", version="1", note="Too late")
    assert (page.status, page.refusal) == (409, "Order 1001 is already cancelled.")
    assert page.value("note") == "Too late"
    assert shop.events(cancelled) == ["order.cancelled"]


def test_a_cancelled_order_gets_no_other_status(olive, shop, cancelled):
    page = olive.post(f"/orders/{cancelled.id}/status", status="accepted", version="2")
    assert (page.status, page.refusal) == (409, "Order 1001 is already cancelled.")
    assert shop.get(Order, cancelled.id).status is OrderStatus.CANCELLED


def test_an_order_that_came_in_cancelled_names_nobody(olive, shop):
    order = shop.order(status=OrderStatus.CANCELLED)
    page = olive.get(f"/orders/{order.id}/cancel")
    assert page.refusal == "Order 1001 is already cancelled."
    assert "It was cancelled on Friday 20 November 2026" in page.text


@pytest.mark.parametrize(
    ("status", "says", "way_on"),
    [
        ("completed", "is completed, so it can’t be cancelled any more.", "change its status to Returned"),
        ("returned", "is returned, so there is nothing left to cancel.", "record the refund"),
        ("declined", "was declined, so there is nothing to cancel.", "add it as a new order"),
    ],
)
def test_what_has_come_to_its_end_is_not_cancelled(sam, shop, status, says, way_on):
    order = shop.order(status=OrderStatus(status))
    page = sam.post(f"/orders/{order.id}/cancel", version="1", note="Please")
    assert (page.status, page.refusal) == (409, f"Order 1001 {says}")
    assert way_on in page.text
    assert page.value("note") == "Please"
    assert nothing_was_done(shop, order, status)


def test_what_has_come_to_its_end_is_not_cancelled_in_the_status_area(sam, shop):
    order = shop.order(status=OrderStatus.DECLINED)
    page = sam.post(f"/orders/{order.id}/status", status="cancelled", version="1", note="Please")
    assert (page.status, page.value("note")) == (409, "Please")
    assert nothing_was_done(shop, order, OrderStatus.DECLINED)


@pytest.mark.parametrize("url", ["cancel", "status"])
def test_what_an_integrated_courier_holds_is_left_to_support(olive, shop, url):
    order = shop.booked_order()
    page = olive.post(f"/orders/{order.id}/{url}", status="cancelled", version="1", note="Please")
    assert page.status == 409
    assert page.refusal == "J&T Express holds order 1001, so only support can cancel it."
    assert "waybill JT0912345678" in page.text
    assert page.select(f"main a[href='/support/tickets/new?order={order.id}']")
    assert page.value("note") == "Please"
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


def test_a_booked_order_does_not_even_offer_it(olive, shop):
    order = shop.booked_order()
    page = olive.get(f"/orders/{order.id}")
    assert "cancelled" not in [option["value"] for option in page.select("#status option")]
    assert not page.select(f"a[href='/orders/{order.id}/cancel']")
    assert "J&T Express holds this order" in page.text
    assert olive.get(f"/orders/{order.id}/cancel").status == 409


def test_a_courier_unticked_later_frees_no_booking(olive, shop):
    order = shop.booked_order()
    shop.change(order.courier, integrated=False)
    assert cancel_blindly(olive, order).status == 409


def test_a_completed_order_that_is_still_booked_is_refused_for_being_completed(olive, shop):
    order = shop.booked_order(status=OrderStatus.COMPLETED)
    assert "is completed" in cancel_blindly(olive, order).refusal


def cancel_blindly(visitor, order, **typed):
    return visitor.post(f"/orders/{order.id}/cancel", version="1", **typed)


def test_a_change_by_somebody_else_is_shown_before_anything_is_done(olive, sam, shop):
    order = shop.order()
    url = f"/orders/{order.id}/cancel"
    form = drawn(olive.get(url), url, note="Sold out.", internal_note="Shelf was empty.", reason="2")
    save_status(sam, order, status="accepted", note="Thank you!")
    page = olive.post(url, **form)
    assert page.status == 409
    assert WHILE_OPEN in page.refusal
    assert "Sam Staff changed the status from Pending to Accepted." in page.text
    assert [page.value(name) for name in ("note", "internal_note", "reason")] == ["Sold out.", "Shelf was empty.", "2"]
    assert shop.get(Order, order.id).status is OrderStatus.ACCEPTED
    # Whoever has read it and presses Save again means it.
    assert olive.post(url, **drawn(page, url)).status == 303


@pytest.mark.parametrize("version", ["0", "7", "-1", "1.0", "٣", "", "x", "1" + 30 * "0", str(2**63)])
@pytest.mark.parametrize("url", ["cancel", "status"])
def test_a_version_that_never_was_is_a_stale_page(olive, shop, url, version):
    order = shop.order()
    page = olive.post(f"/orders/{order.id}/{url}", status="cancelled", note="Please", version=version)
    assert page.status == 409
    assert WHILE_OPEN in page.refusal
    assert (page.value("version"), page.value("note")) == ("1", "Please")
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


def test_a_mistake_does_not_make_a_stale_page_fresh(olive, sam, shop):
    order = shop.order()
    save_status(sam, order, status="accepted")
    page = cancel_blindly(olive, order, note="x" * 1001)
    assert (page.status, page.value("version")) == (422, "1")


@pytest.mark.parametrize("reason", ["999", "0", "-1", "x", "1" + 30 * "0", "٣"])
def test_a_reason_that_is_not_on_the_list_is_an_error_beside_the_field(olive, shop, reason):
    order = shop.order()
    page = cancel_blindly(olive, order, reason=reason, note="Please")
    assert (page.status, page.value("note")) == (422, "Please")
    assert "not on the store’s list" in page.errors["reason"]
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


def test_a_reason_that_was_taken_off_the_list_is_refused(olive, shop):
    order, reason = shop.order(), shop.first(select(Reason))
    shop.change(reason, active=False)
    assert "reason" in cancel_blindly(olive, order, reason=str(reason.id)).errors


def test_a_reason_taken_off_the_list_at_the_last_moment_is_refused_under_the_lock(app, olive, shop, monkeypatch):
    order, reason = shop.order(), shop.first(select(Reason))
    shop.change(reason, active=False)
    monkeypatch.setattr(change_routes, "reasons_to_choose", lambda: [reason])
    page = cancel_blindly(olive, order, reason=str(reason.id), note="Please")
    assert (page.status, list(page.errors), page.value("note")) == (422, ["reason"], "Please")
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


@pytest.mark.parametrize("field", ["note", "internal_note"])
def test_a_note_that_is_too_long_is_kept_and_both_numbers_are_said(olive, shop, field):
    order = shop.order()
    page = cancel_blindly(olive, order, **{field: "ñ" * 100_000})
    assert page.status == 422
    assert page.errors[field] == "This is 100,000 characters long; at most 1,000 fit."
    assert page.value(field) == "ñ" * 100_000
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


@pytest.mark.parametrize("status", ["accepted", "refunded", ""])
def test_the_cancel_page_is_for_no_other_status(olive, shop, status):
    order = shop.order()
    page = cancel(olive, order, status=status, note="Sorry.")
    assert page.status == 422
    assert "This page only cancels." in words(page.one("[data-error-summary]"))
    assert (shop.get(Order, order.id).status, shop.events(order)) == (OrderStatus.PENDING, [])
    url = f"/orders/{order.id}/cancel"
    assert page.fields(url)["note"] == "Sorry."
    assert olive.post(url, **page.fields(url)).status == 303


def test_reading_the_pages_changes_nothing(olive, shop):
    order = shop.order(**PAID)
    for url in ("", "/cancel", "/cancel?status=cancelled&version=1"):
        assert olive.get(f"/orders/{order.id}{url}").status == 200
    for url in ("/status", "/status/preview", "/cancel/preview", "/cancel/from-status"):
        assert olive.get(f"/orders/{order.id}{url}").status == 405
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


def test_an_order_that_is_not_there_is_not_there(olive):
    assert olive.get("/orders/999/cancel").status == 404
    assert olive.post("/orders/999/status", status="cancelled", version="1").status == 404


def test_support_without_access_cancels_nothing(uma, mallory, shop):
    order = shop.order()
    assert cancel_blindly(uma, order).status == 403
    assert uma.post(f"/orders/{order.id}/status", status="cancelled", version="1").status == 403
    assert cancel_blindly(mallory, order).status == 303
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


@pytest.mark.parametrize(
    "half", ["status = 'cancelled'", "status = 'cancelled', cancelled_at = '2026-11-20'", "cancelled_at = '2026-11-20'"]
)
def test_the_database_itself_refuses_what_the_rule_would(app, shop, half):
    order = shop.booked_order()
    with app.app_context(), pytest.raises(IntegrityError, match=r"(?i)check"), writing() as session:
        session.execute(text(f"UPDATE orders SET {half} WHERE id = {order.id}"))
    assert nothing_was_done(shop, order, OrderStatus.PENDING)


def test_the_database_takes_one_cancel_of_an_order_at_a_time(app, shop, cancelled):
    done = shop.first(select(Cancellation))
    again = Cancellation(order_id=done.order_id, at=done.at, restock=True, previous_status=done.previous_status)
    with app.app_context(), pytest.raises(IntegrityError, match=r"(?i)unique"), writing() as session:
        session.add(again)
