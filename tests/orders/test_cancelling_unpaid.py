"""Orders that stay unpaid: which of them the timer is for, and that nobody loses one who could not know."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from blueprints import clock
from blueprints.orders.cancelling import cancel_order
from blueprints.orders.correcting_address import correct_address
from blueprints.orders.recording_cancel import CancelWish
from blueprints.orders.sending_again import send_again
from blueprints.orders.withdrawing import reinstate_order, undo_cancel
from models import (
    SYSTEM,
    Alert,
    Cancellation,
    EmailState,
    NotSentReason,
    Order,
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Reason,
    Store,
    writing,
)
from tests.conftest import make_app
from tests.orders.waiting import CANCELLED, HOURS, NOTICE, REMINDED, TO_PAY_FIRST, TWO_LETTERS, pay
from tests.pages import words
from tests.people import signed_in
from tests.shop import A_MORNING


def page_of(app, order):
    return signed_in(app, "sam").get(f"/orders/{order.id}")


def notice_of(app, order):
    return words(page_of(app, order).one("#unpaid"))


def plain(text):
    """As it is read: words() parts the time from the sign behind it."""
    return text.replace("\xa0", " ").replace("\u202f", " ").replace(" ,", ",").replace(" .", ".")


def test_off_by_default_nothing_is_ever_done(app, shop, timer):
    timer.on(hours=None)
    order = timer.order()
    timer.at(90 * 24)
    assert timer.look() == {}
    assert (shop.events(order), shop.emails(order)) == ([], [])
    assert not page_of(app, order).select("#unpaid")


def test_reminded_when_it_is_time_and_cancelled_when_that_did_not_help(app, shop, timer):
    shop.change(shop.get(Store, 1), email="shop@example.com")
    reason = shop.first(select(Reason))
    timer.on(unpaid_note="We could not keep it longer.", unpaid_reason_id=reason.id)
    product = shop.product(on_hand=10)
    order = shop.sold(**TO_PAY_FIRST)
    timer.at(HOURS - NOTICE, seconds=-1)
    assert timer.look() == {}
    assert "reminded today 9:30 AM, and Suki cancels the order Monday 9:30 AM" in plain(notice_of(app, order))
    timer.at(HOURS - NOTICE)
    assert [timer.look(), timer.look()] == [{"reminded": 1}, {}]
    timer.deliver()
    timer.at(HOURS, seconds=-1)
    assert timer.look() == {}
    assert "Maria Santos was reminded yesterday 9:30 AM" in plain(notice_of(app, order))
    now = timer.at(HOURS)
    assert [timer.look(), timer.look()] == [{"cancelled": 1}, {}]

    assert shop.events(order) == CANCELLED
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED
    assert shop.on_hand(product) == 10
    [done] = shop.all(select(Cancellation))
    assert (done.user_id, done.reason_id, done.undo_until) == (None, reason.id, now + timedelta(seconds=30))
    reminder, told = shop.emails(order)
    assert [reminder.kind, told.kind] == TWO_LETTERS
    assert (told.state, told.due_at) == (EmailState.HELD, done.undo_until)
    assert "We could not keep it longer." in told.text
    for said in (
        "To be paid: ₱960.00",
        "How: GCash",
        "Until: Monday 23 November 2026, 9:30 AM",
        "Just answer this email",
    ):
        assert said in plain(reminder.text)
        assert said in plain(reminder.html)
    page = plain(page_of(app, order).text)
    assert "Cancelled by Suki on Monday 23 November 2026, 9:30 AM. It was not paid in time." in page
    assert "₱960.00 was not paid in time, so Suki cancels the order." in page


LEFT_ALONE = {
    "cash on delivery": {"payment_method": PaymentMethod.COD},
    "cash on pick-up": {"payment_method": PaymentMethod.CASH_ON_PICKUP},
    "paid": {"payment_status": PaymentStatus.PAID},
    "a part is paid": {"paid": 1},
    "nothing to pay": {"items": [("A gift", 1, 0)]},
    "older than the switch": {"placed_at": A_MORNING - timedelta(microseconds=1)},
    "from Shopify, and paid there maybe": {"source": OrderSource.SHOPIFY},
    "from WooCommerce": {"source": OrderSource.WOOCOMMERCE},
    **{
        status.value: {"status": status}
        for status in OrderStatus
        if status not in ("pending", "accepted", "processing", "ready_for_pickup")
    },
}


def test_these_are_left_alone(app, shop, timer):
    orders = {name: timer.order(**columns) for name, columns in LEFT_ALONE.items()}
    orders["an integrated courier holds it"] = held = shop.booked_order(**TO_PAY_FIRST)
    sam = signed_in(app, "sam")
    assert [name for name, order in orders.items() if sam.get(f"/orders/{order.id}").select("#unpaid")] == []
    timer.at(500)
    assert timer.look() == {}
    assert (len(orders), [name for name, order in orders.items() if shop.events(order)]) == (15, [])
    shop.change(held, booking_cancelled_at=clock.now(), courier_reference="JT-1")
    assert timer.look() == {"reminded": 1}


def test_these_are_cancelled(shop, timer):
    statuses = ("pending", "accepted", "processing", "ready_for_pickup")
    ways = ("gcash", "maya", "card", "bank_transfer", "other")
    orders = [timer.order(status=OrderStatus(status)) for status in statuses]
    orders += [timer.order(payment_method=PaymentMethod(way)) for way in ways]
    orders += [shop.booked_order(courier="Own rider", **TO_PAY_FIRST), timer.order(source=OrderSource.SUKI)]
    timer.remind(orders=len(orders))
    timer.at(HOURS)
    assert timer.look() == {"cancelled": len(orders)}
    assert [shop.events(order) for order in orders] == len(orders) * [CANCELLED]


UNREMINDED = {
    "no address": ({"customer_email": None}, {}, "no email address is on file"),
    "failed": ({}, {"state": EmailState.FAILED, "sent_at": None}, "the email did not get through to their address"),
    "no server": (
        {},
        {"state": EmailState.NOT_SENT, "sent_at": None, "reason": NotSentReason.NO_SERVER},
        "no mail server is set up",
    ),
}


@pytest.mark.parametrize(("columns", "became", "why"), UNREMINDED.values(), ids=UNREMINDED)
def test_who_could_not_be_reminded_is_not_cancelled_and_the_page_says_why(app, shop, timer, columns, became, why):
    order = timer.order(**columns)
    timer.remind(**became)
    timer.at(1000)
    assert timer.look() == {}
    assert shop.events(order) == REMINDED
    money = notice_of(app, order)
    assert f"unpaid for a long time, and Maria Santos could not be reminded, because {why}." in money
    assert "Suki leaves it to you" in money


def test_with_the_alert_off_nobody_is_reminded_so_nothing_is_cancelled(app, shop, timer):
    with app.app_context(), writing() as session:
        session.add(Alert(kind="payment_reminder", on=False))
    order = timer.order()
    assert "Suki will not cancel this order" in notice_of(app, order)
    timer.remind()
    timer.at(1000)
    assert timer.look() == {}
    assert "because this email alert is off in Settings" in notice_of(app, order)


def test_a_reminder_on_its_way_is_waited_for_and_the_notice_counts_from_when_it_left(app, shop, timer):
    order = timer.order()
    timer.at(HOURS - NOTICE)
    timer.look()
    timer.at(HOURS + 10)
    assert timer.look() == {}
    assert "is on its way" in notice_of(app, order)
    timer.deliver()
    timer.at(HOURS + 10 + NOTICE, seconds=-1)
    assert timer.look() == {}
    timer.at(HOURS + 10 + NOTICE)
    assert timer.look() == {"cancelled": 1}


def test_sent_again_by_hand_it_counts_as_reminded(app, shop, timer):
    order = timer.order()
    timer.remind(state=EmailState.FAILED, sent_at=None)
    [failed] = shop.emails(order)
    timer.at(HOURS - 2)
    with app.app_context():
        send_again(failed.id, by=SYSTEM)
    timer.deliver()
    timer.at(HOURS)
    assert timer.look() == {}
    timer.at(HOURS - 2 + NOTICE)
    assert timer.look() == {"cancelled": 1}


def corrected(app, email):
    with app.app_context():
        correct_address(email.id, address="santos@example.com", by=SYSTEM)


def test_with_the_address_corrected_the_notice_counts_from_when_the_reminder_left_to_that_one(app, shop, timer):
    order = timer.order()
    timer.remind()
    timer.at(HOURS - 1)
    corrected(app, shop.emails(order)[0])
    timer.at(HOURS)
    assert timer.look() == {}
    assert "is on its way" in notice_of(app, order)
    timer.deliver()
    said = "was reminded today 9:30 AM. If it is not paid, Suki cancels the order Tuesday 9:30 AM"
    assert said in plain(notice_of(app, order))
    timer.at(HOURS + NOTICE, seconds=-1)
    assert timer.look() == {}
    timer.at(HOURS + NOTICE)
    assert timer.look() == {"cancelled": 1}


def test_a_reminder_that_left_to_another_address_than_the_order_has_cancels_nothing(app, shop, timer):
    order = timer.order()
    timer.remind()
    shop.change(order, customer_email="santos@example.com")
    timer.at(1000)
    assert timer.look() == {}
    assert "could not be reminded, because the email did not get through to their address." in notice_of(app, order)


def test_a_reminder_whose_address_is_kept_no_longer_left_all_the_same(app, shop, timer):
    order = timer.order()
    timer.remind()
    shop.change(shop.emails(order)[0], cleared_at=clock.now(), recipient="", text="", html="")
    timer.at(HOURS)
    assert timer.look() == {"cancelled": 1}


def test_the_demo_keeps_its_mail_and_goes_on_all_the_same(shop, timer, tmp_path):
    shop.change(shop.get(Store, 1), is_demo=True)
    order = timer.order()
    without_mail = make_app(tmp_path, MAIL_SERVER=None)
    assert "and Suki cancels the order Monday 9:30 AM" in plain(notice_of(without_mail, order))
    timer.remind(state=EmailState.NOT_SENT, reason=NotSentReason.DEMO, sent_at=None)
    timer.at(HOURS)
    assert timer.look() == {"cancelled": 1}


def test_what_the_customer_was_promised_holds_whatever_settings_say_since(app, timer):
    order = timer.order()
    timer.remind()
    timer.on(hours=2, notice=1)
    timer.at(HOURS, seconds=-1)
    assert timer.look() == {}
    assert "Suki cancels the order today 9:30 AM" in plain(notice_of(app, order))
    timer.on(hours=100)
    timer.at(HOURS)
    assert "Suki cancels the order Tuesday 1:30 PM" in plain(notice_of(app, order))
    timer.at(100, seconds=-1)
    assert timer.look() == {}
    timer.at(100)
    assert timer.look() == {"cancelled": 1}


def test_an_order_that_comes_in_late_still_has_its_notice(app, shop, timer):
    timer.at(HOURS + 50)
    order = timer.order(placed_at=A_MORNING)
    said = "reminded today 11:30 AM, and Suki cancels the order Thursday 11:30 AM"
    assert said in plain(notice_of(app, order))
    timer.remind(HOURS + 50)
    assert "Until: Thursday 26 November 2026, 11:30 AM" in plain(shop.emails(order)[0].text)
    timer.at(HOURS + 50 + NOTICE, seconds=-1)
    assert timer.look() == {}
    timer.at(HOURS + 50 + NOTICE)
    assert timer.look() == {"cancelled": 1}


@pytest.mark.parametrize("amount", [96000, 100], ids=["all", "a part"])
def test_paid_after_the_reminder_it_is_not_cancelled(app, shop, timer, amount):
    order = timer.order()
    timer.remind()
    pay(app, order, amount)
    timer.at(1000)
    assert timer.look() == {}
    assert shop.events(order) == [*REMINDED, "order.paid"]


def test_switched_off_and_on_again_it_is_for_new_orders(timer):
    timer.order()
    timer.remind()
    timer.at(HOURS)
    timer.on(unpaid_since=clock.now())
    assert timer.look() == {}


def test_kept_by_somebody_it_is_neither_reminded_nor_cancelled(app, shop, timer):
    early, late = timer.order(), timer.order()
    sam = signed_in(app, "sam")
    for _ in range(2):
        assert sam.post(f"/orders/{early.id}/keep").status == 303
    assert not page_of(app, early).select("#unpaid")
    assert shop.events(early) == ["order.kept"]
    timer.remind()
    answer = signed_in(app, "sam").post(f"/orders/{late.id}/keep")
    assert answer.location == f"/orders/{late.id}"
    timer.at(1000)
    assert timer.look() == {}
    assert "Sam Staff keeps the order though it is not paid" in page_of(app, late).text


def test_who_keeps_an_order_a_moment_too_late_is_told_so(app, shop, timer):
    order = timer.order()
    timer.remind()
    timer.at(HOURS)
    timer.look()
    page = signed_in(app, "sam").post(f"/orders/{order.id}/keep")
    assert (page.status, page.refusal) == (409, "Order 1001 is already cancelled.")
    assert shop.events(order) == CANCELLED


@pytest.mark.parametrize("how", ["undone", "reinstated"])
def test_put_on_again_after_the_cancel_it_is_not_cancelled_twice(app, shop, timer, how):
    order = timer.order()
    timer.remind()
    timer.at(HOURS)
    timer.look()
    with app.app_context():
        if how == "undone":
            undo_cancel(order.id, 1, by=SYSTEM)
        else:
            reinstate_order(order.id, 1, version=2, note="", notify=True, by=SYSTEM)
    timer.at(1000)
    assert timer.look() == {}
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert not page_of(app, order).select("#unpaid")


def test_put_on_again_before_any_reminder_it_gets_none(app, timer):
    order = timer.order()
    with app.app_context():
        cancel_order(order.id, version=1, wish=CancelWish(), by=SYSTEM)
        undo_cancel(order.id, 1, by=SYSTEM)
    timer.at(1000)
    assert timer.look() == {}


def test_a_reason_that_was_taken_off_the_list_is_not_used(shop, timer):
    reason = shop.first(select(Reason))
    timer.on(unpaid_reason_id=reason.id)
    shop.change(reason, active=False)
    timer.order()
    timer.remind()
    timer.at(HOURS)
    assert timer.look() == {"cancelled": 1}
    assert shop.first(select(Cancellation)).reason_id is None
