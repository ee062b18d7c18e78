"""A booked order, from the merchant's request to the agent's last click: two browsers, side by side."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from sqlalchemy import select, update

from blueprints import background
from models import OrderStatus, SecondFactor, TicketState, UserSession, writing
from models.ticket import Ticket
from tests.journeys.test_by_keyboard import covered_stops
from tests.people import PASSWORD
from tests.support.inside import open_window

pytestmark = pytest.mark.browser


@pytest.fixture
def merchant(served, browser_page):
    page = browser_page(width=390)
    sign_in(page, served, "sam")
    return page


@pytest.fixture
def agent(served, browser_page):
    """Signs in for the first time, and sets up the second factor that the support team needs."""
    page = browser_page()
    sign_in(page, served, "uma")
    secret = re.sub(r"\s", "", page.locator("#key").inner_text())
    page.secret = secret
    page.get_by_label("Code that the app shows now").fill(pyotp.TOTP(secret).now())
    press(page, "Go on")
    press(page, "I have kept them")
    return page


def sign_in(page, served, name):
    page.goto(f"{served}/login")
    page.get_by_label("Email").fill(f"{name}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")


def press(page, name):
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def test_the_whole_way_through_support(served, merchant, agent, shop, app, post_office):
    order = shop.booked_order(customer_name="Juan dela Cruz")
    other = shop.order(customer_name="Somebody Else")

    # The merchant asks, and lets support in for this order.
    merchant.goto(f"{served}/orders/{order.id}")
    merchant.get_by_role("link", name="Request cancellation").first.click()
    assert order.number in merchant.get_by_role("main").inner_text()
    merchant.get_by_label("Why should it be cancelled?").fill("The customer moved away.")
    press(merchant, "Send to support")
    ticket = shop.get(Ticket, 1)
    assert f"Support can act on order {order.number}" in merchant.locator("body").inner_text()

    # Outside, the agent sees the ticket and no order.
    agent.goto(f"{served}/orders/{order.id}")
    assert "Juan" not in agent.locator("body").inner_text()
    agent.goto(f"{served}/support/tickets/{ticket.id}")
    press(agent, "Enter the store")
    assert "You are in" in agent.locator("body").inner_text()

    # Inside: this order, nothing else; and the cancel needs the courier's word.
    assert agent.goto(f"{served}/orders/{other.id}").status == 404
    agent.goto(f"{served}/orders/{order.id}")
    agent.get_by_role("link", name="Cancel order").first.click()
    press(agent, f"Save: cancel order {order.number}")
    assert shop.get(type(order), order.id).status is OrderStatus.PENDING
    agent.get_by_label("Confirmation from J&T Express").fill("JT-CANCEL-77")
    agent.get_by_label("Note to Juan dela Cruz").fill("The courier has let it go.")
    agent.get_by_label(f"Solve ticket {ticket.id} as well").check()
    press(agent, f"Save: cancel order {order.number}")

    # The ticket tells what was done, and is solved; the window is over, and the next click is refused.
    assert agent.url == f"{served}/support/tickets/{ticket.id}"
    assert shop.get(Ticket, ticket.id).state is TicketState.SOLVED
    cancelled = shop.get(type(order), order.id)
    assert cancelled.status is OrderStatus.CANCELLED
    assert cancelled.courier_reference == "JT-CANCEL-77"
    assert agent.goto(f"{served}/orders/{order.id}").status == 403
    assert "Juan" not in agent.locator("body").inner_text()

    # The merchant sees each act, in whose name it was done, and that nobody is inside any more.
    merchant.goto(f"{served}/orders/{order.id}")
    assert f"for ticket {ticket.id}" in merchant.locator("#history").inner_text()
    assert "Support can act" not in merchant.locator("body").inner_text()
    merchant.goto(f"{served}/support/access")
    window = merchant.get_by_role("main").inner_text()
    for act in ("Uma Support", order.number, "cancelled"):
        assert act in window
    background.run_once(app)
    assert "maria@example.com" in {letter.recipients[0] for letter in post_office.letters}


@pytest.fixture
def inside(served, agent, olive, shop):
    """The agent's browser, and the order and the ticket for which they are in the store."""
    order = shop.booked_order()
    ticket = int(olive.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2])
    open_window(olive, ticket)
    agent.goto(f"{served}/support/tickets/{ticket}")
    press(agent, "Enter the store")
    return agent, order, ticket


def test_the_courier_s_word_outlives_the_session(served, inside, shop):
    agent, order, ticket = inside
    agent.goto(f"{served}/orders/{order.id}/cancel")
    agent.get_by_label("Confirmation from J&T Express").fill("JT-CANCEL-77")
    for each in shop.all(select(UserSession)):
        shop.change(each, ended_at=datetime.now(UTC))
    with shop.app.app_context(), writing() as session:
        session.execute(update(SecondFactor).values(last_step=0))  # as if a while had passed
    press(agent, f"Save: cancel order {order.number}")
    sign_in(agent, served, "uma")
    agent.get_by_label("Code").fill(pyotp.TOTP(agent.secret).now())
    press(agent, "Sign in")
    agent.goto(f"{served}/support/tickets/{ticket}")
    press(agent, "Enter the store")
    agent.goto(f"{served}/orders/{order.id}/cancel")
    assert agent.get_by_label("Confirmation from J&T Express").input_value() == "JT-CANCEL-77"


def test_the_banner_inside_a_store_lies_over_nothing_that_has_the_focus(served, inside):
    agent, order, _ticket = inside
    agent.set_viewport_size({"width": 1000, "height": 600})
    agent.emulate_media(reduced_motion="reduce")
    agent.goto(f"{served}/orders/{order.id}")
    agent.locator(".foot a").last.focus()
    assert covered_stops(agent, "Shift+Tab") == []
