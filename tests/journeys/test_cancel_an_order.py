"""The help article's six steps, as a person takes them: from the sign-in page to a cancelled order."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from blueprints import background
from models import OrderStatus, PaymentMethod, PaymentStatus
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
MOST_CLICKS = 7


class Clicks:
    """Counts them; typing is none."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def on(self, role, name, **options):
        self.count += 1
        self.page.get_by_role(role, name=name, **options).first.click()


@pytest.fixture
def at_the_door(served, browser_page):
    def open_door(**look):
        page = browser_page(**look)
        page.goto(f"{served}/login")
        return page

    return open_door


def sign_in(page, clicks, who="sam"):
    page.get_by_label("Email").fill(f"{who}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    clicks.on("button", "Sign in")


def find(page, clicks, what):
    clicks.on("link", "Orders")
    page.get_by_label("Order number or customer name").fill(what)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [390, 1440])
def test_cancel_by_the_cancel_page(at_the_door, shop, app, post_office, width):
    order = shop.order(
        customer_name="Marisol Peña", payment_status=PaymentStatus.PAID, payment_method=PaymentMethod.GCASH
    )
    page = at_the_door(width=width)
    clicks = Clicks(page)
    sign_in(page, clicks)
    find(page, clicks, "pena")
    clicks.on("link", order.number)
    clicks.on("link", "Cancel order")
    page.get_by_label("Note to Marisol").fill("Sorry, the last set was sold this morning.")
    clicks.on("button", f"Save: cancel order {order.number}")
    assert f"Order {order.number} is cancelled" in page.get_by_role("status").inner_text()
    assert clicks.count <= MOST_CLICKS
    assert shop.get(type(order), order.id).status is OrderStatus.CANCELLED
    background.run_once(app)
    assert post_office.letters == [], "it waits, for as long as the cancel can be undone"
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=31)):
        background.run_once(app)
    [mail] = post_office.letters
    assert mail.message["To"] == "maria@example.com"
    assert "Sorry, the last set was sold this morning." in mail.text
    assert "Sorry, the last set was sold this morning." in mail.html


def test_what_was_said_in_the_status_area_goes_along_to_the_cancel_page(at_the_door, shop, served):
    order = shop.order()
    page = at_the_door(width=390)
    sign_in(page, Clicks(page))
    page.goto(f"{served}/orders/{order.id}")
    page.get_by_label("Note to").fill("Sold out, sorry.")
    page.get_by_label("Email Maria").uncheck()
    page.get_by_role("link", name="Cancel order").click()
    assert page.get_by_role("heading", level=1).inner_text() == f"Cancel order {order.number}?"
    assert page.get_by_label("Note to Maria").input_value() == "Sold out, sorry."
    assert not page.get_by_label("Email Maria").is_checked()
    assert shop.get(type(order), order.id).status is OrderStatus.PENDING


def test_cancel_by_choosing_cancelled_in_the_status_area(at_the_door, shop):
    order = shop.order(payment_status=PaymentStatus.PAID)
    page = at_the_door()
    clicks = Clicks(page)
    sign_in(page, clicks)
    find(page, clicks, f"#{order.number}")
    clicks.on("link", order.number)
    what_it_does = page.get_by_text("Save cancels the order, with nothing more to fill in: ₱960.00 is owed back")
    assert what_it_does.is_hidden()
    page.get_by_label("Status", exact=True).select_option("cancelled")
    assert what_it_does.is_visible()
    page.get_by_label("Note to").fill("Sold out")
    clicks.on("button", "Save", exact=True)
    assert f"Order {order.number} is cancelled" in page.get_by_role("status").inner_text()
    assert clicks.count <= MOST_CLICKS
    assert shop.get(type(order), order.id).status is OrderStatus.CANCELLED


def test_a_refusal_is_where_the_reader_starts(at_the_door, shop):
    order = shop.order()
    page = at_the_door()
    clicks = Clicks(page)
    sign_in(page, clicks)
    page.wait_for_url("**/")
    page.goto(f"{page.url}orders/{order.id}/cancel")
    shop.change(order, status=OrderStatus.ACCEPTED, version=2)
    clicks.on("button", "Save: cancel order")
    refusal = page.get_by_role("alert").filter(has_text="was changed while you had this page open")
    assert refusal.evaluate("part => part === document.activeElement")


def test_all_of_it_by_keyboard(at_the_door, shop):
    order = shop.order(customer_name="Juan dela Cruz")
    page = at_the_door()
    page.get_by_label("Email").focus()
    page.keyboard.type("sam@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto(page.url + "orders/")
    page.keyboard.press("/")
    page.keyboard.type("dela cruz")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=dela*")
    link = page.get_by_role("link", name=order.number).first
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Cancel order").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"Save: cancel order {order.number}").focus()
    page.keyboard.press("Enter")
    page.get_by_text(f"Order {order.number} is cancelled.", exact=True).wait_for()
    assert shop.get(type(order), order.id).status is OrderStatus.CANCELLED
    page.keyboard.press("/")  # the order's page has no search
    page.wait_for_url("**/orders/#q")
    assert page.evaluate("document.activeElement.name") == "q"
