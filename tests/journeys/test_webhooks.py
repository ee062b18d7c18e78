"""An owner lets another system know, in a real browser, with a real receiver behind."""

import re

import pytest

from blueprints import background
from models import PaymentStatus
from tests.browser import sign_in, width_of
from tests.orders.books import later
from tests.webhooks.receiver import answer

pytestmark = pytest.mark.browser


def test_a_webhook_from_its_address_to_a_message_that_is_sent_again(served, browser_page, app, shop, receiver):
    page = browser_page(width=390)
    sign_in(page, served, "olive")

    page.goto(f"{served}/settings/")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Address", exact=True).fill(receiver.url())
    page.get_by_label("Name").fill("Bookkeeping")
    page.get_by_label("An order is cancelled").check()
    page.get_by_role("button", name="Add the webhook").click()
    page.get_by_text("This address is inside a network").first.wait_for()
    page.get_by_label("This address is in my own network").check()
    page.get_by_role("button", name="Add the webhook").click()
    page.get_by_role("heading", name="Bookkeeping").wait_for()

    page.get_by_role("link", name="Show the secret").click()
    secret = page.locator("pre").inner_text()
    page.get_by_role("link", name="Bookkeeping").click()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("The test is on its way.").wait_for()
    background.run_once(app)
    page.locator("#messages").get_by_text("Sent", exact=True).wait_for()  # the page looks again by itself
    assert receiver.told[0].verified(secret)["type"] == "suki.test"

    order = shop.order(payment_status=PaymentStatus.PAID)
    page.goto(f"{served}/orders/{order.id}/cancel")
    page.get_by_role("button", name=f"Save: cancel order {order.number}").click()
    page.wait_for_url(f"{served}/orders/{order.id}")
    receiver.script = [answer("500 Oh no", b"the disk is full")]
    with later(minutes=1):
        background.run_once(app)
        page.goto(f"{served}/settings/webhooks/1")
        row = page.locator("#messages li").first
        assert re.search(r"An order is cancelled · Order 1001\s+next try", row.inner_text())
        assert "Nothing has got through since" in page.get_by_role("main").inner_text()
    assert width_of(page) <= page.viewport_size["width"]
    with later(minutes=10):
        background.run_once(app)
        page.goto(f"{served}/settings/webhooks/1")
        row = page.locator("#messages li").first
        row.get_by_text("What was written").click()
        row.get_by_role("button", name="again").click()
        page.get_by_text("on its way again, under its old webhook-id").wait_for()
        background.run_once(app)
        assert receiver.told[-1].verified(secret)["data"]["number"] == "1001"
    assert receiver.ids[1:] == [receiver.ids[1]] * 3
