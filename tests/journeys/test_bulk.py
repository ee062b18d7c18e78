"""Many orders at once, as a person does it: tick, look, save, read what came of it, and ask support for the rest."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from blueprints import background
from blueprints.orders import bulk_routes
from models import OrderStatus, PaymentStatus, Ticket
from tests.browser import be_busy_once, sign_in
from tests.journeys.test_every_page import faults_of

pytestmark = pytest.mark.browser


@pytest.fixture
def at_the_list(served, browser_page):
    def open_list(**look):
        page = browser_page(**look)
        sign_in(page, served, "sam")
        page.get_by_role("link", name="Orders").first.click()
        page.wait_for_url("**/orders/")
        return page

    return open_list


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_tick_three_look_save_and_ask_support(at_the_list, app, shop, width, scheme):
    paid = shop.order(payment_status=PaymentStatus.PAID)
    booked = shop.booked_order(status=OrderStatus.PROCESSING)
    gone = shop.order(status=OrderStatus.CANCELLED)
    page, faults = at_the_list(width=width, scheme=scheme), []
    for order in (paid, booked, gone):
        box = page.get_by_label(f"Order {order.number}", exact=True)
        target = box.locator("xpath=..").bounding_box()
        assert min(target["width"], target["height"]) >= 44
        page.mouse.click(target["x"] + 3, target["y"] + 3)
        assert box.is_checked(), "the whole target ticks, and the row's own link does not get in its way"
    faults += faults_of(page)
    page.get_by_role("button", name="Cancel 3 ticked orders").click()

    assert page.get_by_role("heading", level=1).inner_text() == "Cancel 1 order?"
    faults += faults_of(page)
    assert page.get_by_text("₱960.00 is owed back for 1 paid order.").is_visible()
    assert page.get_by_text("1 that only support can cancel").is_visible()
    assert page.get_by_text("1 cancelled already").is_visible()
    page.get_by_label("Note to the customers").fill("The flood took the bridge. We are sorry.")
    assert not page.get_by_label("Why should they be cancelled?").is_visible()
    page.get_by_label("Ask support to cancel the booked one as well").check()
    assert page.get_by_label("Why should they be cancelled?").is_visible()
    page.get_by_label("Ask support to cancel the booked one as well").uncheck()
    page.get_by_role("button", name="Save: cancel 1 order").click()

    page.get_by_role("heading", name="1 order was cancelled").wait_for(timeout=30_000)
    faults += faults_of(page)
    assert page.get_by_text("The flood took the bridge. We are sorry.").is_visible()
    page.get_by_label("Why should support cancel the booked ones?").fill("The courier can not get there.")
    page.get_by_role("button", name="Ask support about 1 order").click()
    page.get_by_role("link", name="Ticket 1").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Ticket 1"

    page.get_by_role("link", name="Orders").first.click()
    page.get_by_role("link", name="Orders cancelled in bulk").click()
    faults += faults_of(page)
    page.get_by_role("link", name="1 of 3 orders cancelled").click()
    assert page.get_by_role("link", name="Ticket 1").is_visible()
    assert not faults, "\n".join(faults)
    assert [ticket.order_number for ticket in shop.all(select(Ticket))] == [booked.number]
    assert shop.get(type(paid), paid.id).status is OrderStatus.CANCELLED


def test_one_box_ticks_all_on_the_page(at_the_list, shop):
    for _ in range(3):
        shop.order()
    page = at_the_list()
    page.reload()
    everything = page.get_by_label("Tick all on this page")
    everything.check()
    assert page.locator("tbody input:checked").count() == 3
    page.get_by_label("Order 1002", exact=True).uncheck()
    assert not everything.is_checked()
    says = page.locator(".pick-bar button").first
    assert says.inner_text() == "Cancel 2 ticked orders …"
    page.get_by_label("Order 1001", exact=True).uncheck()
    assert says.inner_text() == "Cancel 1 ticked order …"
    page.get_by_label("Order 1003", exact=True).uncheck()
    assert says.inner_text() == "Cancel the ticked orders …"
    page.get_by_label("Order 1001", exact=True).check()
    page.get_by_label("Order 1003", exact=True).check()
    says.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Cancel 2 orders?"


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_accept_what_is_pending_of_what_is_ticked(at_the_list, shop, width, scheme):
    pending, processing = [shop.order(), shop.order()], shop.order(status=OrderStatus.PROCESSING)
    page = at_the_list(width=width, scheme=scheme)
    page.reload()
    page.get_by_label(f"Order {processing.number}", exact=True).check()
    accept = page.locator(".pick-bar .button-primary")
    assert accept.inner_text() == "Accept the ticked orders", "none of them is ticked"
    for order in pending:
        page.get_by_label(f"Order {order.number}", exact=True).check()
    expect(accept).to_have_accessible_name("Accept 2 ticked orders")
    assert page.get_by_role("button", name="Cancel 3 ticked orders").is_visible()
    assert not list(faults_of(page))
    accept.click()
    page.get_by_text("2 orders are accepted.").wait_for()
    assert page.get_by_text("Not pending, so left as they are: 1003.").is_visible()
    assert {shop.get(type(order), order.id).status for order in pending} == {OrderStatus.ACCEPTED}


def test_on_a_phone_the_bar_is_one_row_over_the_list_and_the_rest_stays_with_it(at_the_list, served, shop):
    for _ in range(20):
        shop.order()
    page = at_the_list(width=390, height=664)
    page.goto(f"{served}/orders/?status=pending")
    bar, beside = (
        page.locator(".pick-bar"),
        (page.get_by_label("Tick all"), page.get_by_role("button", name="every order")),
    )
    for number in (1020, 1019):
        page.get_by_label(f"Order {number}", exact=True).check()
    page.evaluate("document.querySelector('.orders').scrollIntoView()")
    assert bar.bounding_box()["height"] <= 64
    buttons = bar.get_by_role("button")
    assert len({button.bounding_box()["y"] for button in buttons.all()}) == 1
    expect(buttons.first).to_have_accessible_name("Cancel 2 ticked orders …")
    assert [button.locator("[aria-hidden]").inner_text() for button in buttons.all()] == ["Cancel 2 …", "Accept 2"]
    table = page.locator(".orders").bounding_box()
    above, below = (part.bounding_box()["y"] for part in beside)
    assert above < table["y"], "what is for all of them stands still"
    assert below > table["y"] + table["height"]
    page.get_by_label("Order 1020", exact=True).press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Cancel 2 orders?"
    page.go_back()
    page.get_by_role("button", name="Cancel every order in this list").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Cancel 20 orders?"


def test_a_page_that_waits_shows_the_end_by_itself(at_the_list, served, app, shop, monkeypatch):
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 0)
    for _ in range(3):
        shop.order()
    page = at_the_list()
    page.reload()
    page.get_by_label("Tick all on this page").check()
    page.get_by_role("button", name="Cancel 3 ticked orders").click()
    page.get_by_role("button", name="Save: cancel 3 orders").click()
    assert page.get_by_text("1 of 3 orders are through.").is_visible()
    assert not list(faults_of(page))
    be_busy_once(page)
    background.run_once(app)
    page.get_by_role("heading", name="3 orders were cancelled").wait_for(timeout=30_000)
