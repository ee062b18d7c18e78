"""What an agent sees: nothing without a window, its orders inside, and neither numbers nor counts beyond them."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints.windows import SAME_LOOK
from models import Event, Order, OrderStatus, PaymentStatus, Role, User, WindowEntry
from tests.orders.deciding import cancel
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.support.conftest import mail_of
from tests.support.inside import acts, enter, open_window, window_of


@pytest.fixture
def order(shop):
    return shop.booked_order(number="1041", customer_name="Juan Dela Cruz")


@pytest.fixture
def other(shop):
    return shop.order(number="R-2077", customer_name="Rosa Reyes", payment_status=PaymentStatus.PAID)


@pytest.fixture
def ticket(ask_to_cancel, order, other):
    return ask_to_cancel(order)


@pytest.fixture
def window(olive, shop, ticket):
    open_window(olive, ticket)
    return window_of(shop, ticket)


@pytest.fixture
def all_orders(olive, shop, ticket):
    open_window(olive, ticket, scope="all")
    return window_of(shop, ticket)


def numbers(page):
    return [cell.get_text(strip=True) for cell in page.select("td.c-number")]


def knows_nothing_of(page, *words):
    assert not [word for word in words if word in page.response.text]


@pytest.mark.parametrize("url", ["/", "/orders/", "/orders/1", "/orders/2", "/orders/99", "/orders/1/cancel"])
def test_without_a_window_there_is_a_way_to_one_and_no_order(uma, window, url):
    page = uma.get(url)
    assert (page.status, page.h1) == (403, "You have no access to this store’s orders")
    assert "Access to the store" in page.text
    knows_nothing_of(page, "1041", "R-2077", "Juan", "Rosa")


def test_a_merchant_enters_nothing(olive, sam, shop, window):
    assert [who.post(f"/support/windows/{window.id}/enter").status for who in (olive, sam)] == [403, 403]
    assert shop.count(WindowEntry) == 0


def test_a_window_that_is_over_is_not_entered(olive, uma, shop, window):
    olive.post(f"/support/windows/{window.id}/revoke")
    page = enter(uma, window)
    assert (page.status, page.h1, shop.count(WindowEntry)) == (403, "Your access to this store has ended", 0)


@pytest.mark.parametrize("number", ["0", "-1", "99", "9223372036854775808", "18446744073709551616", "1e3", "٣"])
@pytest.mark.parametrize("door", ["", "/cancel"])
def test_what_is_not_in_scope_is_as_if_it_were_not_there(uma, window, other, number, door):
    enter(uma, window)
    missing, beyond = uma.get(f"/orders/{number}{door}"), uma.get(f"/orders/{other.id}{door}")
    assert (missing.status, beyond.status) == (404, 404)
    assert missing.text == beyond.text


def test_what_is_not_in_scope_is_not_cancelled(uma, shop, window, other):
    enter(uma, window)
    assert uma.post(f"/orders/{other.id}/cancel", version="1", status="cancelled").status == 404
    assert shop.get(Order, other.id).status is OrderStatus.PENDING


@pytest.mark.parametrize("number", ["0", "99", "9223372036854775808", "-1"])
@pytest.mark.parametrize("act", ["enter", "leave"])
def test_a_window_that_is_not_there_is_not_entered(uma, number, act):
    assert uma.post(f"/support/windows/{number}/{act}").status == 404


@pytest.mark.parametrize(
    "search", ["", "?q=1041", "?q=juan", "?q=", "?status=pending", "?booked=yes", "?before=1", "?after=1"]
)
def test_the_list_holds_the_one_order(uma, window, search):
    enter(uma, window)
    page = uma.get(f"/orders/{search}")
    assert set(numbers(page)) <= {"1041"}
    knows_nothing_of(page, "R-2077", "Rosa")


@pytest.mark.parametrize("search", ["q=R-2077", "q=rosa", "payment=paid", "booked=no", "q=R-2077&status=pending"])
def test_no_search_finds_another(uma, window, search):
    enter(uma, window)
    page = uma.get(f"/orders/?{search}")
    assert (page.status, numbers(page)) == (200, [])
    knows_nothing_of(page, "Rosa")


def test_no_count_tells_of_others(olive, uma, shop, window, other):
    for _ in range(7):
        shop.order(status=OrderStatus.PENDING)
    cancel(olive, other)
    enter(uma, window)
    page = uma.get("/orders/")
    counts = [count.get_text() for count in page.select("nav a[href^='/orders'] .count, .tabs .count")]
    assert counts == []
    assert not re.search(r"Refund owed|Customer not told", page.text)


CLOSED = ["/", "/orders/emails", "/orders/emails/1", "/orders/emails/1/html", "/orders/export.csv", "/orders/new"]
CLOSED += ["/orders/import", "/settings/", "/settings/users"]
CLOSED += ["/support/access", "/support/windows/1", "/support/tickets/new"]


@pytest.mark.parametrize("url", CLOSED)
def test_some_rooms_stay_closed_whatever_is_open(uma, all_orders, url):
    enter(uma, all_orders)
    page = uma.get(url)
    assert page.status == 403
    knows_nothing_of(page, "R-2077", "Rosa", "rosa@")


def test_all_orders_are_all_orders(uma, all_orders, order, other):
    enter(uma, all_orders)
    assert sorted(numbers(uma.get("/orders/"))) == ["1041", "R-2077"]
    assert uma.get(f"/orders/{other.id}").status == 200


def test_notes_for_the_store_only_and_emails_are_not_shown(olive, uma, all_orders, other):
    cancel(olive, other, note="Sorry, Rosa.", internal_note="She always cancels.")
    enter(uma, all_orders)
    page = uma.get(f"/orders/{other.id}")
    assert "Sorry, Rosa." in page.text
    knows_nothing_of(page, "She always cancels.", "/orders/emails")
    assert not page.select("#emails, select[name=status], form[action$='/status']")


def test_the_banner_says_whose_store_for_what_and_until_when(uma, window, ticket):
    page = uma.follow(enter(uma, window))
    banner = page.one(".banner-inside").get_text(" ")
    assert "You are in Aling Nena’s for ticket 1, order 1041 only, until" in " ".join(banner.split())
    assert uma.get("/help/").select(".banner-inside form[action$='/leave']")
    assert page.select(f"main a[href='/orders/{window.order_id}/cancel']")


def test_going_in_twice_is_going_in_once(uma, shop, ticket, window):
    assert [enter(uma, window).status for _ in range(2)] == [303, 303]
    assert (shop.count(WindowEntry), acts(shop, window)) == (1, ["access.opened", "access.entered"])


def test_owners_hear_of_the_first_entry_only(app, uma, shop, ticket, window):
    for agent in (uma, signed_in(app, "uma")):
        enter(agent, window)
        agent.post(f"/support/windows/{window.id}/leave")
    [mail] = mail_of(shop, ticket, "access_entered")
    assert (mail.recipient, "Uma Support" in mail.text) == ("olive@example.com", True)
    assert acts(shop, window)[1:] == 2 * ["access.entered", "access.left"]


def test_who_has_left_is_outside(uma, window, order):
    enter(uma, window)
    assert uma.post(f"/support/windows/{window.id}/leave").location == "/support/tickets/1"
    assert uma.get(f"/orders/{order.id}").status == 403
    assert uma.post(f"/support/windows/{window.id}/leave").status == 303


def test_one_browser_inside_is_not_another(app, uma, window, order):
    enter(uma, window)
    assert signed_in(app, "uma").get(f"/orders/{order.id}").status == 403


def test_entering_another_window_leaves_the_first(olive, uma, shop, window, ask, order):
    second = ask()
    open_window(olive, second, scope="all")
    enter(uma, window)
    enter(uma, window_of(shop, second))
    assert acts(shop, window)[-1] == "access.left"
    assert "all orders" in uma.get("/help/").one(".banner-inside").get_text()


def test_leaving_another_window_leaves_not_this_one(olive, uma, shop, window, ask, order):
    second = ask()
    open_window(olive, second, scope="all")
    enter(uma, window)
    assert uma.post(f"/support/windows/{window_of(shop, second).id}/leave").status == 303
    assert uma.get(f"/orders/{order.id}").status == 200


def test_the_same_look_is_noted_once(uma, shop, window, order):
    enter(uma, window)
    for _ in range(3):
        uma.get(f"/orders/{order.id}")
        uma.get("/orders/?q=juan")
    assert acts(shop, window)[2:] == ["order.seen", "orders.listed"]


def test_a_later_look_is_another(app, shop, ask_to_cancel, order):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        window = window_of(shop, ask_to_cancel(order, open_window="y", by=signed_in(app, "olive")))
        uma = signed_in(app, "uma")
        enter(uma, window)
        for _ in range(2):
            uma.get(f"/orders/{order.id}")
            clock.shift(SAME_LOOK)
    assert acts(shop, window)[2:] == ["order.seen", "order.seen"]


def test_a_look_after_the_clock_was_set_back_is_another(app, shop, ask_to_cancel, order):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        window = window_of(shop, ask_to_cancel(order, open_window="y", by=signed_in(app, "olive")))
        uma = signed_in(app, "uma")
        enter(uma, window)
        clock.shift(timedelta(minutes=20))
        uma.get(f"/orders/{order.id}")
        clock.shift(timedelta(minutes=-10))
        uma.get(f"/orders/{order.id}")
    assert acts(shop, window)[2:] == ["order.seen", "order.seen"]


def test_the_same_look_in_another_window_is_another(olive, uma, shop, window, ask, order):
    second = ask()
    open_window(olive, second, scope="all")
    for each in (window, window_of(shop, second)):
        enter(uma, each)
        uma.get(f"/orders/{order.id}")
        assert "order.seen" in acts(shop, each)


def test_each_agent_who_looks_is_named_however_lately_another_did(sam, uma, shop, window, order):
    shop.change(shop.get(User, 2), role=Role.SUPPORT)
    for agent in (sam, uma):
        enter(agent, window)
        agent.get(f"/orders/{order.id}")
        agent.get("/orders/")
    looks = ("order.seen", "orders.listed")
    seen = shop.all(select(Event).where(Event.window_id == window.id, Event.code.in_(looks)))
    assert sorted((event.user_id, event.code) for event in seen) == [(who, look) for who in (2, 3) for look in looks]


def test_what_can_not_be_noted_is_not_seen(app, uma, window, order):
    from tests.storing import lock_held

    enter(uma, window)
    with lock_held(app):
        page = uma.get(f"/orders/{order.id}")
    assert page.status == 503
    knows_nothing_of(page, "Juan")


def test_the_merchants_own_looks_are_nobodys_business(olive, shop, order, window):
    olive.get(f"/orders/{order.id}")
    olive.get("/orders/")
    assert not [event for event in shop.all(select(Event)) if event.code in ("order.seen", "orders.listed")]
