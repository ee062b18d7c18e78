"""From the link in an email to the answer: a customer on a phone, who has no account, and the merchant at a desk."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from blueprints import background
from models import OrderStatus, Store
from tests.browser import found_by_axe, sign_in, width_of
from tests.mail.desk import MailDesk
from tests.orders.deciding import save_status

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def has_scripts(request):
    return request.param


@pytest.fixture
def phone(has_scripts, browser_page):
    return browser_page(width=390, java_script_enabled=has_scripts)


@pytest.fixture
def desk(phone, served, browser_page):
    page = browser_page(width=1440)
    sign_in(page, served, "sam")
    return page


@pytest.fixture
def shop(shop):
    shop.change(shop.get(Store, 1), phone="(02) 8000 0142", undo_seconds=0)
    return shop


def newest(app, post_office):
    MailDesk(app).deliver()
    return post_office.letters[-1]


def link_in(letter, served):
    return re.search(rf"{re.escape(served)}/ask/\S+", letter.text)[0]


def fits(page):
    return width_of(page) == 390


def test_a_customer_asks_by_the_emailed_link_and_the_merchant_cancels(
    has_scripts, phone, desk, served, app, shop, sam, post_office
):
    order = shop.order()
    save_status(sam, order, status="accepted")
    phone.goto(link_in(newest(app, post_office), served))
    assert phone.get_by_role("heading", level=1).inner_text() == "Ask to cancel order 1001"
    assert fits(phone)
    if has_scripts:  # without them, the page that looks would never answer
        assert found_by_axe(phone) == []
    phone.get_by_role("button", name="Ask to cancel").click()
    assert phone.get_by_role("alert").get_by_text("Write in a few words").is_visible()
    phone.get_by_label("Why do you want to cancel?").fill("I ordered the wrong size.")
    phone.get_by_role("button", name="Ask to cancel").dblclick()
    phone.get_by_role("heading", name="We have your request").wait_for()
    assert fits(phone)
    assert "I ordered the wrong size." in newest(app, post_office).text

    desk.goto(f"{served}/")
    desk.get_by_role("link", name="Asks to cancel").click()
    desk.get_by_role("link", name="1001", exact=True).click()
    panel = desk.locator("#asked")
    assert "I ordered the wrong size." in panel.inner_text()
    panel.get_by_role("link", name="Cancel order").click()
    assert "I ordered the wrong size." in desk.get_by_role("main").inner_text()
    desk.get_by_role("button", name="Save: cancel order 1001").click()
    desk.get_by_text("Order 1001 is cancelled.").wait_for()
    MailDesk(app).deliver()
    assert [letter.message["Subject"] for letter in post_office.letters] == [
        "We have your order 1001",
        "We have your request to cancel order 1001",
        "Your order 1001 is cancelled",
    ]
    phone.reload()
    assert phone.get_by_role("heading", level=1).inner_text() == "Order 1001 is cancelled"


def test_a_customer_who_lost_the_email_asks_and_is_declined(phone, desk, served, app, shop, post_office):
    shop.order(status=OrderStatus.PROCESSING)
    phone.goto(f"{served}/ask/not-a-link")
    phone.get_by_role("link", name="Send me a link").click()
    assert fits(phone)
    phone.get_by_label("Order number").fill("#1001")
    phone.get_by_label("Email").fill("Maria@example.com")
    phone.get_by_role("button", name="Send me a link").click()
    phone.get_by_role("heading", name="Check your email").wait_for()
    background.run_once(app)
    link = link_in(newest(app, post_office), served)
    phone.goto(link)
    phone.get_by_label("Why do you want to cancel?").fill("My sister has one.")
    phone.get_by_role("button", name="Ask to cancel").click()

    desk.goto(f"{served}/orders/1")
    desk.locator("#asked").get_by_role("link", name="Decline").click()
    desk.get_by_label("Note to Maria Santos").fill("Sorry po, it is packed already.")
    desk.get_by_role("button", name="Decline").click()
    desk.get_by_text("Declined: order 1001 goes on").wait_for()
    letter = newest(app, post_office)
    assert letter.message["Subject"] == "About your request to cancel order 1001"
    assert "Sorry po, it is packed already." in letter.text
    phone.reload()
    assert phone.get_by_role("heading", level=1).inner_text() == "Order 1001 is not cancelled"

    other = shop.order(status=OrderStatus.PROCESSING, customer_email="jose@example.com")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=61)):
        phone.goto(link)
        assert phone.get_by_role("heading", level=1).inner_text() == "This link is too old"
    phone.goto(f"{served}/ask")
    phone.get_by_label("Order number").fill(other.number)
    phone.get_by_label("Email").fill("jose@example.com")
    phone.get_by_role("button", name="Send me a link").click()
    background.run_once(app)
    link = link_in(newest(app, post_office), served)
    shop.change(other, status=OrderStatus.SHIPPED)
    phone.goto(link)
    assert phone.get_by_role("heading", level=1).inner_text() == "It is too late to ask here"
    assert phone.get_by_role("link", name="(02) 8000 0142").is_visible()
    assert fits(phone)
