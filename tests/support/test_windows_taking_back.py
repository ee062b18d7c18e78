"""Taking back what support cancelled: the merchant alone, and only while the courier has not let go of the parcel."""

import pytest

from models import EmailState, Order, OrderStatus
from tests.orders.books import later, reinstate, undo
from tests.support.inside import enter, filled_in, open_window, window_of


@pytest.fixture
def booked(shop):
    return shop.booked_order(number="1041")


@pytest.fixture
def ticket(ask_to_cancel, booked):
    return ask_to_cancel(booked)


@pytest.fixture
def inside(olive, uma, shop, ticket):
    """Uma, in a window for all orders."""
    assert open_window(olive, ticket, scope="all").status == 303
    assert enter(uma, window_of(shop, ticket)).status == 303
    return uma


def cancelled_by(agent, order):
    url, fields = filled_in(agent, order)
    assert agent.post(url, **fields).status == 303


def test_once_the_courier_let_go_the_order_is_never_on_again(inside, olive, shop, booked):
    cancelled_by(inside, booked)
    page = olive.get(f"/orders/{booked.id}")
    assert (page.h1, page.select("#undo"), "Reinstate" in page.text) == ("Order 1041", [], False)
    for answer in (
        olive.post(f"/orders/{booked.id}/undo", cancellation="1"),
        olive.get(f"/orders/{booked.id}/reinstate"),
        olive.post(f"/orders/{booked.id}/reinstate", cancellation="1", version=shop.get(Order, booked.id).version),
    ):
        assert answer.status == 409
        assert answer.refusal == "J&T Express has let go of the parcel, so order 1041 can’t be reinstated."
        assert answer.select("main a[href='/orders/new']")
    assert shop.get(Order, booked.id).status is OrderStatus.CANCELLED


def test_nor_where_the_courier_is_not_integrated(inside, olive, shop):
    order = shop.booked_order(number="1042", courier="Lalamove")
    cancelled_by(inside, order)
    answer = olive.get(f"/orders/{order.id}/reinstate")
    assert (answer.status, answer.refusal) == (
        409,
        "Lalamove has let go of the parcel, so order 1042 can’t be reinstated.",
    )


def test_as_it_can_not_be_undone_the_customer_is_told_at_once(inside, shop, booked):
    cancelled_by(inside, booked)
    assert [email.state for email in shop.emails(booked)] == [EmailState.QUEUED]


def test_an_order_that_nobody_had_booked_is_undone_or_reinstated_by_the_merchant(inside, olive, shop):
    first, second = shop.order(), shop.order()
    for order in (first, second):
        cancelled_by(inside, order)
    assert undo(olive, first).status == 303
    with later(minutes=2):
        assert reinstate(olive, second).status == 303
    assert [shop.get(Order, order.id).status for order in (first, second)] == [OrderStatus.PENDING] * 2


def test_support_takes_nothing_back_not_even_its_own(inside, shop):
    order = shop.order()
    cancelled_by(inside, order)
    assert not inside.get(f"/orders/{order.id}").select("#undo, form[action$='/undo']")
    assert not inside.get("/orders/").select("form[action$='/undo']")
    assert inside.post(f"/orders/{order.id}/undo", cancellation="1").status == 403
    assert inside.post(f"/orders/{order.id}/reinstate", cancellation="1").status == 403
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED
