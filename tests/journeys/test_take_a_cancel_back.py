"""Taking a cancel back, whole or in part, as a shopkeeper does: by thumb at 390 px, by mouse, and by keyboard."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from blueprints import background
from models import Order, OrderStatus, PaymentStatus
from tests.browser import be_busy_once, sign_in, width_of

pytestmark = pytest.mark.browser
PAID = {"payment_status": PaymentStatus.PAID}


@pytest.fixture
def page(served, browser_page):
    page = browser_page(width=390)
    sign_in(page, served, "sam")
    return page


def cancel(page, served, order):
    page.goto(f"{served}/orders/{order.id}/cancel")
    page.get_by_role("button", name=f"Save: cancel order {order.number}").click()
    page.wait_for_url(f"{served}/orders/{order.id}")


def status(shop, order):
    return shop.get(Order, order.id).status


def fits(page):
    return width_of(page) <= page.viewport_size["width"]


def test_undo_while_the_clock_still_runs(page, served, shop, app, post_office):
    product = shop.product(on_hand=10)
    order = shop.sold(status=OrderStatus.PROCESSING, **PAID)
    cancel(page, served, order)
    left = page.locator("#undo time")
    left.filter(has_text="0:").wait_for()
    assert fits(page)
    page.locator("#undo").get_by_role("button", name="Undo").click()
    page.get_by_text("Undone: order 1001 is as it was.").wait_for()
    assert status(shop, order) is OrderStatus.PROCESSING
    assert shop.on_hand(product) == 8
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        background.run_once(app)
    assert post_office.letters == []


def test_undo_from_the_list_by_keyboard(page, served, shop):
    order = shop.order()
    cancel(page, served, order)
    page.goto(f"{served}/orders/?q=maria")
    button = page.locator(".orders").get_by_role("button", name="Undo")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Undone: order 1001 is as it was.").wait_for()
    assert page.url == f"{served}/orders/?q=maria"
    assert status(shop, order) is OrderStatus.PENDING


def test_when_the_time_is_over_the_page_offers_to_reinstate(page, served, shop, app, post_office):
    product = shop.product(on_hand=2)
    order = shop.sold(**PAID)
    cancel(page, served, order)
    shop.sold(("ADOBO-4", 1, 48000))
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=31)):
        background.run_once(app)
        page.goto(f"{served}/orders/{order.id}")
        assert page.locator("#undo").count() == 0
        page.get_by_role("link", name="Reinstate the order").click()
        assert "2 needed, 1 on hand, 1 short" in page.get_by_role("main").inner_text()
        assert fits(page)
        page.get_by_label("Note to Maria Santos").fill("We found another set.")
        page.get_by_role("button", name="Save: reinstate order 1001").click()
        page.get_by_text("Order 1001 is reinstated.").wait_for()
        background.run_once(app)
    assert [letter.message["Subject"] for letter in post_office.letters] == [
        "Your order 1001 is cancelled",
        "Your order 1001 is going ahead after all",
    ]
    assert "We found another set." in post_office.letters[1].text
    assert (status(shop, order), shop.on_hand(product)) == (OrderStatus.PENDING, -1)


def test_at_its_end_the_way_to_reinstate_comes_by_itself(page, served, shop):
    page.clock.install()
    cancel(page, served, shop.order())
    page.locator("#undo time").filter(has_text="0:").wait_for()
    with when_the_time_is_over(page):
        page.get_by_role("link", name="Reinstate the order").wait_for()
        assert page.locator("#undo").count() == 0


def test_a_part_is_cancelled_read_by_the_customer_and_put_back(page, served, shop, app, post_office):
    shop.product("ADOBO-4"), shop.product("OTAP")
    order = shop.sold(("ADOBO-4", 2, 48000), ("OTAP", 3, 15000), **PAID)
    page.goto(f"{served}/orders/{order.id}")
    page.get_by_role("link", name="Cancel some of the items").click()
    page.get_by_label("ADOBO-4", exact=True).first.fill("1")
    page.get_by_label("Note to Maria Santos").fill("One set thawed.")
    assert fits(page)
    page.get_by_role("button", name="See the new total and the email").click()
    assert "1 × ADOBO-4" in page.locator("#preview").inner_text()
    page.get_by_role("button", name="Save: cancel these items").click()
    page.get_by_text("A part of order 1001 is cancelled. The rest goes on.").wait_for()
    assert "1 of 2 cancelled" in page.locator("#items").inner_text()
    assert "₱480.00" in page.locator("#money").inner_text()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=31)):
        background.run_once(app)
        page.goto(f"{served}/orders/{order.id}")
        page.locator("#parts").get_by_role("link", name="Put back").click()
        page.get_by_role("button", name="Save: put them back").click()
        page.get_by_text("The items are back on order 1001.").wait_for()
    [letter] = post_office.letters
    assert letter.message["Subject"] == "A part of your order 1001 is cancelled"
    assert [item.remaining for item in shop.get(Order, order.id).items] == [2, 3]


@pytest.fixture
def at_a_part_cancelled(page, served, shop):
    """With the browser's clock in the test's hand."""
    order = shop.sold(("ADOBO-4", 2, 48000), ("OTAP", 3, 15000))
    page.clock.install()
    page.goto(f"{served}/orders/{order.id}/cancel/items")
    page.get_by_label("ADOBO-4", exact=True).first.fill("1")
    page.get_by_role("button", name="Save: cancel these items").click()
    page.get_by_text("Time left: 0:").wait_for()
    return page


@contextmanager
def when_the_time_is_over(page):
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=35)):
        page.clock.fast_forward(35_000)
        page.clock.fast_forward(2_000)
        page.wait_for_timeout(1_500)
        yield


def test_at_its_end_the_page_is_read_again_where_it_is(at_a_part_cancelled):
    at_a_part_cancelled.evaluate("scrollTo({ top: 350, behavior: 'instant' })")
    before = at_a_part_cancelled.locator("#items").bounding_box()
    with when_the_time_is_over(at_a_part_cancelled):
        at_a_part_cancelled.get_by_role("link", name="Put back").wait_for()
        assert at_a_part_cancelled.locator(".undo").count() == 0
        assert at_a_part_cancelled.locator("#items").bounding_box()["y"] == pytest.approx(before["y"], abs=2)


def test_at_its_end_a_server_that_is_busy_is_asked_again(at_a_part_cancelled):
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=35)):
        at_a_part_cancelled.clock.fast_forward(35_000)
        be_busy_once(at_a_part_cancelled)
        at_a_part_cancelled.get_by_role("link", name="Put back").wait_for()


def test_at_its_end_nothing_is_taken_from_somebody_who_is_at_work(at_a_part_cancelled):
    at_a_part_cancelled.get_by_label("Status", exact=True).select_option("processing")
    at_a_part_cancelled.get_by_role("checkbox", name="Email Maria Santos").uncheck()
    at_a_part_cancelled.locator("main summary").first.click()
    at_a_part_cancelled.get_by_role("heading", level=1).click()
    with when_the_time_is_over(at_a_part_cancelled):
        at_a_part_cancelled.get_by_role("link", name="Put back").wait_for()
        assert at_a_part_cancelled.get_by_label("Status", exact=True).input_value() == "processing"
        assert not at_a_part_cancelled.get_by_role("checkbox", name="Email Maria Santos").is_checked()
        assert at_a_part_cancelled.locator("main details[open]").count() == 1


def test_at_its_end_it_waits_until_the_keyboard_has_gone_on(at_a_part_cancelled):
    at_a_part_cancelled.get_by_role("link", name="Orders").last.focus()
    with when_the_time_is_over(at_a_part_cancelled):
        assert at_a_part_cancelled.evaluate("document.activeElement.matches('main a')")
        at_a_part_cancelled.evaluate("document.activeElement.blur()")
        at_a_part_cancelled.clock.fast_forward(2_000)
        at_a_part_cancelled.get_by_role("link", name="Put back").wait_for()


def test_at_its_end_an_email_that_is_looked_at_stays(at_a_part_cancelled):
    at_a_part_cancelled.get_by_label("Status", exact=True).select_option("processing")
    at_a_part_cancelled.get_by_role("button", name="See the email").click()
    at_a_part_cancelled.locator("#preview").wait_for()
    not_here = '<title>Not here</title><div id="emails-list"></div>'
    at_a_part_cancelled.route("**/preview", lambda asked: asked.fulfill(body=not_here, content_type="text/html"))
    with when_the_time_is_over(at_a_part_cancelled):
        assert at_a_part_cancelled.locator("#preview").is_visible()


def test_stock_goes_back_piece_by_piece(page, served, shop):
    product = shop.product(on_hand=10)
    order = shop.sold(("ADOBO-4", 3, 48000))
    page.goto(f"{served}/orders/{order.id}/cancel")
    page.get_by_text("Not all of them?").click()
    page.get_by_label("ADOBO-4", exact=True).fill("1")
    page.get_by_role("button", name="Save: cancel order 1001").click()
    page.get_by_text("1 item put back").wait_for()
    assert shop.on_hand(product) == 8
