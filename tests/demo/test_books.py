"""What stands in the books of the demo: something of everything, and nothing that could not be."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from models import (
    AccessWindow,
    Cancellation,
    Courier,
    Email,
    EmailState,
    Event,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Refund,
    Ticket,
    TicketMessage,
    UserSession,
    WindowEntry,
)
from models.order_states import ALLOWED_CHANGES
from tests.conftest import make_app
from tests.demo.conftest import close, fill
from tests.people import signed_in
from tests.shop import Shop

ORDERS = select(Order).options(selectinload(Order.items), joinedload(Order.courier)).order_by(Order.position)


@pytest.fixture(scope="module")
def orders(books):
    return books.all(ORDERS)


@pytest.fixture(scope="module")
def tickets(books):
    return books.all(select(Ticket).order_by(Ticket.id))


@pytest.fixture(scope="module")
def emails(books):
    return books.all(select(Email).order_by(Email.id))


@pytest.fixture(scope="module")
def histories(books):
    """Events by order."""
    found = defaultdict(list)
    for event in books.all(select(Event).order_by(Event.id)):
        found[event.order_id].append(event)
    return found


def test_there_are_more_than_two_pages_of_orders(orders):
    assert len(orders) == 120


def test_every_state_and_way_to_pay_occurs(orders):
    assert {order.status for order in orders} == set(OrderStatus)
    assert {order.payment_status for order in orders} == set(PaymentStatus)
    assert {order.payment_method for order in orders} == set(PaymentMethod)


def test_orders_go_out_by_every_courier_and_by_none(orders, books):
    couriers = {courier.name for courier in books.all(select(Courier))}
    assert {order.courier and order.courier.name for order in orders} == couriers | {None}


def test_some_that_are_to_do_can_be_cancelled_by_support_alone(orders):
    assert [order for order in orders if order.only_support_can_cancel and order.status is OrderStatus.PROCESSING]


def test_a_booking_was_taken_back(orders):
    assert [order for order in orders if order.booking_cancelled_at and order.status is OrderStatus.CANCELLED]


def test_an_email_can_be_seen_in_every_state_that_stays(emails):
    states = {email.state for email in emails}
    reasons = {email.reason for email in emails if email.state is EmailState.NOT_SENT}
    assert states == {EmailState.SENT, EmailState.FAILED, EmailState.NOT_SENT}
    assert reasons == {NotSentReason.DEMO, NotSentReason.NO_ADDRESS, NotSentReason.NOT_WANTED}


def test_an_email_that_was_tried_says_what_the_server_answered(emails):
    first = {EmailState.SENT: "2", EmailState.FAILED: "5", EmailState.NOT_SENT: ""}
    for email in emails:
        assert email.answer[:1] == first[email.state]


def test_emails_are_what_the_shop_itself_would_write(emails, orders):
    numbers = {order.id: order.number for order in orders}
    for email in emails:
        number = numbers[email.order_id]
        assert number in email.subject
        assert number in email.text
        assert number in email.html


def test_customers_come_back_have_accents_and_no_email_at_times(orders):
    names = [order.customer_name for order in orders]
    assert max(names.count(name) for name in names) >= 5
    assert {"Marisol Peña", "Ma. Theresa Nuñez", "Juan dela Cruz", "Kathleen Sy"} <= set(names)
    assert [order for order in orders if order.customer_email is None]
    assert max(map(len, names)) > 60


def test_sums_are_right(orders):
    for order in orders:
        items = sum(item.amount for item in order.items)
        assert order.total == items + order.shipping - order.discount + order.tax
        assert order.item_count == sum(item.quantity for item in order.items)
        assert order.paid in (0, order.total)
        assert (order.payment_status is PaymentStatus.UNPAID) == (order.paid == 0)


def test_a_cancelled_order_says_how_and_owes_what_was_paid(orders, books):
    cancellations = {row.order_id: row for row in books.all(select(Cancellation))}
    refunds = {row.order_id: row for row in books.all(select(Refund))}
    cancelled = {order.id: order for order in orders if order.status is OrderStatus.CANCELLED}
    assert set(cancelled) == set(cancellations)
    assert set(refunds) == {key for key, order in cancelled.items() if order.paid}
    for key, refund in refunds.items():
        assert (refund.settled_at is not None) == (cancelled[key].payment_status is PaymentStatus.REFUNDED)


def test_some_refunds_are_owed_and_some_settled(books):
    assert {refund.settled_at is None for refund in books.all(select(Refund))} == {True, False}


def test_every_history_tells_how_the_order_got_where_it_is(orders, histories):
    for order in orders:
        history = histories[order.id]
        status = OrderStatus.PENDING
        for event in history:
            if event.to_status:
                assert event.from_status == status
                assert event.to_status in ALLOWED_CHANGES[status]
                status = OrderStatus(event.to_status)
        assert status is order.status
        versions = [event.order_version for event in history if event.order_version]
        assert versions == list(range(1, order.version + 1))


def test_things_happened_one_after_the_other(orders, histories):
    for order in orders:
        times = [order.placed_at, *(event.at for event in histories[order.id])]
        assert times == sorted(times)


def test_tickets_are_new_waiting_and_solved(books, tickets):
    states = [(ticket.kind, ticket.state) for ticket in tickets]
    assert states == [
        ("general", "solved"),
        ("cancellation", "solved"),
        ("cancellation", "waiting_on_merchant"),
        ("cancellation", "open"),
    ]
    assert [ticket.opened_at for ticket in tickets] == sorted(ticket.opened_at for ticket in tickets)
    assert {message.internal for message in books.all(select(TicketMessage))} == {True, False}


def test_support_cancelled_one_order_inside_a_window_that_is_over(books, tickets):
    [window] = books.all(select(AccessWindow))
    assert (window.ticket_id, window.end, window.is_open(window.opened_at)) == (tickets[1].id, "solved", False)
    order = books.get(Order, window.order_id)
    assert (order.status, order.is_booked, order.courier_reference) == ("cancelled", False, "JT-CXL-20881")
    acts = books.all(select(Event).where(Event.window_id == window.id).order_by(Event.id))
    assert [act.code for act in acts] == [
        "access.opened",
        "access.entered",
        "order.seen",
        "order.booking_cancelled",
        "order.cancelled",
        "access.ended",
    ]
    assert all(window.opened_at <= act.at < window.ended_at < window.expires_at for act in acts)


def test_support_of_the_demo_has_something_to_do(demo):
    carla = signed_in(demo, "carla")
    page = carla.get("/support/tickets")
    assert "Teresita Legaspi" in page.text
    assert carla.get("/support/tickets/3").status == 200
    ana = signed_in(demo, "ana")
    assert "Called J&T" not in ana.get("/support/tickets/3").text
    solved = ana.get("/support/tickets/2")
    assert "JT-CXL-20881" in solved.text
    assert [pill.text for pill in solved.select(".title .pill")] == ["Solved"]
    assert ana.get("/support/access").status == 200


MIDNIGHT = datetime(2026, 11, 21, 16, tzinfo=UTC)  # in Manila


@pytest.mark.parametrize(
    "hours", [0.1, 9.5, 23.9], ids=["just after midnight", "in the morning", "just before midnight"]
)
def test_at_any_time_of_day_today_has_orders_and_none_is_of_tomorrow(tmp_path, hours):
    now = MIDNIGHT + timedelta(hours=hours)
    app = make_app(tmp_path)
    with time_machine.travel(now, tick=False):
        fill(app)
    shop = Shop(app)
    orders = shop.all(ORDERS)
    placed = [order.placed_at for order in orders]
    assert sum(at >= MIDNIGHT for at in placed) == 6
    assert max(_moments(shop, orders)) <= now
    close(app)


def _moments(shop, orders):
    yield from (at for order in orders for at in (order.placed_at, order.booked_at, order.cancelled_at) if at)
    for email in shop.all(select(Email)):
        yield from (at for at in (email.created_at, email.sent_at) if at)
    yield from (event.at for event in shop.all(select(Event)))
    for ticket in shop.all(select(Ticket)):
        yield from (at for at in (ticket.opened_at, ticket.waiting_since, ticket.solved_at) if at)
    yield from (message.at for message in shop.all(select(TicketMessage)))
    yield from (window.expires_at for window in shop.all(select(AccessWindow)))
    yield from (entry.entered_at for entry in shop.all(select(WindowEntry)))
    for session in shop.all(select(UserSession)):
        yield from (at for at in (session.created_at, session.last_seen_at, session.ended_at) if at)
    yield from (refund.settled_at for refund in shop.all(select(Refund)) if refund.settled_at)


def test_it_is_the_same_store_on_every_day(orders, tmp_path):
    app = make_app(tmp_path)
    with time_machine.travel(MIDNIGHT + timedelta(days=200, hours=3), tick=False):
        fill(app)
    others = Shop(app).all(ORDERS)
    close(app)
    seen = [(order.number, order.customer_name, order.total, order.status, order.waybill) for order in orders]
    assert [(order.number, order.customer_name, order.total, order.status, order.waybill) for order in others] == seen
