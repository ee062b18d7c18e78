"""Whoever could not be reminded to pay stands in the list, as Suki leaves their orders to the merchant."""

import pytest

from blueprints.orders.sending_again import send_again
from models import SYSTEM, EmailState, NotSentReason, Order, OrderSource, PaymentMethod
from tests.orders.test_cancelling_unpaid import UNREMINDED
from tests.orders.waiting import HOURS, NOTICE, Timer, a_timer, pay
from tests.people import Visitor, signed_in


@pytest.fixture
def timer(app, shop):
    with a_timer(app, shop) as timer:
        yield timer


def listed(app, order: Order) -> bool:
    """And counted on Today, and beside its tab, as long as it is."""
    sam: Visitor = signed_in(app, "sam")
    found = order.number in sam.get("/orders/?attention=not_reminded").text
    assert ("Not reminded" in sam.get("/").text) is found
    tabs = [tab.text for tab in sam.get("/orders/").select("nav a") if "Not reminded" in tab.text]
    assert bool(tabs) is found
    return found


@pytest.mark.parametrize(("columns", "became", "_why"), UNREMINDED.values(), ids=UNREMINDED)
def test_who_was_not_reached_is_listed(app, timer, columns, became, _why):
    order = timer.order(**columns)
    assert not listed(app, order)
    timer.remind(**became)
    assert listed(app, order)


FAILED = {"state": EmailState.FAILED, "sent_at": None}


@pytest.mark.parametrize(
    "ends",
    [
        lambda app, timer, order: pay(app, order),
        lambda app, timer, order: signed_in(app, "sam").post(f"/orders/{order.id}/keep"),
        lambda app, timer, order: timer.shop.change(order, payment_method=PaymentMethod.COD),
        lambda app, timer, order: timer.on(hours=None),
        lambda app, timer, order: signed_in(app, "sam").post(f"/orders/{order.id}/status", status="shipped", version=1),
    ],
    ids=["paid", "kept", "cash on delivery after all", "timer off", "shipped"],
)
def test_once_nothing_is_left_to_decide_it_is_not(app, timer, ends):
    order = timer.order()
    timer.remind(**FAILED)
    assert listed(app, order)
    ends(app, timer, order)
    assert not listed(app, order)


def test_what_may_be_paid_in_another_shop_is_not(app, timer):
    order = timer.order()
    timer.remind(**FAILED)
    timer.shop.change(order, source=OrderSource.SHOPIFY)
    assert not listed(app, order)


def test_who_was_reached_is_not(app, shop, timer: Timer):
    order = timer.order()
    timer.at(HOURS - NOTICE)
    timer.look()
    assert not listed(app, order), "it is on its way"
    timer.deliver()
    assert not listed(app, order)


def test_who_was_reminded_at_another_address_is_until_it_leaves_to_theirs(app, shop, timer):
    order = timer.order()
    timer.remind()
    shop.change(order, customer_email="santos@example.com")
    assert listed(app, order)
    with app.app_context():
        send_again(shop.emails(order)[0].id, by=SYSTEM)
    timer.deliver()
    assert not listed(app, order)


def test_who_was_sent_a_copy_at_an_address_that_was_wrong_still_is(app, shop, timer):
    order = timer.order()
    timer.remind(**FAILED)
    with app.app_context():
        send_again(shop.emails(order)[0].id, by=SYSTEM)
    timer.deliver()
    assert not listed(app, order)
    shop.change(order, customer_email="santos@example.com")
    assert listed(app, order)


def test_a_letter_that_is_kept_no_longer_still_reached_them(app, shop, timer):
    order = timer.order()
    timer.remind()
    (letter,) = shop.emails(order)
    shop.change(letter, recipient="", text="", html="", cleared_at=letter.sent_at)
    assert not listed(app, order)
    timer.at(HOURS)
    assert timer.look() == {"cancelled": 1}


def test_a_demo_has_read_its_mail(app, timer):
    order = timer.order()
    timer.remind(state=EmailState.NOT_SENT, reason=NotSentReason.DEMO, sent_at=None)
    assert not listed(app, order)
